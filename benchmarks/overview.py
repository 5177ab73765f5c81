"""Measure the city's view on PostgreSQL with 200,000 cases, beside a recount of the same figures.

    PYTHONPATH=. .venv/bin/python benchmarks/overview.py [--cases 200000] [--halls 200] [--json]

Makes a database of its own on the server and drops it in the end.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import psycopg
from flagging import SERVER, Measured, application, database
from sqlalchemy import text

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.overview.operations import fold
from app.overview.queries import counted
from app.overview.rules import Period

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 12, 30, 2, tzinfo=UTC)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
CROOKED = Period(date(2026, 2, 10), date(2026, 11, 20))
SHOWN = (10, 50, 200)
TIMES = 9
DEPARTMENTS, MATTERS = 12, 60
WAITING = 500
"""Cases that were changed and are still to be counted: a busy minute of a whole city."""

LOAD = f"""
SET session_replication_role = replica;
INSERT INTO hall (id, name, code, prefix, level, timezone, opening, closing, day_end, active,
                  public_progress, version)
SELECT i, '第' || i || '政务服务大厅', 'hall' || i, 'H' || i, 'county', 'Asia/Shanghai', '09:00',
       '17:30', 'closing', true, false, 1 FROM generate_series(1, %(halls)s) i;
INSERT INTO department (id, hall_id, code, name, active, version)
SELECT (h - 1) * {DEPARTMENTS} + d, h, 'd' || d, '科室' || d, true, 1
FROM generate_series(1, %(halls)s) h, generate_series(1, {DEPARTMENTS}) d;
INSERT INTO responsibility (id, department_id, code, matter, legal_basis, active, version)
SELECT (h - 1) * {MATTERS} + m, (h - 1) * {DEPARTMENTS} + 1 + m %% {DEPARTMENTS}, 'm' || m,
       '事项' || m, '法', m %% 20 <> 0, 1
FROM generate_series(1, %(halls)s) h, generate_series(1, {MATTERS}) m;
INSERT INTO "case" (id, number, hall_id, year, serial, channel, urgency, applicant_kind,
    applicant_name, matter, situation, visits, description, classification, status,
    lead_department_id, registered_at, registered_by, accepted_at, finished_at, closed_at, outcome,
    result, satisfaction, version)
SELECT i, 'N-' || i, 1 + i %% %(halls)s, 2026, i, 'window', 'normal', 'individual', '王秀英',
       '事项' || 1 + (i * 7) %% {MATTERS}, 'not_accepted', 1, repeat('多次往返大厅未能办成。', 8),
       'should_be_done', CASE WHEN i %% 50 = 0 THEN 'signed' ELSE 'closed' END,
       (i %% %(halls)s) * {DEPARTMENTS} + 1 + i %% {DEPARTMENTS}, at, '李敏',
       at + interval '1 hour',
       CASE WHEN i %% 50 <> 0 THEN at + (i %% 100) * interval '1 hour' + interval '1 hour' END,
       CASE WHEN i %% 50 <> 0 THEN at + interval '9 days' END,
       CASE WHEN i %% 50 <> 0 THEN 'resolved' END, '已办结',
       CASE WHEN i %% 3 = 0 THEN (1 + i %% 5)::text END, 1
FROM (SELECT i, '2026-01-01 01:00+00'::timestamptz + (i::bigint * 7919 %% %(cases)s)
             * (interval '355 days' / %(cases)s) AS at
      FROM generate_series(1, %(cases)s) i) made;
INSERT INTO deadline (id, case_id, case_number, hall_id, kind, current, rule_id, working_days,
    start, warn_at, due_at, escalate_at, due_version, provisional, calendar_revision, evidence,
    met_at, verdict, version)
SELECT id, id, number, hall_id, 'resolve', true, (SELECT min(id) FROM deadline_rule), 3,
       accepted_at, accepted_at + interval '2 days', accepted_at + interval '3 days',
       accepted_at + interval '9 days', 1, false, 1, '{{}}', finished_at,
       CASE WHEN finished_at IS NULL THEN NULL
            WHEN finished_at > accepted_at + interval '3 days' THEN 'breached' ELSE 'met' END, 1
FROM "case";
INSERT INTO case_cause (case_id, cause_id, current, version)
SELECT "case".id, cause.id, true, 1 FROM "case"
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS at FROM cause) cause
  ON cause.at IN (1 + "case".id %% 20, 1 + "case".id * 3 %% 17);
INSERT INTO recount (case_id) SELECT id FROM "case";
SET session_replication_role = DEFAULT;
"""  # noqa: S608 - numbers of our own

RECOUNT = """
SELECT {by}, count(*), count(accepted_at), count(*) FILTER (WHERE status = 'refused'),
       count(outcome) FILTER (WHERE verdict IS DISTINCT FROM 'breached'),
       count(*) FILTER (WHERE verdict = 'breached'),
       count(*) FILTER (WHERE met_at IS NULL AND due_at < :now), avg(satisfaction::integer)
FROM "case" JOIN deadline ON deadline.case_id = "case".id AND deadline.current {joined}
WHERE "case".hall_id <= :halls AND registered_at BETWEEN '2025-12-31 16:00+00' AND :now
GROUP BY {by}
"""
BY = {
    '"case".hall_id': "",
    "lead_department_id": "",
    "matter": "",
    "classification": "",
    "case_cause.cause_id": 'JOIN case_cause ON case_cause.case_id = "case".id',
}
"""What the same figures cost without working time and without the list of responsibilities."""


def load(url: str, cases: int, halls: int) -> None:
    """Fill the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in filter(str.strip, LOAD.split(";\n")):
            wanted = {"cases": cases, "halls": halls}
            connection.execute(statement, wanted if "%" in statement else None)
        connection.execute("VACUUM ANALYZE")


def seconds(work: Callable[[], object]) -> float:
    """Return the median time of some work, done several times after once."""
    taken = []
    for _ in range(TIMES + 1):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
        db.session.rollback()
    return statistics.median(taken[1:])


def recount(halls: int) -> None:
    """Count the same from the cases."""
    for by, joined in BY.items():
        query = text(RECOUNT.format(by=by, joined=joined))
        db.session.execute(query, {"halls": halls, "now": NOW}).all()


def measure(cases: int) -> list[Measured]:
    """Count everything once, then ask for the figures of ever more halls."""
    begun = time.perf_counter()
    fold(NOW, most=10 * cases)
    found = [
        Measured(f"counting {cases} cases for the first time", time.perf_counter() - begun, "s")
    ]
    with psycopg.connect(
        db.engine.url.render_as_string(hide_password=False).replace("+psycopg", ""), autocommit=True
    ) as connection:
        connection.execute("VACUUM ANALYZE")
    first = 0.0
    for shown in SHOWN:
        halls = set(range(1, shown + 1))
        year = seconds(lambda halls=halls: counted(halls, YEAR, NOW))
        crooked = seconds(lambda halls=halls: counted(halls, CROOKED, NOW))
        again = seconds(lambda shown=shown: recount(shown))
        first = first or year / shown
        found += [
            Measured(f"{shown} halls: a year", year * 1000, "ms"),
            Measured(f"{shown} halls: parts of months at both ends", crooked * 1000, "ms"),
            Measured(f"{shown} halls: a recount in SQL, without working time", again * 1000, "ms"),
            Measured(f"{shown} halls: the view beside the recount", year / again, "times", 0.5),
            Measured(
                f"{shown} halls: beside as many times 10 halls", year / shown / first, "times", 1.3
            ),
        ]
    with transaction():
        db.session.execute(
            text("UPDATE \"case\" SET satisfaction = '5' WHERE id <= :most"), {"most": WAITING}
        )
    busy = seconds(lambda: counted(set(range(1, SHOWN[-1] + 1)), YEAR, NOW))
    found.append(
        Measured(f"{SHOWN[-1]} halls: with {WAITING} cases still to count", busy * 1000, "ms")
    )
    begun = time.perf_counter()
    fold(NOW)
    found.append(Measured(f"counting {WAITING} cases again", time.perf_counter() - begun, "s"))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=SERVER)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--halls", type=int, default=SHOWN[-1])
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with database(wanted.server) as url, application(url), scope.everything():
        load(url, wanted.cases, wanted.halls)
        figures = measure(wanted.cases)
    if wanted.json:
        print(json.dumps([asdict(it) | {"verdict": it.verdict} for it in figures]))
        return
    for it in figures:
        bar = f"  bar {it.bar:g} {it.verdict}" if it.bar is not None else ""
        print(f"{it.what:60} {it.value:10.2f} {it.unit}{bar}")


if __name__ == "__main__":
    main()
