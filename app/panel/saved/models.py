"""A list as somebody wants to see it again, and who sees that."""

from __future__ import annotations

import json

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
    and_,
    false,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.privacy import Secret
from app.core.scope import Person, rows_of
from app.panel.saved.rules import LONGEST_NAME


class SavedView(Model):
    """What a list's address said, as JSON; encrypted, for a name may have been looked for."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("owner_id", "entity", "name"),
        CheckConstraint("hall_id IS NULL OR role IS NOT NULL", name="shared_with"),
        {"info": {"goes_along": True}},  # it keeps nobody and no hall from being deleted
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False
    )
    entity: Mapped[str] = mapped_column(String(32), nullable=False)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), nullable=False)
    content: Mapped[str] = mapped_column(Secret, nullable=False)
    role: Mapped[str | None] = mapped_column(String(16))
    """The role that it is shared with; nobody else's without."""
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id", ondelete="CASCADE"))
    """The hall whose people of that role see it; without one those of all halls."""

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the list's address."""
        told: dict[str, str] = json.loads(self.content)
        return told


@rows_of(SavedView)
def views(person: Person) -> ColumnElement[bool]:
    """See one's own, and those shared with a role where one holds it."""
    if person.id is None:
        return false()
    row = SavedView
    shared = [
        row.role == grant.role
        if grant.halls is None
        else and_(
            row.role == grant.role, or_(row.hall_id.is_(None), row.hall_id.in_(sorted(grant.halls)))
        )
        for grant in person.grants
    ]
    return or_(row.owner_id == person.id, *shared)
