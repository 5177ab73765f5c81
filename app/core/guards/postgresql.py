"""The guards in PostgreSQL's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.guards.watched import (
    APPEND_ONLY,
    FLAGGED,
    LARGE,
    PERSONAL,
    UNTOLD,
    WATCHED,
    WRITTEN_ONCE,
    by_migration,
    kind_of,
    line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (
    "event_is_append_only()",
    "is_append_only()",
    "event_is_chained()",
    "timeline_head_is_kept()",
    "changed_outside()",
    "is_taken_away_by_rows()",
)

CHAINED = f"""
CREATE FUNCTION event_is_chained() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE head timeline_head;
BEGIN
  SELECT * INTO head FROM timeline_head WHERE case_id = NEW.case_id FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO timeline_head VALUES (NEW.case_id, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM timeline_head WHERE case_id = NEW.case_id FOR UPDATE;
  END IF;
  NEW.sequence := head.sequence + 1;
  NEW.previous := head.hash;
  NEW.hash := encode(sha256(convert_to({line("postgresql", "NEW.")}, 'UTF8')), 'hex');
  UPDATE timeline_head SET sequence = NEW.sequence, hash = NEW.hash WHERE case_id = NEW.case_id;
  RETURN NEW;
END $$
"""

TOLD_WITH_IT = """
  IF TG_OP = 'INSERT' THEN
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || quote_ident(TG_TABLE_NAME) || ' added JOIN event '
      'ON event.xmin = added.xmin WHERE added.id = $1 AND event.case_id = $2 '
      'AND event.kind <> ''changed_outside'')'
    INTO told_with_it USING NEW.id, of_case;
  END IF;
"""
"""What the application adds has an event of the same transaction (`xmin`) that tells of it."""


def guards(columns: dict[str, list[str]], migration: str) -> Iterator[str]:
    """Yield the statements that put every guard in place; `columns` as `WATCHED` has tables."""
    yield """
        CREATE FUNCTION is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append only'; END $$
        """
    for table in APPEND_ONLY:
        yield f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION is_append_only()
            """
        yield _not_truncated(table, "is_append_only")
    yield CHAINED
    yield """
        CREATE TRIGGER event_chained BEFORE INSERT ON event
        FOR EACH ROW EXECUTE FUNCTION event_is_chained()
        """
    yield """
        CREATE FUNCTION timeline_head_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'timeline_head is kept by the timeline'; END $$
        """
    yield """
        CREATE TRIGGER timeline_head_kept BEFORE INSERT OR UPDATE OR DELETE ON timeline_head
        FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION timeline_head_is_kept()
        """
    yield _not_truncated("timeline_head", "timeline_head_is_kept")
    yield """
        CREATE FUNCTION is_taken_away_by_rows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' can not be truncated'; END $$
        """
    yield _outside(migration)
    for table, names in columns.items():
        yield _not_truncated(table, "is_taken_away_by_rows")
        yield from _watch_migration(table) if migration else _watch(table, names)


def _not_truncated(table: str, refused: str) -> str:
    """Return the trigger against TRUNCATE, which no trigger of a row sees."""
    return f"""
        CREATE TRIGGER {table}_not_truncated BEFORE TRUNCATE ON "{table}"
        FOR EACH STATEMENT EXECUTE FUNCTION {refused}()
        """


def _watch(table: str, names: list[str]) -> Iterator[str]:
    """Yield the triggers that tell of what comes past the application."""
    watched = ", ".join(f'"{name}"' for name in names)
    not_ours = "" if table in WRITTEN_ONCE else "WHEN (OLD.version = NEW.version)"
    yield f"""
        CREATE TRIGGER {table}_changed_outside AFTER UPDATE OF {watched} ON "{table}"
        FOR EACH ROW {not_ours}
        EXECUTE FUNCTION changed_outside('{WATCHED[table]}')
        """
    yield f"""
        CREATE CONSTRAINT TRIGGER {table}_added_outside AFTER INSERT ON "{table}"
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        EXECUTE FUNCTION changed_outside('{WATCHED[table]}')
        """
    yield f"""
        CREATE TRIGGER {table}_removed_outside AFTER DELETE ON "{table}"
        FOR EACH ROW EXECUTE FUNCTION changed_outside('{WATCHED[table]}')
        """


def _watch_migration(table: str) -> Iterator[str]:
    """Yield the trigger that tells of all: it names no column, and is done when a statement is."""
    yield f"""
        CREATE TRIGGER {table}_migrated AFTER INSERT OR UPDATE OR DELETE ON "{table}"
        FOR EACH ROW EXECUTE FUNCTION changed_outside('{WATCHED[table]}')
        """


def _outside(migration: str) -> str:
    """Return the function that writes the event, for every day or for a migration."""
    quiet = UNTOLD if migration else (*UNTOLD, *FLAGGED)
    actor = f"'{by_migration(migration)}'" if migration else "left('database:' || session_user, 64)"
    return f"""
CREATE FUNCTION changed_outside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  earlier jsonb := coalesce(to_jsonb(OLD), '{{}}');
  later jsonb := coalesce(to_jsonb(NEW), '{{}}');
  of_case integer := coalesce(later ->> TG_ARGV[0], earlier ->> TG_ARGV[0])::integer;
  told_with_it boolean := FALSE;
  told json;
BEGIN
  {"" if migration else TOLD_WITH_IT}
  SELECT json_object_agg(key, CASE WHEN key = ANY ('{{{",".join((*PERSONAL, *LARGE))}}}')
           THEN json_build_array('***', '***')
           ELSE json_build_array(coalesce(before.value, ''), coalesce(after.value, '')) END)
    INTO told
    FROM jsonb_each_text(earlier) before FULL JOIN jsonb_each_text(later) after USING (key)
    WHERE before.value IS DISTINCT FROM after.value
      AND NOT key = ANY ('{{{",".join(quiet)}}}');
  IF told IS NOT NULL AND NOT told_with_it THEN
    INSERT INTO event (case_id, case_number, at, recorded_at, actor, kind, payload)
    SELECT id, number, now(), now(), {actor}, '{kind_of(migration)}',
           json_strip_nulls(json_build_object(
             'table', TG_TABLE_NAME,
             'row_id', coalesce(NEW.id, OLD.id),
             'added', CASE TG_OP WHEN 'INSERT' THEN TRUE END,
             'removed', CASE TG_OP WHEN 'DELETE' THEN TRUE END,
             'changes', told))
    FROM "case" WHERE id = of_case;
  END IF;
  RETURN NULL;
END $$
"""
