"""What a filtered list of cases means, as data: its ledger may be made later, by somebody else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.cases.models import Case
from app.cases.views import TABS, CaseQuery
from app.core.crud.address import Address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.core.crud.listing import Query

LIST = "/cases/list/"
DAY = "f_registered_at_"


def narrowing(address: Address) -> dict[str, str]:
    """Return what narrows a list: search, tab and filters, nothing of its page or columns."""
    kept = address.parameters()
    return {name: kept[name] for name in kept if name in {"q", "tab"} or name.startswith("f_")}


def listed_url(address: Address) -> str:
    """Return where the ledger of a list is asked for."""
    words = narrowing(address)
    return f"/ledger-tasks/listed?{urlencode(words)}" if words else "/ledger-tasks/listed"


def list_of(told: Mapping[str, Any], now: datetime) -> Query:
    """Return the list that `narrowing` told of; InvalidInputError for what is no such list."""
    return CaseQuery(Case, Address.read(LIST, told), tabs=TABS, now=now)


def days_listed(told: Mapping[str, str]) -> tuple[date | None, date | None]:
    """Return the days of registration between which a list is, where it says so."""
    first, last = told.get(f"{DAY}from"), told.get(f"{DAY}to")
    return date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None
