"""What the panel makes of tests/core/throwaway.py, found working: run by test_generated_entity.

In a process of its own, because a mapped class stays in the metadata for good. Everything here
comes from the declaration and from one line, `crud.register(appbuilder, Stall)`.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from tempfile import mkdtemp

import openpyxl
import pytest
from sqlalchemy import ForeignKey, Integer, func, select, text
from sqlalchemy.orm import mapped_column

from app.core import crud, language, scope
from app.core.db import Entity, db
from app.core.transaction import transaction
from app.departments.models import Hall
from tests.core import screens
from tests.core.throwaway import Size, Stall

CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "摊位"
msgstr "Stall"

msgid "摊名"
msgstr "Name on the sign"

msgid "大摊"
msgstr "Large stall"

msgid "招牌上的字"
msgstr "As it is painted"
"""

folder = Path(mkdtemp(prefix="bancheng-test-")) / "en" / "LC_MESSAGES"
folder.mkdir(parents=True)
(folder / "messages.po").write_text(CATALOGUE)
language.TRANSLATIONS = folder.parent.parent  # what the application is made with

TYPED = {
    "name": "豆浆铺",
    "places": "12",
    "open": "y",
    "since": "2026-09-01",
    "size": "large",
    "phone": "13812342046",
}


class Customer(Entity):
    """Somebody who holds a stall; no panel of its own."""

    __tablename__ = "customer"
    stall_id = mapped_column(Integer, ForeignKey("stall.id"), nullable=False)


@pytest.fixture
def stalls(demo):
    """The demo, with the entity registered and its table made."""
    if "StallView" not in {type(view).__name__ for view in demo.appbuilder.baseviews}:
        crud.register(demo.appbuilder, Stall)
    for model in (Stall, Customer):
        model.__table__.create(db.engine)
    return demo


@pytest.fixture
def admin(stalls, login):
    return login(stalls, "admin")


@pytest.fixture
def linqing(stalls):
    with scope.everything():
        return str(db.session.scalar(select(Hall.id).where(Hall.code == "linqing")))


@pytest.fixture
def three(stalls, linqing):
    """Three stalls: id by name."""
    with scope.everything(), transaction():
        found = [
            Stall(
                name=name,
                places=places,
                size=size,
                hall_id=int(linqing),
                open=is_open,
                since=dt.date(2026, 9, day),
                phone="13812342046",
            )
            for name, places, size, is_open, day in (
                ("包子铺", 30, Size.LARGE, True, 1),
                ("面馆", 8, Size.SMALL, True, 2),
                ("茶摊", 2, Size.SMALL, False, 3),
            )
        ]
        db.session.add_all(found)
        db.session.flush()
        numbers = {row.name: row.id for row in found}
    db.session.remove()
    return numbers


def kept(number):
    db.session.rollback()
    with scope.everything():
        return db.session.get(Stall, number, populate_existing=True)


def names(answer):
    assert answer.status_code == 200, screens.text_of(answer)
    return [row[0] for row in screens.rows(answer)]


def it_lists_with_labels_values_and_without_secrets(admin, three):
    answer = admin.get("/stalls/list/")
    assert screens.head(answer) == ["摊名", "座位数", "营业", "开张日期", "大小", "大厅"]
    assert ["包子铺", "30", "是", "2026-09-01", "大摊", "临清市政务服务大厅"] in screens.rows(
        answer
    )
    assert "2046" not in answer.text


def it_searches_sorts_filters_and_pages(admin, three, linqing):
    assert names(admin.get("/stalls/list/?q=铺")) == ["包子铺"]
    assert names(admin.get("/stalls/list/?q=%25")) == []
    assert names(admin.get("/stalls/list/?sort=places")) == ["茶摊", "面馆", "包子铺"]
    assert names(admin.get("/stalls/list/?sort=-since")) == ["茶摊", "面馆", "包子铺"]
    assert names(admin.get("/stalls/list/?f_size=large")) == ["包子铺"]
    assert names(admin.get("/stalls/list/?f_open=0")) == ["茶摊"]
    assert len(names(admin.get(f"/stalls/list/?f_hall={linqing}"))) == 3
    assert names(admin.get("/stalls/list/?f_since_from=2026-09-02&f_since_to=2026-09-02")) == [
        "面馆"
    ]
    first, second = (
        names(admin.get(f"/stalls/list/?sort=places&size=2&page={page}")) for page in (1, 2)
    )
    assert (first, second) == (["茶摊", "面馆"], ["包子铺"])


def it_shows_a_row_and_masks_its_secret(admin, three):
    said = screens.text_of(admin.get(f"/stalls/show/{three['包子铺']}"))
    for words in ("摊名", "包子铺", "座位数", "30", "大摊", "138****2046"):
        assert words in said
    assert "13812342046" not in said


def it_adds_with_hints_and_errors_beside_the_field(admin, linqing):
    form = admin.get("/stalls/add")
    assert screens.hints(form)["name"] == "招牌上的字"
    assert set(screens.choices(form, "size")) == {"small", "large"}
    assert "临清市政务服务大厅" in screens.choices(form, "hall").values()
    assert screens.typed(form)["places"] == "4"
    wrong = admin.post(
        "/stalls/add",
        data={
            **TYPED,
            "name": "名" * 21,
            "places": "很多",
            "since": "2026-02-30",
            "hall": "0",
            "size": "huge",
        },
    )
    assert wrong.status_code == 422
    assert set(screens.beside(wrong)) == {"name", "places", "since", "hall", "size"}
    assert screens.typed(wrong)["places"] == "很多"
    assert screens.typed(wrong)["phone"] == TYPED["phone"]
    assert admin.post("/stalls/add", data={**TYPED, "hall": linqing}).status_code == 302
    [[name, *rest]] = screens.rows(admin.get("/stalls/list/"))
    assert (name, rest) == ("豆浆铺", ["12", "是", "2026-09-01", "大摊", "临清市政务服务大厅"])
    again = admin.post("/stalls/add", data={**TYPED, "hall": linqing})
    assert again.status_code == 422
    assert "已有相同" in screens.beside(again)["name"][0]


def it_keeps_its_secret_encrypted(admin, linqing):
    admin.post("/stalls/add", data={**TYPED, "hall": linqing})
    db.session.rollback()
    stored = db.session.scalar(text("SELECT phone FROM stall"))
    assert stored
    assert "2046" not in stored


def it_edits_and_refuses_a_stale_form(admin, three):
    number = three["面馆"]
    form = screens.typed(admin.get(f"/stalls/edit/{number}"))
    assert form["phone"] == ""
    assert admin.post(f"/stalls/edit/{number}", data={**form, "places": "9"}).status_code == 302
    row = kept(number)
    assert (row.places, row.phone, row.changed_by) == (9, "13812342046", "系统管理员")
    stale = admin.post(f"/stalls/edit/{number}", data={**form, "places": "77"})
    assert stale.status_code == 409
    assert screens.rows(stale) == [["座位数", "9", "77"]]
    assert "系统管理员" in screens.text_of(stale)
    assert screens.typed(stale)["places"] == "77"
    assert admin.post(f"/stalls/edit/{number}", data=screens.typed(stale)).status_code == 302
    assert kept(number).places == 77


def it_deletes_unless_in_use(admin, three):
    number, used = three["茶摊"], three["面馆"]
    with scope.everything(), transaction():
        db.session.add(Customer(stall_id=used))
    assert "不能恢复" in screens.text_of(admin.get(f"/stalls/delete/{number}"))
    assert admin.post(f"/stalls/delete/{number}").status_code == 302
    blocked = admin.post(f"/stalls/delete/{used}")
    assert blocked.status_code == 409
    assert "正在使用" in screens.text_of(blocked)
    assert names(admin.get("/stalls/list/")) == ["包子铺", "面馆"]


def it_has_a_rest_resource(stalls, token, three, linqing):
    program, headers = stalls.test_client(), token(stalls, "admin")
    number = three["包子铺"]
    assert program.get("/api/v1/stalls/").status_code == 401
    listed = program.get("/api/v1/stalls/", headers=headers).json
    assert listed["count"] == 3
    one = program.get(f"/api/v1/stalls/{number}", headers=headers).json["result"]
    assert (one["name"], one["places"], one["phone"]) == ("包子铺", 30, "138****2046")
    made = program.post(
        "/api/v1/stalls/",
        headers=headers,
        json={"name": "糕点铺", "hall": int(linqing), "since": "2026-09-09", "size": "large"},
    )
    assert made.status_code == 201, made.json
    assert (kept(made.json["id"]).places, kept(made.json["id"]).size) == (4, Size.LARGE)
    changed = program.put(
        f"/api/v1/stalls/{number}", headers=headers, json={"places": 31, "version": one["version"]}
    )
    assert changed.status_code == 200, changed.json
    assert (kept(number).places, kept(number).phone) == (31, "13812342046")
    stale = program.put(
        f"/api/v1/stalls/{number}", headers=headers, json={"places": 32, "version": one["version"]}
    )
    assert stale.status_code == 409
    wrong = program.post(
        "/api/v1/stalls/", headers=headers, json={"name": "面馆", "hall": int(linqing)}
    )
    assert wrong.status_code == 422
    assert set(wrong.json["errors"]) == {"name"}
    assert (
        program.post(
            "/api/v1/stalls/",
            headers=headers,
            json={"name": "无名", "hall": 999_999, "nonsense": 1},
        ).status_code
        == 422
    )
    assert program.delete(f"/api/v1/stalls/{number}", headers=headers).status_code == 200
    assert program.get(f"/api/v1/stalls/{number}", headers=headers).status_code == 404


def it_exports_the_filtered_list_to_excel(admin, three):
    answer = admin.get("/stalls/export?f_size=small&sort=places")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    lines = [row for row in book.worksheets[0].iter_rows(values_only=True) if any(row)]
    assert lines[1][:3] == ("摊名", "座位数", "营业")
    assert [line[0] for line in lines[2:]] == ["茶摊", "面馆"]
    assert lines[2][:5] == ("茶摊", 2, "否", dt.datetime(2026, 9, 3), "小摊")  # noqa: DTZ001 - Excel has no zones


def it_belongs_to_the_administrator_until_it_is_granted(stalls, login, token, three, monkeypatch):
    clerk, number = login(stalls, "clerk.linqing"), three["面馆"]
    addresses = (
        "list/",
        "add",
        "export",
        f"show/{number}",
        f"edit/{number}",
        f"delete/{number}",
        "choices/hall",
    )
    for address in addresses:
        assert clerk.get(f"/stalls/{address}").status_code == 403, address
    headers = token(stalls, "clerk.linqing")
    assert stalls.test_client().get("/api/v1/stalls/", headers=headers).status_code == 403
    grants = {**stalls.extensions["grants"], "stalls": {"admin": "raedx", "clerk": "r"}}
    monkeypatch.setitem(stalls.extensions, "grants", grants)
    assert len(names(clerk.get("/stalls/list/"))) == 3
    assert clerk.get(f"/stalls/show/{number}").status_code == 200
    assert stalls.test_client().get("/api/v1/stalls/", headers=headers).status_code == 200
    for address in ("add", "export", f"edit/{number}", f"delete/{number}"):
        assert clerk.get(f"/stalls/{address}").status_code == 403, address
    assert clerk.post(f"/stalls/delete/{number}").status_code == 403
    db.session.rollback()
    with scope.everything():
        assert db.session.scalar(select(func.count()).select_from(Stall)) == 3


def it_speaks_the_readers_language(admin, three):
    assert admin.get("/lang/en").status_code == 302
    answer = admin.get("/stalls/list/")
    assert "Stall" in screens.text_of(answer)
    assert screens.head(answer)[0] == "Name on the sign"
    assert "Large stall" in {cell for row in screens.rows(answer) for cell in row}
    form = admin.get("/stalls/add")
    assert screens.hints(form)["name"] == "As it is painted"
    assert screens.choices(form, "size")["large"] == "Large stall"
    admin.get("/lang/zh")
    assert screens.head(admin.get("/stalls/list/"))[0] == "摊名"
