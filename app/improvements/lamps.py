"""The lamp of an item: how its clock stands, as a tone and in words. Derived when it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cases.lamps import going, late_words
from app.core.language import gettext
from app.deadlines.queries import hours_of
from app.improvements.rules import DONE, RUNNING

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.lamps import Lamp
    from app.deadlines.workdays import WorkCalendar
    from app.improvements.models import Improvement


def lamp(row: Improvement, calendar: WorkCalendar, now: datetime) -> Lamp:
    """Return the lamp of an item at an instant: a clock that was met by its frozen verdict."""
    if row.status in RUNNING:
        return going(row, calendar, hours_of(row.hall), now)
    if row.status not in DONE:
        return "idle", gettext(row.status.label)
    if row.days_late is None:
        return "ok", gettext("按期完成")
    return "late", gettext("%(late)s完成") % {"late": late_words(row.days_late)}
