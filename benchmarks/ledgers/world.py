"""A database full of invented cases, and the cases' ledger produced from it.

Run as a script it produces the ledger in a process of its own, for a supervisor, so that the rules
of scope are part of it, and prints what that took; with `--statement` it prints the SQL instead.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from ledgers.writers import peak
from sqlalchemy import event

from app.core.db import db
from app.core.privacy import Keyring
from app.core.scope import Grant, Person
from app.factory import create_app
from app.ledgers.orders import Order
from app.ledgers.production import produce
from app.setup import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = "postgresql://postgres@127.0.0.1:5432/"
NOW = datetime(2026, 9, 17, 2, tzinfo=UTC)
EARLY = datetime(2000, 1, 1, tzinfo=UTC)
HALLS = 3

ORGANISATION = """
INSERT INTO hall (id, name, code, prefix, level, timezone, opening, closing, day_end, active,
                  parent_id, version)
SELECT i, '第' || i || '政务服务大厅', 'hall' || i, repeat('H', i), 'county', 'Asia/Shanghai',
       '09:00', '17:30', 'closing', true, CASE WHEN i > 1 THEN 1 END, 1
FROM generate_series(1, %(halls)s) i;
INSERT INTO department (id, hall_id, name, code, active, version)
SELECT hall * 100 + i, hall, '第' || i || '科室', 'd' || i, true, 1
FROM generate_series(1, %(halls)s) hall, generate_series(1, 12) i;
INSERT INTO deadline_rule (id, name, kind, working_days, warn_days, warn_time, escalate_days,
                           source, valid_from, version)
SELECT 1000, '应办未办', 'resolve', 3, 0, '09:00', 2, '办法', '2020-01-01', 1;
CREATE TABLE phones (id integer PRIMARY KEY, phone text NOT NULL);
"""

CASES = """
INSERT INTO "case" (id, number, hall_id, year, serial, channel, urgency, applicant_kind,
    applicant_name, phone, matter, situation, visits, description, classification, status,
    lead_department_id, outcome, result, satisfaction, registered_at, registered_by, accepted_at,
    dispatched_at, finished_at, closed_at, version)
SELECT i, repeat('H', hall) || '-2026-' || lpad(i::text, 6, '0'), hall, 2026, i, 'window',
       'normal', 'individual', '王秀英', phone, '企业设立登记第' || i || '号', 'not_accepted', 2,
       i || repeat('申请人到厅反映，网上提交材料后系统提示人脸识别未通过。', 6), 'should_be_done',
       CASE WHEN done THEN 'closed' ELSE 'signed' END, hall * 100 + i %% 12 + 1,
       CASE WHEN done THEN 'resolved' END,
       CASE WHEN done THEN i || repeat('经核实已现场办结，当场发给证照。', 5) END,
       CASE WHEN done THEN '5' END, at, '李敏', at, at,
       CASE WHEN done THEN at + interval '1 day' END,
       CASE WHEN done THEN at + interval '2 days' END, 1
FROM (SELECT id AS i, phone, id %% %(halls)s + 1 AS hall, id %% 4 > 0 AS done,
             %(now)s::timestamptz - id * interval '1 minute' AS at
      FROM phones WHERE id > %(after)s) told;
INSERT INTO assignment (case_id, department_id, role, dispatched_at, version)
SELECT id, hall_id * 100 + (id + step) %% 12 + 1, CASE step WHEN 0 THEN 'lead' ELSE 'assist' END,
       dispatched_at, 1
FROM "case", generate_series(0, 2) step WHERE id > %(after)s AND (step = 0 OR id %% 10 = 0);
INSERT INTO deadline (case_id, case_number, hall_id, kind, current, rule_id, working_days, start,
    warn_at, due_at, escalate_at, due_version, met_at, verdict, days_late, provisional,
    calendar_revision, evidence, version)
SELECT id, number, hall_id, 'resolve', true, 1000, 3, dispatched_at,
       dispatched_at + interval '2 days', dispatched_at + interval '3 days',
       dispatched_at + interval '7 days', 1, finished_at,
       CASE WHEN finished_at IS NOT NULL THEN 'met' END, NULL, false, 1, '{}', 1
FROM "case" WHERE id > %(after)s;
INSERT INTO case_cause (case_id, cause_id, current, version)
SELECT id, (SELECT min(id) FROM cause), true, 1
FROM "case" WHERE id > %(after)s AND status = 'closed';
ANALYZE;
"""


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make a database for the time of the block and yield its URL."""
    name = f"bancheng_bench_{uuid4().hex[:12]}"
    with closing(psycopg.connect(server, autocommit=True)) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield server + name
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def settle(url: str) -> None:
    """Name the database and fresh keys in the environment, and put the schema in place."""
    os.environ |= {
        "DATABASE_URL": url, "BANCHENG_SECRET_KEY": secrets.token_hex(32),
        "BANCHENG_DATA_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }  # fmt: skip
    with create_app().app_context():
        prepare(secrets.token_urlsafe(12))


def load(url: str, after: int, rows: int) -> None:
    """Bring the cases from one number to another, each with an encrypted phone."""
    ring = Keyring.parse(os.environ["BANCHENG_DATA_KEY"])
    given: dict[str, Any] = {"halls": HALLS, "now": NOW, "after": after}
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
        if not after:
            connection.execute(ORGANISATION, given)
        copy = connection.cursor().copy("COPY phones (id, phone) FROM STDIN")
        with copy as out:
            for number in range(after + 1, rows + 1):
                out.write_row((number, ring.close(f"139{number:08}")))
        connection.execute(CASES, given)


def supervisor() -> Person:
    """Return who takes the ledger."""
    return Person(1, "supervisor", "督查", (Grant("supervisor", frozenset(range(1, HALLS + 1))),))


def produce_here(path: Path) -> dict[str, float]:
    """Produce the ledger; return what it took."""
    with create_app().app_context():
        produce(
            Order("overdue"), path, person=supervisor(), now=EARLY
        )  # nothing: imports are loaded
        idle, began, work = peak(), time.perf_counter(), time.process_time()
        done = produce(Order("cases"), path, person=supervisor(), now=NOW)
        return {
            "rows": done.rows,
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - work,
            "peak": peak(),
            "idle": idle,
            "size": path.stat().st_size / 2**20,
        }


def statement(path: Path) -> str:
    """Return the SQL that the ledger sends for its rows, with its values in it."""
    sent: list[tuple[str, Any]] = []
    with create_app().app_context():
        event.listen(
            db.engine,
            "before_cursor_execute",
            lambda _c, _k, sql, values, *_: sent.append((sql, values)),
        )
        produce(Order("cases"), path, person=supervisor(), now=NOW)
        sql, values = max(sent, key=lambda it: len(it[0]))
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            return " ".join(psycopg.ClientCursor(connection).mogrify(sql, values).split())


if __name__ == "__main__":
    if sys.argv[1] == "--statement":
        print(statement(Path(sys.argv[2])))
    else:
        print(json.dumps(produce_here(Path(sys.argv[1]))))
