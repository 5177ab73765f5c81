"""The timed jobs, as a table; and the scheduler that asks every minute what is due.

APScheduler only ticks. What makes a run happen once, with any number of schedulers, is the claim
of its row in `job_run`; what makes up a run that was missed is that the plan is asked, not the
clock: a job names the last instant at which it should have run, and that run is claimed.
"""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from flask import current_app

from app.appeals.jobs import watch_appeals
from app.articles.jobs import remind_reviews
from app.cases.documents.jobs import sweep_files
from app.cases.jobs import resume_lapsed
from app.core import clock, scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.jobs import RunState, claim, finish, forget
from app.core.language import N_, gettext
from app.deadlines.flagging import flag
from app.deadlines.queries import calendar
from app.drafts.jobs import forget_drafts
from app.frequent.jobs import find_frequent
from app.imports.jobs import forget_uploads
from app.improvements.jobs import flag_improvements
from app.ledgers.jobs import daily_ledgers, ledgers_of
from app.ledgers.rules import LedgerPeriod, days_of
from app.ledgers.subscriptions.jobs import send_ledgers
from app.ledgers.tasks.jobs import clear_tasks, mind_tasks
from app.notices.jobs import clear_outbox, deliver_notices
from app.overview.jobs import check_counts, count_cases
from app.supervision.jobs import supervise

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

log = logging.getLogger(__name__)

LEDGER_TIME = time(17, 40)
PERIOD_TIME = time(8, 20)
MADE_UP = timedelta(days=31)
LOOKING_BACK = 15
"""Days back to the last working day at most; no holiday is as long."""
KEEP_RUNS = timedelta(days=30)
FORGET_TIME = time(3, 30)
SWEEP_TIME = time(3, 50)
CLEAR_TIME = time(4)
FREQUENT_TIME = time(4, 10)
CHECK_TIME = time(4, 40)
REVIEW_TIME = time(5)


@dataclass(frozen=True)
class Job:
    """A timed job: `planned` names the last instant at which it should have run by now."""

    name: str
    title: str
    planned: Callable[[datetime], datetime | None]
    run: Callable[[datetime, datetime], dict[str, Any]]
    """Called with the planned instant and now; returns what it did."""


def every_minute(now: datetime) -> datetime:
    """Plan a run for each full minute."""
    return now.replace(second=0, microsecond=0)


def each_working_day(at: time) -> Callable[[datetime], datetime | None]:
    """Plan a run for a time of each working day; one missed is made up until the next day's."""

    def planned(now: datetime) -> datetime | None:
        zone = ZoneInfo(current_app.config["TIMEZONE"])
        here, days = now.astimezone(zone), calendar()
        for back in range(LOOKING_BACK):
            day = here.date() - timedelta(days=back)
            instant = datetime.combine(day, at, zone)
            if days.is_workday(day) and instant <= now:
                return instant
        return None

    return planned


def after_each(period: LedgerPeriod, at: time) -> Callable[[datetime], datetime | None]:
    """Plan a run for a time of the first working day of each period, when the one before is over.

    One missed is made up for a month: a new installation does not look back at last year.
    """

    def planned(now: datetime) -> datetime | None:
        zone, days = ZoneInfo(current_app.config["TIMEZONE"]), calendar()
        first = days_of(period, now.astimezone(zone).date())[0]
        for begins in (first, days_of(period, first - timedelta(days=1))[0]):
            ahead = (begins + timedelta(days=number) for number in range(LOOKING_BACK))
            day = next(filter(days.is_workday, ahead), begins)
            instant = datetime.combine(day, at, zone)
            if instant <= now:
                return instant if now - instant < MADE_UP else None
        return None

    return planned


def each_day(at: time) -> Callable[[datetime], datetime | None]:
    """Plan a run for a time of each day."""

    def planned(now: datetime) -> datetime:
        here = now.astimezone(ZoneInfo(current_app.config["TIMEZONE"]))
        today = datetime.combine(here.date(), at, here.tzinfo)
        return today if today <= now else today - timedelta(days=1)

    return planned


def _flag(_planned: datetime, now: datetime) -> dict[str, Any]:
    done = flag(now)
    return {"warning": done.warning, "overdue": done.overdue, "escalated": done.escalated}


def _forget(_planned: datetime, now: datetime) -> dict[str, Any]:
    clear_outbox(now)
    before = now - KEEP_RUNS
    names = [job.name for job in JOBS if job.planned is every_minute]
    return {"forgotten": sum(forget(name, before=before) for name in names)}


FLAGGING = Job("flag-overdue", N_("临期与超期标记"), every_minute, _flag)

JOBS = (
    FLAGGING,
    Job("resume-clocks", N_("恢复到期的中止计时"), every_minute, resume_lapsed),
    Job("flag-improvements", N_("整改临期与超期标记"), every_minute, flag_improvements),
    Job("supervise", N_("自动督办"), every_minute, supervise),
    Job("watch-appeals", N_("申诉期限标记"), every_minute, watch_appeals),
    Job("daily-ledgers", N_("每日台账"), each_working_day(LEDGER_TIME), daily_ledgers),
    Job("mind-ledger-tasks", N_("照看后台台账"), every_minute, mind_tasks),
    Job("send-ledgers", N_("按订阅发送台账"), every_minute, send_ledgers),
    Job("clear-ledger-tasks", N_("清理到期台账"), each_day(CLEAR_TIME), clear_tasks),
    *(
        Job(f"ledgers-of-a-{period}", title, after_each(period, PERIOD_TIME), ledgers_of(period))
        for period, title in (
            (LedgerPeriod.WEEK, N_("每周台账")),
            (LedgerPeriod.MONTH, N_("每月台账")),
            (LedgerPeriod.QUARTER, N_("每季台账")),
            (LedgerPeriod.YEAR, N_("每年台账")),
        )
    ),
    Job("forget-runs", N_("清理运行记录"), each_day(FORGET_TIME), _forget),
    Job("sweep-files", N_("清理无主文件"), each_day(SWEEP_TIME), sweep_files),
    Job("forget-drafts", N_("清理表单草稿"), each_day(SWEEP_TIME), forget_drafts),
    Job("forget-uploads", N_("清理上传的表格"), each_day(SWEEP_TIME), forget_uploads),
    Job("find-frequent", N_("查找高频问题"), each_day(FREQUENT_TIME), find_frequent),
    Job("remind-reviews", N_("提醒复审知识"), each_day(REVIEW_TIME), remind_reviews),
    Job("count-cases", N_("更新办件统计"), every_minute, count_cases),
    Job("check-counts", N_("核对办件统计"), each_day(CHECK_TIME), check_counts),
    Job("deliver-notices", N_("发送通知"), every_minute, deliver_notices),
)
"""Every timed job there is."""

WORDS = {
    "warning": N_("临期 %(value)s"),
    "overdue": N_("超期 %(value)s"),
    "escalated": N_("提级 %(value)s"),
    "forgotten": N_("清理 %(value)s 条"),
    "counted": N_("统计 %(value)s 件"),
    "checked": N_("核对 %(value)s 件"),
    "differing": N_("改正 %(value)s 处"),
    "found": N_("发现高频问题 %(value)s 个"),
    "reviews": N_("提醒复审 %(value)s 篇"),
    "reopened": N_("重新整改 %(value)s 项"),
    "swept": N_("清理文件 %(value)s 个"),
    "resumed": N_("恢复 %(value)s"),
    "improvements": N_("整改标记 %(value)s"),
    "cards": N_("督办 %(value)s"),
    "appeals": N_("申诉期限 %(value)s"),
    "late_replies": N_("逾期未回复 %(value)s"),
    "unmade": N_("未能生成 %(value)s 份"),
    "files": N_("生成台账 %(value)s 份"),
    "subscribed": N_("按订阅生成台账 %(value)s 份"),
    "mailed": N_("送出台账 %(value)s 份"),
    "told": N_("新消息 %(value)s 条"),
    "sent": N_("发出 %(value)s 条"),
    "failed": N_("未发出 %(value)s 条"),
}


def node() -> str:
    """Name this process for the record."""
    return f"{socket.gethostname()}:{os.getpid()}"[:128]


def run_job(job: Job, now: datetime) -> bool:
    """Run a job if its planned run is still to be had; say whether it was."""
    with scope.everything():
        planned = job.planned(now)
        if planned is None:
            return False
        run = claim(job.name, gettext(job.title), planned, node=node(), now=now)
        if run is None:
            return False
        try:
            result = job.run(planned, now)
        except DomainError as error:
            db.session.rollback()  # half a job is not to be written with the record of its failure
            finish(run, RunState.FAILED, now=clock.now(), summary=str(error))
            log.error("%s: %s", job.name, error)  # noqa: TRY400 - a sentence, not a fault
        except Exception:
            db.session.rollback()
            finish(run, RunState.FAILED, now=clock.now(), summary=gettext("程序错误，详见日志"))
            log.exception("%s failed", job.name)
        else:
            finish(run, RunState.DONE, now=clock.now(), summary=_summary(result), result=result)
        return True


def flag_by_hand(now: datetime) -> dict[str, Any]:
    """Flag as of an instant, outside the plan, and leave the record of a run all the same.

    Returns how many were newly flagged: warning, overdue, escalated.
    """
    with scope.everything():
        began = clock.now()
        run = claim(FLAGGING.name, gettext(FLAGGING.title), began, node=node(), now=began)
        state, result = RunState.FAILED, {}
        try:
            result = FLAGGING.run(began, now)
            state = RunState.DONE
        finally:
            db.session.rollback()
            if run is not None:
                told = {"now": now.isoformat(), **result}
                finish(run, state, now=clock.now(), summary=_summary(result), result=told)
        return result


def _summary(result: dict[str, Any]) -> str:
    return gettext("，").join(
        gettext(WORDS[name], value=value) for name, value in result.items() if name in WORDS
    )


def tick(app: Flask, now: datetime | None = None) -> None:
    """Ask every job what is due, and do it."""
    with app.app_context():
        for job in JOBS:
            try:
                run_job(job, now or clock.now())
            except Exception:
                log.exception("%s could not be claimed", job.name)
            finally:
                db.session.remove()


def start(app: Flask) -> BackgroundScheduler:
    """Start ticking at once and then at each full minute; a late tick is one tick."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        tick,
        CronTrigger(second=0, timezone="UTC"),
        args=[app],
        id="tick",
        coalesce=True,
        misfire_grace_time=None,
        max_instances=1,
        next_run_time=clock.now(),
    )
    scheduler.start()
    return scheduler
