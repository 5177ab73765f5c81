"""Field history of reference data: who added, edited or deleted which row, old and new.

Written in the same transaction as the change, on every path through the models: forms, REST,
imports, bulk statements. Append only in the database (app/core/guards/). Of a password only the
fact is told; personal data is masked. What hangs on a case has its timeline instead.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    String,
    event,
    insert,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from app.core import clock, scope
from app.core.changes import HIDDEN, changes_of, joining, plain, told
from app.core.db import Entity, Instant, db
from app.core.language import N_, gettext
from app.core.panel import Panel, attributes, field, joined
from app.core.security import holders
from app.core.words import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import ORMExecuteState, UOWTransaction

LATEST = 20
LONGEST_NAME = 128
UNTOLD = frozenset({"last_login"})
"""Fields that the log-in itself writes."""

ENTITIES: dict[str, str] = {}
"""Code → name of the entities whose history is kept; filled as their pages are registered."""


class Action(Choice):
    """What was done with a row."""

    ADDED = "added", N_("新增", "action")
    EDITED = "edited", N_("修改", "action")
    DELETED = "deleted", N_("删除", "action")


class Change(Model):
    """One change of one row of reference data."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_entity_row_id_id", "entity", "row_id", "id"),)
    __panel__ = Panel(
        N_("变更记录"),
        "changes",
        columns=("at", "actor", "action", "entity", "row_name", "changes"),
        order=("-id",),
        filters=("entity", "action", "at"),
        search=("row_name", "actor"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    entity: Mapped[str] = field(String(32), label=N_("资料"), words=ENTITIES, nullable=False)
    row_id: Mapped[int] = mapped_column(Integer, nullable=False)
    row_name: Mapped[str] = field(String(LONGEST_NAME), label=N_("名称"), nullable=False)
    action: Mapped[Action] = field(Action, label=N_("操作"), nullable=False)
    at: Mapped[datetime] = field(Instant, label=N_("时间"), nullable=False)
    actor_id: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = field(String(64), label=N_("经手人"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(Integer)
    """The hall that the row belongs to, if it belongs to one; it may be gone by now."""
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)

    def __str__(self) -> str:
        """Name the row and what was done with it."""
        return f"{self.row_name} {gettext(self.action.label)}"


@scope.rows_of(Change)
def changes(person: scope.Person) -> ColumnElement[bool]:
    """See the history of one's halls; of what belongs to no hall, whoever oversees all of them.

    An administrator doesn't read the history of what an administrator may not read.
    """
    foreign = [code for code in ENTITIES if "admin" not in holders(code, "r")]
    return or_(
        person.in_halls(Change.hall_id, "inspector"),
        person.in_halls(Change.hall_id, "admin") & Change.entity.not_in(foreign),
    )


def kept(model: type[Any]) -> bool:
    """Say whether a model is reference data, whose history is kept here."""
    if not issubclass(model, (Entity, User)) or "__panel__" not in vars(model):
        return False
    columns = inspect(model).local_table.c
    return "case_id" not in columns and inspect(model).local_table.name != "case"


def latest(row: Any, most: int = LATEST) -> Sequence[Change]:
    """Return the latest changes of a row, as far as the person may see them."""
    found = (
        select(Change)
        .where(Change.entity == row.__panel__.code, Change.row_id == row.id)
        .order_by(Change.id.desc())
        .limit(most)
    )
    return db.session.scalars(found).all()


# --- what a flush writes -------------------------------------------------------------------------


@event.listens_for(Session, "before_flush")
def _compare(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Note what changes while old and new can still be told apart."""
    noted: list[tuple[Any, dict[str, Any]]] = session.info.setdefault("history", [])
    noted.clear()
    for rows, action in (
        (session.new, Action.ADDED),
        (session.dirty, Action.EDITED),
        (session.deleted, Action.DELETED),
    ):
        for row in rows:
            if kept(type(row)):
                changed = _told(row, action) | _joined(row, action)
                if changed or action is not Action.EDITED:
                    noted.append((row, _line(row, action, changed)))


@event.listens_for(Session, "after_flush")
def _write(session: Session, _context: UOWTransaction) -> None:
    """Write what was noted; new rows have their numbers and defaults by now."""
    noted: list[tuple[Any, dict[str, Any]]] = session.info.get("history", [])
    for row, line in noted:
        if line["action"] is Action.ADDED:
            line |= {"row_id": row.id, "hall_id": _hall(session, row)}
            for name, pair in _held(row).items():
                line["changes"].setdefault(name, pair)
    _insert(session, [line for _, line in noted])
    noted.clear()


def _told(row: Any, action: Action) -> dict[str, Any]:
    """Return what is told of a row: what changed, or everything that a deleted one held."""
    if action is Action.DELETED:
        known = [item for item in attributes(type(row)).values() if not item.many]
        pairs = {item.name: (getattr(row, item.name), None) for item in known}
    else:
        pairs = changes_of(row)
    found = {
        name: pair
        for name, pair in told(type(row), pairs).items()
        if name not in UNTOLD and pair != ["", ""]
    }
    secret: Any = inspect(row).attrs.get("password")
    if secret is not None and action is Action.EDITED and secret.history.has_changes():
        found["password"] = [HIDDEN, HIDDEN]
    return found


def _joined(row: Any, action: Action) -> dict[str, Any]:
    """Return what is told of the rows that tables between join with a row."""
    if action is Action.DELETED:
        pairs: dict[str, tuple[list[Any], list[Any]]] = {
            name: (getattr(row, name), []) for name in joined(type(row))
        }
    else:
        pairs = joining(row)
    return {name: pair for name, pair in told(type(row), pairs).items() if pair[0] != pair[1]}


def _held(row: Any) -> dict[str, list[Any]]:
    """Return what a new row holds, its links left aside."""
    known = [item for item in attributes(type(row)).values() if item.target is None]
    pairs = {item.name: ["", plain(item, getattr(row, item.name))] for item in known}
    return {name: pair for name, pair in pairs.items() if pair[1] != "" and name not in UNTOLD}


def _line(row: Any, action: Action, changed: dict[str, Any]) -> dict[str, Any]:
    person = scope.current()
    return {
        "entity": row.__panel__.code,
        "row_id": row.id,
        "row_name": str(row)[:LONGEST_NAME],
        "action": action,
        "at": clock.now(),
        "actor_id": person.id,
        "actor": person.name,
        "hall_id": None if action is Action.ADDED else _hall(object_session(row), row),
        "changes": changed,
    }


def _hall(session: Any, row: Any) -> int | None:
    """Return the hall that a row belongs to: itself, its own, or its department's."""
    if row.__panel__.code == "halls":
        return int(row.id)
    found, department = getattr(row, "hall_id", None), attributes(type(row)).get("department")
    if found is None and department is not None:
        key = getattr(row, department.foreign_key)
        above = session.get(department.target, key) if key is not None else None
        found = getattr(above, "hall_id", None)
    return int(found) if found is not None else None


def _insert(session: Any, lines: list[dict[str, Any]]) -> None:
    if lines:
        session.connection().execute(insert(Change.__table__), lines)


# --- what a bulk statement writes ----------------------------------------------------------------


@event.listens_for(Session, "do_orm_execute")
def _compare_bulk(state: ORMExecuteState) -> Any:
    """Tell of a bulk UPDATE or DELETE what it did to each row."""
    mapper = state.bind_mapper
    if not (state.is_update or state.is_delete) or mapper is None or not kept(mapper.class_):
        return None
    session: Any = state.session
    statement: Any = state.statement
    chosen = select(mapper.class_).where(*statement._where_criteria)  # noqa: SLF001
    session.flush()
    with session.no_autoflush:
        lines = [
            _line(row, Action.DELETED, _told(row, Action.DELETED))
            for row in session.scalars(chosen).all()
        ]
        result = state.invoke_statement()
        for line in lines:
            row = session.get(mapper.class_, line["row_id"], populate_existing=True)
            if row is not None:
                line |= {"action": Action.EDITED, "changes": _against(row, line["changes"])}
        _insert(session, [line for line in lines if line["changes"]])
    return result


def _against(row: Any, before: dict[str, Any]) -> dict[str, Any]:
    """Return what differs between a row and what it held before."""
    known = [item for item in attributes(type(row)).values() if not item.many]
    pairs = {
        item.name: [before.get(item.name, [""])[0], plain(item, getattr(row, item.name))]
        for item in known
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and name not in UNTOLD}
