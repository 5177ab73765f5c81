"""The list of an entity: a page of rows, its Excel export, and the choices of its select boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import abort, jsonify, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.core import clock, list_settings, scope
from app.core.crud import present
from app.core.crud.address import MOST_PAGES, PAGE_SIZES, Address
from app.core.crud.base import EntityBase
from app.core.crud.export import export_list
from app.core.crud.fields import options
from app.core.crud.listing import COUNT_UP_TO, Query
from app.core.crud.pages import Button, Cell, Col, Listing, Page, Row, Tab
from app.core.language import gettext
from app.core.panel import attributes
from app.core.security import may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response


KEPT = frozenset({"tab", "sort", "size", "columns"})
"""What of an address stays when filters change."""


class Lists(EntityBase):
    """The list pages of an entity."""

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """Show a page of the list."""
        address = Address.read(self.url, request.args)
        query = self.query(address)
        page = Page(self.list_title_of(address))
        return self.render_template("panel/list.html", page=page, listing=self.listing(query))

    def list_title_of(self, address: Address) -> str:
        """Return the title of a list: its own, or that of the part that is shown."""
        rule = self.tabs.get(address.tab)
        return gettext(rule.label) if rule else gettext(self.panel.name)

    def add_label(self) -> str:
        """Say what adding a row is called."""
        return gettext("新增%(name)s", name=gettext(self.panel.name))

    def query(self, address: Address) -> Query:
        """Return the query that an address means."""
        return self.query_class(
            self.model,
            address,
            tabs=self.tabs,
            now=clock.now(),
            sortable=self.sortable(),
            chosen=list_settings.chosen(scope.current(), self.panel.code),
        )

    def listing(self, query: Query) -> Listing:
        """Return a page of rows with everything around it."""
        address, part = query.address, query.part()
        if not part.rows and address.mark:  # what was there has gone
            return self.listing(self.query(replace(address, page=1, after="", before="")))
        rows, number = part.rows, address.page if part.before else 1
        first = (number - 1) * address.size + 1 if rows else 0
        alone = number == 1 and not part.after
        total = len(rows) if alone and not address.mark else query.count()
        return Listing(
            columns=self._columns(query),
            rows=[self.row(row, query.columns) for row in rows],
            tabs=self._tabs(query),
            filters=query.filters,
            q=address.q,
            chips=query.chips,
            search_hint=self._search_hint(),
            total=min(total, COUNT_UP_TO),
            total_capped=total > COUNT_UP_TO,
            first=first,
            last=first + len(rows) - 1 if rows else 0,
            previous_url=_beside(address, number - 1, before=part.before),
            next_url=_beside(address, number + 1, after=part.after),
            page_sizes=[
                (size, address.url(size=size), size == address.size) for size in PAGE_SIZES
            ],
            hidden=[
                (name, value)
                for name, value in address.parameters().items()
                if name in KEPT or name.removeprefix("f_") in query.further
            ],
            entity=self.panel.code,
            columns_url=address.url(f"{self.route_base}/columns"),
            buttons=self.list_buttons(replace(address, columns=query.told_columns)),
            bulk=self.bulk_buttons(),
            empty=gettext("没有符合条件的记录") if query.chips else gettext("还没有记录"),
            empty_action=next(iter(self._add_button()), None) if not query.chips else None,
        )

    def row(self, row: Any, names: Sequence[str]) -> Row:
        """Return one row of the list, with these columns."""
        cells = [self.cell(name, row) for name in names]
        link = self.row_url(row)
        cells[0] = Cell(cells[0].text, cells[0].kind, link, cells[0].tone)
        tone = next((cell.tone for cell in cells if cell.kind == "lamp"), "")
        return Row(row.id, cells, link, tone)

    def list_buttons(self, address: Address) -> Sequence[Button]:
        """Return what may be done from the list."""
        found = []
        if may(self.panel.code, "x"):
            found.append(Button(gettext("导出"), address.url(f"{self.route_base}/export")))
        return [*found, *self._add_button()]

    def bulk_buttons(self) -> Sequence[Button]:
        """Return what may be done with several rows at once."""
        return ()

    def _add_button(self) -> Sequence[Button]:
        if not may(self.panel.code, "a"):
            return []
        return [Button(self.add_label(), f"{self.route_base}/add", "main", "N")]

    def _columns(self, query: Query) -> Sequence[Col]:
        address, found = query.address, []
        now_by = address.sort.removeprefix("-")
        down = address.sort.startswith("-")
        for name in query.columns:
            sort_url = direction = None
            if name in query.sortable:
                turned = f"-{name}" if now_by == name and not down else name
                sort_url = address.url(sort=turned)
                direction = ("desc" if down else "asc") if now_by == name else ""
            known = query.attributes.get(name)
            kind = present.CELL_KINDS.get(known.kind, "text") if known else "text"
            label, width = self.column_label(name), query.widths.get(name, "")
            found.append(Col(name, label, kind, sort_url, direction or "", width))
        return found

    def _tabs(self, query: Query) -> Sequence[Tab]:
        active = query.address.tab or next(iter(self.tabs), "")
        return [
            Tab(gettext(rule.label), query.address.url(tab=code), code == active)
            for code, rule in self.tabs.items()
        ]

    def _search_hint(self) -> str:
        known = attributes(self.model)
        return gettext("、").join(
            gettext(known[name].label) for name in self.panel.search if name in known
        )

    @expose("/export")
    @has_access
    def export(self) -> Response:
        """Send the filtered list as an Excel file."""
        query = self.query(Address.read(self.url, request.args))
        return export_list(query, scope.current(), clock.now())

    @expose("/choices/<name>")
    @has_access
    def choices(self, name: str) -> Response:
        """Answer what a large select box may be set to, narrowed by what was typed."""
        known = attributes(self.model).get(name)
        if known is None or known.kind != "link" or known.target is None:
            abort(404)
        if not may(known.target.__panel__.code, "r"):
            abort(404)
        found = options(known.target, request.args.get("q", "").strip()[:100])
        return jsonify({"results": [{"id": row.id, "text": str(row)} for row in found]})


def _beside(address: Address, number: int, **mark: str) -> str | None:
    """Return the address of the page before or after, if there is one."""
    return address.url(page=min(max(number, 1), MOST_PAGES), **mark) if any(mark.values()) else None
