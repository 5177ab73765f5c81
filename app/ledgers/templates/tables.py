"""A table of a ledger, row by row: told, coloured or not, summed up by groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.language import gettext
from app.core.workbook import Column
from app.ledgers.telling import Telling
from app.ledgers.templates.groups import Grouping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from app.core import workbook
    from app.ledgers.templates.shaping import Shape


class Table:
    """One table of a shape, as of an instant; `telling` knows what was counted on the way."""

    def __init__(self, shape: Shape, now: datetime, counted: Sequence[str] = ()) -> None:
        """Read what the telling needs."""
        self.columns = [Column(gettext(it.title), it.width, it.kind) for it in shape.columns]
        self.telling = Telling(shape.read, now, counted, shape.cases)
        self._coloured = shape.coloured
        self._grouping = Grouping(self.columns, shape.group_at) if shape.group else None

    @property
    def sums(self) -> int:
        """How many rows sum up others."""
        return self._grouping.written if self._grouping is not None else 0

    def rows(self, found: Iterable[Row[Any]]) -> Iterator[workbook.Row]:
        """Yield each row of a selection as the workbook takes it."""
        rows = self.telling.rows(found)
        if not self._coloured:
            rows = ((None, values) for _tone, values in rows)
        return self._grouping.rows(rows) if self._grouping is not None else rows
