"""The guards in SQLite's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.guards.watched import (
    APPEND_ONLY,
    LARGE,
    PERSONAL,
    WATCHED,
    WRITTEN_ONCE,
    by_migration,
    kind_of,
    line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = ("event_", "change_", "timeline_head_")
"""What the names of our triggers begin with; others are left alone."""

NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"

SEAL = f"""
CREATE TRIGGER event_chained AFTER INSERT ON event
BEGIN
  UPDATE event SET
    sequence = 1 + coalesce((SELECT sequence FROM timeline_head WHERE case_id = NEW.case_id), 0),
    previous = coalesce((SELECT hash FROM timeline_head WHERE case_id = NEW.case_id), '')
  WHERE id = NEW.id;
  UPDATE event SET hash = sha256({line("sqlite")}) WHERE id = NEW.id;
  INSERT INTO timeline_head (case_id, sequence, hash)
  SELECT case_id, sequence, hash FROM event WHERE id = NEW.id
  ON CONFLICT (case_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash;
  SELECT event_was_written(NEW.id);
END
"""

KEPT = """
CREATE TRIGGER timeline_head_kept_{0} BEFORE {0} ON timeline_head WHEN NOT EXISTS (
  SELECT 1 FROM event
  WHERE case_id = NEW.case_id AND sequence = NEW.sequence AND hash = NEW.hash AND hash <> ''
) OR {1}
BEGIN SELECT RAISE(ABORT, 'timeline_head is kept by the timeline'); END
"""


def guards(columns: dict[str, list[str]], migration: str) -> Iterator[str]:
    """Yield the statements that put every guard in place; `columns` as `WATCHED` has tables."""
    for table in APPEND_ONLY:
        sealed = "WHEN OLD.hash <> ''" if table == "event" else ""
        yield f"""
            CREATE TRIGGER {table}_not_updated BEFORE UPDATE ON {table} {sealed}
            BEGIN SELECT RAISE(ABORT, '{table} is append only'); END
            """
        yield f"""
            CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table}
            BEGIN SELECT RAISE(ABORT, '{table} is append only'); END
            """
        # INSERT OR REPLACE deletes without a word to the trigger above.
        forged = " OR NEW.sequence <> 0 OR NEW.hash <> ''" if table == "event" else ""
        yield f"""
            CREATE TRIGGER {table}_not_replaced BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id){forged}
            BEGIN SELECT RAISE(ABORT, '{table} is append only'); END
            """
    yield SEAL
    yield KEPT.format("INSERT", "FALSE")
    yield KEPT.format("UPDATE", "NEW.sequence <= OLD.sequence OR NEW.case_id <> OLD.case_id")
    yield """
        CREATE TRIGGER timeline_head_not_deleted BEFORE DELETE ON timeline_head
        BEGIN SELECT RAISE(ABORT, 'timeline_head is kept by the timeline'); END
        """
    yield """
        CREATE TRIGGER case_kept_outside BEFORE DELETE ON "case"
        BEGIN SELECT RAISE(ABORT, 'no case is ever deleted'); END
        """  # foreign keys would refuse it, but for a migration they are off
    for table, names in columns.items():
        yield _watch_changes(table, names, migration)
        yield _watch_additions(table, names, migration)
        yield _watch_removal(table, names, migration)


def _watch_changes(table: str, names: list[str], migration: str) -> str:
    """Return the trigger that tells of a change."""
    moved = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in names)
    pairs = " UNION ALL ".join(
        f"SELECT '{name}' AS name, {_pair(name, _old(name), _new(name))} AS pair "
        f'WHERE OLD."{name}" IS NOT NEW."{name}"'
        for name in names
    )
    all_told = migration or table in WRITTEN_ONCE
    not_ours = "" if all_told else "OLD.version = NEW.version AND"
    told = _payload(table, _new("id"), "", pairs)
    return f"""
        CREATE TRIGGER {table}_changed_outside AFTER UPDATE ON "{table}"
        WHEN {not_ours} ({moved})
        BEGIN {_tell(told, _new(WATCHED[table]), migration)} END
        """


def _watch_additions(table: str, names: list[str], migration: str) -> str:
    """Return the trigger that tells of a row that was added; of every day, at the commit."""
    pairs = " UNION ALL ".join(
        f"SELECT '{name}' AS name, {_pair(name, NOTHING, _new(name))} AS pair "
        f'WHERE NEW."{name}" IS NOT NULL'
        for name in names
    )
    told = _payload(table, _new("id"), "'added', json('true'),", pairs)
    case = _new(WATCHED[table])
    tell = (
        _tell(told, case, migration)
        if migration
        else f"SELECT row_was_added('{table}', NEW.id, {case}, {told});"
    )
    return f"""
        CREATE TRIGGER {table}_added_outside AFTER INSERT ON "{table}" BEGIN {tell} END
        """


def _watch_removal(table: str, names: list[str], migration: str) -> str:
    """Return the trigger that tells of a row that was taken away, and what it held."""
    pairs = " UNION ALL ".join(
        f"SELECT '{name}' AS name, {_pair(name, _old(name), NOTHING)} AS pair "
        f'WHERE OLD."{name}" IS NOT NULL'
        for name in names
    )
    told = _payload(table, _old("id"), "'removed', json('true'),", pairs)
    return f"""
        CREATE TRIGGER {table}_removed_outside AFTER DELETE ON "{table}"
        BEGIN {_tell(told, _old(WATCHED[table]), migration)} END
        """


def _tell(told: str, case: str, migration: str) -> str:
    """Return the statement that writes the event."""
    actor = by_migration(migration) if migration else "database"
    return f"""
          INSERT INTO event (case_id, case_number, at, recorded_at, actor, kind, payload)
          SELECT id, number, {NOW}, {NOW}, '{actor}', '{kind_of(migration)}', {told}
          FROM "case" WHERE id = {case};
        """


def _payload(table: str, row: str, more: str, pairs: str) -> str:
    """Return the SQL of what the event carries."""
    return f"""json_object('table', '{table}', 'row_id', {row}, {more} 'changes', (
                   SELECT json_group_object(name, json(pair)) FROM ({pairs})))"""


NOTHING = "NULL"


def _old(name: str) -> str:
    return f'OLD."{name}"'


def _new(name: str) -> str:
    return f'NEW."{name}"'


def _pair(name: str, old: str, new: str) -> str:
    if name in {*PERSONAL, *LARGE}:
        return "json_array('***', '***')"
    return f"json_array(coalesce({old}, ''), coalesce({new}, ''))"
