"""The guards in SQLite's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.guards.watched import APPEND_ONLY, LARGE, PERSONAL, WATCHED, line

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = ("event_", "change_", "timeline_head_")
"""What the names of our triggers begin with; others are left alone."""

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
END
"""

KEPT = """
CREATE TRIGGER timeline_head_kept_{0} BEFORE {0} ON timeline_head WHEN NOT EXISTS (
  SELECT 1 FROM event
  WHERE case_id = NEW.case_id AND sequence = NEW.sequence AND hash = NEW.hash AND hash <> ''
) OR {1}
BEGIN SELECT RAISE(ABORT, 'timeline_head is kept by the timeline'); END
"""


def guards(columns: dict[str, list[str]]) -> Iterator[str]:
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
    for table, names in columns.items():
        yield _watch_changes(table, names)
        yield _watch_removal(table, names)


def _watch_changes(table: str, names: list[str]) -> str:
    """Return the trigger that tells of a change from outside."""
    moved = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in names)
    pairs = " UNION ALL ".join(
        f'SELECT \'{name}\' AS name, {_pair(name)} AS pair WHERE OLD."{name}" IS NOT NEW."{name}"'
        for name in names
    )
    return f"""
        CREATE TRIGGER {table}_changed_outside AFTER UPDATE ON "{table}"
        WHEN OLD.version = NEW.version AND ({moved})
        BEGIN {_tell(table, "", pairs, f'NEW."{WATCHED[table]}"')} END
        """


def _watch_removal(table: str, names: list[str]) -> str:
    """Return the trigger that tells of a row that was taken away, and what it held."""
    pairs = " UNION ALL ".join(
        f"SELECT '{name}' AS name, {_pair(name, after='NULL')} AS pair "
        f'WHERE OLD."{name}" IS NOT NULL'
        for name in names
    )
    return f"""
        CREATE TRIGGER {table}_removed_outside AFTER DELETE ON "{table}"
        BEGIN {_tell(table, "'removed', json('true'),", pairs, f'OLD."{WATCHED[table]}"')} END
        """


def _tell(table: str, more: str, pairs: str, case: str) -> str:
    """Return the statement that writes the event."""
    return f"""
          INSERT INTO event (case_id, case_number, at, recorded_at, actor, kind, payload)
          SELECT id, number, strftime('%Y-%m-%d %H:%M:%f000', 'now'),
                 strftime('%Y-%m-%d %H:%M:%f000', 'now'), 'database', 'changed_outside',
                 json_object('table', '{table}', {more} 'changes', (
                   SELECT json_group_object(name, json(pair)) FROM ({pairs})))
          FROM "case" WHERE id = {case};
        """


def _pair(name: str, after: str = "") -> str:
    if name in {*PERSONAL, *LARGE}:
        return "json_array('***', '***')"
    later = after or f'NEW."{name}"'
    return f"""json_array(coalesce(OLD."{name}", ''), coalesce({later}, ''))"""
