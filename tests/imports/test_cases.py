"""Cases from a file: registered as at the window, once, wholly or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import event, func, select, text

from app.cases.models import Case
from app.cases.records import CaseCounter
from app.cases.rules import Channel, Situation, Status
from app.core import scope, timeline
from app.core.chain import first_break
from app.core.db import db
from app.core.timeline import Event
from app.imports.models import ImportLine, ImportRun
from app.imports.rules import ImportState
from tests.conftest import NOW
from tests.imports.conftest import at_once
from tests.imports.files import HEADS, person, xlsx

THREE = xlsx([["登记簿"], [*HEADS, "来访日期", "渠道"]] + [
    [*person(number), "2026.5.7", "热线"] for number in range(3)
])  # fmt: skip
ONE_WRONG = xlsx([HEADS, person(1), ("李四", "12", "公司设立登记", "没有办成"), person(2)])


def numbers(report):
    return [it for it in report.added if it.startswith("LQ-")]


def count(model=Case):
    with scope.everything():
        return db.session.scalar(select(func.count()).select_from(model))


def case_of(number):
    db.session.expire_all()
    with scope.everything():
        return db.session.scalars(select(Case).where(Case.number == number)).one()


def test_a_dry_run_writes_nothing(desk):
    before, events = count(), count(Event)
    report = desk.check("cases", THREE)
    assert report.counts() == {"total": 3, "new": 3, "known": 0, "wrong": 0, "added": 0}
    db.session.rollback()
    assert (count(), count(Event), count(ImportLine)) == (before, events, 0)


def test_rows_become_cases_as_at_the_window(desk, unlimited):
    last = db.session.scalar(select(func.max(CaseCounter.last)))
    report = desk.take("cases", THREE)
    assert len(numbers(report)) == 3
    cases = [case_of(number) for number in report.added]
    assert [case.serial for case in cases] == [last + 1, last + 2, last + 3]
    one = cases[0]
    assert (one.status, one.channel) == (Status.REGISTERED, Channel.HOTLINE)
    assert (one.situation, one.visits) == (Situation.NOT_ACCEPTED, 1)
    assert one.responsibility is not None
    assert one.registered_by == "王敏" or one.registered_by
    assert one.phone_index
    stored = db.session.execute(
        text('SELECT phone FROM "case" WHERE id = :id'), {"id": one.id}
    ).scalar()
    assert "1390635" not in stored
    told = db.session.scalars(select(Event).where(Event.case_id == one.id).order_by(Event.id)).all()
    assert [it.kind for it in told] == ["registered", "imported"]
    assert told[1].payload["reported_on"] == "2026-05-07"
    assert told[1].payload["file"] == "登记簿.xlsx"
    assert "3" in told[1].payload["row"]
    assert first_break(None).broken is None


def test_the_same_file_twice_adds_nothing_and_says_so(desk):
    first = desk.take("cases", THREE)
    before = count()
    second = desk.take("cases", THREE)
    assert second.added == []
    assert second.counts()["known"] == 3
    assert all(number in row.known for number, row in zip(first.added, second.rows, strict=True))
    assert count() == before


def test_the_same_rows_in_another_order_and_writing_are_the_same(desk):
    desk.take("cases", xlsx([HEADS, person(1)]))
    name, phone, matter, description = person(1)
    again = xlsx(
        [["表"], ["内容", "事项", "手机", "姓名"], [description, matter, int(phone), name]]
    )
    assert desk.check("cases", again).counts()["known"] == 1


def test_all_or_nothing(desk):
    before = count()
    report = desk.take("cases", ONE_WRONG)
    assert report.added == []
    assert [problem.cell for problem in report.problems] == ["B3"]
    db.session.rollback()
    assert count() == before
    with scope.everything():
        run = db.session.scalars(select(ImportRun)).one()
        assert run.state is ImportState.CHECKED


def test_the_good_rows_only(desk):
    report = desk.take("cases", ONE_WRONG, together=False)
    assert len(report.added) == 2
    with scope.everything():
        run = db.session.scalars(select(ImportRun)).one()
        assert (run.state, run.total, run.added, run.wrong) == (ImportState.DONE, 3, 2, 1)
        assert run.whole is False
        assert [line.row for line in db.session.scalars(select(ImportLine))] == [2, 4]


def test_a_row_that_fails_while_it_is_written_undoes_all_or_itself(desk, monkeypatch, unlimited):
    real = timeline.record

    def record(case, kind, **told):
        if kind == "imported" and told["row"].endswith("第 3 行"):
            from app.core.errors import DomainError

            raise DomainError("这一行不行")
        return real(case, kind, **told)

    monkeypatch.setattr("app.imports.kinds.cases.timeline.record", record)
    data = xlsx([HEADS, person(1), person(2), person(3)])
    before, last = count(), db.session.scalar(select(func.max(CaseCounter.last)))
    report = desk.take("cases", data)
    assert (report.added, [it.text for it in report.problems]) == ([], ["这一行不行"])
    db.session.rollback()
    assert count() == before
    report = desk.take("cases", data, together=False)
    assert len(report.added) == 2
    assert [case_of(it).serial for it in report.added] == [last + 1, last + 2]


@pytest.mark.parametrize("moment", ["registered", "imported"])
def test_killed_midway_leaves_nothing(desk, monkeypatch, moment):
    real = timeline.record
    seen = []

    def record(case, kind, **told):
        seen.append(kind)
        if kind == moment and seen.count(kind) == 2:
            raise KeyboardInterrupt
        return real(case, kind, **told)

    monkeypatch.setattr("app.core.timeline.record", record)
    run, before, events = desk.upload("cases", THREE), count(), count(Event)
    with pytest.raises(KeyboardInterrupt):
        desk.apply(run, THREE)
    monkeypatch.undo()
    assert (count(), count(Event), count(ImportLine)) == (before, events, 0)
    assert len(desk.apply(run, THREE).added) == 3


def test_two_who_confirm_at_once_import_once(demo, desk):
    run, before = desk.upload("cases", THREE), count()
    db.session.remove()
    done = at_once(demo, lambda _: desk.apply(run, THREE))
    assert sorted(report is None for report in done) == [False, True]
    assert count() == before + 3


def test_two_who_bring_the_same_rows_at_once_add_them_once(demo, desk):
    runs, before = [desk.upload("cases", THREE) for _ in range(2)], count()
    db.session.remove()
    done = at_once(demo, lambda number: desk.apply(runs[number], THREE))
    assert sorted(len(report.added) for report in done) == [0, 3]
    assert count() == before + 3


def test_a_number_is_compared_and_nothing_is_overwritten(desk, unlimited):
    [number] = desk.take("cases", xlsx([HEADS, person(1)])).added
    case = case_of(number)
    heads = ["编号", *HEADS]
    same = [number.lower(), "张**", "139****0001", case.matter, case.description]
    other = [number, *person(1)[:3], "改过的内容"]
    report = desk.check("cases", xlsx([heads, same, other, ["LQ-2026-999999", *person(2)]]))
    assert [row.verdict.value for row in report.rows] == ["known", "wrong", "wrong"]
    assert [it.cell for it in report.problems] == ["E3", "A4"]
    assert "没有改动" in report.problems[0].text
    assert case.description in report.problems[0].text
    assert case_of(number).version == case.version


def test_what_is_masked_is_no_new_case(desk):
    report = desk.check("cases", xlsx([HEADS, ("张**", "139****0001", "事项", "内容")]))
    assert [it.cell for it in report.problems] == ["A2", "B2"]


def test_the_checks_of_the_form_hold(desk):
    heads = [*HEADS, "证件号码", "反映人类型", "到厅次数", "代办人", "来访日期", "责任人"]
    row = [*person(1), "371502199001011235", "个人", 1000, "李四", "2027-01-01", "查无此人"]
    report = desk.check("cases", xlsx([heads, row]))
    assert {it.cell for it in report.problems} == {"E2", "G2", "I2", "J2"} or {
        it.heading for it in report.problems
    } >= {"证件号码", "到厅次数", "来访日期", "责任人"}


def test_only_the_own_hall_is_open(desk):
    data = xlsx([["大厅", *HEADS], ["阳谷县政务服务大厅", *person(1)], ["linqing", *person(2)]])
    report = desk.check("cases", data)
    assert [it.cell for it in report.problems] == ["A2"]
    assert "阳谷" not in report.problems[0].text.split("；")[1]
    report = desk.take("cases", data, together=False)
    assert len(numbers(report)) == 1


def test_what_is_kept_of_the_file_is_encrypted_and_forgotten(desk, unlimited):
    from datetime import timedelta

    from app.imports.jobs import forget_uploads
    from app.imports.operations import content_of

    run = desk.upload("cases", THREE)
    stored = db.session.execute(text("SELECT content, report FROM import_run")).one()
    assert "UEs" not in stored.content[:20]
    assert "13906350000" not in str(stored.report)
    found = db.session.get(ImportRun, run)
    assert content_of(found).data == THREE
    db.session.rollback()
    assert forget_uploads(NOW, NOW + timedelta(days=2)) == {"forgotten": 0}
    assert forget_uploads(NOW, NOW + timedelta(days=4)) == {"forgotten": 1}
    db.session.expire_all()
    assert db.session.get(ImportRun, run).content is None


def test_checking_asks_no_more_for_more_rows(desk):
    def asked(many):
        statements = []
        listen = lambda *told: statements.append(told[2])  # noqa: E731 - one line, and named
        data = xlsx([HEADS, *[person(number) for number in range(many)]])
        desk.check("cases", data)
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            desk.check("cases", data)
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(statements)

    assert asked(5) == asked(50)
