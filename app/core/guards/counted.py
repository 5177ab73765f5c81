"""What has to be counted again: triggers put the number of the case into `recount`.

So the figures of the overview follow the cases whoever writes to them: moves, jobs, set-based
statements, psql. The triggers only add a row, so that nobody waits for anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIX = "_counted"
"""What the names of these triggers end with, before the event."""

CASE = (
    "hall_id", "registered_at", "status", "matter", "classification", "lead_department_id",
    "accepted_at", "finished_at", "outcome", "satisfaction", "raised_at", "refusal_reason",
)  # fmt: skip

COUNTED = {
    "case": ("id", CASE),
    "deadline": ("case_id", ("case_id", "current", "due_at", "met_at", "verdict")),
    "assignment": ("case_id", ("case_id", "role", "returned_at")),
    "visit": ("case_id", ("case_id",)),
    "case_cause": ("case_id", ("case_id", "cause_id", "current")),
}
"""Table → its column that names the case, the columns that matter."""

CALENDAR = {
    "calendar_day": {"postgresql": ("{0}.date", "{0}.date"), "sqlite": ("{0}.date", "{0}.date")},
    "calendar_year": {
        "postgresql": ("make_date({0}.year, 1, 1)", "make_date({0}.year, 12, 31)"),
        "sqlite": ("{0}.year || '-01-01'", "{0}.year || '-12-31'"),
    },
}
"""Table → the first and the last day that a row is about, in the words of each database."""

EVENTS = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("NEW", "OLD")}

HALL = ("timezone", "opening", "closing", "day_end")
"""What working time is measured by."""


FUNCTIONS = tuple(f"{table}{SUFFIX}()" for table in (*COUNTED, "hall", *CALENDAR))


def marks(dialect: str) -> Iterator[str]:
    """Yield the statements that put the triggers in place."""
    yield from _postgresql() if dialect == "postgresql" else _sqlite()


def _postgresql() -> Iterator[str]:
    for table, (key, columns) in COUNTED.items():
        yield from _function(
            f"{table}{SUFFIX}",
            f"""
            IF TG_OP <> 'DELETE' THEN INSERT INTO recount (case_id) VALUES (NEW.{key}); END IF;
            IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.{key} <> NEW.{key}) THEN
              INSERT INTO recount (case_id) VALUES (OLD.{key});
            END IF;
            """,
            f'AFTER INSERT OR DELETE OR UPDATE OF {", ".join(columns)} ON "{table}"',
        )
    yield from _function(
        f"hall{SUFFIX}",
        "INSERT INTO recount (hall_id) VALUES (NEW.id);",
        f"AFTER UPDATE OF {', '.join(HALL)} ON hall",
    )
    for table, span in CALENDAR.items():
        yield from _function(
            f"{table}{SUFFIX}",
            f"""
            IF TG_OP <> 'DELETE' THEN {_spanning("NEW", span["postgresql"])}; END IF;
            IF TG_OP <> 'INSERT' THEN {_spanning("OLD", span["postgresql"])}; END IF;
            """,
            f"AFTER INSERT OR UPDATE OR DELETE ON {table}",
        )


def _function(name: str, body: str, fires: str) -> Iterator[str]:
    yield f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {body} RETURN NULL; END $$
        """
    yield f"CREATE TRIGGER {name} {fires} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _sqlite() -> Iterator[str]:
    for table, (key, columns) in COUNTED.items():
        for event, rows in EVENTS.items():
            of = f" OF {', '.join(columns)}" if event == "UPDATE" else ""
            adds = "".join(f"INSERT INTO recount (case_id) VALUES ({row}.{key});" for row in rows)
            yield f"""
                CREATE TRIGGER {table}{SUFFIX}_{event} AFTER {event}{of} ON "{table}"
                BEGIN {adds} END
                """
    yield f"""
        CREATE TRIGGER hall{SUFFIX}_UPDATE AFTER UPDATE OF {", ".join(HALL)} ON hall
        BEGIN INSERT INTO recount (hall_id) VALUES (NEW.id); END
        """
    for table, span in CALENDAR.items():
        for event, rows in EVENTS.items():
            adds = "".join(f"{_spanning(row, span['sqlite'])};" for row in rows)
            yield f"""
                CREATE TRIGGER {table}{SUFFIX}_{event} AFTER {event} ON {table}
                BEGIN {adds} END
                """


def _spanning(row: str, span: tuple[str, str]) -> str:
    """Return the statement that marks the cases whose working time reaches into some days."""
    first, last = (end.format(row) for end in span)
    return (
        "INSERT INTO recount (case_id) "
        f"SELECT case_id FROM case_fact WHERE day <= {last} AND last_day >= {first}"
    )
