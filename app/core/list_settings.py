"""How a person likes to see a list: which columns, in which order, how wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import scope
from app.core.db import db
from app.core.language import N_
from app.core.timeline import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTHS = {"": N_("自动"), "narrow": N_("窄"), "middle": N_("中"), "broad": N_("宽")}


class ListSetting(Model):
    """The columns of one list, as one person wants them: [name, width] each, in order."""

    __tablename__ = "list_setting"
    __table_args__ = (
        UniqueConstraint("person_id", "entity"),
        {"info": {"goes_along": True}},  # it keeps nobody from being deleted
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False
    )
    entity: Mapped[str] = mapped_column(String(32), nullable=False)
    columns: Mapped[list[list[str]]] = mapped_column(Json, nullable=False)


@scope.rows_of(ListSetting)
def own(person: scope.Person) -> ColumnElement[bool]:
    """See what one has set, and nobody else's."""
    return ListSetting.person_id == person.id


def _row(person: scope.Person, entity: str) -> ListSetting | None:
    return db.session.scalar(
        select(ListSetting).where(ListSetting.person_id == person.id, ListSetting.entity == entity)
    )


def chosen(person: scope.Person, entity: str) -> list[tuple[str, str]]:
    """Return the columns that a person wants, with their widths; empty when they never said."""
    row = _row(person, entity)
    return [(name, width) for name, width in row.columns] if row is not None else []


def keep(person: scope.Person, entity: str, columns: Sequence[tuple[str, str]]) -> None:
    """Keep what a person wants to see; nothing is as it comes."""
    row = _row(person, entity)
    wanted = [[name, width] for name, width in columns]
    if row is None and wanted:
        db.session.add(ListSetting(person_id=person.id, entity=entity, columns=wanted))
    elif row is not None and wanted:
        row.columns = wanted
    elif row is not None:
        db.session.delete(row)
    db.session.flush()
