"""The city's view: figures of a hall and everything below it over any period, and why it is needed.

What a case counts for is said in `facts` alone; what is kept of it, and how that stays right, in
`models`, `operations` and `queries` (docs/decisions tells why). Change here: what is counted and
when a number is too small for a rate (`rules`), what the pages show (`board`, `tables`, `need`),
what stands in the workbook (`workbook`).
"""

from __future__ import annotations

from typing import Any

from app.cases.views import CaseQuery
from app.core.crud.listing import Narrowing
from app.overview import drill, visibility
from app.overview.api import OverviewApi
from app.overview.views import OverviewView

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature, and the way from its numbers to the list of cases."""
    appbuilder.add_view_no_menu(OverviewView)
    appbuilder.add_api(OverviewApi)
    CaseQuery.further[drill.PARAMETER] = Narrowing(drill.criterion, drill.words)
