"""The database: one metadata, aware instants, and the base of every table of ours."""

from __future__ import annotations

import hashlib
import sqlite3
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from sqlalchemy import Connection, DateTime, Dialect, Engine, Integer, String, event
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.additions import Additions

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy

    from app.core.panel import Panel

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

db: SQLAlchemy = SQLA(metadata=Model.metadata)

writing: ContextVar[bool] = ContextVar("writing", default=False)
"""Whether what begins now will write: SQLite then takes its lock at once and waits its turn."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime; kept in UTC on every database. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"naive datetime {value!r}: an instant needs its time zone"
            raise ValueError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware datetime in UTC."""
        if value is None or dialect.name != "sqlite":
            return _in_utc(value)
        return value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Spare a call for each value where the driver's own is aware: a ledger has a million."""
        if dialect.name == "sqlite":
            return super().result_processor(dialect, coltype)
        return _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value is not None else None


class Entity(Model):
    """The base of a table that the panel generates its views for.

    `version` counts the edits: a form that was read at another version is refused.
    """

    __abstract__ = True
    __panel__: Panel

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    changed_at: Mapped[datetime | None] = mapped_column(Instant)
    changed_by: Mapped[str | None] = mapped_column(String(64))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - a class, as SQLAlchemy calls it
        """Let SQLAlchemy refuse an UPDATE of a row whose version moved meanwhile."""
        return {"version_id_col": cls.__dict__.get("version") or cls.version}

    def problems(self) -> dict[str, str]:
        """Say what is wrong with the row as a whole: field name → sentence. None by default."""
        return {}


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    """Enforce foreign keys, let readers and a writer work together, wait for a lock.

    What REPLACE takes away is to wake the triggers of DELETE. SQLite has no SHA-256; the triggers
    that chain the timeline ask for it, and tell what was added.
    """
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # SQLAlchemy's begin event below opens the transaction
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=30000",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("sha256", 1, _sha256, deterministic=True)
    heard = record.info["additions"] = Additions()
    connection.create_function("row_was_added", 4, heard.add)
    connection.create_function("case_needs_a_cause", 1, heard.close)
    connection.create_function("event_was_written", 1, heard.hear)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer when we are going to write: a reader can't become one under WAL."""
    if connection.dialect.name == "sqlite":
        connection.info["additions"].begin()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


@event.listens_for(Engine, "commit")
def _tell_additions(connection: Connection) -> None:
    """Tell what was added to cases and no event tells of; refuse a case closed without a cause."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        connection.info["additions"].check(driver)
        connection.info["additions"].tell(driver)
