"""Answer a list's address (search, filters, tab, order, page) with one page of rows.

The same address gives the same rows to the screen and to the Excel export. Nothing is kept between
requests: FAB's shared `_filters` is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.core.crud.fields import contains, options
from app.core.crud.pages import Filter
from app.core.crud.paging import Key, further, keys_of, mark_of, read_mark
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.panel import Attribute, attributes, list_columns, offered_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.core.crud.address import Address

COUNT_UP_TO = 1000


@dataclass(frozen=True)
class TabRule:
    """A part of a list: its label and the criterion of its rows (None: all)."""

    label: str
    criterion: Callable[[datetime], Any] | None = None


@dataclass(frozen=True)
class Narrowing:
    """A filter that another feature gives a list: its criterion at an instant, and its words."""

    criterion: Callable[[str, datetime], Any]
    words: Callable[[str], str]


@dataclass(frozen=True)
class Part:
    """A page of rows, and where the pages beside it begin; empty: there is none."""

    rows: Sequence[Any]
    before: str = ""
    after: str = ""


class Query:
    """One list, asked for by one person: its select, its count and its page of rows."""

    further: ClassVar[dict[str, Narrowing]] = {}
    """Filters that no box is drawn for: they come with an address and are told as a chip."""

    def __init__(
        self,
        model: type[Any],
        address: Address,
        *,
        tabs: Mapping[str, TabRule],
        now: datetime,
        sortable: Mapping[str, Any] | None = None,
        chosen: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Take the address apart and check each of its words against the model."""
        self.model, self.address, self.tabs, self.now = model, address, tabs, now
        self.attributes = attributes(model)
        self._met: dict[str, Any] = {}
        self.sortable = {
            name: getattr(model, name)
            for name in offered_columns(model)
            if name in self.attributes
            and self.attributes[name].kind not in {"link", "many", "long", "secret"}
            and not self.attributes[name].mask
        } | dict(sortable or {})
        if address.tab and address.tab not in tabs:
            raise InvalidInputError({"": gettext("没有这个分类页")})
        if address.sort and address.sort.removeprefix("-") not in self.sortable:
            raise InvalidInputError({"": gettext("不能按这一列排序")})
        offered = offered_columns(model)
        if not set(address.columns) <= set(offered):
            raise InvalidInputError({"": gettext("没有这一列")})
        self.widths = {name: width for name, width in chosen if name in offered}
        self.columns = tuple(dict.fromkeys(address.columns or self.widths)) or list_columns(model)

    @property
    def told_columns(self) -> tuple[str, ...]:
        """The columns as an address tells them to others: nothing where they are the usual ones."""
        return () if self.columns == list_columns(self.model) else self.columns

    def select(self) -> Select[Any]:
        """Return the select of all rows that the address means, in order."""
        return self.loaded(self.narrowed(select(self.model))).order_by(*self._order())

    def loaded(self, query: Select[Any]) -> Select[Any]:
        """Have what the columns link to read along with the rows."""
        for name in self.columns:
            if name in self.attributes and self.attributes[name].kind == "link":
                query = query.options(joinedload(getattr(self.model, name)))
        return query

    def narrowed(self, query: Select[Any], *, with_tab: bool = True) -> Select[Any]:
        """Add search, filters and tab to a select."""
        address = self.address
        if address.q and self.model.__panel__.search:
            query = query.where(self.search(address.q))
        for name, value in address.filters.items():
            query = query.where(*self._criteria(name, value))
        rule = self.tabs.get(address.tab or next(iter(self.tabs), ""))
        if with_tab and rule is not None and rule.criterion is not None:
            query = query.where(rule.criterion(self.now))
        return query

    def search(self, q: str) -> Any:
        """Return the criterion of the rows that a search means."""
        return contains(self.model, self.model.__panel__.search, q)

    def count(self) -> int:
        """Count the rows, but no further than is worth showing."""
        few = self.narrowed(select(self.model.id)).limit(COUNT_UP_TO + 1).subquery()
        return db.session.scalar(select(func.count()).select_from(few)) or 0

    def part(self) -> Part:
        """Return the rows of the page."""
        address, keys = self.address, self._keys()
        backwards = bool(address.before)
        query = self.select().add_columns(*(key.expression for key in keys))
        query = query.order_by(None).order_by(*(key.ordered(backwards=backwards) for key in keys))
        if address.mark:
            values = read_mark(keys, address.mark)
            query = query.where(further(keys, values, backwards=backwards))
        elif address.page > 1:
            query = query.offset(address.skipped)
        found = db.session.execute(query.limit(address.size + 1)).unique().all()
        more, found = len(found) > address.size, found[: address.size]
        if backwards:
            found = found[::-1]
        if not found:
            return Part([])
        first, last = (mark_of(found[at][1:]) for at in (0, -1))
        some_before = more if backwards else bool(address.mark) or address.page > 1
        return Part(
            [row for row, *_ in found],
            first if some_before else "",
            last if backwards or more else "",
        )

    def _keys(self) -> list[Key]:
        """Return what the rows are ordered by, the id at last."""
        panel, sort = self.model.__panel__, self.address.sort
        if not sort:
            return keys_of(self.model, panel.order)
        return keys_of(self.model, [sort, "-id"], self.sortable)

    def _order(self) -> list[Any]:
        return [key.ordered() for key in self._keys()]

    def _criteria(self, name: str, value: str) -> list[Any]:
        """Turn one filter of the address into criteria."""
        if name in self.further:
            if name not in self._met:  # it may ask the database, and count and rows both need it
                self._met[name] = self.further[name].criterion(value, self.now)
            return [self._met[name]]
        stem = name.removesuffix("_from").removesuffix("_to")
        known = self.attributes.get(stem)
        of_days = known is not None and known.kind in {"date", "datetime"}
        if known is None or stem not in self.model.__panel__.filters or of_days != (name != stem):
            raise InvalidInputError({"": gettext("没有这个筛选条件")})
        column = getattr(self.model, known.foreign_key or stem)
        match known.kind:
            case "date" | "datetime":
                return [_day_criterion(column, known, name, value)]
            case "boolean" if value in {"0", "1"}:
                return [column.is_(value == "1")]
            case "link":
                return [column == (int(value) if value.isdecimal() and len(value) < 10 else -1)]  # noqa: PLR2004
            case "choice" | "text" if value in {*(known.choices or ()), *(known.words or ())}:
                return [column == value]
        raise InvalidInputError({"": gettext("没有这个筛选条件")})

    @cached_property
    def filters(self) -> list[Filter]:
        """Return the filters of the list as they are drawn."""
        drawn: list[Filter] = []
        for name in self.model.__panel__.filters:
            known = self.attributes.get(name)
            if known is None:
                continue
            label = gettext(known.label)
            if known.kind in {"date", "datetime"}:
                for end, word in (("_from", gettext("起")), ("_to", gettext("止"))):
                    value = self.address.filters.get(name + end, "")
                    drawn.append(Filter(f"f_{name}{end}", f"{label}{word}", "date", value))
            else:
                drawn.append(
                    Filter(
                        f"f_{name}",
                        label,
                        "choice",
                        self.address.filters.get(name, ""),
                        filter_choices(known),
                    )
                )
        return drawn

    @cached_property
    def chips(self) -> list[tuple[str, str]]:
        """Return what narrows the list now, each with the address that lets go of it."""
        address = self.address
        found = [(gettext("搜索“%(q)s”", q=address.q), address.url(q=""))] if address.q else []
        found += [
            (it.words(address.filters[name]), address.without(name))
            for name, it in self.further.items()
            if name in address.filters
        ]
        for item in self.filters:
            if item.value:
                value = dict(item.choices).get(item.value, item.value)
                found.append(
                    (
                        gettext("%(label)s：%(text)s", label=item.label, text=value),
                        address.without(item.name[2:]),
                    )
                )
        return found

    def in_words(self) -> str:
        """Say in a sentence what the list was narrowed by."""
        words = [label for label, _ in self.chips]
        if self.address.tab:
            words.insert(0, gettext(self.tabs[self.address.tab].label))
        return gettext("；").join(words) or gettext("全部")


def filter_choices(attribute: Attribute) -> list[tuple[str, str]]:
    """Return the values that an attribute can be filtered by."""
    if attribute.kind == "boolean":
        return [("1", gettext("是")), ("0", gettext("否"))]
    if attribute.kind == "choice" and attribute.choices is not None:
        return [(member.value, gettext(member.label)) for member in attribute.choices]
    if attribute.kind == "link" and attribute.target is not None:
        return [(str(row.id), str(row)) for row in options(attribute.target)]
    return [(code, gettext(word)) for code, word in (attribute.words or {}).items()]


def _day_criterion(column: Any, attribute: Attribute, name: str, value: str) -> Any:
    """Compare with a day: from its beginning, or to its end, where the panel is."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise InvalidInputError({"": gettext("筛选的日期不正确：%(value)s", value=value)}) from None
    if attribute.kind == "date":
        return column >= day if name.endswith("_from") else column <= day
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    day = min(max(day, date.min + timedelta(2)), date.max - timedelta(2))  # midnight exists in UTC
    if name.endswith("_from"):
        return column >= datetime.combine(day, time(), zone)
    return column < datetime.combine(day + timedelta(1), time(), zone)
