"""The pages of ledgers: the cases' export, a ledger taken at once, and those made on time."""

import re
import sqlite3
from datetime import timedelta
from io import BytesIO
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from app.ledgers.jobs import daily_ledgers
from app.ledgers.tasks import taking
from tests.conftest import NOW
from tests.ledgers.reading import HEADER, ask, cover, kept, run, table

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def book_of(answer):
    """Return the workbook that was sent, as a file, and its name."""
    with answer:
        assert answer.status_code == 200
        assert answer.mimetype == EXCEL
        sent = answer.headers["Content-Disposition"]
        return BytesIO(answer.data), unquote(sent.partition("UTF-8''")[2])


def numbers_in(book):
    return sorted(row[0] for row in table(book))


@pytest.mark.parametrize(
    "narrowing",
    [
        "", "tab=open", "tab=overdue", "tab=warning", "tab=closed", "tab=finished",
        "q=LQ-2026-00001", "q=13900000635", "f_classification=should_be_done",
        "f_registered_at_from=2026-08-20&f_registered_at_to=2026-09-10", "f_channel=hotline",
        "q=办&tab=open&sort=-due&size=25&page=2",
    ],
)  # fmt: skip
def test_the_export_of_a_list_has_exactly_the_lists_rows(every_kind, login, narrowing):
    client = login(every_kind, "supervisor.linqing")
    listed = re.sub("&(size|page)=[0-9]+", "", narrowing)
    page = client.get(f"/cases/list/?{listed}&size=100").text
    book, _ = book_of(client.get(f"/cases/export?{narrowing}"))
    assert numbers_in(book) == sorted(set(re.findall(r"(LQ-\d{4}-\d{6})</a>", page)))
    assert [cell.value for cell in load_workbook(book)["台账"][2]] == HEADER


def test_the_export_of_a_list_says_by_what_it_was_filtered(demo, login):
    client = login(demo, "clerk.yanggu")
    book, name = book_of(client.get("/cases/export?tab=open&f_registered_at_from=2026-09-01"))
    assert cover(book)["筛选条件"] == "未结；登记时间起：2026-09-01"
    assert re.fullmatch(r"办不成事台账_阳谷县政务服务大厅_20260901_\d{8}_\d{14}\.xlsx", name)


def test_a_ledger_is_taken_at_once(demo, login):
    client = login(demo, "supervisor.liaocheng")
    assert '<option value="cases" selected' in client.get("/ledgers/take").text
    hall = ask("SELECT id FROM hall WHERE code = 'yanggu'")[0]["id"]
    asked = {"kind": "cases", "hall": hall, "since": "2026-07-01", "until": "2026-09-10"}
    book, name = book_of(client.post("/ledgers/take", data=asked))
    assert name.startswith("办不成事台账_阳谷县政务服务大厅_20260701_20260910_")
    taken = ask(
        """SELECT number FROM "case" WHERE hall_id = :hall AND registered_at >= :first
           AND registered_at < :after""",
        hall=hall,
        first=kept("2026-06-30 16:00:00"),
        after=kept("2026-09-10 16:00:00"),
    )
    assert numbers_in(book) == sorted(row["number"] for row in taken)
    assert "大厅：阳谷县政务服务大厅" in cover(book)["筛选条件"]


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"since": "2026-09-02", "until": "2026-09-01"}, "until", "截止日期不能早于起始日期"),
        ({"hall": "HALL"}, "hall", "没有这个选项"),
        ({"kind": "weather"}, "kind", ""),
        ({"since": "2026-13-01"}, "since", ""),
    ],
)
def test_what_is_wrong_with_the_form_stands_beside_its_field(demo, login, asked, field, sentence):
    foreign = ask("SELECT id FROM hall WHERE code = 'yanggu'")[0]["id"]
    asked = {"kind": "cases"} | {
        name: foreign if value == "HALL" else value for name, value in asked.items()
    }
    answer = login(demo, "supervisor.linqing").post("/ledgers/take", data=asked)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert sentence in answer.text


@pytest.mark.parametrize("address", ["/ledgers/take", "/ledgers/list/", "/ledgers/1/file"])
def test_ledgers_are_for_those_who_oversee(demo, login, address):
    planned(demo)
    with login(demo, "clerk.linqing").get(address) as answer:
        assert answer.status_code in {302, 403}
        assert answer.mimetype != EXCEL


def test_taking_a_ledger_keeps_nobody_from_writing(demo, login, monkeypatch):
    if demo.backend.name == "postgresql":
        pytest.skip("there a reader and a writer never wait for each other")
    wrote = []

    def produce(_kind, path, **_asked):
        other = sqlite3.connect(demo.backend.file, timeout=0)
        other.execute("UPDATE hall SET name = 'written meanwhile' WHERE id = 1")
        other.commit()
        other.close()
        wrote.append(path.write_bytes(b""))

    monkeypatch.setattr(taking, "produce", produce)
    with login(demo, "supervisor.linqing").post("/ledgers/take", data={"kind": "cases"}) as answer:
        assert answer.status_code == 200
    assert wrote


def planned(application):
    daily_ledgers(NOW - timedelta(minutes=20), NOW)
    return {
        row["kind"] + row["code"]: row
        for row in ask("SELECT r.*, h.code FROM ledger_run r JOIN hall h ON h.id = r.hall_id")
    }


def test_a_ledger_made_on_time_is_listed_and_sent_whole(demo, login):
    run_of = planned(demo)["casesyanggu"]
    client = login(demo, "supervisor.liaocheng")
    page = client.get("/ledgers/list/").text
    assert f'href="/ledgers/{run_of["id"]}/file">{run_of["file_name"]}</a>' in page
    assert 'href="/ledgers/take"' in page
    book, name = book_of(client.get(f"/ledgers/{run_of['id']}/file"))
    assert name == run_of["file_name"]
    assert cover(book)["数据校验码（SHA-256）"] == run_of["checksum"]


def test_the_ledgers_of_another_hall_are_not_there(demo, login):
    runs = planned(demo)
    client = login(demo, "supervisor.linqing")
    page = client.get("/ledgers/list/").text
    assert runs["caseslinqing"]["file_name"] in page
    for code in ("yanggu", "liaocheng"):
        assert runs[f"cases{code}"]["file_name"] not in page
        assert client.get(f"/ledgers/{runs[f'cases{code}']['id']}/file").status_code == 404


def test_a_file_that_is_gone_is_said_to_be_gone(demo, login):
    run_of = planned(demo)["caseslinqing"]
    (demo.config["EXPORTS"] / run_of["file_name"]).unlink()
    client = login(demo, "supervisor.linqing")
    answer = client.get(f"/ledgers/{run_of['id']}/file", follow_redirects=True)
    assert answer.request.path == "/ledgers/list/"
    assert f"台账文件“{run_of['file_name']}”已不在服务器上" in answer.text


@pytest.mark.parametrize("name", ["../outside.xlsx", "/etc/passwd", "sub/../../outside.xlsx", "."])
def test_nothing_outside_the_folder_is_ever_sent(demo, login, name):
    run_of = planned(demo)["caseslinqing"]
    (demo.config["EXPORTS"].parent / "outside.xlsx").write_bytes(b"secret")
    run("UPDATE ledger_run SET file_name = :name WHERE id = :id", name=name, id=run_of["id"])
    answer = login(demo, "supervisor.linqing").get(f"/ledgers/{run_of['id']}/file")
    assert answer.status_code == 302


def test_nobody_writes_ledger_runs_by_hand(demo, login):
    client = login(demo, "supervisor.linqing")
    for address in ("/ledgers/add", "/ledgers/edit/1", "/ledgers/delete/1"):
        assert client.get(address).status_code == 404
