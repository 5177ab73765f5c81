"""Measure the memory and the speed of the cases' ledger on PostgreSQL, few rows against many.

    PYTHONPATH=. .venv/bin/python benchmarks/ledger_memory.py [--rows 20000 100000] [--json]

Makes a database of its own on the server and drops it in the end. Each ledger is produced in a
fresh process, for a supervisor, so that the rules of scope are part of it.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg

from app.core.privacy import Keyring
from app.core.scope import Grant, Person
from app.factory import create_app
from app.ledgers.production import produce
from app.setup import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = "postgresql://postgres@127.0.0.1:5432/"
NOW = datetime(2026, 9, 17, 2, tzinfo=UTC)
MOST_MEGABYTES = 200.0
MOST_GROWTH = 1.1
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
ANALYZE;
"""


@dataclass(frozen=True)
class Measured:
    """A figure, and the bar that it has to keep to, if there is one."""

    what: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def verdict(self) -> str:
        """Say whether the figure keeps to its bar."""
        if self.bar is None:
            return ""
        return "pass" if self.value <= self.bar else "FAIL"


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


def produced(rows: int) -> dict[str, float]:
    """Produce the ledger in a process of its own; return seconds and megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        done = subprocess.run(  # noqa: S603 - this very script
            [sys.executable, __file__, "--produce", str(path)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    told: dict[str, float] = json.loads(done.stdout)
    if told["rows"] != rows:
        sys.exit(f"rows: {told['rows']}, expected {rows}")
    return told


def produce_here(path: Path) -> None:
    """Produce the ledger and print what it took."""
    person = Person(1, "supervisor", "督查", (Grant("supervisor", frozenset(range(1, HALLS + 1))),))
    with create_app().app_context():
        idle, began = peak(), time.perf_counter()
        done = produce("cases", path, person=person, now=NOW)
        seconds = time.perf_counter() - began
    print(
        json.dumps(
            {
                "rows": done.rows,
                "seconds": seconds,
                "peak": peak(),
                "idle": idle,
                "file": path.stat().st_size / 2**20,
            }
        )
    )


def peak() -> float:
    """Return the most memory that this process ever had, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measure(url: str, sizes: list[int]) -> list[Measured]:
    """Measure each size, on one database that grows."""
    found, told, after = [], [], 0
    for rows in sorted(sizes):
        load(url, after, rows)
        told.append(produced(rows))
        after = rows
        found += [
            Measured(f"{rows} rows: peak RSS", told[-1]["peak"], "MB", MOST_MEGABYTES),
            Measured(f"{rows} rows: RSS before the ledger", told[-1]["idle"], "MB"),
            Measured(f"{rows} rows: time", told[-1]["seconds"], "s"),
            Measured(f"{rows} rows: speed", rows / told[-1]["seconds"], "rows/s"),
            Measured(f"{rows} rows: file", told[-1]["file"], "MB"),
        ]
    growth = told[-1]["peak"] / told[0]["peak"]
    return [*found, Measured("peak of the most rows : of the fewest", growth, "x", MOST_GROWTH)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--rows",
        type=int,
        nargs="+",
        default=[20_000, 100_000],
        help="sizes of the ledger (default 20000 100000)",
    )
    parser.add_argument("--server", default=SERVER, help=f"where to make the database ({SERVER})")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--produce", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.produce:
        produce_here(args.produce)
        return
    with database(args.server) as url:
        settle(url)
        found = measure(url, args.rows)
    if args.json:
        print(json.dumps([asdict(line) | {"verdict": line.verdict} for line in found]))
        return
    for line in found:
        bar = f"<= {line.bar:g}" if line.bar is not None else ""
        print(f"{line.what:45} {line.value:10.2f} {line.unit:6} {bar:7} {line.verdict}")


if __name__ == "__main__":
    main()
