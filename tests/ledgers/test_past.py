"""A ledger as of a past instant is the ledger that was made at that instant, cell by cell."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from app.core import clock, scope
from app.core.crud.present import local
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.transaction import transaction
from app.departments.queries import person_named
from app.ledgers.columns import LEDGERS
from app.ledgers.commands import ledger as command
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order
from app.ledgers.production import produce
from app.ledgers.templates.definition import Definition, Shown
from app.ledgers.templates.operations import Sharing, create
from tests.ledgers.living import Life
from tests.ledgers.reading import ask, cover, grounds, kept, run, table

TOLD = [kind.value for kind, ledger in LEDGERS.items() if ledger.past]


@pytest.fixture
def made(tmp_path):
    """Return a function that makes a ledger now, as of an instant or not."""

    def take(kind, who=None, **asked):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.xlsx"
        with scope.everything():
            person = scope.SYSTEM if who is None else person_named(who)
        done = produce(Order(kind, **asked), path, person=person, now=clock.now())
        return path, done

    return take


def differences(rows, others):
    """Return the cells that differ, and how many rows more or fewer there are."""
    pairs = zip(rows, others, strict=False)
    cells = [
        (row[0], one, other)
        for row, second in pairs
        for one, other in zip(row, second, strict=True)
        if one != other
    ]
    return cells + [len(rows) - len(others)] * (len(rows) != len(others))


@pytest.mark.parametrize("seed", [1, 2])
def test_it_equals_the_ledger_that_was_made_then(demo, made, monkeypatch, seed):
    life, then = Life(monkeypatch, seed), {}
    for _ in range(4):
        life.live(40)
        life.now += timedelta(minutes=2)
        then[life.now] = {kind: made(kind) for kind in TOLD}
    life.live(60)
    life.now += timedelta(days=3)
    for at, ledgers in then.items():
        for kind, (path, done) in ledgers.items():
            again, redone = made(kind, as_of=at)
            assert differences(table(again), table(path)) == [], (kind, at)
            assert grounds(again) == grounds(path), (kind, at)
            assert redone.checksum == done.checksum, (kind, at)
    assert {"move", "register", "edit", "card", "appeal", "rename", "calendar"} <= life.made
    first, *_, last = then.values()
    assert all(first[kind][1].checksum != last[kind][1].checksum for kind in TOLD)


@pytest.fixture
def then(demo, monkeypatch):
    """Return an instant of which all is told, with a case edited and a case registered since."""
    life = Life(monkeypatch, 3)
    at, life.now = life.now, life.now + timedelta(hours=1)
    for happening in (life.edit, life.register, life.rename):
        happening()
    db.session.remove()
    return at


def test_twice_it_is_the_same_data_whatever_happened_meanwhile(then, made, monkeypatch):
    first = made("cases", as_of=then)
    life = Life(monkeypatch, 4)
    life.now += timedelta(days=2)
    life.live(15)
    second = made("cases", as_of=then)
    assert first[1].checksum == second[1].checksum != made("cases")[1].checksum
    assert cover(first[0])["办理过程"] == cover(second[0])["办理过程"]


def test_the_cover_says_as_of_when_and_how_far_the_timeline_was_counted(then, made):
    told = cover(made("cases", as_of=then)[0])
    assert told["截至时间"] == f"{local(then):%Y-%m-%d %H:%M:%S}"
    assert told["制表时间"] == f"{local(clock.now()):%Y-%m-%d %H:%M:%S}"
    (last,) = ask("SELECT max(id) AS id, count(*) AS n FROM event WHERE recorded_at <= :at",
                  at=kept(str(then.replace(tzinfo=None))))  # fmt: skip
    (event,) = ask("SELECT hash FROM event WHERE id = :id", id=last["id"])
    counted = f"计入 {last['n']} 条，最后一条第 {last['id']} 号，封签 {event['hash']}"
    assert told["办理过程"] == counted
    assert "办理过程" not in cover(made("cases")[0])


def test_nothing_of_the_past_stays_behind(then, made):
    present = made("cases")[1].checksum
    made("cases", as_of=then)
    with pytest.raises(InvalidInputError):
        made("cases", as_of=then, department="no-such-one")
    assert made("cases")[1].checksum == present
    assert len(ask('SELECT id FROM "case"')) == 61


@pytest.mark.parametrize(
    ("kind", "when", "said"),
    [
        ("cases", timedelta(days=1), "截至时间不能晚于现在"),
        ("cases", timedelta(seconds=-30), "截至时间须在一分钟以前"),
        ("cases", timedelta(days=-9000), "最早只能截至"),
        ("duty", timedelta(days=-1), "值班台账不能按过去的时间生成"),
    ],
)
def test_what_can_not_be_told_is_refused_in_a_sentence(demo, made, kind, when, said):
    with pytest.raises(InvalidInputError) as refused:
        made(kind, as_of=clock.now() + when)
    assert said in refused.value.problems["as_of"]


def test_it_is_masked_whatever_is_asked(demo):
    with pytest.raises(InvalidInputError) as refused:
        Order("cases", as_of=clock.now() - timedelta(days=1), unmasked=True)
    assert "一律脱敏" in refused.value.problems["as_of"]


def test_before_the_timeline_carried_it_all_nothing_is_told(then, made):
    since = (then + timedelta(minutes=1)).replace(tzinfo=None, microsecond=0)
    run("INSERT INTO timeline_since (event_id, at) VALUES (1, :at)", at=kept(str(since)))
    with pytest.raises(InvalidInputError):
        made("cases", as_of=then)
    made("cases", as_of=then + timedelta(minutes=2))


@pytest.mark.parametrize("who", ["handler.linqing.scjg", "clerk.linqing"])
def test_a_reader_gets_the_rows_of_today_as_they_stood_then(then, made, who):
    path, _ = made("cases", who, as_of=then)
    everything = {row[0]: row for row in table(made("cases", as_of=then)[0])}
    now = {row[0] for row in table(made("cases", who)[0])}
    then_there = {row["number"] for row in ask('SELECT number FROM "case"')} & set(everything)
    rows = table(path)
    assert {row[0] for row in rows} == now & then_there
    assert all(row == everything[row[0]] for row in rows)
    assert len(rows) < len(everything)


def test_a_change_in_the_database_itself_is_undone_as_well(demo, made):
    at = clock.now() - timedelta(minutes=2)
    before, number = made("cases", as_of=at)[1].checksum, ask('SELECT max(id) AS id FROM "case"')
    run('UPDATE "case" SET description = :said, visits = 9 WHERE id = :id',
        said="库外改过", id=number[0]["id"])  # fmt: skip
    run("UPDATE deadline SET working_days = 99 WHERE current")
    assert made("cases")[1].checksum != before == made("cases", as_of=at)[1].checksum


def test_a_row_that_was_taken_away_is_there_as_of_before(demo, made):
    at = clock.now() - timedelta(minutes=2)
    before = made("cases", as_of=at)[1].checksum
    run("DELETE FROM flag")
    run("DELETE FROM assignment WHERE role = 'assist'")
    run("DELETE FROM assignment WHERE id = (SELECT max(id) FROM assignment)")
    assert made("cases", as_of=at)[1].checksum == before


def test_the_form_takes_it_and_keeps_what_was_typed(then, login, demo):
    client = login(demo, "supervisor.linqing")
    asked = {"kind": "cases", "as_of": f"{local(then):%Y-%m-%dT%H:%M}"}
    answer = client.post("/ledgers/take", data=asked)
    assert answer.mimetype.endswith("sheet")
    told = load_workbook(BytesIO(answer.data))["说明"]
    answer.close()
    at = then.replace(second=0, microsecond=0)
    said = f"{local(at):%Y-%m-%d %H:%M:%S}"
    assert ("截至时间", said) in list(told.iter_rows(values_only=True))
    wrong = client.post("/ledgers/take", data={"kind": "cases", "as_of": "2999-01-01T08:00"})
    assert "截至时间不能晚于现在" in wrong.text
    assert 'value="2999-01-01T08:00"' in wrong.text


def test_a_template_is_told_as_of_it_from_its_own_page(then, login, demo):
    with scope.working_for(person_named("supervisor.linqing")) as owner, transaction():
        asked = Definition(LedgerKind.CASES, (Shown("number"),))
        number = create("当时的事项", asked, Sharing(), actor=owner, now=clock.now()).id
        counts = Definition(
            LedgerKind.DEPARTMENTS, (Shown(LEDGERS[LedgerKind.DEPARTMENTS].columns[0].code),)
        )
        other = create("科室", counts, Sharing(), actor=owner, now=clock.now()).id
    db.session.remove()
    client, page = login(demo, "supervisor.linqing"), f"/ledger-templates/{number}/as-of"
    assert page in client.get(f"/ledger-templates/show/{number}").text
    assert "as-of" not in client.get(f"/ledger-templates/show/{other}").text
    assert "必填" in client.post(page, data={}).text
    assert "截至时间不能晚于现在" in client.post(page, data={"as_of": "2999-01-01T08:00"}).text
    with client.post(page, data={"as_of": f"{local(then):%Y-%m-%dT%H:%M}"}) as answer:
        told = dict(load_workbook(BytesIO(answer.data))["说明"].iter_rows(values_only=True))
    assert told["台账模板"] == "当时的事项（第 1 版）"
    assert told["截至时间"].startswith(f"{local(then):%Y-%m-%d %H:%M}")


def test_the_command_takes_it(then, tmp_path):
    runner, file = CliRunner(), tmp_path / "then.xlsx"
    typed = f"{local(then + timedelta(seconds=1)):%Y-%m-%d %H:%M:%S}"
    asked = ["cases", "--out", str(file), "--as-of"]
    done = runner.invoke(command, [*asked, typed])
    assert done.exit_code == 0, done.output
    assert cover(file)["截至时间"] == typed
    assert runner.invoke(command, ["verify", str(file)]).exit_code == 0
    late = runner.invoke(command, [*asked, "2999-01-01 08:00"])
    assert "as_of" in late.exception.problems


def test_a_task_in_the_background_carries_it(then):
    order = Order("cases", as_of=then)
    assert Order.from_json(json.loads(json.dumps(order.as_json()))) == order
