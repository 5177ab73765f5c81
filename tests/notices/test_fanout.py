"""Who is told: by the rules, of what they may see, once, and of nobody's private data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.records import Assignment, AssignmentRole
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.timeline import record
from app.core.transaction import transaction
from app.departments.models import Department, Hall, Membership, Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from app.notices.kinds import KINDS
from app.notices.models import NoticeRule
from app.notices.operations import seed
from app.notices.rules import DEFAULTS, OLD_NEWS, Pace
from tests.cases.window import act, acting, brought_to, department, hall, person, register
from tests.conftest import NOW
from tests.notices.telling import ask, fan_out, notices, run, told, waiting


def worker(username, role, place, section=None):
    """Employ somebody."""
    with scope.everything(), transaction():
        staff = add_staff(Staff(username=username, first_name=username, active=True), "a-password")
        appoint(staff, role, place, section)


def holders(role, hall_code, section=None):
    """Return who holds a role in a hall, or in a department of it."""
    query = (
        select(Staff.username)
        .join(Membership, Membership.user_id == Staff.id)
        .join(Hall, Hall.id == Membership.hall_id)
        .where(Membership.role == role, Hall.code == hall_code)
    )
    if section:
        query = query.join(Department, Department.id == Membership.department_id)
        query = query.where(Department.code == section)
    with scope.everything():
        return sorted(db.session.scalars(query))


def happened(kind, case, actor=None):
    """Write an event of a kind onto a case's timeline."""
    with scope.everything(), transaction():
        record(case, kind, actor=actor or scope.SYSTEM, now=NOW)


# --- audiences -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "meant"),
    [
        ("registrar", ["clerk.linqing"]),
        ("on_duty", ["clerk.linqing", "clerk.linqing.b"]),
        ("hall_clerks", (Role.CLERK, "linqing")),
        ("lead_handlers", (Role.HANDLER, "linqing", "scjg")),
        ("assisting_handlers", (Role.HANDLER, "linqing", "syk")),
        ("hall_supervisors", (Role.SUPERVISOR, "linqing")),
        ("supervisors_above", (Role.SUPERVISOR, "liaocheng")),
        ("group_only", []),
    ],
)
def test_each_audience_is_who_it_says(quiet, rule, channel, web, audience, meant):
    case = brought_to(Status.SIGNED)
    with scope.everything(), transaction():
        db.session.add(
            Assignment(
                case_id=case.id,
                department=department("syk"),
                role=AssignmentRole.ASSIST,
                dispatched_at=NOW,
            )
        )
    target = channel(web.url) if audience == "group_only" else None
    rule("overdue", audience, target=target)
    happened("overdue", case)
    fan_out()
    people = meant if isinstance(meant, list) else holders(*meant)
    assert people or audience == "group_only"
    assert told("overdue") == (people or ["群"])


def test_where_nobody_is_above_the_hall_itself_is_told(quiet, rule):
    rule("escalated", "supervisors_above")
    case = register()
    run("UPDATE membership SET role = 'inspector' WHERE role = 'supervisor' AND hall_id <> :own",
        own=case.hall_id)  # fmt: skip
    happened("escalated", case)
    fan_out()
    assert told("escalated") == holders(Role.SUPERVISOR, "linqing")


def test_nobody_is_told_of_the_own_doing(quiet, rule):
    worker("clerk.second", Role.CLERK, hall())
    rule("dispatched", "hall_clerks")
    brought_to(Status.DISPATCHED)
    fan_out()
    assert "clerk.second" in told("dispatched")
    assert "clerk.linqing" not in told("dispatched")


def test_who_does_not_see_the_case_or_may_not_log_in_is_not_told(quiet, rule):
    worker("handler.second", Role.HANDLER, hall(), department("scjg"))
    worker("handler.gone", Role.HANDLER, hall(), department("scjg"))
    run("UPDATE ab_user SET active = :no WHERE username = 'handler.gone'", no=False)
    rule("overdue", "lead_handlers")
    rule("warning", "lead_handlers")
    case = brought_to(Status.SIGNED)
    happened("overdue", case)
    fan_out()
    assert "handler.second" in told("overdue")
    assert "handler.gone" not in told("overdue")
    run("DELETE FROM assignment WHERE case_id = :case", case=case.id)
    happened("warning", case)
    fan_out()
    assert told("warning") == []


def test_a_rule_of_a_hall_holds_there_alone_and_an_inactive_one_nowhere(quiet, rule):
    rule("registered", "hall_supervisors", hall=hall("yanggu"))
    rule("registered", "supervisors_above", active=False)
    register()
    fan_out()
    assert told("registered") == []
    register(hall_code="yanggu")
    fan_out()
    assert told("registered") == holders(Role.SUPERVISOR, "yanggu") or not holders(
        Role.SUPERVISOR, "yanggu"
    )


def test_changing_a_rule_changes_who_is_told(quiet, rule):
    number = rule("overdue", "hall_supervisors")
    case = brought_to(Status.SIGNED)
    happened("overdue", case)
    fan_out()
    before = told("overdue")
    run("UPDATE notice_rule SET audience = 'lead_handlers' WHERE id = :id", id=number)
    happened("overdue", case)
    fan_out()
    assert before == holders(Role.SUPERVISOR, "linqing")
    assert sorted(set(told("overdue")) - set(before)) == holders(Role.HANDLER, "linqing", "scjg")


# --- once ----------------------------------------------------------------------------------------


def test_two_rules_for_a_person_tell_once_and_the_urgent_one_counts(quiet, rule, mailbox, mail):
    mailbox("supervisor.linqing", "sun@linqing.gov.cn")
    rule("overdue", "hall_supervisors", mail=True, pace=Pace.DIGEST)
    rule("overdue", "hall_supervisors", mail=True)
    happened("overdue", register())
    fan_out()
    assert told("overdue") == ["supervisor.linqing"] * 2  # inbox and mail
    assert notices(way="mail")[0]["pace"] == "at_once"


def test_of_many_at_once_each_event_is_told_once(quiet, rule):
    rule("registered", "hall_supervisors")
    number = 30
    with scope.everything(), transaction():
        for _ in range(number):
            register()

    def one(_number):
        with quiet.app_context():
            try:
                return fan_out()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as crowd:
        done = list(crowd.map(one, range(4)))
    per_event = len(holders(Role.SUPERVISOR, "linqing"))
    assert sum(done) == number * per_event == len(notices())
    assert waiting() == []


def test_an_event_that_comes_out_of_the_box_again_tells_nobody_again(quiet, rule, channel, web):
    rule("registered", "hall_supervisors", target=channel(web.url))
    register()
    first = fan_out()
    run("UPDATE outbox SET taken_at = NULL WHERE event_id IN (SELECT event_id FROM notice)")
    assert waiting() == ["registered"]
    assert first > 1
    assert fan_out() == 0


def test_old_news_is_told_to_nobody(quiet, rule):
    rule("registered", "hall_supervisors")
    register(now=NOW - OLD_NEWS - timedelta(hours=1))
    assert fan_out() == 0
    assert waiting() == []


# --- what is said --------------------------------------------------------------------------------


def test_a_notice_says_what_and_until_when_and_nobodys_private_data(quiet, rule):
    rule("dispatched", "lead_handlers")
    matter = "张桂英 13812342046 的\n营业执照 371581196203041122"
    case = brought_to(Status.DISPATCHED, matter=matter, address="临清市潘庄镇一号")
    fan_out()
    [notice] = notices()
    said = notice["title"] + notice["body"]
    assert case.number in said
    assert "派发" in notice["title"]
    assert "的 营业执照" in said
    assert "到期时间：2026-09-21 17:30" in notice["body"]
    for private in ("张桂英", "13812342046", "371581196203041122", "潘庄镇", "人脸识别"):
        assert private not in said


# --- the rules to begin with ---------------------------------------------------------------------


def test_an_empty_house_begins_with_rules_and_what_was_deleted_stays_so(app, unlimited):
    there = [row for row in DEFAULTS if row[0] in KINDS]
    rows = db.session.scalars(select(NoticeRule)).all()
    assert len(rows) == len(there)
    with transaction():
        db.session.delete(rows[0])
    with transaction():
        seed()
    assert len(db.session.scalars(select(NoticeRule)).all()) == len(there) - 1


def test_every_rule_to_begin_with_has_no_problem(app, unlimited):
    assert [
        row.problems() for row in db.session.scalars(select(NoticeRule)) if row.problems()
    ] == []


def test_the_demo_s_story_reaches_the_people_in_it(demo):
    run("UPDATE outbox SET taken_at = :now", now=NOW)
    case = brought_to(Status.SIGNED)
    act(case, "resolve", actor=acting("handler"))
    fan_out()
    assert told("dispatched") == holders(Role.HANDLER, "linqing", "scjg")
    assert "clerk.linqing" in told("resolved")
    assert person("clerk.linqing").id is not None
    assert ask("SELECT count(*) AS n FROM notice WHERE state <> 'sent'")[0]["n"] == 0
