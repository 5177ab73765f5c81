"""Put temporary tables before the real ones, under their names, until the transaction ends."""

from __future__ import annotations

from sqlite3 import SQLITE_OK
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, func, literal, select, true

from app.core.db import db

if TYPE_CHECKING:
    from sqlalchemy import Table


def shadow(table: Table) -> Table:
    """Return the temporary table before one: what is written here can't go into the real one."""
    lite = db.session.connection().dialect.name == "sqlite"
    return table.to_metadata(MetaData(), schema="temp" if lite else "pg_temp")


def stand(table: str, join: str = "", columns: str = "t.*") -> None:
    """Put a temporary table before one of the same name, with its rows, or those that join."""
    connection = db.session.connection()
    lite = connection.dialect.name == "sqlite"
    source, ends = ("main.", "") if lite else ("", "ON COMMIT DROP")
    connection.exec_driver_sql(
        f'CREATE TEMPORARY TABLE "{table}" {ends} AS '  # noqa: S608 - names of ours
        f'SELECT {columns} FROM {source}"{table}" t {join}'
    )


def index(table: str, *columns: str) -> None:
    """Let rows of a temporary table be found by some columns."""
    connection = db.session.connection()
    lite = connection.dialect.name == "sqlite"
    for column in columns:
        name = f"{'temp.' if lite else ''}then_{table}_by_{column}"
        connection.exec_driver_sql(f'CREATE INDEX {name} ON "{table}" ({column})')
    if not lite:
        connection.exec_driver_sql(f'ANALYZE "{table}"')


def look_anew() -> None:
    """Have each statement that was prepared before look for its tables anew.

    Neither database does so by itself when a table comes to stand before another: on PostgreSQL a
    plan is made anew under another path, on SQLite once somebody was asked who may do what.
    """
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.set_authorizer(lambda *_asked: SQLITE_OK)
        driver.set_authorizer(None)
        return
    path = func.current_setting("search_path")
    connection.execute(select(func.set_config("search_path", literal("pg_temp, ") + path, true())))
