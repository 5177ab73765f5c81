"""What is long is made in the background, from wherever it is asked for; each sees the own ones."""

import re

import pytest
from flask import g
from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.departments.queries import person_named
from app.ledgers.tasks import making, taking
from app.ledgers.tasks.models import LedgerTask
from tests.ledgers.reading import ask, cover, table
from tests.ledgers.test_tasks import folder, make, row_of

__all__ = ["folder"]

CLERK = "clerk.linqing"
NARROWED = "tab=open&f_registered_at_from=2026-08-20"


def only_task():
    return ask("SELECT id FROM ledger_task")[0]["id"]


def test_the_long_export_of_a_list_is_asked_for_on_a_page_and_has_the_lists_rows(
    every_kind, login, folder, monkeypatch
):
    monkeypatch.setitem(every_kind.config, "EXPORTS", folder)
    monkeypatch.setattr(taking, "SMALL", 2)
    client = login(every_kind, CLERK)
    answer = client.get(f"/cases/export?{NARROWED}&sort=-due&size=25&page=2")
    assert answer.location == f"/ledger-tasks/listed?{NARROWED}"
    assert ask("SELECT id FROM ledger_task") == []  # following a link makes nothing
    assert "未结；登记时间起：2026-08-20" in client.get(answer.location).text
    queued = client.post(answer.location)
    assert queued.location == f"/ledger-tasks/show/{only_task()}"
    assert make()
    row = row_of(only_task())
    path = folder / row["file_key"]
    listed = client.get(f"/cases/list/?{NARROWED}&size=100").text
    assert {cells[0] for cells in table(path)} == set(re.findall(r"(LQ-\d{4}-\d{6})</a>", listed))
    assert cover(path)["筛选条件"] == row["about"] == "未结；登记时间起：2026-08-20"
    assert re.match(r"办不成事台账_临清市政务服务大厅_20260820_", row["file_name"])
    with client.get(f"/ledger-tasks/{row['id']}/file") as sent:
        assert sent.data == path.read_bytes()


def test_a_search_by_name_finds_in_the_background_what_its_person_may_find(
    demo, login, folder, monkeypatch
):
    monkeypatch.setattr(taking, "SMALL", 0)
    name = ask("""SELECT applicant_name AS name FROM "case" WHERE number LIKE 'LQ%'""")[0]["name"]
    client = login(demo, CLERK)
    client.post("/ledger-tasks/listed", query_string={"q": name[:1]})
    assert make()
    listed = client.get("/cases/list/", query_string={"q": name[:1], "size": 100}).text
    numbers = set(re.findall(r"(LQ-\d{4}-\d{6})</a>", listed))
    assert {cells[0] for cells in table(folder / row_of(only_task())["file_key"])} == numbers
    assert numbers


@pytest.mark.parametrize("wrong", ["tab=none", "f_registered_at_from=x", "f_phone=1", "page=99999"])
def test_a_list_that_there_is_not_is_refused_in_a_sentence(demo, login, wrong):
    client = login(demo, CLERK)
    for answer in (client.get(f"/ledger-tasks/listed?{wrong}"),
                   client.post(f"/ledger-tasks/listed?{wrong}")):  # fmt: skip
        assert answer.status_code in {400, 422}
    assert ask("SELECT id FROM ledger_task") == []


@pytest.mark.parametrize("who", ["clerk.linqing", "handler.linqing.scjg"])
def test_a_long_ledger_of_a_template_is_made_for_those_who_may_take_it(
    demo, login, folder, monkeypatch, who
):
    monkeypatch.setattr(taking, "SMALL", 1)
    designer = login(demo, "supervisor.linqing")
    form = {
        "kind": "cases", "name": "共享周报", "columns": ["number", "matter"], "period": "all",
        "lamp": "any", "size": "A4", "orientation": "portrait", "share": "y",
    }  # fmt: skip
    template = designer.post("/ledger-templates/design", data=form).location.rpartition("/")[2]
    db.session.remove()
    g.pop("_login_user")  # the requests of a test share it
    client = login(demo, who)
    answer = client.post(f"/ledger-templates/{template}/produce")
    number = only_task()
    assert answer.location == f"/ledger-tasks/show/{number}"
    assert row_of(number)["about"].startswith("共享周报；")
    assert make()
    assert row_of(number)["state"] == "done"
    assert f"/ledger-tasks/show/{number}" in client.get("/ledger-tasks/list/").text
    db.session.remove()
    for other in ("clerk.yanggu", "supervisor.linqing"):
        with scope.working_for(person_named(other)):
            assert db.session.scalars(select(LedgerTask.id)).all() == []


def test_who_may_not_take_it_any_more_gets_none(demo, login, folder, monkeypatch):
    monkeypatch.setattr(taking, "SMALL", 1)
    login(demo, CLERK).post("/ledger-tasks/listed")
    monkeypatch.setattr(making, "holders", lambda _entity, _letter: frozenset({"inspector"}))
    assert make()
    assert "不再有生成台账的权限" in row_of(only_task())["reason"]
