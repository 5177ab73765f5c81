"""Lists of what hangs on cases, clocks and entries of timelines: each row leads to its case."""

from __future__ import annotations

from typing import Any

from app.core.crud import EntityView


class OfCaseView(EntityView):
    """A list whose rows have no page of their own."""

    def row_url(self, row: Any) -> str:
        """Lead to the case."""
        return f"/cases/show/{row.case_id}"


class DeadlineView(OfCaseView):
    """Clocks."""


class EventView(OfCaseView):
    """Timelines of all cases in sight, for those who look back."""
