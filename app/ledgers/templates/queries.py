"""Ask for templates and their versions, in scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.departments.models import Department
from app.ledgers.templates.definition import Definition
from app.ledgers.templates.models import LedgerTemplate, LedgerTemplateVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_DIGITS = 10
MOST_OPTIONS = 200
"""How many departments a select box lists."""


def template(template_id: int) -> LedgerTemplate | None:
    """Return a template, if it is in scope."""
    found: LedgerTemplate | None = db.session.scalar(
        select(LedgerTemplate).where(LedgerTemplate.id == template_id)
    )
    return found


def templates_named(name: str) -> Sequence[LedgerTemplate]:
    """Return the active templates of a name, in scope."""
    found: Sequence[LedgerTemplate] = db.session.scalars(
        select(LedgerTemplate).where(LedgerTemplate.name == name, LedgerTemplate.active)
    ).all()
    return found


def find(said: str) -> LedgerTemplate:
    """Return the template with a name or a number; DomainError when it is none, or not one."""
    named = templates_named(said)
    if not named and said.isdecimal() and len(said) < MOST_DIGITS:
        named = [row for row in (template(int(said)),) if row is not None]
    if not named:
        raise DomainError(gettext("没有这个台账模板，或者它没有共享给您"))
    if len(named) > 1:
        known = gettext("、").join(str(row.id) for row in named)
        raise DomainError(gettext("有几个同名的模板，请给出编号：%(numbers)s", numbers=known))
    return named[0]


def definition(template_id: int, number: int) -> Definition | None:
    """Return what a version of a template asks for, if the template is in scope."""
    told = db.session.scalar(
        select(LedgerTemplateVersion.definition)
        .join(LedgerTemplate, LedgerTemplate.id == LedgerTemplateVersion.template_id)
        .where(
            LedgerTemplateVersion.template_id == template_id, LedgerTemplateVersion.number == number
        )
    )
    return Definition.from_json(told) if told is not None else None


def versions(row: LedgerTemplate) -> Sequence[LedgerTemplateVersion]:
    """Return the versions of a template, the latest first."""
    found: Sequence[LedgerTemplateVersion] = db.session.scalars(
        select(LedgerTemplateVersion)
        .where(LedgerTemplateVersion.template_id == row.id)
        .order_by(LedgerTemplateVersion.number.desc())
    ).all()
    return found


def name_taken(owner_id: int, name: str, but: int | None = None) -> bool:
    """Say whether somebody has another template of this name."""
    query = select(LedgerTemplate.id).where(
        LedgerTemplate.owner_id == owner_id, LedgerTemplate.name == name
    )
    if but is not None:
        query = query.where(LedgerTemplate.id != but)
    return db.session.scalar(query.limit(1)) is not None


def departments() -> list[tuple[str, str]]:
    """Return the codes of the departments in scope, each with the name that it goes by."""
    rows = db.session.execute(
        select(Department.code, func.min(Department.name))
        .where(Department.active)
        .group_by(Department.code)
        .order_by(Department.code)
        .limit(MOST_OPTIONS)
    )
    return [(code, name) for code, name in rows]
