"""Keep a draft, find it, forget it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.drafts.models import FormDraft
from app.drafts.rules import KEPT, MOST_CHARACTERS, MOST_DRAFTS, MOST_PATH

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person

_draft: Any = FormDraft.__table__


def keep(person: Person, path: str, fields: list[list[str]], *, now: datetime) -> None:
    """Keep what a person has typed into the form at a path, in place of what was kept before.

    `fields` are [name, value] in the order of the form. InvalidInputError when it is too much.
    """
    content = json.dumps(fields, ensure_ascii=False)
    if len(path) > MOST_PATH or len(content) > MOST_CHARACTERS:
        raise InvalidInputError({"": gettext("内容太多，草稿没有保存")})
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    values = {"staff_id": person.id, "path": path, "content": content, "saved_at": now}
    statement = dialect.insert(_draft).values(values)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["staff_id", "path"],
            set_={name: statement.excluded[name] for name in ("content", "saved_at")},
        )
    )
    latest = select(_draft.c.id).where(_draft.c.staff_id == person.id)
    latest = latest.order_by(_draft.c.saved_at.desc(), _draft.c.id.desc()).limit(MOST_DRAFTS)
    old = (_draft.c.staff_id == person.id) & _draft.c.id.not_in(latest)
    db.session.execute(delete(_draft).where(old))


def found(person: Person, path: str, *, now: datetime) -> tuple[datetime, list[list[str]]] | None:
    """Return when a person's draft for a path was kept, and its fields; None without one."""
    row = db.session.scalar(
        select(FormDraft).where(
            FormDraft.staff_id == person.id, FormDraft.path == path, FormDraft.saved_at > now - KEPT
        )
    )
    return (row.saved_at, json.loads(row.content)) if row is not None else None


def forget(person: Person, path: str) -> None:
    """Forget a person's draft for a path, if there is one."""
    own = (_draft.c.staff_id == person.id) & (_draft.c.path == path)
    db.session.execute(delete(_draft).where(own))


def forget_old(now: datetime) -> int:
    """Forget what nobody came back to; return how many."""
    gone = db.session.execute(delete(_draft).where(_draft.c.saved_at <= now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]
