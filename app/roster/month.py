"""A month of the plan as its page shows it: days by windows, with what is wrong beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from app.core.language import gettext, ngettext
from app.deadlines.evidence_in_words import WEEKDAYS, reason_in_words
from app.deadlines.queries import calendar
from app.deadlines.workdays import Source
from app.roster.queries import clerks, duties, posts, windows
from app.roster.rules import Half, Shift, Spot, Turn, dates, next_month

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.core.scope import Person
    from app.deadlines.workdays import Day
    from app.departments.models import Hall
    from app.roster.models import Duty, Window

MOST_TOLD = 8
"""So many places of a kind are named in the summary; all are marked in the plan."""


@dataclass(frozen=True)
class Cell:
    """A shift at a window: who is there, and what is wrong with it. `tone` goes with `note`."""

    label: str
    text: str
    said: str
    """All of it in words, for whoever does not see the table around it."""
    tone: str = ""
    note: str = ""
    key: str = ""
    """What its button sends; nothing for those who only read."""
    taken: bool = False
    swap_url: str = ""


@dataclass(frozen=True)
class Line:
    """A day of the plan."""

    anchor: str
    number: str
    weekday: str
    note: str
    today: bool
    off: bool
    places: Sequence[tuple[str, Sequence[Cell]]]


@dataclass
class Sheet:
    """A month of the plan of a hall."""

    windows: Sequence[str]
    lines: list[Line] = field(default_factory=list)
    problems: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    """Each kind of what is wrong, with its places: words and anchor."""


class Month:
    """One month of a hall, as somebody looks at it today."""

    def __init__(
        self, hall: Hall, first: date, *, person: Person, today: date, editing: bool
    ) -> None:
        """Ask for everything that the sheet is made of, in a few statements."""
        self.hall, self.person, self.today, self.editing = hall, person, today, editing
        self.days = dates(first, next_month(first) - timedelta(days=1))
        self.calendar = calendar()
        found = duties(hall, self.days[0], self.days[-1])
        self.plan: dict[tuple[int, date, Half], Duty] = {
            (duty.window_id, duty.day, duty.half): duty for duty in found
        }
        known = {window.id: window for window in windows(hall)}
        self.open = frozenset(known)
        known |= {duty.window_id: duty.window for duty in found}
        self.windows: list[Window] = sorted(known.values(), key=lambda it: (it.code, it.id))
        self.clerks = {it.id: it for it in clerks([hall.id])}
        there = posts({duty.staff_id for duty in found}, self.days[0], self.days[-1])
        self.crowded = Counter((post.staff, post.day, post.half) for post in there)
        self._wrong: dict[str, list[tuple[str, str]]] = {}

    def sheet(self) -> Sheet:
        """Return the days on which work is done, and those others on which somebody is planned."""
        sheet = Sheet([window.name for window in self.windows])
        taken = {day for _, day, _ in self.plan}
        for day in map(self.calendar.day, self.days):
            if day.working or day.date in taken:
                sheet.lines.append(self._line(day))
        sheet.problems = [
            (_title(kind, len(places)), places) for kind, places in self._wrong.items()
        ]
        return sheet

    def _line(self, day: Day) -> Line:
        date = day.date
        return Line(
            anchor=f"d-{date.isoformat()}",
            number=gettext("%(day)d 日", day=date.day),
            weekday=gettext(WEEKDAYS[date.weekday()]),
            note=self._note(day),
            today=date == self.today,
            off=not day.working,
            places=[(window.name, self._cells(window, day)) for window in self.windows],
        )

    def _note(self, day: Day) -> str:
        """Say what is unusual about a day."""
        told = []
        if not day.working:
            told.append(gettext("%(why)s，不上班", why=reason_in_words(day.name)))
        elif day.source in {Source.MAKE_UP, Source.LOCAL}:
            told.append(reason_in_words(day.name))
        if not self.calendar.is_final(day.date):
            told.append(gettext("暂定"))
        return gettext("；").join(told)

    def _cells(self, window: Window, day: Day) -> list[Cell]:
        halves = [self._cell(window, day, half) for half in Half]
        one, other = (self.plan.get((window.id, day.date, half)) for half in Half)
        same = one is not None and other is not None and one.staff_id == other.staff_id
        if self.editing or not same or halves[0].note != halves[1].note:
            return [cell for cell in halves if cell is not None]
        return [self._cell(window, day, None)]

    def _cell(self, window: Window, day: Day, half: Half | None) -> Cell:
        """Return a half day of a window; `half` None: the whole day, which is one person's."""
        duty = self.plan.get((window.id, day.date, half or Half.MORNING))
        tone, note = self._judged(window, day, duty, half or Half.MORNING)
        shift = Shift(half.value) if half else Shift.WHOLE
        text = duty.staff.name if duty else gettext("无人") if tone else "—"
        said = gettext(
            "%(day)s %(shift)s %(window)s：%(who)s",
            day=self._day(day.date),
            shift=gettext(shift.label),
            window=window.name,
            who=gettext("，").join(
                [text if text != "—" else gettext("无人"), *filter(None, [note])]
            ),
        )
        mine = duty is not None and duty.staff_id == self.person.id
        return Cell(
            label=gettext(shift.label),
            text=text,
            said=said,
            tone=tone or ("own" if mine else ""),
            note=note,
            key=self._key(window, day.date, half) if self.editing and half else "",
            taken=duty is not None,
            swap_url=self._swap(window, day, shift) if mine and not self.editing else "",
        )

    def _judged(self, window: Window, day: Day, duty: Duty | None, half: Half) -> tuple[str, str]:
        """Say what is wrong with a place, and note it for the summary where it can be mended."""
        where = self._day(day.date), gettext(half.label), window.name
        if duty is None:
            if day.working and window.id in self.open:
                self._note_wrong("gap", day.date, where)
                return "gap", ""
            return "", ""
        if not day.working:
            self._note_wrong("off", day.date, (*where, duty.staff.name))
            return "late", gettext("不上班")
        if self.crowded[duty.staff_id, day.date, half] > 1:
            self._note_wrong("double", day.date, (*where, duty.staff.name))
            return "late", gettext("重复")
        if duty.staff_id not in self.clerks and day.date >= self.today:
            self._note_wrong("away", day.date, (*where, duty.staff.name))
            return "late", gettext("已离岗")
        return "", ""

    def _note_wrong(self, kind: str, day: date, where: tuple[str, ...]) -> None:
        if day < self.today and kind == "gap":
            return
        place = (" ".join(where), f"d-{day.isoformat()}")
        noted = self._wrong.setdefault(kind, [])
        if place not in noted:
            noted.append(place)

    def _day(self, day: date) -> str:
        return gettext(
            "%(month)d 月 %(day)d 日 %(weekday)s",
            month=day.month,
            day=day.day,
            weekday=gettext(WEEKDAYS[day.weekday()]),
        )

    def _key(self, window: Window, day: date, half: Half) -> str:
        seen = [self.plan.get((window.id, day, it)) for it in Half]
        morning, afternoon = (duty.staff_id if duty else 0 for duty in seen)
        return Spot(window.id, day, half, (morning, afternoon)).key

    def _swap(self, window: Window, day: Day, shift: Shift) -> str:
        """Return where a duty of one's own is offered in exchange, while there is time."""
        if day.date < self.today or not day.working:
            return ""
        return f"/swaps/add?hall={self.hall.code}&mine={Turn(window.id, day.date, shift).key}"


def _title(kind: str, number: int) -> str:
    """Say how often something is wrong."""
    told: Mapping[str, str] = {
        "gap": ngettext("有 %(num)d 个班次没有人", "有 %(num)d 个班次没有人", number),
        "double": ngettext(
            "有 %(num)d 处一人同时在两个窗口", "有 %(num)d 处一人同时在两个窗口", number
        ),
        "off": ngettext(
            "有 %(num)d 个班次排在不上班的日子", "有 %(num)d 个班次排在不上班的日子", number
        ),
        "away": ngettext(
            "有 %(num)d 个班次的人已不在窗口", "有 %(num)d 个班次的人已不在窗口", number
        ),
    }
    return told[kind]
