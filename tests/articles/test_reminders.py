"""Who hears that an article is due for review: once for each day, whoever runs the job."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.articles import operations
from app.articles.jobs import remind_reviews
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.scheduler import JOBS, run_job
from tests.articles.conftest import AUTHOR, REVIEWER, published, stepped, written
from tests.cases.window import person
from tests.conftest import NOW
from tests.core.screens import tree
from tests.notices.telling import told

pytestmark = pytest.mark.usefixtures("at_now", "demo")

KIND, YEAR = "article_due", timedelta(days=365)
RESPONSIBLE = "handler.linqing.scjg"
DUE = NOW + YEAR
[JOB] = (job for job in JOBS if job.name == "remind-reviews")


def shelf(**fields):
    """Publish an article as of now."""
    with scope.everything():
        return published(**fields)


def reminded(now):
    """Run the job of a night; return of how many articles it told."""
    with scope.everything():
        return remind_reviews(now, now)["reviews"]


def test_author_those_responsible_and_reviewers_are_told_once_for_each_due_day():
    row = shelf()
    assert reminded(DUE - timedelta(days=1)) == 0
    assert reminded(DUE) == 1
    everybody = sorted([AUTHOR, REVIEWER, RESPONSIBLE])
    assert told(KIND) == everybody
    assert [reminded(DUE + timedelta(days=more)) for more in (0, 1, 30)] == [0, 0, 0]
    assert told(KIND) == everybody
    with scope.everything():
        stepped(row, "confirm", now=DUE + timedelta(days=3))
    again = DUE + timedelta(days=3) + YEAR
    assert [reminded(again - timedelta(days=1)), reminded(again), reminded(again)] == [0, 1, 0]
    assert told(KIND) == sorted(2 * everybody)


def test_a_second_scheduler_and_a_second_run_tell_nobody_twice():
    shelf()
    assert [run_job(JOB, DUE + timedelta(minutes=it)) for it in (0, 1)] == [True, False]
    first = told(KIND)
    assert len(first) == 3
    db.session.rollback()
    with db.engine.begin() as raw:  # a plan that got lost, as after a restore of the records alone
        raw.execute(text("DELETE FROM job_run WHERE name = 'remind-reviews'"))
    assert run_job(JOB, DUE + timedelta(minutes=2))
    assert told(KIND) == first


def test_who_was_told_by_another_in_the_meantime_is_passed_over(monkeypatch):
    row = shelf()
    monkeypatch.setattr("app.articles.jobs.untold", lambda _day: [row.id, row.id])
    assert reminded(DUE) == 1


def test_where_the_author_alone_oversees_the_hall_it_is_told_above():
    with scope.everything():
        row = written(by=REVIEWER)
        stepped(row, "submit", by=REVIEWER)
        stepped(row, "approve", "publish", by="supervisor.liaocheng")
    assert reminded(DUE) == 1
    assert told(KIND) == sorted([REVIEWER, "supervisor.liaocheng", RESPONSIBLE])


def test_what_is_written_anew_or_out_of_use_is_not_told():
    anew, gone = shelf(), shelf(question="另一个问题")
    author, reviewer = person(AUTHOR), person(REVIEWER)
    with scope.working_for(author), transaction():
        operations.write(anew, actor=author)
    with scope.working_for(reviewer), transaction():
        operations.retire(gone, "政策已变", actor=reviewer)
    assert reminded(DUE) == 0


def test_the_workbench_counts_what_the_list_shows(demo, login, monkeypatch):
    shelf()
    entry = "//a[contains(@href, '/articles/list/?tab=due')]"
    assert not tree(login(demo, REVIEWER).get("/")).xpath(entry)
    monkeypatch.setattr("app.core.clock.now", lambda: DUE)
    client = login(demo, REVIEWER)
    [shown] = tree(client.get("/")).xpath(entry)
    assert "待复审的知识" in shown.text_content()
    assert "人脸识别" in client.get("/articles/list/?tab=due").text
    assert not tree(login(demo, AUTHOR).get("/")).xpath(entry)
