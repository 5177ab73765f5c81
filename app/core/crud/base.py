"""What every generated page of an entity stands on: its model, its rows in scope, its hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort
from flask_appbuilder import ModelView

from app.core.crud import present
from app.core.crud.forms import drawn
from app.core.crud.listing import Query, TabRule
from app.core.crud.pages import Button, Cell, Input, Page
from app.core.db import db
from app.core.language import gettext
from app.core.panel import attributes
from app.core.security import may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_wtf import FlaskForm

    from app.core.panel import Panel

MOST_ID = 2**31 - 1


class EntityBase(ModelView):
    """The entity behind a view, and the hooks that a feature may override."""

    base_permissions = [
        "can_list",
        "can_show",
        "can_add",
        "can_edit",
        "can_delete",
        "can_export",
        "can_choices",
    ]
    own_routes: tuple[str, ...] = ()
    """Routes that a feature adds to those of a read-only entity."""
    tabs: Mapping[str, TabRule] = {}
    query_class: type[Query] = Query

    # --- what the model says ---------------------------------------------------------------

    @property
    def model(self) -> type[Any]:
        """The model that is shown."""
        model: type[Any] = self.datamodel.obj
        return model

    @property
    def panel(self) -> Panel:
        """What the model says of itself."""
        panel: Panel = self.model.__panel__
        return panel

    @property
    def url(self) -> str:
        """The address of the list."""
        return f"{self.route_base}/list/"

    def _init_forms(self) -> None:
        """Make no form at start: ours are made for a request, in its language."""

    def find(self, pk: str) -> Any:
        """Return the row, or answer that there is none: a foreign row is no row."""
        number = int(pk) if str(pk).isdecimal() and len(str(pk)) < 11 else 0  # noqa: PLR2004
        row = db.session.get(self.model, number) if 0 < number <= MOST_ID else None
        if row is None:
            abort(404)
        return row

    # --- hooks ---------------------------------------------------------------------------------

    def row_url(self, row: Any) -> str | None:
        """Return the page of a row."""
        return f"{self.route_base}/show/{row.id}"

    def cell(self, name: str, row: Any) -> Cell:
        """Return one cell of the list."""
        return present.cell_of(attributes(self.model)[name], row)

    def column_label(self, name: str) -> str:
        """Return the head of a column."""
        return gettext(attributes(self.model)[name].label)

    def sortable(self) -> Mapping[str, Any]:
        """Return more columns to sort by: name → expression."""
        return {}

    def create(self, row: Any, form: FlaskForm) -> None:
        """Add the row."""
        db.session.add(row)

    def update(self, row: Any, form: FlaskForm) -> None:
        """Do what goes with an edit, in the same commit."""

    def prepare(self, form: FlaskForm, row: Any) -> None:
        """Adjust a form before it is drawn or read."""

    def draw(self, field: Any, row: Any) -> Input:
        """Return a field as it is drawn."""
        known = attributes(self.model).get(field.name)
        return drawn(field, row, known, f"{self.route_base}/choices/{field.name}")

    def buttons_of(self, row: Any) -> list[Button]:
        """Return what may be done with a row from its page."""
        found = []
        if may(self.panel.code, "e", row):
            found.append(Button(gettext("修改"), f"{self.route_base}/edit/{row.id}", "main", "E"))
        if may(self.panel.code, "d", row):
            found.append(Button(gettext("删除"), f"{self.route_base}/delete/{row.id}", "danger"))
        return found

    def _page(self, title: str, subtitle: str = "") -> Page:
        name = gettext(self.panel.name)
        crumbs = [(name, self.url if may(self.panel.code, "r") else None), (title, None)]
        return Page(title, subtitle, crumbs)

    # --- what FAB offers and we do not -----------------------------------------------------

    def download(self, filename: str) -> Any:
        """Refuse: attachments are served by their own view, in scope."""
        abort(404)

    def action(self, name: str, pk: str) -> Any:
        """Refuse: what may be done with a row is a move or a form of ours."""
        abort(404)

    def action_post(self) -> Any:
        """Refuse: see `action`."""
        abort(404)
