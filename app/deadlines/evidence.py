"""Keep the account of a deadline: how it was reckoned, as data, as a sentence and as a table.

The data is JSON in Chinese, written once; the sentence and the table are translated on reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, TypedDict

from app.core.language import N_, gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.deadlines.clock import DayLine, Hours, Term

# The pure modules name these reasons; they are marked for translation here.
REASONS = (N_("工作日"), N_("周末"), N_("调休上班"), N_("节假日"), N_("起算日不计入"))
WEEKDAYS = (
    N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日")
)  # fmt: skip
MONTHS = (
    N_("1 月"), N_("2 月"), N_("3 月"), N_("4 月"), N_("5 月"), N_("6 月"),
    N_("7 月"), N_("8 月"), N_("9 月"), N_("10 月"), N_("11 月"), N_("12 月"),
)  # fmt: skip

_ORDINARY = REASONS[0]
_LONG = 10  # more days than this are told as a number, not one by one
_RANGE = 3  # from so many consecutive days on, "1 to 7"


class RuleFact(TypedDict):
    """Type the rule of a deadline."""

    name: str
    source: str
    working_days: int


class StartFact(TypedDict):
    """Type what started a deadline, and its instant on the hall's clock."""

    event: str
    at: str


class HallFact(TypedDict):
    """Type the hall's clock; `day_end` is closing or midnight."""

    tz: str
    opening: str
    closing: str
    day_end: str


class DayFact(TypedDict):
    """Type one day, counted or skipped."""

    date: str
    counted: bool
    ordinal: int | None
    reason: str
    provisional: bool


class Evidence(TypedDict):
    """Type the whole account; instants are ISO 8601 on the hall's clock."""

    rule: RuleFact
    start: StartFact
    hall: HallFact
    revision: int
    due_at: str
    warn_at: str
    escalate_at: str
    provisional: bool
    days: list[DayFact]
    pauses: list[dict[str, object]]
    extensions: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line of the table, translated."""

    date: date
    weekday: str
    counted: bool
    ordinal: int | None
    reason: str
    provisional: bool


def evidence(
    term: Term,
    *,
    rule_name: str,
    rule_source: str,
    working_days: int,
    hours: Hours,
    revision: int,
    start_event: str,
) -> Evidence:
    """Write down how a period was reckoned, complete and ready for JSON."""

    def local(instant: datetime) -> str:
        return instant.astimezone(hours.tz).isoformat()

    return {
        "rule": {"name": rule_name, "source": rule_source, "working_days": working_days},
        "start": {"event": start_event, "at": local(term.start)},
        "hall": _hall(hours),
        "revision": revision,
        "due_at": local(term.due_at),
        "warn_at": local(term.warn_at),
        "escalate_at": local(term.escalate_at),
        "provisional": term.provisional,
        "days": [_fact(line) for line in term.days],
        "pauses": [],
        "extensions": [],
    }


def table(evidence: Evidence) -> list[Row]:
    """List the days of an account for display."""
    rows = []
    for fact in evidence["days"]:
        d = date.fromisoformat(fact["date"])
        rows.append(
            Row(
                date=d,
                weekday=gettext(WEEKDAYS[d.weekday()]),
                counted=fact["counted"],
                ordinal=fact["ordinal"],
                reason=reason_in_words(fact["reason"]),
                provisional=fact["provisional"],
            )
        )
    return rows


def sentence(evidence: Evidence) -> str:
    """Tell an account in words: rule, start, days counted and skipped, due time, conditions."""
    reckoning = gettext("；").join((_start(evidence), _days(evidence), _due(evidence)))
    parts = (_rule(evidence["rule"]), reckoning, _provisional(evidence), _conditions(evidence))
    return "".join(gettext("%(text)s。", text=part) for part in parts if part).strip()


def _hall(hours: Hours) -> HallFact:
    """Write down the hall's clock."""
    return {
        "tz": hours.tz.key,
        "opening": f"{hours.opening:%H:%M}",
        "closing": f"{hours.closing:%H:%M}",
        "day_end": "midnight" if hours.until_midnight else "closing",
    }


def _fact(line: DayLine) -> DayFact:
    """Write down one day."""
    return {
        "date": line.date.isoformat(),
        "counted": line.counted,
        "ordinal": line.ordinal,
        "reason": line.reason,
        "provisional": line.provisional,
    }


def _rule(rule: RuleFact) -> str:
    """Name the rule and the document it comes from."""
    text = gettext("%(rule)s，%(days)d 个工作日", rule=rule["name"], days=rule["working_days"])
    return text + gettext("（%(source)s）", source=rule["source"]) if rule["source"] else text


def _start(evidence: Evidence) -> str:
    """Tell when and by what the period began."""
    event, at = evidence["start"]["event"], datetime.fromisoformat(evidence["start"]["at"])
    return gettext(
        "%(date)s %(time)s %(event)s，当日不计入",
        date=_dates([at.date()], 0),
        time=f"{at:%H:%M}",
        event=gettext(event),
    )


def _days(evidence: Evidence) -> str:
    """Tell which days count, which of them are unusual, and which are skipped for what."""
    year = date.fromisoformat(evidence["days"][0]["date"]).year
    counted = [fact for fact in evidence["days"][1:] if fact["counted"]]
    unusual = [fact for fact in counted if fact["reason"] != _ORDINARY]
    skipped = [fact for fact in evidence["days"][1:] if not fact["counted"]]
    parts = [_counted(counted, year)]
    parts += [
        gettext("其中 %(dates)s为%(reason)s", dates=dates, reason=reason_in_words(reason))
        for reason, dates in _by_reason(unusual, year)
    ]
    parts += [
        gettext("%(dates)s为%(reason)s，不计", dates=dates, reason=reason_in_words(reason))
        for reason, dates in _by_reason(skipped, year)
    ]
    return gettext("；").join(parts)


def _counted(facts: list[DayFact], year: int) -> str:
    """Tell the working days with their ordinals, or their number when they are many."""
    days = [date.fromisoformat(fact["date"]) for fact in facts]
    if len(days) > _LONG:
        return gettext(
            "%(first)s至 %(last)s共 %(count)d 个工作日",
            first=_dates(days[:1], year),
            last=_dates(days[-1:], year),
            count=len(days),
        )
    return gettext(
        "%(dates)s为第 %(ordinals)s 个工作日",
        dates=_dates(days, year),
        ordinals=gettext("、").join(str(fact["ordinal"]) for fact in facts),
    )


def _by_reason(facts: list[DayFact], year: int) -> list[tuple[str, str]]:
    """Group days by their reason, in the order of first appearance."""
    groups: dict[str, list[date]] = {}
    for fact in facts:
        groups.setdefault(fact["reason"], []).append(date.fromisoformat(fact["date"]))
    return [
        (
            reason,
            gettext("%(count)d 天", count=len(days)) if len(days) > _LONG else _dates(days, year),
        )
        for reason, days in groups.items()
    ]


def _due(evidence: Evidence) -> str:
    """Tell the due time, and whether it is when the hall closes or the end of the day."""
    due, hall = datetime.fromisoformat(evidence["due_at"]), evidence["hall"]
    year = date.fromisoformat(evidence["days"][0]["date"]).year
    clock = f"{due:%H:%M}"
    note = gettext("（大厅下班时间）") if clock == hall["closing"] else ""
    if hall["day_end"] == "midnight" and clock == "00:00":
        due, clock, note = due - timedelta(days=1), "24:00", ""
    return gettext("到期 %(date)s %(time)s", date=_dates([due.date()], year), time=clock) + note


def _provisional(evidence: Evidence) -> str:
    """Warn that the notice of a year is not published yet."""
    if not evidence["provisional"]:
        return ""
    years = sorted({fact["date"][:4] for fact in evidence["days"] if fact["provisional"]})
    return gettext(
        "%(years)s 年放假安排尚未公布，到期时间为暂定，公布后重新计算",
        years=gettext("、").join(years),
    )


def _conditions(evidence: Evidence) -> str:
    """Tell the calendar's revision, pauses and extensions."""
    pauses, extensions = len(evidence["pauses"]), len(evidence["extensions"])
    return gettext("，").join(
        (
            gettext("工作日历第 %(revision)d 版", revision=evidence["revision"]),
            gettext("中止计时 %(count)d 次", count=pauses) if pauses else gettext("未中止"),
            gettext("延期 %(count)d 次", count=extensions) if extensions else gettext("未延期"),
        )
    )


def reason_in_words(name: str) -> str:
    """Translate a reason, which may join two festivals."""
    return gettext("、").join(gettext(part) for part in name.split("、"))


def _dates(days: Iterable[date], year: int) -> str:
    """Tell dates by month, consecutive ones as a range; the year only where it is another."""
    parts = []
    for (y, number), group in groupby(days, key=lambda d: (d.year, d.month)):
        month = gettext(MONTHS[number - 1])
        numbers = gettext("、").join(_ranges([d.day for d in group]))
        parts.append(
            gettext("%(month)s %(days)s 日", month=month, days=numbers)
            if y == year
            else gettext("%(year)d 年 %(month)s %(days)s 日", year=y, month=month, days=numbers)
        )
    return gettext("、").join(parts)


def _ranges(numbers: list[int]) -> Iterable[str]:
    """Tell ascending numbers, joining those that follow each other."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        values = [value for _, value in run]
        if len(values) >= _RANGE:
            yield gettext("%(first)d 至 %(last)d", first=values[0], last=values[-1])
        else:
            yield from map(str, values)
