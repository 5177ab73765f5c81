"""Which ledgers a person sees, and which templates: one's own, and what is shared with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, false, or_, select

from app.core.scope import Person, rows_of
from app.ledgers.models import LedgerRun
from app.ledgers.templates.models import LedgerTemplate, LedgerTemplateVersion

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@rows_of(LedgerRun)
def ledgers(person: Person) -> ColumnElement[bool]:
    """Show the ledgers of one's own halls and those below; they hold every case of theirs."""
    return person.in_halls(LedgerRun.hall_id, "supervisor", "inspector")


@rows_of(LedgerTemplate)
def templates(person: Person) -> ColumnElement[bool]:
    """See one's own templates, and those that are shared with one's halls and roles."""
    row = LedgerTemplate
    if not person.grants:
        return false()
    hall = or_(row.hall_id.is_(None), person.in_halls(row.hall_id))
    role = or_(row.role.is_(None), row.role.in_(sorted(person.roles)))
    return or_(row.owner_id == person.id, and_(row.shared, hall, role))


@rows_of(LedgerTemplateVersion)
def versions(person: Person) -> ColumnElement[bool]:
    """See the versions of the templates that one sees."""
    seen = select(LedgerTemplate.__table__.c.id).where(templates(person))
    return LedgerTemplateVersion.template_id.in_(seen)
