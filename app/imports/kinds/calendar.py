"""The work calendar: a file replaces the years that it mentions, as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.language import N_, gettext
from app.deadlines.calendar import differences, replace_years
from app.deadlines.calendar_file import MAX_NAME
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.visibility import governs_all_halls
from app.deadlines.workdays import Day, Source
from app.imports.columns import Column
from app.imports.kinds.base import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.core.scope import Person
    from app.imports.kinds.base import Judged
    from app.imports.models import ImportRun

SATURDAY = 5

COLUMNS = (
    Column("date", N_("日期"), "date", required=True),
    Column(
        "working",
        N_("上班"),
        "boolean",
        required=True,
        hint=N_("放假填“否”，调休上班填“是”；没有列出的日子按周一至周五"),
    ),
    Column("name", N_("名称"), "text", most=MAX_NAME),
)


class CalendarTaking:
    """One reading of a file of days."""

    def __init__(self, person: Person, now: datetime) -> None:
        """Keep who asks."""
        self.person, self.now = person, now
        self.notes: list[str] = []
        self.days: list[Day] = []

    def judge(self, lines: Sequence[Judged]) -> None:
        """Check that no day is said twice in two ways, and compare the years with what is kept."""
        first: dict[date, Judged] = {}
        for it in lines:
            if not governs_all_halls(self.person):
                it.wrong("", gettext("日历是全部大厅共用的，由管理全部大厅的管理员导入"))
            day = it.values.get("date")
            if day is None or it.problems:
                continue
            other = first.setdefault(day, it)
            if other is not it and other.values["working"] != it.values["working"]:
                where = other.line.number
                it.wrong("working", gettext("与第 %(row)d 行同一日期，上班与否矛盾", row=where))
        self.days = [_day(it.values) for it in first.values()]
        found = differences(self.days, self._years)
        changed = {item.date for item in found}
        gone = [item for item in found if item.date not in first]
        self.notes = [_told_gone(item.before) for item in gone if item.before is not None]
        kept = {day for day in first if day not in changed} - {
            day for day in first for item in gone if day.year == item.date.year
        }
        for it in lines:
            if not it.problems and it.values.get("date") in kept:
                it.known = gettext("与现有日历相同")

    @property
    def _years(self) -> set[int]:
        return {day.date.year for day in self.days}

    def turn(self, judged: Judged) -> int:
        """Go by the order of the file."""
        return judged.line.number

    def add(self, judged: Judged, run: ImportRun) -> str:
        """Name the day; the years are replaced as a whole at the end."""
        del run
        return _in_words(judged.values)

    def finish(self, run: ImportRun) -> None:
        """Replace the years."""
        notice = gettext("导入文件：%(name)s", name=run.file_name[:100])
        replace_years(self.days, self._years, notice=notice)


def _day(told: dict[str, Any]) -> Day:
    """Return a day as the calendar keeps it; one without a name is called by what it is."""
    weekend = told["date"].weekday() >= SATURDAY
    if not told["working"]:
        name, source = gettext("节假日"), Source.HOLIDAY
    elif weekend:
        name, source = gettext("调休上班"), Source.MAKE_UP
    else:
        name, source = gettext("工作日"), Source.WEEKDAY
    return Day(told["date"], told["working"], told.get("name") or name, source)


def _told_gone(day: Any) -> str:
    """Say that a day becomes an ordinary one, because the file does not list it."""
    return gettext(
        "%(day)s（%(name)s）不在表格里，导入后按周一至周五",
        day=f"{day.date:%Y-%m-%d}",
        name=day.name,
    )


def _in_words(told: dict[str, Any]) -> str:
    state = gettext("上班") if told["working"] else gettext("休息")
    return f"{told['date']:%Y-%m-%d} {state}"


KIND = Kind(
    "calendar",
    CalendarDay.__panel__.name,
    N_("录入国务院放假通知；表格提到的年份整年替换并定为正式"),
    "calendar-days",
    COLUMNS,
    CalendarTaking,
    CalendarDay,
    whole=True,
)
