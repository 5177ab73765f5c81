"""The page of one row: its facts in sections, and the lists of what belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.core import history
from app.core.crud import changed, present
from app.core.crud.base import EntityBase
from app.core.crud.pages import Cell, Col, Fact, Listing, Row
from app.core.language import gettext
from app.core.panel import attributes, list_columns, sections
from app.core.security import may

if TYPE_CHECKING:
    from collections.abc import Sequence


class Details(EntityBase):
    """The page of a row."""

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Show one row."""
        row = self.find(pk)
        return self.render_template(
            "panel/show.html",
            page=self._page(str(row)),
            sections=self.facts(row),
            buttons=self.buttons_of(row),
            related=self.related(row),
        )

    def facts(self, row: Any) -> list[tuple[str, list[Fact]]]:
        """Return everything that the row's page says, in sections."""
        known = attributes(self.model)
        shown_names = [name for section in sections(self.model) for name in section.names]
        rest = [name for name, item in known.items() if name not in shown_names and not item.many]
        groups = [(section.title, section.names) for section in sections(self.model)]
        if rest:
            groups.append((gettext("其他"), tuple(rest)))
        return [
            (title, [self.fact(name, row) for name in names if name in known])
            for title, names in groups
        ]

    def fact(self, name: str, row: Any) -> Fact:
        """Return one labelled value."""
        known = attributes(self.model)[name]
        kind = {"long": "long", "datetime": "mono", "integer": "mono"}.get(known.kind, "text")
        return Fact(gettext(known.label), present.text_of(known, row) or present.EMPTY, kind)

    def related(self, row: Any) -> list[tuple[str, Listing]]:
        """Return the lists of what belongs to the row, as far as the person may see it."""
        found = []
        for name in self.panel.related:
            known = attributes(self.model)[name]
            if known.target is not None and may(known.target.__panel__.code, "r"):
                found.append((gettext(known.label), self._related_listing(known.target, row, name)))
        if history.kept(self.model) and may("changes", "r"):
            found.append((gettext("变更记录"), self.history_listing(history.latest(row))))
        return found

    def history_listing(self, told: Sequence[history.Change]) -> Listing:
        """Return who changed a row, and what: the latest first."""
        heads = (gettext("时间"), gettext("经手人"), gettext("操作"), gettext("变更"))
        linked = may("changes", "r")
        return Listing(
            columns=[Col(str(index), label) for index, label in enumerate(heads)],
            rows=[
                Row(
                    item.id,
                    [
                        Cell(
                            f"{present.local(item.at):%Y-%m-%d %H:%M}",
                            "datetime",
                            f"/changes/show/{item.id}" if linked else None,
                        ),
                        Cell(item.actor),
                        Cell(gettext(item.action.label)),
                        Cell(changed.in_a_line(item, self.model), "wide"),
                    ],
                )
                for item in told
            ],
            total=len(told),
            empty=gettext("还没有变更"),
        )

    def _related_listing(self, target: type[Any], row: Any, name: str) -> Listing:
        known = attributes(target)
        back = {item.name for item in known.values() if item.target is self.model}
        names = [column for column in list_columns(target) if column not in back]
        rows = list(getattr(row, name))
        base = f"/{target.__panel__.code}/show"
        return Listing(
            columns=[Col(column, gettext(known[column].label)) for column in names],
            rows=[
                Row(
                    item.id,
                    [
                        present.cell_of(
                            known[column], item, url=f"{base}/{item.id}" if index == 0 else None
                        )
                        for index, column in enumerate(names)
                    ],
                    f"{base}/{item.id}",
                )
                for item in rows
            ],
            total=len(rows),
            empty=gettext("还没有记录"),
        )
