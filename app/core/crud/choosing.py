"""Choose the columns of a list: which, in which order, how wide; kept for this person alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError

from app.core import list_settings, scope
from app.core.crud.address import Address
from app.core.crud.export import EXPORTERS
from app.core.crud.lists import Lists
from app.core.language import gettext
from app.core.list_settings import WIDTHS
from app.core.panel import offered_columns
from app.core.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.crud.listing import Query


class Columns(Lists):
    """The page on which the columns of a list are chosen."""

    @expose("/columns", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def columns(self) -> Any:
        """Show what the list can show, and keep what was chosen."""
        address = Address.read(self.url, request.args)
        query = self.query(address)
        problem = ""
        if request.method == "POST":
            wanted = [] if request.form.get("reset") else self._wanted()
            if wanted or request.form.get("reset"):
                self._keep(wanted)
                return redirect(address.url(columns=()))
            problem = gettext("至少要显示一列")
        html = self.render_template(
            "panel/columns.html",
            page=self._page(gettext("选择列"), self._about_columns()),
            columns=self._choices(query),
            widths=[(code, gettext(label)) for code, label in WIDTHS.items()],
            action=address.url(f"{self.route_base}/columns"),
            problem=problem,
            cancel_url=address.url(),
        )
        return html, 422 if problem else 200

    def _about_columns(self) -> str:
        if self.model in EXPORTERS:
            return gettext("只改变您自己看到的列表；导出的台账各列固定")
        return gettext("只改变您自己看到的列表，导出的列也随之而变")

    def _wanted(self) -> list[tuple[str, str]]:
        """Return what was ticked, in the order of the page; what is no column is passed over."""
        known, shown = offered_columns(self.model), set(request.form.getlist("show"))
        names = [name for name in request.form.getlist("order") if name in known]
        names += [name for name in known if name in shown]
        found = []
        for name in dict.fromkeys(names):
            width = request.form.get(f"w-{name}", "")
            if name in shown:
                found.append((name, width if width in WIDTHS else ""))
        return found

    def _keep(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Keep it; of two windows that do so at once, the later one counts."""
        person, code = scope.current(), self.panel.code
        try:
            with transaction():
                list_settings.keep(person, code, wanted)
        except IntegrityError:
            with transaction():
                list_settings.keep(person, code, wanted)

    def _choices(self, query: Query) -> list[tuple[str, str, bool, str]]:
        """Return every column: name, label, shown?, width; the shown ones first."""
        rest = [name for name in offered_columns(self.model) if name not in query.columns]
        return [
            (name, self.column_label(name), name in query.columns, query.widths.get(name, ""))
            for name in [*query.columns, *rest]
        ]
