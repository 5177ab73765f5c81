"""The workbench: what waits, what runs out next, what I did last, and how the halls do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.queries import asked, at_stage
from app.cases.rules import Status
from app.core import scope
from app.core.crud.present import local
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.clock import Stage
from app.deadlines.models import Deadline
from app.deadlines.queries import calendar
from app.departments.models import Hall
from app.departments.operations import appoint
from app.departments.rules import Role
from app.notices.models import Notice
from app.notices.rules import State, Way
from app.overview.operations import fold
from app.overview.places import place
from app.overview.queries import Changed, counted
from app.overview.rules import Period
from app.overview.weeks import by_week
from app.panel import readiness
from app.panel.workbench.beside import AHEAD, due_soon
from app.panel.workbench.todo import WAITING, todo
from tests.cases.window import hall, led, person, register, staff
from tests.conftest import NOW
from tests.core.screens import statements, text_of, tree

TO_SIGN = ("accept", "dispatch", "sign")


def bench(app, username, login):
    answer = login(app, username).get("/")
    assert answer.status_code == 200
    return answer


def numbers(answer, title):
    """Return the numbers of cases that stand in the card under a title."""
    card = tree(answer).xpath(f"//section[.//h2[text()='{title}']]")
    return [it.text_content() for it in card[0].xpath(".//a[starts-with(@href, '/cases/show/')]")]


def test_what_runs_out_next_stands_there_in_its_order_and_no_more(demo, login):
    shown = numbers(bench(demo, "supervisor.linqing", login), "接下来到期")
    last = calendar().add(local(NOW).date(), AHEAD)
    with scope.working_for(person("supervisor.linqing")):
        running = db.session.execute(
            select(Case.number, Deadline.due_at)
            .join(Case.clock)
            .where(Deadline.met_at.is_(None), Deadline.due_at >= NOW)
            .order_by(Deadline.due_at, Case.id)
        ).all()
    soon = [row.number for row in running if local(row.due_at).date() <= last]
    assert shown == soon[:10]
    assert shown
    assert len(running) > len(soon)


def test_every_day_says_when_it_ends(demo):
    with scope.working_for(person("supervisor.linqing")):
        groups = due_soon(calendar(), NOW)
    assert {it.time for it in groups} == {"17:30"}
    days = {it.day for it in groups}
    assert days <= {"今天", "明天", "9 月 18 日", "9 月 19 日", "9 月 20 日", "9 月 21 日"}


def test_the_case_that_i_did_something_to_last_stands_first(demo, login):
    mine, other = led(TO_SIGN), led(TO_SIGN)
    shown = numbers(bench(demo, "clerk.linqing", login), "我最近办的事项")
    assert shown[:2] == [other.number, mine.number]
    assert len(shown) == 5
    assert "我最近办的事项" not in text_of(bench(demo, "supervisor.linqing", login))


def test_unread_notices_stand_there_until_they_are_read(demo, login):
    username = "supervisor.linqing"
    with scope.everything():
        unread = db.session.scalar(
            select(func.count()).where(
                Notice.user_id == person(username).id,
                Notice.way == Way.INBOX,
                Notice.read_at.is_(None),
            )
        )
    assert unread
    assert "未读消息" in text_of(bench(demo, username, login))
    client = login(demo, username)
    client.post("/notices/read", data={"all": "1"})
    assert "未读消息" not in text_of(client.get("/"))


@pytest.mark.parametrize("counted_before", [False, True])
def test_weeks_add_up_to_their_period_however_late_the_job_is(demo, counted_before):
    monday = NOW.date() - timedelta(days=NOW.date().weekday())
    period = Period(monday - timedelta(weeks=11), NOW.date())
    with scope.everything():
        if counted_before:
            fold(NOW)
            led(TO_SIGN)
        halls = place("", person("supervisor.liaocheng")).ids
        weeks = by_week(halls, period, Changed(NOW, halls))
        whole = counted(halls, period, NOW).all
        this_week = counted(halls, Period(monday, NOW.date()), NOW).all
    assert len(weeks) == 12
    assert all(monday.weekday() == 0 for monday in weeks)
    assert sum(it.taken for it in weeks.values()) == whole.taken > 0
    assert sum(it.overdue for it in weeks.values()) == whole.overdue
    assert weeks[monday].registered == this_week.registered


def test_the_figures_are_for_whoever_oversees_a_hall(demo, login):
    for username, seen in (("supervisor.linqing", True), ("clerk.linqing", False)):
        text = text_of(bench(demo, username, login))
        assert ("近 12 周登记的事项" in text) is seen
        assert ("满意率" in text) is seen


def test_each_count_leads_to_its_list(demo, login):
    client = login(demo, "clerk.linqing")
    tiles = tree(client.get("/")).xpath("//ul[@class='stats'][1]//a")
    assert len(tiles) >= 4
    for tile in tiles:
        number = int(tile.xpath("./strong")[0].text)
        listed = client.get(tile.get("href") + "&size=100")
        assert listed.status_code == 200
        assert len(tree(listed).xpath("//table[contains(@class, 'listing')]/tbody/tr")) == number


@pytest.mark.parametrize(
    "username", ["clerk.linqing", "handler.linqing.scjg", "supervisor.linqing"]
)
def test_more_cases_ask_no_more_of_the_database(demo, login, username):
    client = login(demo, username)

    def cost():
        with statements() as sent:
            assert client.get("/").status_code == 200
        return len(sent)

    with scope.everything():
        fold(NOW)
        led(TO_SIGN)
    client.get("/")
    few = cost()
    for _ in range(6):
        led(TO_SIGN)
        register()
    assert cost() == few <= 45


# --- several roles -------------------------------------------------------------------------------


def appointed(username, role, code):
    """Give somebody of the demo one more role at a hall."""
    with scope.everything(), transaction():
        appoint(staff(username), role, hall(code))


def labels(answer):
    return [it.text for it in tree(answer).xpath("//ul[@class='stats'][1]//a/span")]


def test_whoever_has_several_roles_is_served_in_each_of_them(demo, login):
    alone = [set(labels(bench(demo, f"{role}.linqing", login))) for role in ("clerk", "supervisor")]
    assert not alone[0] >= alone[1]
    appointed("clerk.linqing", Role.SUPERVISOR, "linqing")
    answer = bench(demo, "clerk.linqing", login)
    both, text = labels(answer), text_of(answer)
    assert set(both) >= alone[0] | {"待审批"}
    assert len(both) == len(set(both))
    assert "我最近办的事项" in text
    assert text.count("各科室在办与超期") == 1
    assert "近 12 周登记的事项" in text


def test_what_waits_at_a_hall_is_for_the_role_that_one_has_there(demo):
    """A clerk of Linqing who oversees Yanggu takes nothing in there, but decides on disputes."""
    appointed("clerk.linqing", Role.SUPERVISOR, "yanggu")
    me = person("clerk.linqing")
    with scope.everything():
        own = select(Case.id).where(
            Case.hall.has(code="linqing"), Case.status.in_(WAITING["clerk"])
        )
        late = at_stage(Stage.OVERDUE, NOW) | at_stage(Stage.WARNING, NOW)
        decides = late | (Case.status == Status.DISPUTED) | asked()
        theirs = select(Case.id).where(Case.hall.has(code="yanggu"), decides)
        wanted = {*db.session.scalars(own), *db.session.scalars(theirs)}
        fresh = register(hall_code="yanggu")
    with scope.working_for(me):
        found = todo(["clerk", "supervisor"], me, calendar(), NOW)
        assert fresh.status is Status.REGISTERED, "in sight"
    assert found.total == len(wanted)
    assert {row.id for row in found.rows} <= wanted


# --- what could not be sent ----------------------------------------------------------------------


def given_up(hall_code="linqing"):
    """Let one message of a hall be given up."""
    with scope.everything(), transaction():
        row = db.session.scalars(
            select(Notice).join(Notice.hall).where(Hall.code == hall_code).limit(1)
        ).one()
        row.state = State.DEAD


def test_messages_that_were_given_up_are_counted_where_the_administrator_looks(demo, login):
    def counted(username):
        entries = tree(login(demo, username).get("/")).xpath("//a[@href='/deliveries/list/']/b")
        return [(it.text, it.get("class")) for it in entries]

    assert counted("admin") == []
    given_up()
    assert counted("admin") == [("1", "late")]
    assert counted("clerk.linqing") == []


def test_readiness_tells_of_them_and_stays_ready(demo):
    with demo.test_request_context():
        before = readiness.state(NOW)
        given_up()
        after = readiness.state(NOW)
    assert (before["dead_notices"], after["dead_notices"]) == (0, 1)
    assert {**before, "dead_notices": 1} == after
