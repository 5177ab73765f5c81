"""A ledger as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.language import gettext
from app.core.workbook import Chart
from app.ledgers.columns.column import late

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from app.ledgers.choosing import Chosen
    from app.ledgers.columns.column import LedgerColumn
    from app.ledgers.columns.figures import Scored
    from app.ledgers.subjects import Subject


@dataclass(frozen=True)
class Ledger:
    """A ledger: its columns, and which rows of its subject it lists at an instant (None: all)."""

    subject: Subject
    columns: tuple[LedgerColumn, ...]
    notes: tuple[tuple[str, str], ...]
    """What the cover explains."""
    criterion: Callable[[datetime], ColumnElement[bool]] | None = None
    about: str = ""
    """What the ledger lists, in words, when it is not everything."""
    counted: tuple[str, ...] = ()
    """The columns of which the cover says how often each value occurs."""
    figures: Callable[[Chosen, datetime], Iterable[Scored]] | None = None
    """What its lines are counted by, where it does not list its subject but counts it."""
    behind: tuple[str, tuple[LedgerColumn, ...], Subject] | None = None
    """The name of a second sheet with the rows that figures count, its columns and its subject."""
    chart: tuple[str, str, tuple[str, ...]] | None = None
    """The title of a chart below the lines, the column that names its bars, those it stacks."""
    past: tuple[type[Any], ...] = ()
    """The models whose rows make it and whose past the timeline tells; none: it has no past."""

    @property
    def clocked(self) -> bool:
        """Whether its rows may be late."""
        columns = (*self.columns, *(self.behind[1] if self.behind is not None else ()))
        return any(column.code == "late" and column.tell is late for column in columns)

    def drawn(self, columns: Sequence[LedgerColumn]) -> Chart | None:
        """Return its chart over these columns, by their place; None where one of its own lacks."""
        if self.chart is None:
            return None
        title, named, stacked = self.chart
        places = {column.code: place for place, column in enumerate(columns, 1)}
        if not {named, *stacked} <= set(places):
            return None
        return Chart(gettext(title), places[named], tuple(places[code] for code in stacked))
