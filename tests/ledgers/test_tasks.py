"""Ledgers made in the background: asked for, made once, stopped, failed with a reason, kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import monotonic, sleep

import pytest

from app.core import clock, scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.storage import exports
from app.core.transaction import transaction
from app.core.workbook import checksum
from app.departments.queries import person_named
from app.ledgers.orders import Order
from app.ledgers.tasks import making, operations, taking
from app.ledgers.tasks.jobs import clear_tasks, mind_tasks
from app.ledgers.tasks.models import LedgerTask
from app.ledgers.tasks.rules import FORGOTTEN, KEPT, MOST_ATTEMPTS
from app.ledgers.tasks.workers import Worker
from tests.ledgers.reading import ask, cover, run, table
from tests.processes import Forked

WHO = "supervisor.linqing"
PATIENCE = 60


@pytest.fixture(autouse=True)
def folder(request, tmp_path, monkeypatch):
    """An empty folder for ledgers."""
    if "demo" in request.fixturenames:
        demo = request.getfixturevalue("demo")
        monkeypatch.setitem(demo.config, "EXPORTS", tmp_path / "exports")
    return tmp_path / "exports"


def asked(who=WHO, kind="cases", **more):
    person = person_named(who)
    with scope.working_for(person), transaction():
        order = Order(kind, **more)
        now = clock.now()
        return operations.request(order, "全部", language="zh", actor=person, now=now).id


def make(only=None):
    return making.make_next(Event(), only)


def row_of(number):
    return ask("SELECT * FROM ledger_task WHERE id = :id", id=number)[0]


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def time_passes(number):
    run(
        "UPDATE ledger_task SET lease_until = :at WHERE id = :id",
        at="2026-01-01 00:00:00+00:00",
        id=number,
    )


def inbox(client):
    return client.get("/notices/").text


# --- from asking to fetching -------------------------------------------------------------------


def test_a_large_ledger_is_queued_made_told_of_and_fetched(demo, login, folder, monkeypatch):
    monkeypatch.setattr(taking, "SMALL", 2)
    client = login(demo, WHO)
    answer = client.post("/ledgers/take", data={"kind": "cases"})
    number = ask("SELECT id FROM ledger_task")[0]["id"]
    assert answer.headers["Location"] == f"/ledger-tasks/show/{number}"
    assert "排队中" in client.get(f"/ledger-tasks/show/{number}").text
    told = client.get(f"/ledger-tasks/{number}/state").json
    assert (told["state"], told["percent"], told["under_way"]) == ("queued", 0, True)
    assert make()
    assert client.get(f"/ledger-tasks/{number}/state").json["state"] == "done"
    assert "台账已生成" in inbox(client)
    assert "下载" in client.get(f"/ledger-tasks/show/{number}").text
    with client.get(f"/ledger-tasks/{number}/file") as sent:
        assert sent.status_code == 200
        (folder / "fetched.xlsx").write_bytes(sent.data)
    row = row_of(number)
    assert checksum(folder / "fetched.xlsx") == row["checksum"]
    assert len(table(folder / "fetched.xlsx")) == row["rows_done"] == row["rows_expected"]
    assert cover(folder / "fetched.xlsx")["制表人"] == person_named(WHO).name


def test_a_small_ledger_comes_at_once(demo, login):
    with login(demo, WHO).post("/ledgers/take", data={"kind": "cases"}) as answer:
        assert answer.status_code == 200
    assert ask("SELECT id FROM ledger_task") == []


def test_it_lists_what_the_person_may_see_and_nothing_else(demo, folder):
    number = asked()
    make()
    path = folder / row_of(number)["file_key"]
    assert {cells[0][:2] for cells in table(path)} == {"LQ"}


def test_it_is_made_in_the_language_in_which_it_was_asked_for(demo, folder):
    person = person_named(WHO)
    with scope.working_for(person), transaction():
        operations.request(Order("cases"), "all", language="en", actor=person, now=clock.now())
    make()
    [path] = files(folder)
    assert "Produced by" in cover(path)


# --- once, whatever happens --------------------------------------------------------------------


def make_one(_say):
    return make()


def test_two_workers_make_one_task_once(demo, folder):
    number = asked()
    two = [Forked(demo, make_one) for _ in range(2)]
    for process in two:
        process.start()
    assert sorted(process.result() for process in two) == [False, True]
    assert row_of(number)["attempts"] == 1
    assert len(files(folder)) == 1
    assert ask("SELECT count(*) AS n FROM notice WHERE kind = 'ledger_ready'")[0]["n"] == 1


def stay_in_the_middle(say):
    """Make a ledger, and say so and stay there once rows are written."""
    real = making.produce

    def slow(order, path, *, progress, **options):
        def tell(rows):
            progress(rows)
            say(rows)
            Event().wait()

        return real(order, path, progress=tell, **options)

    making.produce = slow
    return make()


def test_a_worker_that_is_killed_leaves_the_work_to_the_next(demo, folder):
    number = asked()
    first = Forked(demo, stay_in_the_middle).start()
    assert first.heard() > 0
    first.kill()
    assert row_of(number)["state"] == "running"
    assert not make()
    [left] = files(folder)
    assert left.name.startswith(".")
    time_passes(number)
    assert make()
    row = row_of(number)
    assert (row["state"], row["attempts"]) == ("done", 2)
    assert checksum(folder / row["file_key"]) == row["checksum"]
    clear_tasks(clock.now(), clock.now() + FORGOTTEN + timedelta(minutes=1))
    assert files(folder) == [folder / row["file_key"]]


def test_whoever_was_taken_for_dead_changes_nothing_any_more(demo, folder):
    number = asked()
    with scope.everything(), transaction():
        slow = operations.claim(node="slow", now=clock.now())
    time_passes(number)
    assert make()
    done = row_of(number)
    with scope.everything(), transaction():
        assert not operations.beat(slow, 1, 9, now=clock.now())
        assert not operations.fail(slow, "too late", now=clock.now())
        assert not operations.give_back(slow)
    assert row_of(number) == done


def test_what_dies_again_and_again_fails_in_the_end_with_a_sentence(demo, login):
    number = asked()
    for attempt in range(MOST_ATTEMPTS):
        with scope.everything(), transaction():
            claimed = operations.claim(node="frail", now=clock.now())
        assert claimed.attempt == attempt + 1
        time_passes(number)
    assert not make()
    assert mind_tasks(clock.now(), clock.now()) == {"unmade": 1}
    row = row_of(number)
    assert row["state"] == "failed"
    assert "中途中断" in row["reason"]
    client = login(demo, WHO)
    assert "台账未能生成" in inbox(client)
    assert "中途中断" in client.get(f"/ledger-tasks/show/{number}").text
    assert client.post(f"/ledger-tasks/{number}/retry").status_code == 302
    assert make()
    assert row_of(number)["state"] == "done"


def test_a_thread_makes_what_is_queued_and_gives_back_what_it_must_leave(demo, monkeypatch):
    in_the_middle, go_on = Event(), Event()
    real = making.produce

    def slow(order, path, *, progress, **options):
        def tell(rows):
            in_the_middle.set()
            go_on.wait(PATIENCE)
            progress(rows)

        return real(order, path, progress=tell, **options)

    monkeypatch.setattr(making, "produce", slow)
    number = asked()
    db.session.remove()
    worker = Worker(demo).start()
    try:
        assert in_the_middle.wait(PATIENCE)
        assert row_of(number)["state"] == "running"
        worker._stopping.set()
    finally:
        go_on.set()
        worker.stop()
        del demo.extensions["ledger_worker"]
    row = row_of(number)
    assert (row["state"], row["attempts"]) == ("queued", 0)
    worker = Worker(demo).start()
    try:
        limit = monotonic() + PATIENCE
        while row_of(number)["state"] != "done":
            assert monotonic() < limit
            sleep(0.05)
    finally:
        worker.stop()
        del demo.extensions["ledger_worker"]


# --- stopping ------------------------------------------------------------------------------------


def test_what_is_queued_can_be_cancelled_and_taken_up_again(demo, login, folder):
    number = asked()
    client = login(demo, WHO)
    client.post(f"/ledger-tasks/{number}/cancel")
    assert row_of(number)["state"] == "cancelled"
    assert not make()
    client.post(f"/ledger-tasks/{number}/cancel")
    client.post(f"/ledger-tasks/{number}/retry")
    assert make()
    assert len(files(folder)) == 1


def test_what_is_running_stops_when_it_is_cancelled_and_leaves_no_file(
    demo, login, folder, monkeypatch
):
    monkeypatch.setattr(making, "BEAT", 0.01)
    client = login(demo, WHO)
    number = asked()
    real, seen = making.produce, []

    def slow(order, path, *, progress, **options):
        def tell(rows):
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(client.post, f"/ledger-tasks/{number}/cancel").result()
            limit = monotonic() + PATIENCE
            while monotonic() < limit:
                progress(rows)
                sleep(0.01)
            seen.append(rows)

        return real(order, path, progress=tell, **options)

    monkeypatch.setattr(making, "produce", slow)
    assert make()
    assert seen == []
    assert row_of(number)["state"] == "cancelled"
    assert files(folder) == []


# --- what goes wrong -----------------------------------------------------------------------------


def test_a_person_has_no_more_than_two_under_way(demo, login, monkeypatch):
    monkeypatch.setattr(taking, "SMALL", 2)
    asked()
    second = asked()
    with pytest.raises(DomainError, match="已有 2 份"):
        asked()
    answer = login(demo, WHO).post("/ledgers/take", data={"kind": "cases"})
    assert answer.status_code == 422
    assert "已有 2 份" in answer.text
    asked("supervisor.liaocheng")
    make(second)
    asked()


def test_whoever_lost_the_right_meanwhile_gets_no_file(demo, folder):
    number = asked()
    run("DELETE FROM membership WHERE user_id = :id", id=person_named(WHO).id)
    make()
    row = row_of(number)
    assert row["state"] == "failed"
    assert "不再有生成台账的权限" in row["reason"]
    assert files(folder) == []


def test_a_fault_of_the_program_is_told_without_its_inside(demo, monkeypatch, caplog):
    monkeypatch.setattr(making, "produce", lambda *_, **__: 1 / 0)
    number = asked()
    make()
    assert row_of(number)["reason"] == "程序错误，详见日志"
    assert "ZeroDivisionError" in caplog.text


# --- keeping -------------------------------------------------------------------------------------


def test_a_file_is_kept_for_a_week_and_then_said_to_be_gone(demo, login, folder):
    number = asked()
    make()
    key = row_of(number)["file_key"]
    client = login(demo, WHO)
    clear_tasks(clock.now(), clock.now() + KEPT - timedelta(minutes=1))
    assert (folder / key).exists()
    later = clock.now() + KEPT + timedelta(minutes=1)
    assert clear_tasks(later, later)["swept"] == 1
    assert files(folder) == []
    answer = client.get(f"/ledger-tasks/{number}/file", follow_redirects=True)
    assert "文件已过保留期或已被清理" in answer.text


def test_what_no_task_names_is_removed_once_it_is_old(demo, folder):
    asked()
    make()
    [kept] = files(folder)
    with exports().draft() as draft:
        draft.write_bytes(b"written, and then the power went")
        exports().keep(draft, "tasks/99-1-orphan.xlsx")
    clear_tasks(clock.now(), clock.now())
    assert len(files(folder)) == 2
    clear_tasks(clock.now(), clock.now() + FORGOTTEN + timedelta(minutes=1))
    assert files(folder) == [kept]


def test_only_who_asked_gets_the_file(demo, login):
    number = asked()
    make()
    inspector = login(demo, "inspector.liaocheng")
    assert inspector.get(f"/ledger-tasks/show/{number}").status_code == 200
    for address, method in (("file", "GET"), ("cancel", "POST"), ("retry", "POST")):
        answer = inspector.open(f"/ledger-tasks/{number}/{address}", method=method)
        assert answer.status_code == 404
    db.session.remove()
    with scope.working_for(person_named("supervisor.liaocheng")):
        assert db.session.get(LedgerTask, number) is None


def test_the_database_itself_keeps_a_task_whole(demo):
    number = asked()
    for change in (
        "state = 'done'", "state = 'failed'", "state = 'running'", "state = 'lost'",
        "rows_done = -1", "file_key = 'tasks/1.xlsx'", "attempts = 9", "reason = 'why'",
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"(?i)check|constraint"):
            run(f"UPDATE ledger_task SET {change} WHERE id = :id", id=number)  # noqa: S608
        db.session.rollback()
    with scope.everything():
        assert db.session.get(LedgerTask, number).state == "queued"
