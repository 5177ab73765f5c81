"""Tell the account of a deadline in words: as a sentence and as a table of days, translated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from app.core.language import N_, gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.deadlines.evidence import DayFact, Evidence, RuleFact

# The pure modules name these reasons; they are marked for translation here.
REASONS = (
    N_("工作日"), N_("周末"), N_("调休上班"), N_("节假日"), N_("起算日不计入"), N_("中止计时")
)  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line of the table, translated."""

    date: date
    weekday: str
    counted: bool
    ordinal: int | None
    reason: str
    provisional: bool


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
    parts = (
        _rule(evidence["rule"]),
        reckoning,
        *adjustments_in_words(evidence),
        _provisional(evidence),
        _conditions(evidence),
    )
    return "".join(gettext("%(text)s。", text=part) for part in parts if part).strip()


def _rule(rule: RuleFact) -> str:
    """Name the rule and the document it comes from."""
    if "until" in rule:
        text = gettext(
            "%(rule)s，应在原到期时间 %(due)s 之前把延期告知反映人",
            rule=rule["name"],
            due=_minute(rule["until"]),
        )
    elif not rule["working_days"]:
        text = gettext("%(rule)s，当日办理", rule=rule["name"])
    else:
        text = gettext("%(rule)s，%(days)d 个工作日", rule=rule["name"], days=rule["working_days"])
    return text + gettext("（%(source)s）", source=rule["source"]) if rule["source"] else text


def _start(evidence: Evidence) -> str:
    """Tell when and by what the period began."""
    event, at = evidence["start"]["event"], datetime.fromisoformat(evidence["start"]["at"])
    if evidence["days"][0]["counted"]:
        text = N_("%(date)s %(time)s %(event)s，当日下班前")
    else:
        text = N_("%(date)s %(time)s %(event)s，当日不计入")
    return gettext(text, date=_dates([at.date()], 0), time=f"{at:%H:%M}", event=gettext(event))


def _days(evidence: Evidence) -> str:
    """Tell which days count, which of them are unusual, and which are skipped for what."""
    year = date.fromisoformat(evidence["days"][0]["date"]).year
    counted = [fact for fact in evidence["days"] if fact["counted"]]
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


def adjustments_in_words(evidence: Evidence) -> list[str]:
    """Tell each pause and each extension: when, how long, why, by whose leave."""
    told = []
    for pause in evidence["pauses"]:
        text = N_("%(from)s 中止计时，最迟 %(to)s 自动恢复（%(reason)s；%(by)s批准）")
        if not pause["open"]:
            text = N_("%(from)s 至 %(to)s 中止计时，合工作时间 %(time)s（%(reason)s；%(by)s批准）")
        words = {
            "from": _minute(pause["began"]),
            "to": _minute(pause["ended"]),
            "time": duration(pause["seconds"]),
            "reason": pause["reason"],
            "by": pause["approved_by"],
        }
        told.append(gettext(text, **words))
    told += [
        gettext(
            "%(at)s 同意延期 %(days)d 个工作日，到期由 %(old)s 改为 %(new)s"
            "（%(reason)s；%(by)s批准）",
            at=_minute(fact["at"]),
            days=fact["days"],
            old=_minute(fact["old_due"]),
            new=_minute(fact["new_due"]),
            reason=fact["reason"],
            by=fact["approved_by"],
        )
        for fact in evidence["extensions"]
    ]
    return told


def duration(seconds: int) -> str:
    """Tell working time in hours and minutes."""
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return gettext("%(minutes)d 分钟", minutes=minutes)
    return gettext("%(hours)d 小时 %(minutes)d 分钟", hours=hours, minutes=minutes)


def _minute(instant: str) -> str:
    """Tell an instant of the account to the minute."""
    return f"{datetime.fromisoformat(instant):%Y-%m-%d %H:%M}"


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
