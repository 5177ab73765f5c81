"""The workbench: what waits, what runs out next, what I did last, and how the halls do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.core import scope
from app.core.crud.present import local
from app.core.db import db
from app.deadlines.models import Deadline
from app.deadlines.queries import calendar
from app.notices.models import Notice
from app.notices.rules import Way
from app.overview.operations import fold
from app.overview.places import place
from app.overview.queries import Changed, counted
from app.overview.rules import Period
from app.overview.weeks import by_week
from app.panel.workbench.beside import AHEAD, due_soon
from tests.cases.window import led, person, register
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
