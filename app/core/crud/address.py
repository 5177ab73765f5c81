"""Read what a list is asked for from its address, and write it back with something changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.core.errors import InvalidInputError
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_SIZES = (25, 50, 100)
MOST_PAGES = 100_000
MOST_SKIPPED = 10_000
"""How far a list is opened by the number of a page alone; beyond, from one page to the next."""

LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Address:
    """What a list was asked for; `url` writes it back with something changed."""

    base: str
    q: str = ""
    tab: str = ""
    sort: str = ""
    page: int = 1
    size: int = PAGE_SIZES[0]
    filters: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    """The columns to show; without a word those of the person."""
    after: str = ""
    """The keys of the row before the page; `before`, of the one behind it."""
    before: str = ""

    @classmethod
    def read(cls, base: str, args: Mapping[str, str]) -> Address:
        """Read the query string; raise InvalidInputError for what is no such list."""
        filters = {
            name[2:]: value for name, value in args.items() if name.startswith("f_") and value
        }
        found = cls(
            base=base,
            q=args.get("q", "").strip()[:LONGEST_SEARCH],
            tab=args.get("tab", ""),
            sort=args.get("sort", ""),
            filters=filters,
            page=_number(args.get("page"), 1, MOST_PAGES),
            size=_number(args.get("size"), PAGE_SIZES[0], PAGE_SIZES[-1]),
            columns=tuple(filter(None, args.get("columns", "").split(","))),
            after=args.get("after", ""),
            before=args.get("before", ""),
        )
        if found.skipped > MOST_SKIPPED and not found.mark:
            told = gettext("页码过大：请加上筛选条件，或换一种排序再看")
            raise InvalidInputError({"": told})
        return found

    @property
    def mark(self) -> str:
        """Where the page begins, as keys; empty when its number says so."""
        return self.before or self.after

    @property
    def skipped(self) -> int:
        """How many rows stand before the page, as far as its number tells."""
        return (self.page - 1) * self.size

    def parameters(self) -> dict[str, str]:
        """Return the query string as a dictionary, without what goes without saying."""
        words = {
            "q": self.q,
            "tab": self.tab,
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
            "size": str(self.size) if self.size != PAGE_SIZES[0] else "",
            "columns": ",".join(self.columns),
            "after": self.after,
            "before": self.before,
        }
        words |= {f"f_{name}": value for name, value in self.filters.items()}
        return {name: value for name, value in words.items() if value}

    def url(self, base: str = "", **changes: Any) -> str:
        """Return this address, changed; any change but of the page begins at page one."""
        first: dict[str, Any] = {"page": 1, "after": "", "before": ""}
        changed = replace(self, **(first | changes))
        query = urlencode(changed.parameters())
        return f"{base or self.base}?{query}" if query else base or self.base

    def without(self, name: str) -> str:
        """Return this address without one of its filters."""
        kept = {key: value for key, value in self.filters.items() if key != name}
        return self.url(filters=kept)


def _number(text: str | None, default: int, most: int) -> int:
    if not text:
        return default
    if not (text.isdecimal() and len(text) <= len(str(most)) and 0 < int(text) <= most):
        raise InvalidInputError({"": gettext("网址中的页码或每页条数不正确")})
    return int(text)
