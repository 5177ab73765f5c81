"""Measure flagging on PostgreSQL with a million open clocks, beside psql running the same SQL.

    PYTHONPATH=. .venv/bin/python benchmarks/flagging.py [--rows 1000000] [--batch 100] [--json]

Makes a database of its own on the server and drops it in the end.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from app.core import jobs
from app.core.db import db
from app.deadlines import flagging
from app.factory import create_app
from app.setup import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = "postgresql://postgres@127.0.0.1:5432/"
START = datetime(2026, 9, 1, 1, tzinfo=UTC)
"""The first clock is due now, and one more each second: no stage but the measured one begins."""
TIMES = 5
IDLE_TIMES = 300
SMALL, LARGE = 0.01, 0.2
"""How much of what is stored is newly due: on a busy day, and after an outage."""

LOAD = """
SET session_replication_role = replica;
INSERT INTO hall (id, name, code, prefix, level, timezone, opening, closing, day_end, active,
                  version)
VALUES (1, '大厅', 'hall', 'LQ', 'county', 'Asia/Shanghai', '09:00', '17:30', 'closing', true, 1);
INSERT INTO "case" (id, number, hall_id, year, serial, channel, urgency, applicant_kind,
    applicant_name, matter, situation, visits, description, classification, status,
    registered_at, registered_by, version)
SELECT i, 'LQ-2026-' || i, 1, 2026, i, 'window', 'normal', 'individual', '王秀英', '企业设立登记',
       'not_accepted', 1, repeat('因人脸识别无法通过，多次往返大厅未能办成。', 4), 'should_be_done',
       'dispatched', %(start)s::timestamptz - interval '3 days', '李敏', 1
FROM generate_series(1, %(rows)s) i;
INSERT INTO deadline (id, case_id, case_number, hall_id, kind, current, rule_id, working_days,
    start, warn_at, due_at, escalate_at, due_version, warning_flagged_at, provisional,
    calendar_revision, evidence, version)
SELECT i, i, 'LQ-2026-' || i, 1, 'resolve', true,
       (SELECT min(id) FROM deadline_rule), 3, due - interval '3 days',
       due - interval '8 hours', due, due + interval '30 days', 1, due - interval '8 hours', false,
       1, jsonb_build_object('rule', '应办未办', 'days', (SELECT jsonb_agg(jsonb_build_object(
           'date', '2026-09-0' || d, 'counted', true, 'ordinal', d, 'reason', '工作日'))
           FROM generate_series(1, 6) d)), 1
FROM (SELECT i, %(start)s::timestamptz + (i * 7919::bigint %% %(rows)s) * interval '1 second' AS due
      FROM generate_series(1, %(rows)s) i) clocks;
SET session_replication_role = DEFAULT;
"""

RESTORE = (
    "ALTER TABLE event DISABLE TRIGGER ALL",
    "ALTER TABLE timeline_head DISABLE TRIGGER ALL",
    "TRUNCATE event, timeline_head, flag",
    "ALTER TABLE event ENABLE TRIGGER ALL",
    "ALTER TABLE timeline_head ENABLE TRIGGER ALL",
    "UPDATE deadline SET overdue_flagged_at = NULL WHERE overdue_flagged_at IS NOT NULL",
    "VACUUM ANALYZE deadline",
    "CHECKPOINT",
)
"""Unflag everything and let both sides begin from the same state of tables, indexes and WAL."""


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


@contextmanager
def application(url: str) -> Iterator[None]:
    """Enter the application on a database that it prepares, with keys made up for it."""
    os.environ |= {
        "DATABASE_URL": url,
        "BANCHENG_SECRET_KEY": secrets.token_hex(32),
        "BANCHENG_DATA_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    with create_app().app_context():
        prepare(secrets.token_urlsafe(12))
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


class Bench:
    """The database under measurement: loaded once, restored before each run."""

    def __init__(self, url: str, rows: int, batch: int) -> None:
        self.url, self.rows, self.batch = url, rows, batch
        self.admin = psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor)
        self.admin.execute(LOAD, {"rows": rows, "start": START})
        self.admin.execute("VACUUM ANALYZE")

    def now(self, share: float) -> datetime:
        """Return the instant at which this share of all clocks is overdue."""
        return START + timedelta(seconds=self.rows * share)

    def restore(self) -> None:
        """Unflag everything."""
        for command in RESTORE:
            self.admin.execute(command)

    def check(self, flags: int) -> None:
        """Refuse to report a run that did not do the work."""
        row = self.admin.execute("SELECT (SELECT count(*) FROM flag), (SELECT count(*) FROM event)")
        if (found := row.fetchone()) != (flags, flags):
            sys.exit(f"flags and events: {found}, expected {flags} of each")

    def ours(self, share: float) -> float:
        """Time the application flagging, in milliseconds."""
        began = time.perf_counter()
        flagging.flag(self.now(share), batch=self.batch)
        return (time.perf_counter() - began) * 1000

    def psql(self, share: float) -> float:
        """Time psql with the same statements, each its own transaction, in milliseconds."""
        given = {"now": self.now(share), "since": START, "batch": self.batch}
        text = str(
            flagging.statement("overdue")
            .params(given)
            .compile(db.engine, compile_kwargs={"literal_binds": True})
        ).replace(f"'{START}'", ":'since'")
        times = int(self.rows * share) // self.batch + 1
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
            script.write(f"SELECT clock_timestamp() AS began, '{START}' AS since \\gset\n")
            script.write(f"{text} \\gset\n" * times)
            script.write("SELECT 1000 * extract(epoch FROM clock_timestamp() - :'began');\n")
            script.flush()
            done = subprocess.run(  # noqa: S603 - the script written above
                ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", script.name, self.url],  # noqa: S607
                check=True,
                capture_output=True,
                text=True,
            )
        return float(done.stdout.splitlines()[-1])

    def speed(self, share: float) -> tuple[float, float]:
        """Return the medians of ours and psql's in milliseconds; they take turns at going first."""
        runs: dict[str, list[float]] = {"ours": [], "psql": []}
        pair = [("ours", self.ours), ("psql", self.psql)]
        for _ in range(TIMES):
            for name, run in pair:
                self.restore()
                runs[name].append(run(share))
                self.check(int(self.rows * share))
            pair.reverse()
        return statistics.median(runs["ours"]), statistics.median(runs["psql"])

    def idle(self, share: float) -> tuple[float, float]:
        """Return what a run costs that finds nothing, bare and with its record, in milliseconds."""
        now, bare, recorded = self.now(share), [], []
        for minute in range(IDLE_TIMES):
            bare.append(self.ours(share))
            began = time.perf_counter()
            planned = now + timedelta(minutes=minute)
            run = jobs.claim("flag", "flag", planned, node="benchmark", now=now)
            flagging.flag(now)
            jobs.finish(run or 0, jobs.RunState.DONE, now=now, summary="")
            recorded.append((time.perf_counter() - began) * 1000)
        return statistics.median(bare), statistics.median(recorded)

    def wait(self, share: float) -> tuple[float, float, int]:
        """Return an editor's worst and 99th-percentile wait for a row (ms), and how many edits."""
        self.restore()
        over, waits = threading.Event(), [0.0]
        editor = threading.Thread(target=self._edit, args=(self.now(share), over, waits))
        editor.start()
        self.ours(share)
        over.set()
        editor.join()
        self.ours(share)  # what the editor was at
        self.check(int(self.rows * share))
        return max(waits), statistics.quantiles(waits, n=100)[-1], len(waits)

    def _edit(self, now: datetime, over: threading.Event, waits: list[float]) -> None:
        """Edit clocks while they are flagged: any that is due, and the very next to be flagged."""
        due = [
            i
            for i in range(1, self.rows + 1)
            if START + timedelta(seconds=i * 7919 % self.rows) < now
        ]
        dice = random.Random(1)
        with closing(psycopg.connect(self.url)) as connection:
            while not over.is_set():
                chosen = dice.choice(due)
                if len(waits) % 2:
                    row = connection.execute(NEXT).fetchone()
                    chosen = row[0] if row else chosen
                began = time.perf_counter()
                connection.execute(
                    "UPDATE deadline SET version = version + 1 WHERE id = %s", (chosen,)
                )
                waits.append((time.perf_counter() - began) * 1000)
                connection.commit()


NEXT = """SELECT id FROM deadline WHERE overdue_flagged_at IS NULL AND met_at IS NULL
          ORDER BY due_at LIMIT 1"""


def measure(bench: Bench) -> list[Measured]:
    """Measure everything, on one load of data."""
    ours, psql = bench.speed(SMALL)
    idle, recorded = bench.idle(SMALL)
    worst, usual, edits = bench.wait(LARGE)
    due = int(bench.rows * SMALL)
    return [
        Measured(f"flag {due} newly due: ours", ours, "ms"),
        Measured(f"flag {due} newly due: the same SQL in psql", psql, "ms"),
        Measured("ours : psql", ours / psql, "x", 1.3),
        Measured("idle run", idle, "ms", 5),
        Measured("idle run with the record of the run", recorded, "ms", 5),
        Measured(
            f"worst wait of {edits} edits while {int(bench.rows * LARGE)} are flagged",
            worst,
            "ms",
            50,
        ),
        Measured("99th percentile of these waits", usual, "ms"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000, help="open clocks (default 1000000)")
    parser.add_argument("--batch", type=int, default=flagging.BATCH, help="clocks in a transaction")
    parser.add_argument("--server", default=SERVER, help=f"where to make the database ({SERVER})")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    with database(args.server) as url, application(url):
        found = measure(Bench(url, args.rows, args.batch))
    if args.json:
        print(json.dumps([asdict(line) | {"verdict": line.verdict} for line in found]))
        return
    for line in found:
        bar = f"<= {line.bar:g}" if line.bar is not None else ""
        print(f"{line.what:58} {line.value:9.2f} {line.unit:3} {bar:7} {line.verdict}")


if __name__ == "__main__":
    main()
