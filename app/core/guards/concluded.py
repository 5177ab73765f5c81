"""The outcome of a referral is an inspector's alone, recorded once: none comes with its row.

Migration 0011 put the first of these triggers up; here they outlive a table that is rebuilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

RECORDED = ("outcome", "findings", "concluded_at", "concluded_by", "concluded_by_id")
"""What an inspector alone records, all at once and once: that of app/supervision/referrals."""

OPEN = "a referral begins without an outcome"
ONCE = "the outcome of a referral is recorded once"
ALONE = "an inspector alone records the outcome of a referral"

NAMES = (
    *("referral_begins_open", "referral_concluded_once", "referral_concluded_by_inspector"),
    *("referral_concluded_stays", "referral_concluded_not_replaced"),
)

NO_INSPECTOR = """NOT EXISTS (
  SELECT 1 FROM membership WHERE user_id = NEW.concluded_by_id AND role = 'inspector'
)"""

REPLACED = """EXISTS (
  SELECT 1 FROM referral WHERE outcome IS NOT NULL AND (id = NEW.id OR number = NEW.number
    OR (case_id = NEW.case_id AND serial = NEW.serial))
)"""
"""INSERT OR REPLACE deletes without a word to the trigger against deleting."""


def install(connection: Connection) -> None:
    """Put the triggers in their place, once there are referrals."""
    if not inspect(connection).has_table("referral"):
        return
    made = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in made():
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take the triggers away, those of migration 0011 included."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS referral_is_concluded() CASCADE")
        return
    for name in NAMES:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def _any(condition: str) -> str:
    """Return the condition that one of what is recorded meets it."""
    return " OR ".join(condition.format(name) for name in RECORDED)


AT_FIRST = _any("NEW.{} IS NOT NULL")


def _sqlite() -> Iterator[str]:
    moved = _any("NEW.{0} IS NOT OLD.{0}")
    for name, when, condition, refusal in (
        (NAMES[0], "INSERT", AT_FIRST, OPEN),
        (NAMES[1], "UPDATE", f"OLD.outcome IS NOT NULL AND ({moved})", ONCE),
        (NAMES[2], "UPDATE", f"OLD.outcome IS NULL AND ({moved}) AND {NO_INSPECTOR}", ALONE),
        (NAMES[3], "DELETE", "OLD.outcome IS NOT NULL", ONCE),
        (NAMES[4], "INSERT", REPLACED, ONCE),
    ):
        yield f"""
            CREATE TRIGGER {name} BEFORE {when} ON referral WHEN {condition}
            BEGIN SELECT RAISE(ABORT, '{refusal}'); END
            """


def _postgresql() -> Iterator[str]:
    yield f"""
        CREATE FUNCTION referral_is_concluded() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            IF OLD.outcome IS NOT NULL THEN RAISE EXCEPTION '{ONCE}'; END IF;
            RETURN OLD;
          ELSIF TG_OP = 'INSERT' THEN
            IF {AT_FIRST} THEN RAISE EXCEPTION '{OPEN}'; END IF;
          ELSIF {_any("NEW.{0} IS DISTINCT FROM OLD.{0}")} THEN
            IF OLD.outcome IS NOT NULL THEN RAISE EXCEPTION '{ONCE}'; END IF;
            IF {NO_INSPECTOR} THEN RAISE EXCEPTION '{ALONE}'; END IF;
          END IF;
          RETURN NEW;
        END $$
        """
    yield """
        CREATE TRIGGER referral_concluded BEFORE INSERT OR UPDATE OR DELETE ON referral
        FOR EACH ROW EXECUTE FUNCTION referral_is_concluded()
        """
