"""Personal data in clear: for a right and a reason, locked, marked, fetched once, written down."""

import re
import shutil
import signal
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import g
from openpyxl import load_workbook

import run as program
from app.core import clock, scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.privacy import keyring
from app.core.transaction import transaction
from app.core.workbook import locked
from app.core.workbook.locked import is_locked, unlocked
from app.departments.queries import person_named
from app.ledgers import unmasking as rules
from app.ledgers.orders import Order
from app.ledgers.tasks import making, operations
from app.ledgers.tasks.jobs import clear_tasks
from app.ledgers.tasks.rules import KEPT_UNMASKED
from app.ledgers.unmasked import operations as entries
from tests.core.screens import tree
from tests.ledgers.reading import ask, cover, run, table
from tests.ledgers.test_tasks import files, folder, make, row_of
from tests.processes import Forked

__all__ = ["folder"]

WHO = "supervisor.linqing"
REASON = "逐一电话核实"
ASKED = {"kind": "cases", "unmasked": "y", "reason": REASON}
PEOPLE = """SELECT number, applicant_name, phone FROM "case" WHERE number LIKE 'LQ%'"""


def people():
    """Return name and telephone number of each applicant, past the program's masks."""
    return {
        row["number"]: (row["applicant_name"], row["phone"] and keyring().open(row["phone"]))
        for row in ask(PEOPLE)
    }


def entry():
    return ask("SELECT * FROM unmasked_ledger")[0]


def asked(person=None, **more):
    """Ask as the form does, and give the number of the task."""
    person = person or person_named(WHO)
    with scope.working_for(person), transaction():
        order, now = Order(**{"kind": "cases", "unmasked": True} | more), clock.now()
        options = {"language": "zh", "actor": person, "now": now, "reason": REASON}
        return operations.request(order, "全部", **options).id


@pytest.fixture
def ready(demo, login, folder):
    """A client whose unmasked ledger is made, and the address of its page."""
    client = login(demo, WHO)
    page = client.post("/ledgers/take", data=ASKED).location
    assert make()
    return client, page.replace("/show", "")


def password_in(answer):
    return re.search('<code id="password">([^<]+)</code>', answer.text)[1]


# --- the file ----------------------------------------------------------------------------------


def test_it_is_clear_behind_the_password_and_masked_nowhere(ready, folder):
    client, base = ready
    [path] = files(folder)
    assert is_locked(path)
    password = password_in(client.post(f"{base}/password"))
    with client.post(f"{base}/file") as sent:
        (folder / "sent.xlsx").write_bytes(sent.data)
    clear = unlocked(folder / "sent.xlsx", password)
    assert {row[0]: (row[4], row[5]) for row in table(clear)} == people()
    said = cover(BytesIO(clear.getvalue()))
    assert (said["个人信息"], said["未脱敏的原因"]) == ("未脱敏", REASON)
    assert "反映人、联系电话" not in said
    with pytest.raises(DomainError, match="口令不对"):
        unlocked(folder / "sent.xlsx", "wrong")


def test_without_the_tick_it_is_masked_and_open(demo, login):
    with login(demo, WHO).post("/ledgers/take", data=ASKED | {"unmasked": ""}) as answer:
        rows = table(BytesIO(answer.data))
    assert all("**" in row[4] for row in rows)
    assert ask("SELECT id FROM unmasked_ledger") == []


@pytest.mark.parametrize("kind", ["overdue", "callbacks", "appeals"])
def test_other_ledgers_are_told_in_clear_too(every_kind, tmp_path, kind):
    person, now = person_named("supervisor.liaocheng"), clock.now()
    permitted = rules.unmasking(REASON, person=person, now=now)
    path = tmp_path / "a.xlsx"
    with scope.working_for(person):
        making.produce(Order(kind, unmasked=True), path, person=person, now=now, unmasked=permitted)
    book = load_workbook(unlocked(path, permitted.lock.password))
    heads = [cell.value for cell in book.worksheets[0][2]]
    rows = book.worksheets[0].iter_rows(min_row=3, values_only=True)
    names = [row[heads.index("反映人")] for row in rows]
    assert len(permitted.cases) >= bool(names)
    assert not any("**" in name for name in names)


def test_every_printed_page_bears_the_readers_name(every_kind, tmp_path, soffice):
    run("UPDATE ab_user SET first_name = '王&芳' WHERE username = :who", who=WHO)
    person, now = person_named(WHO), clock.now()
    permitted = rules.unmasking(REASON, person=person, now=now)
    path = tmp_path / "a.xlsx"
    with scope.working_for(person):
        making.produce(Order("cases"), path, person=person, now=now, unmasked=permitted)
    clear = tmp_path / "clear.xlsx"
    clear.write_bytes(unlocked(path, permitted.lock.password).getvalue())
    text = subprocess.run(
        ["pdftotext", "-layout", str(soffice(clear, "pdf")), "-"], check=True, capture_output=True
    ).stdout.decode()  # fmt: skip
    pages = text.removesuffix("\f").split("\f")
    assert len(pages) > 2
    for page in pages:
        assert f"仅供{person.name}（{WHO}）使用，含未脱敏个人信息" in page.replace(" ", "")


def test_libreoffice_opens_it_with_its_password(demo, tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    person, now = person_named(WHO), clock.now()
    permitted = rules.unmasking(REASON, person=person, now=now)
    path = tmp_path / "a.xlsx"
    with scope.working_for(person):
        making.produce(Order("cases"), path, person=person, now=now, unmasked=permitted)
    script = Path(__file__).with_name("opening.py")
    told = subprocess.run(
        ["/usr/bin/python3", script, path, permitted.lock.password, tmp_path / "o"],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if "No module named 'uno'" in told.stderr:
        pytest.skip("LibreOffice's Python is not installed")
    first = table(unlocked(path, permitted.lock.password))[0][0]
    assert told.stdout.split()[-1:] == [first], told.stderr


# --- who may, and why --------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_it_is_refused_beside_the_field(demo, login, reason):
    answer = login(demo, WHO).post("/ledgers/take", data=ASKED | {"reason": reason})
    assert answer.status_code == 422
    assert 'href="#f-reason"' in answer.text
    assert ask("SELECT id FROM ledger_task") == []


def test_without_the_right_it_is_refused_on_every_path(demo, login, tmp_path, token):
    inspector = login(demo, "inspector.liaocheng")
    assert 'name="unmasked"' not in inspector.get("/ledgers/take").text
    for address in ("/ledgers/take", "/ledger-tasks/listed"):
        answer = inspector.post(address, data=ASKED)
        assert answer.status_code == 422
        assert "您没有查看未脱敏台账的权限" in answer.text
    person = person_named("clerk.linqing")
    with scope.working_for(person), pytest.raises(DomainError, match="没有查看未脱敏台账的权限"):
        asked(person=person)
    for who in ("clerk.linqing", None):
        told = command(demo, tmp_path / "a.xlsx", REASON, *(["--as", who] if who else []))
        assert told.exit_code == 1
    assert command(demo, tmp_path / "a.xlsx", " ", "--as", WHO).exit_code == 1
    for method in ("post", "put"):
        call = getattr(demo.test_client(), method)
        answer = call("/api/v1/unmasked-ledgers/", json={}, headers=token(demo, WHO))
        assert answer.status_code in {403, 404, 405}
    assert list(tmp_path.glob("*.xlsx")) == []
    assert ask("SELECT id FROM unmasked_ledger") == []


def test_who_lost_the_right_meanwhile_gets_none(demo, folder, monkeypatch):
    number = asked()
    monkeypatch.setattr(rules, "holders", lambda _entity, _letter: frozenset({"inspector"}))
    assert make()
    assert "没有查看未脱敏台账的权限" in row_of(number)["reason"]
    assert files(folder) == []


def test_there_is_no_unmasking_of_what_is_not_masked_or_of_too_much(demo, login, monkeypatch):
    client = login(demo, WHO)
    answer = client.post("/ledgers/take", data=ASKED | {"kind": "duty"})
    assert "没有需要脱敏的列" in answer.text
    monkeypatch.setattr(rules, "MOST_UNMASKED", 2)
    assert "最多 2 行" in client.post("/ledgers/take", data=ASKED).text
    assert ask("SELECT id FROM ledger_task") == []
    with pytest.raises(InvalidInputError):
        rules.require("长" * 501, person_named(WHO))


# --- once ----------------------------------------------------------------------------------------


def test_the_password_is_shown_once_and_kept_no_longer(ready):
    client, base = ready
    assert entry()["password"] not in (None, "")
    password = password_in(client.post(f"{base}/password"))
    assert re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", password)
    assert entry()["password"] is None
    assert entry()["shown_at"] is not None
    again = client.post(f"{base}/password", follow_redirects=True)
    assert "只显示一次" in again.text
    assert password not in again.text


def test_a_password_that_waits_is_never_in_clear(ready, folder):
    client, base = ready
    waiting = entry()["password"]
    password = password_in(client.post(f"{base}/password"))
    assert password not in waiting
    assert keyring().open(waiting) == password


def test_the_link_is_used_once_and_the_file_is_gone(ready, folder):
    client, base = ready
    assert client.get(f"{base}/file").status_code == 302  # looking ahead spends nothing
    assert entry()["fetched_at"] is None
    with client.post(f"{base}/file") as sent:
        assert sent.status_code == 200
    assert files(folder) == []
    for call in (client.post, client.get):
        again = call(f"{base}/file", follow_redirects=True)
        assert "下载链接已于" in again.text
        assert again.mimetype == "text/html"
    assert row_of(base.rpartition("/")[2])["file_key"] is None


def test_what_nobody_fetched_is_gone_after_a_day_with_its_password(ready, folder):
    client, base = ready
    clear_tasks(clock.now(), clock.now() + KEPT_UNMASKED * 1.01)
    assert files(folder) == []
    assert entry()["password"] is None
    assert "口令" not in client.get(base.replace("tasks/", "tasks/show/")).text
    assert "保留期" in client.post(f"{base}/file", follow_redirects=True).text


# --- written down --------------------------------------------------------------------------------


def test_a_password_can_be_had_after_the_file_but_not_after_its_day(ready):
    client, base = ready
    client.post(f"{base}/file").close()
    assert "显示口令" in client.get(base.replace("tasks/", "tasks/show/")).text
    assert entry()["password"] is not None
    clear_tasks(clock.now(), clock.now() + KEPT_UNMASKED * 1.01)
    assert entry()["password"] is None


def test_each_case_tells_who_looked_and_why(ready):
    told = ask("SELECT case_number, actor, payload FROM event WHERE kind = 'revealed'")
    assert {row["case_number"] for row in told} == set(people())
    assert {row["actor"] for row in told} == {person_named(WHO).name}
    assert all(REASON in str(row["payload"]) or "\\u" in str(row["payload"]) for row in told)


def test_the_inspector_lists_it_and_others_do_not(ready, demo, login):
    client, base = ready
    client.post(f"{base}/file").close()

    def enter(who):
        db.session.remove()
        g.pop("_login_user", None)  # the requests of a test share it
        return login(demo, who)

    page = client.get("/unmasked-ledgers/list/")
    assert REASON in page.text
    [ask] = tree(page).xpath("//main//a[contains(., '申请未脱敏台账')]/@href")
    assert client.get(ask).status_code == 200
    inspector = enter("inspector.liaocheng")
    assert REASON in inspector.get("/unmasked-ledgers/list/").text
    shown = inspector.get(f"/unmasked-ledgers/show/{entry()['id']}").text
    assert person_named(WHO).name in shown
    assert "下载时间" in shown
    assert enter("clerk.linqing").get("/unmasked-ledgers/list/").status_code in {302, 403}
    assert REASON not in enter("supervisor.liaocheng").get("/unmasked-ledgers/list/").text


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE unmasked_ledger SET reason = 'x'",
        "UPDATE unmasked_ledger SET actor_id = 1",
        "UPDATE unmasked_ledger SET made_at = NULL",
        "UPDATE unmasked_ledger SET rows = 1",
        "DELETE FROM unmasked_ledger",
    ],
)
def test_the_database_keeps_the_entry_as_it_was_written(ready, statement):
    before = entry()
    with pytest.raises(Exception, match="kept as it was written"):
        run(statement)
    assert entry() == before


# --- killed in the middle ------------------------------------------------------------------------


def die(_say, place, name, temporary):
    def killed(*_args, **_options):
        signal.raise_signal(signal.SIGKILL)

    tempfile.tempdir = str(temporary)
    setattr(place, name, killed)
    make()


@pytest.mark.parametrize(
    ("place", "name"), [(locked, "lock"), (operations, "finish"), (entries, "made")]
)
def test_a_process_that_is_killed_leaves_nothing_to_read(demo, folder, tmp_path, place, name):
    asked()
    (temporary := tmp_path / "temporary").mkdir()
    process = Forked(demo, die, place, name, temporary)
    process.start()
    process.process.join(120)
    assert process.process.exitcode == -signal.SIGKILL
    names = {name for name, _ in people().values()}
    left = files(folder)
    assert left
    assert files(temporary) == []
    for path in left:
        assert is_locked(path) or path.read_bytes() == b""
        assert not any(name.encode() in path.read_bytes() for name in names)
    assert ask("SELECT id FROM event WHERE kind = 'revealed'") == []


# --- the command ---------------------------------------------------------------------------------


def command(_application, path, reason, *more):
    return CliRunner().invoke(
        program.cli, ["ledger", "cases", "--out", str(path), "--unmasked", reason, *more]
    )


def test_the_command_writes_a_locked_file_and_verify_asks_for_its_password(demo, tmp_path):
    path = tmp_path / "a.xlsx"
    told = command(demo, path, REASON, "--as", WHO)
    assert told.exit_code == 0, told.output
    password = re.search(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", told.output)[0]
    assert {row[0]: (row[4], row[5]) for row in table(unlocked(path, password))} == people()
    assert entry()["password"] is None
    assert entry()["fetched_at"] is not None
    verify = ["ledger", "verify", str(path)]
    for answer in (CliRunner().invoke(program.cli, verify, input=f"{password}\n"),
                   CliRunner().invoke(program.cli, [*verify, "--password", password])):  # fmt: skip
        assert answer.exit_code == 0, answer.output
        assert "与生成时一致" in answer.output
        assert password not in answer.output
    wrong = CliRunner().invoke(program.cli, [*verify, "--password", "wrong"])
    assert wrong.exit_code == 1
    assert "口令不对" in wrong.output
