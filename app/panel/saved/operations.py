"""Keep a view, name it anew, share it, remove it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.panel.saved.models import SavedView
from app.panel.saved.rules import MOST_VIEWS, SHARERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.core.scope import Person


@dataclass(frozen=True)
class Sharing:
    """With whom a view is shared: nobody; else the people of a role, in a hall or in all."""

    role: str | None = None
    hall_id: int | None = None


def listed(entity: str, person: Person) -> Sequence[SavedView]:
    """Return the views of a list that a person sees, one's own first."""
    rows = db.session.scalars(
        select(SavedView).where(SavedView.entity == entity).order_by(SavedView.name, SavedView.id)
    ).all()
    return sorted(rows, key=lambda row: row.owner_id != person.id)


def keep(
    person: Person, entity: str, name: str, parameters: Mapping[str, str], sharing: Sharing
) -> SavedView:
    """Keep a view of a list; InvalidInputError for a name that is taken, or one too many."""
    mine = select(func.count()).where(SavedView.owner_id == person.id, SavedView.entity == entity)
    if (db.session.scalar(mine) or 0) >= MOST_VIEWS:
        told = gettext("一个列表最多保存 %(most)d 个视图，请先删除不用的", most=MOST_VIEWS)
        raise InvalidInputError({"": told})
    _require_free(person, entity, name)
    _require_shareable(person, sharing)
    row = SavedView(
        owner_id=person.id,
        entity=entity,
        name=name,
        content=json.dumps(dict(parameters), ensure_ascii=False),
        role=sharing.role,
        hall_id=sharing.hall_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def change(person: Person, row: SavedView, name: str, sharing: Sharing) -> None:
    """Give a view another name, or show it to others."""
    require_own(person, row)
    if name != row.name:
        _require_free(person, row.entity, name)
    if sharing != Sharing(row.role, row.hall_id):
        _require_shareable(person, sharing)
    row.name, row.role, row.hall_id = name, sharing.role, sharing.hall_id
    db.session.flush()


def remove(person: Person, row: SavedView) -> None:
    """Remove a view."""
    require_own(person, row)
    db.session.delete(row)
    db.session.flush()


def require_own(person: Person, row: SavedView) -> None:
    """Raise DomainError for a view that somebody else keeps."""
    if row.owner_id != person.id:
        raise DomainError(gettext("这个视图是别人保存后共享给您的，只有保存的人能修改或删除"))


def _require_free(person: Person, entity: str, name: str) -> None:
    same = select(SavedView.id).where(
        SavedView.owner_id == person.id, SavedView.entity == entity, SavedView.name == name
    )
    if db.session.scalar(same) is not None:
        raise InvalidInputError({"name": gettext("您在这个列表里已有同名的视图")})


def _require_shareable(person: Person, sharing: Sharing) -> None:
    halls = person.halls(*SHARERS)
    if sharing.role is None and sharing.hall_id is None:
        return
    if sharing.role is None:
        raise InvalidInputError({"role": gettext("请选择共享给哪个角色")})
    if halls is not None and (sharing.hall_id is None or sharing.hall_id not in halls):
        told = gettext("只能共享给您担任督查或管理员的大厅")
        raise InvalidInputError({"hall": told})
