"""Views of lists: opened as they were kept, shared in one's hall, checked for each reader."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import func, select

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Hall
from app.panel.saved.models import SavedView
from app.panel.saved.rules import MOST_VIEWS
from tests.cases.window import person
from tests.core.screens import head, summary, text_of, tree

LATE = "/views/add?of=cases&tab=overdue&q=登记&sort=-registered_at&f_classification=should_be_done"


def saved(name="超期的登记", **more):
    return {"name": name, **more}


def rows():
    db.session.rollback()  # see what others wrote
    with scope.everything():
        return db.session.scalars(select(SavedView).order_by(SavedView.id)).all()


def hall_id(code):
    with scope.everything():
        return db.session.scalar(select(Hall.id).where(Hall.code == code))


def menu(answer):
    return [
        it.strip() for it in tree(answer).xpath("//details[contains(@class,'views')]//li/a/text()")
    ]


def asked(address):
    return dict(parse_qsl(urlsplit(address).query))


def test_a_view_is_kept_opened_and_marked_as_the_one_that_is_shown(demo, login):
    client = login(demo, "clerk.linqing")
    plain = client.get("/cases/list/?tab=overdue")
    assert "视图" in text_of(plain)
    answer = client.post(LATE, data=saved())
    assert answer.status_code == 302
    kept = asked(answer.location)
    assert (kept["tab"], kept["q"], kept["sort"]) == ("overdue", "登记", "-registered_at")
    assert kept["f_classification"] == "should_be_done"
    assert len(kept["columns"].split(",")) == len(head(plain))
    assert client.get(answer.location).status_code == 200
    [row] = rows()
    opened = client.get(f"/views/open?id={row.id}")
    assert asked(opened.location) == kept
    [marked] = tree(client.get(opened.location)).xpath(
        "//a[@aria-current='true'][@class='drop-item']"
    )
    assert marked.text.strip() == "超期的登记"
    stored = db.session.connection().exec_driver_sql("SELECT content FROM saved_view").scalar()
    assert "登记" not in stored, "what was looked for may be somebody's name"
    [add] = tree(client.get(f"{opened.location}&page=2")).xpath(
        "//a[contains(@href, '/views/add')]/@href"
    )
    assert not {"page", "after"} & asked(add).keys()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"name": "  "}, "必填"),
        ({"name": "长" * 21}, "最多 20 个字"),
        ({"name": "超期的登记"}, "同名"),
    ],
)
def test_a_name_that_is_empty_too_long_or_taken_is_told(demo, login, form, told):
    client = login(demo, "clerk.linqing")
    client.post(LATE, data=saved())
    answer = client.post(LATE, data=form)
    assert answer.status_code == 422
    assert any(told in line for line in summary(answer))
    assert len(rows()) == 1


def test_no_more_than_enough_are_kept(demo):
    with scope.working_for(person("clerk.linqing")) as me, transaction():
        db.session.add_all(
            SavedView(owner_id=me.id, entity="cases", name=f"{at}", content="{}")
            for at in range(MOST_VIEWS)
        )
    client = demo.test_client()
    client.post("/login/", data={"username": "clerk.linqing", "password": "admin-2026-password"})
    assert f"最多保存 {MOST_VIEWS} 个" in text_of(client.post(LATE, data=saved()))


def test_a_supervisor_shares_with_a_role_of_the_hall_and_only_they_change_it(demo, login):
    chief = login(demo, "supervisor.linqing")
    linqing, yanggu = hall_id("linqing"), hall_id("yanggu")
    refused = chief.post(LATE, data=saved(role="clerk", hall=yanggu))
    assert refused.status_code == 422
    assert chief.post(LATE, data=saved(role="clerk", hall=linqing)).status_code == 302
    [row] = rows()
    assert (row.role, row.hall_id) == ("clerk", linqing)
    clerk = login(demo, "clerk.linqing")
    assert menu(clerk.get("/cases/list/")) == ["超期的登记"]
    assert clerk.get(f"/views/open?id={row.id}").status_code == 302
    for step in ("edit", "remove"):
        answer = clerk.post(f"/views/{step}?id={row.id}", data=saved("我的"))
        assert answer.status_code == 409
        assert "只有保存的人" in text_of(answer)
    for stranger in ("clerk.yanggu", "handler.linqing.scjg"):
        client = login(demo, stranger)
        assert menu(client.get("/cases/list/")) == []
        answer = client.get(f"/views/open?id={row.id}")
        assert answer.status_code == 404
        assert "没有这个页面或这条记录" in text_of(answer)
    assert (
        chief.post(
            f"/views/edit?id={row.id}", data=saved("改了", role="", hall=linqing)
        ).status_code
        == 302
    )
    assert menu(clerk.get("/cases/list/")) == []
    assert chief.post(f"/views/remove?id={row.id}").status_code == 302
    assert rows() == []


def test_a_clerk_can_share_with_nobody(demo, login):
    client = login(demo, "clerk.linqing")
    assert not tree(client.get(LATE)).xpath("//select[@name='role']")
    client.post(LATE, data=saved(role="clerk", hall=hall_id("linqing")))
    [row] = rows()
    assert (row.role, row.hall_id) == (None, None)


def test_what_a_reader_may_not_use_is_left_out_and_said(demo, login):
    told = {
        "tab": "nonsense", "sort": "phone", "columns": "number,secret_notes,status", "q": "登记",
        "f_hall": str(hall_id("yanggu")), "f_status": "no-such", "f_gone": "1",
        "f_registered_at_from": "2026-01-05",
    }  # fmt: skip
    me = person("clerk.linqing")
    with scope.working_for(me), transaction():
        row = SavedView(owner_id=me.id, entity="cases", name="旧的", content=json.dumps(told))
        db.session.add(row)
        db.session.flush()
        number = row.id
    client = login(demo, "clerk.linqing")
    answer = client.get(f"/views/open?id={number}")
    assert asked(answer.location) == {
        "columns": "number,status", "q": "登记", "f_registered_at_from": "2026-01-05"
    }  # fmt: skip
    page = text_of(client.get(answer.location))
    for words in (
        "“旧的”中有的内容",
        "分类页",
        "排序",
        "列“secret_notes”",
        "条件“大厅”",
        "条件“状态”",
        "条件“gone”",
    ):
        assert words in page


def test_a_list_that_one_may_not_read_has_no_views(demo, login):
    client = login(demo, "clerk.linqing")
    for of in ("staff", "", "nothing"):
        assert client.get(f"/views/add?of={of}").status_code == 404
        assert client.get(f"/views/?of={of}").status_code == 404
    for number in ("", "x", "0", "99999", "9" * 30):
        assert client.get(f"/views/open?id={number}").status_code == 404


def test_whoever_goes_takes_the_views_along(demo):
    with scope.everything(), transaction():
        db.session.add(
            SavedView(owner_id=person("clerk.yanggu").id, entity="x", name="y", content="{}")
        )
    with scope.everything():
        assert db.session.scalar(select(func.count()).select_from(SavedView)) == 1
    assert SavedView.__table__.info["goes_along"]
