"""Change templates: save a version, copy one, bring an old version back, put one out of use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.core.words import unprintable
from app.ledgers.templates import queries, rights
from app.ledgers.templates.models import LedgerTemplate, LedgerTemplateVersion

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person
    from app.departments.models import Hall
    from app.departments.rules import Role
    from app.ledgers.templates.definition import Definition

LONGEST_NAME = 64


@dataclass(frozen=True)
class Sharing:
    """With whom a template is shared: nobody; else people of a hall or all, of a role or all."""

    shared: bool = False
    hall: Hall | None = None
    role: Role | None = None


def create(
    name: str, asked: Definition, sharing: Sharing, *, actor: Person, now: datetime
) -> LedgerTemplate:
    """Save a new template; InvalidInputError for what can't be."""
    _check(name, asked, actor, None)
    row = LedgerTemplate(name=name, kind=asked.kind.value, owner_id=actor.id, number=1, active=True)
    _share(row, sharing)
    db.session.add(row)
    db.session.flush()
    _keep(row, asked, actor, now)
    return row


def save(
    row: LedgerTemplate,
    name: str,
    asked: Definition,
    sharing: Sharing,
    *,
    actor: Person,
    now: datetime,
) -> None:
    """Save a template anew: a further version when it asks for something else than before.

    InvalidInputError for what can't be; DomainError when it is somebody else's.
    """
    require_owner(row, actor)
    _check(name, asked, actor, row)
    row.name = name
    _share(row, sharing)
    if queries.definition(row.id, row.number) != asked:
        row.number += 1
        db.session.flush()
        _keep(row, asked, actor, now)


def copy(row: LedgerTemplate, *, actor: Person, now: datetime) -> LedgerTemplate:
    """Make a template of one's own like another one, shared with nobody."""
    asked = queries.definition(row.id, row.number)
    if asked is None or actor.id is None:
        raise DomainError(gettext("没有这个版本"))
    name, number = gettext("%(name)s（副本）", name=row.name)[:LONGEST_NAME], 1
    while queries.name_taken(actor.id, name):
        number += 1
        end = gettext("（副本 %(number)d）", number=number)
        name = row.name[: LONGEST_NAME - len(end)] + end
    return create(name, asked, Sharing(), actor=actor, now=now)


def restore(row: LedgerTemplate, number: int, *, actor: Person, now: datetime) -> None:
    """Save an earlier version once more, as the newest."""
    require_owner(row, actor)
    asked = queries.definition(row.id, number)
    if asked is None:
        raise DomainError(gettext("没有这个版本"))
    save(row, row.name, asked, _sharing(row), actor=actor, now=now)


def set_active(row: LedgerTemplate, *, active: bool, actor: Person) -> None:
    """Put a template out of use, or back into it."""
    require_owner(row, actor)
    row.active = active


def require_owner(row: LedgerTemplate, actor: Person) -> None:
    """Raise DomainError when a template is somebody else's."""
    if row.owner_id != actor.id:
        raise DomainError(gettext("这是别人制作的模板，不能修改；可以复制一份再改"))


def _check(name: str, asked: Definition, actor: Person, row: LedgerTemplate | None) -> None:
    problems = asked.problems(rights.columns(asked.kind, actor))
    if asked.kind not in rights.kinds(actor):
        problems["kind"] = gettext("您无权查看这种台账")
    if not name:
        problems["name"] = gettext("必填")
    elif len(name) > LONGEST_NAME:
        problems["name"] = gettext("最多 %(most)d 个字", most=LONGEST_NAME)
    elif unprintable(name) or "\n" in name:
        problems["name"] = gettext("含有无法显示的控制字符，请删除后再提交")
    elif queries.name_taken(actor.id or 0, name, row.id if row is not None else None):
        problems["name"] = gettext("您已有同名的模板，请换一个名称")
    if problems:
        raise InvalidInputError(problems)


def _share(row: LedgerTemplate, sharing: Sharing) -> None:
    row.shared = sharing.shared
    row.hall = sharing.hall if sharing.shared else None
    row.role = sharing.role if sharing.shared else None


def _sharing(row: LedgerTemplate) -> Sharing:
    return Sharing(row.shared, row.hall, row.role)


def _keep(row: LedgerTemplate, asked: Definition, actor: Person, now: datetime) -> None:
    db.session.add(
        LedgerTemplateVersion(
            template_id=row.id,
            number=row.number,
            definition=asked.as_json(),
            author_id=actor.id,
            author=actor.name,
            at=now,
        )
    )
    db.session.flush()
