"""Tell the rows of a ledger as of one instant: local times, words, how late, in which colour."""

from __future__ import annotations

from collections import Counter
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from app.core.language import gettext
from app.core.workbook import Tone
from app.deadlines.clock import Stage, stage
from app.deadlines.hours import days_late
from app.deadlines.queries import calendar
from app.deadlines.rules import Verdict
from app.ledgers.columns import Line, plain
from app.ledgers.queries import hours_of_halls
from app.ledgers.subjects import STANDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from app.core import workbook
    from app.ledgers.columns import LedgerColumn

LATE = {Stage.OVERDUE, Stage.ESCALATED}


class Telling:
    """One telling of a ledger: what it holds true throughout, and what it counted on the way."""

    def __init__(
        self,
        columns: Sequence[LedgerColumn],
        now: datetime,
        counted: Sequence[str] = (),
        cases: set[int] | None = None,
    ) -> None:
        """Read the calendar and the halls' hours once; `counted` are columns by their codes.

        With `cases`, each row ends in the number of its case, which is noted there.
        """
        self._last, self._cases = len(STANDING) + len(columns), cases
        self.now = now
        self.calendar, self.hours = calendar(), hours_of_halls()
        self.counted: Counter[str] = Counter()
        self._told = [(at, it.tell) for at, it in enumerate(columns) if it.tell is not plain]
        self.words: dict[str, Counter[str]] = {
            it.title: Counter() for it in columns if it.code in counted
        }
        """Title of a column → how often each of its words occurs."""
        self._worded = [(at, it.title) for at, it in enumerate(columns) if it.code in counted]
        self._say = cache(gettext)
        self._line_of = cache(partial(Line, say=self._say))

    def rows(self, found: Iterable[Row[Any]]) -> Iterator[workbook.Row]:
        """Yield each row of a selection as the workbook takes it."""
        first = len(STANDING)
        for row in found:
            line, tone = self._line(row)
            self.counted[tone or ""] += 1
            self.counted["rows"] += 1
            if line.late is False:
                self.counted["running" if row.met_at is None else "in_time"] += 1
            self.counted["provisional"] += bool(row.provisional and row.met_at is None)
            values = list(row[first : self._last])
            if self._cases is not None:
                self._cases.add(row[self._last])
            for place, tell in self._told:
                values[place] = tell(values[place], line)
            for place, title in self._worded:
                if values[place] is not None:
                    self.words[title][values[place]] += 1
            yield tone, values

    def _line(self, row: Row[Any]) -> tuple[Line, Tone | None]:
        """Judge a row: a clock that was met by its frozen verdict, a running one by its times."""
        zone = self.hours[row.hall_id].tz
        if row.due_at is None:
            return self._line_of(zone, late=None, days_late=None), None
        if row.met_at is not None:
            late = row.verdict is Verdict.BREACHED
            days = (row.days_late or 0) if late else None
            return self._line_of(zone, late=late, days_late=days), Tone.LATE if late else None
        reached = stage(self.now, row.warn_at, row.due_at, row.escalate_at)
        if reached in LATE:
            days = days_late(self.calendar, self.hours[row.hall_id], row.due_at, self.now)
            return self._line_of(zone, late=True, days_late=days), Tone.LATE
        soon = Tone.SOON if reached is Stage.WARNING else None
        return self._line_of(zone, late=False, days_late=None), soon
