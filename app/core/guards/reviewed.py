"""An article is published after another than its writers reviewed it, whoever writes the rows.

A version comes in while its article still stands as reviewed and names who wrote and who reviewed
it; who wrote is forgotten only once the version is there. Texts change together with the review
being taken back. What was published stays as it was.

Not in a migration: a table that is rebuilt later would lose the triggers; nor while one runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

TABLES = ("article", "article_version", "article_version_file", "article_file")
TEXTS = ("question", "matter", "solution", "legal_basis")
FIXED = (
    *("id", "article_id", "hall_id", "number", *TEXTS, "causes", "departments"),
    *("published_at", "published_by", "reviewed_by", "written_by"),
)
"""What of a version never changes."""
OF_A_FILE = ("id", "article_id", "name", "media_type", "size", "sha256", "uploaded_at")

WRITERS = {
    "postgresql": "SELECT value::integer FROM json_array_elements_text({}.writers)",
    "sqlite": "SELECT value FROM json_each({}.writers)",
}
DIFFERS = {"postgresql": "IS DISTINCT FROM", "sqlite": "IS NOT"}

PUBLISHED = "an article is published after another than its writers reviewed it"
REVIEWED = "a supervisor who did not write an article reviews it"
WRITTEN = "an article that is written anew is a draft"
REMEMBERED = "who wrote an article is forgotten once it is published"
KEPT = "a published version is kept as it was published"
FILED = "files are published with the version that they were reviewed with"
ATTACHED = "an article whose files change is a draft"
FILE = "a file of an article is taken off, never exchanged"


def install(connection: Connection) -> None:
    """Put the triggers in their place, once there are articles."""
    if not inspect(connection).has_table("article_version_file"):
        return
    made = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in made():
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take the triggers away."""
    if connection.dialect.name == "postgresql":
        for table in TABLES:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {table}_is_reviewed() CASCADE")
        return
    for name, *_ in _rules("sqlite"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def _rules(dialect: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield each rule: its name, the table, what it looks at, when it refuses and what it says."""
    differs, writers = DIFFERS[dialect], WRITERS[dialect]
    own = f"NEW.reviewed_by_id IN ({writers.format('NEW')})"
    unfit = f"""NEW.reviewed_by_id IS NOT NULL AND ({own} OR NOT EXISTS (
      SELECT 1 FROM membership WHERE user_id = NEW.reviewed_by_id AND role = 'supervisor'))"""
    yield "article_reviewed_at_first", "article", "INSERT", unfit, REVIEWED
    newly = f"NEW.reviewed_by_id {differs} OLD.reviewed_by_id"
    yield "article_reviewed_later", "article", "UPDATE", f"{newly} AND {unfit}", REVIEWED
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in TEXTS)
    stands = "(NEW.status <> 'draft' OR NEW.reviewed_by_id IS NOT NULL)"
    yield "article_written_anew", "article", "UPDATE", f"({changed}) AND {stands}", WRITTEN
    forgotten = f"""EXISTS ({writers.format("OLD")} EXCEPT {writers.format("NEW")})
      AND (coalesce(NEW.published_version, 0) <= coalesce(OLD.published_version, 0)
        OR NOT EXISTS (SELECT 1 FROM article_version it
          WHERE it.article_id = NEW.id AND it.number = NEW.published_version))"""
    yield "article_writers_kept", "article", "UPDATE", forgotten, REMEMBERED
    other = " OR ".join(f"it.{name} {differs} NEW.{name}" for name in TEXTS)
    unseen = f"""NOT EXISTS (
      SELECT 1 FROM article it WHERE it.id = NEW.article_id AND it.status = 'reviewed'
        AND NEW.number > coalesce(it.published_version, 0) AND NOT ({other})
        AND it.reviewed_by_id {differs} it.written_by_id
        AND it.reviewed_by_id NOT IN ({writers.format("it")}))"""
    yield "article_version_reviewed", "article_version", "INSERT", unseen, PUBLISHED
    moved = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in FIXED)
    yield "article_version_kept", "article_version", "UPDATE", moved, KEPT
    yield from _of_files(differs)


def _of_files(differs: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rules of files: they come and go with a draft, and go out as reviewed."""
    table = "article_version_file"
    other = """NOT EXISTS (
      SELECT 1 FROM article_version it JOIN article ON article.id = it.article_id
        JOIN article_file ON article_file.article_id = article.id
      WHERE it.id = NEW.version_id AND article_file.id = NEW.file_id
        AND article.status = 'reviewed' AND it.number > coalesce(article.published_version, 0)
        AND article_file.removed_at IS NULL)"""
    yield f"{table}_reviewed", table, "INSERT", other, FILED
    for when in ("UPDATE", "DELETE"):
        yield f"{table}_on_{when.lower()}", table, when, "TRUE", KEPT
    settled = """NOT EXISTS (
      SELECT 1 FROM article WHERE article.id = NEW.article_id AND article.status = 'draft')"""
    yield "article_file_added", "article_file", "INSERT", settled, ATTACHED
    went = f"(NEW.removed_at {differs} OLD.removed_at) AND {settled}"
    yield "article_file_removed", "article_file", "UPDATE", went, ATTACHED
    exchanged = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in OF_A_FILE)
    again = f"OLD.removed_at IS NOT NULL AND NEW.removed_at {differs} OLD.removed_at"
    yield "article_file_kept", "article_file", "UPDATE", f"{exchanged} OR ({again})", FILE


def _sqlite() -> Iterator[str]:
    for name, table, when, condition, refusal in _rules("sqlite"):
        yield f"""
            CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition}
            BEGIN SELECT RAISE(ABORT, '{refusal}'); END
            """


def _postgresql() -> Iterator[str]:
    rules = list(_rules("postgresql"))
    for table in dict.fromkeys(table for _, table, *_ in rules):
        refused = {
            when: "\n".join(
                f"IF {condition} THEN RAISE EXCEPTION '{refusal}'; END IF;"
                for _, of, at, condition, refusal in rules
                if (of, at) == (table, when)
            )
            for when in ("INSERT", "UPDATE", "DELETE")
        }
        yield f"""
            CREATE FUNCTION {table}_is_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF TG_OP = 'DELETE' THEN {refused["DELETE"]} RETURN OLD; END IF;
              IF TG_OP = 'INSERT' THEN {refused["INSERT"]} RETURN NEW; END IF;
              {refused["UPDATE"]}
              RETURN NEW;
            END $$
            """
        yield f"""
            CREATE TRIGGER {table}_reviewed BEFORE INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_is_reviewed()
            """
