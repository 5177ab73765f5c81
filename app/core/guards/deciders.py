"""Who decided a case takes no part in an appeal about it; one that is upheld reopens the case.

Not in the migration that makes the table: a table that is rebuilt later, here or beside it, would
lose the triggers or stumble over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

DECIDING = (
    "refused", "closed_on_the_spot", "resolved", "replied", "settled", "instructed", "explained",
    "reclassified", "extension_granted", "extension_declined", "pause_granted", "pause_declined",
)  # fmt: skip
"""The kinds of event that decide a case or rule on it: those of app/appeals/rules.py."""

PEOPLE = ("handler_id", "assigned_by_id", "late_ruled_by_id", "concluded_by_id")
"""The columns of an appeal that say who had a part in it."""

FOUNDED = "'upheld', 'partly'"
ON_MERITS = f"{FOUNDED}, 'rejected'"

APART = "who decided a case takes no part in an appeal about it"
REOPENS = "an appeal that is upheld reopens its case"
KEPT = "the outcome of an appeal is recorded once"

NAMES = ("appeal_apart_at_first", "appeal_apart_later", "appeal_reopens", "appeal_concluded_once")


def install(connection: Connection) -> None:
    """Put the triggers in their place, once there are appeals."""
    if not inspect(connection).has_table("appeal"):
        return
    made = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in made():
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take the triggers away."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS appeal_is_kept() CASCADE")
        return
    for name in NAMES:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def _decided(people: str) -> str:
    """Return the condition that one of these people decided the case."""
    kinds = ", ".join(f"'{kind}'" for kind in DECIDING)
    return f"""(
      EXISTS (SELECT 1 FROM event WHERE event.case_id = NEW.case_id
              AND event.kind IN ({kinds}) AND event.actor_id IN ({people}))
      OR EXISTS (SELECT 1 FROM appeal other WHERE other.case_id = NEW.case_id
              AND other.id <> NEW.id AND other.kind = 'complaint'
              AND other.outcome IN ({ON_MERITS}) AND other.concluded_by_id IN ({people}))
    )"""


def _newly(differs: str) -> str:
    """Return those who have a part in it that they did not have before."""
    return ", ".join(f"CASE WHEN NEW.{it} {differs} OLD.{it} THEN NEW.{it} END" for it in PEOPLE)


AT_FIRST = ", ".join(f"NEW.{it}" for it in PEOPLE)

NOT_REOPENED = f"""NEW.outcome IN ({FOUNDED}) AND NOT EXISTS (
      SELECT 1 FROM "case" WHERE "case".id = NEW.case_id AND "case".overturned_at = NEW.wrong_at)"""


def _sqlite() -> Iterator[str]:
    for name, when, condition, refusal in (
        (NAMES[0], "INSERT", _decided(AT_FIRST), APART),
        (NAMES[1], "UPDATE", _decided(_newly("IS NOT")), APART),
        (NAMES[2], "UPDATE", f"OLD.outcome IS NULL AND {NOT_REOPENED}", REOPENS),
        (NAMES[3], "UPDATE", "OLD.outcome IS NOT NULL AND NEW.outcome IS NOT OLD.outcome", KEPT),
    ):
        yield f"""
            CREATE TRIGGER {name} BEFORE {when} ON appeal WHEN {condition}
            BEGIN SELECT RAISE(ABORT, '{refusal}'); END
            """


def _postgresql() -> Iterator[str]:
    yield f"""
        CREATE FUNCTION appeal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN
            IF {_decided(AT_FIRST)} THEN RAISE EXCEPTION '{APART}'; END IF;
            RETURN NEW;
          END IF;
          IF {_decided(_newly("IS DISTINCT FROM"))} THEN RAISE EXCEPTION '{APART}'; END IF;
          IF OLD.outcome IS NULL AND {NOT_REOPENED} THEN RAISE EXCEPTION '{REOPENS}'; END IF;
          IF OLD.outcome IS NOT NULL AND NEW.outcome IS DISTINCT FROM OLD.outcome THEN
            RAISE EXCEPTION '{KEPT}';
          END IF;
          RETURN NEW;
        END $$
        """
    yield """
        CREATE TRIGGER appeal_kept BEFORE INSERT OR UPDATE ON appeal
        FOR EACH ROW EXECUTE FUNCTION appeal_is_kept()
        """
