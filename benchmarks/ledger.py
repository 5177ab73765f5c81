"""Compare the Excel writer with others, and the whole cases' ledger with psql, in one run.

    PYTHONPATH=. .venv/bin/python benchmarks/ledger.py [--rows 100000] [--many 500000] [--json]
    PYTHONPATH=. .venv/bin/python benchmarks/ledger.py --million

Needs benchmarks/requirements.txt. Every measurement runs in a fresh process, one after the other in
turn, and counts as the median of three. Makes a database of its own and drops it in the end.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any
from zipfile import ZipFile

from ledgers import world
from ledgers.writers import WRITERS

HERE = Path(__file__).parent
MILLION = 1_100_000
OTHERS = [name for name in WRITERS if name != "rows"]


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


def run(script: str, *words: object) -> str:
    """Run one of the scripts in a fresh process and return what it prints."""
    paths = os.pathsep.join([str(HERE.parent), str(HERE)])
    return subprocess.run(  # noqa: S603 - our own scripts
        [sys.executable, str(HERE / "ledgers" / script), *map(str, words)],
        env=os.environ | {"PYTHONPATH": paths},
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each figure over some runs."""
    return {name: median(one[name] for one in runs) for name in runs[0]}


def writers_alone(rows: int, times: int, folder: Path) -> list[Measured]:
    """Let every writer write the same rows; CPU without that of making the rows."""
    told: dict[str, list[dict[str, float]]] = {name: [] for name in WRITERS}
    for _ in range(times):
        for name, runs in told.items():
            runs.append(json.loads(run("writers.py", name, rows, folder / f"{name}.xlsx")))
    found = {name: medians(runs) for name, runs in told.items()}
    cpu = {name: found[name]["cpu"] - found["rows"]["cpu"] for name in OTHERS}
    mine, bars = cpu["ours"], {"xlsxwriter constant_memory": 0.2, "rustpy-xlsxwriter": 2.0}
    return [
        *(Measured(f"{name}: CPU", cpu[name], "s") for name in OTHERS),
        *(Measured(f"{name}: peak RSS", found[name]["peak"], "MB") for name in OTHERS),
        *(Measured(f"{name}: file", found[name]["size"], "MB") for name in OTHERS),
        *(
            Measured(f"ours : {name}, CPU", mine / cpu[name], "x", bars.get(name))
            for name in OTHERS[1:]
        ),
    ]


def whole_ledger(url: str, rows: int, many: int, times: int, folder: Path) -> list[Measured]:
    """Produce the ledger from the database beside psql's copy of the same query."""
    world.settle(url)
    world.load(url, 0, rows)
    path = folder / "ledger.xlsx"
    sql = run("world.py", "--statement", path).strip()
    copied, runs = [], []
    for _ in range(times):
        copied.append(copy(url, sql, folder / "copied.csv"))
        runs.append(json.loads(run("world.py", path)))
    told, psql = medians(runs), median(copied)
    found = [
        Measured(f"psql \\copy, {rows} rows", psql, "s"),
        Measured(f"whole ledger, {rows} rows", told["seconds"], "s"),
        Measured("whole ledger: CPU of the process", told["cpu"], "s"),
        Measured("whole ledger : psql \\copy", told["seconds"] / psql, "x", 8),
        *memory(told, rows),
    ]
    if many > rows:
        world.load(url, rows, many)
        more = json.loads(run("world.py", path))
        found += [
            *memory(more, many),
            Measured("peak RSS of the many : of the few", more["peak"] / told["peak"], "x", 1.1),
        ]
    return found


def memory(told: dict[str, float], rows: int) -> list[Measured]:
    """Say what a ledger needed: the whole process, and what of it was there before."""
    return [
        Measured(f"{rows} rows: peak RSS of the process", told["peak"], "MB"),
        Measured(f"{rows} rows: the idle application in it", told["idle"], "MB"),
        Measured(f"{rows} rows: of the ledger itself", told["peak"] - told["idle"], "MB", 120),
    ]


def copy(url: str, sql: str, path: Path) -> float:
    """Let psql copy a query into a file; return the seconds."""
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 - the statement is the ledger's own
        ["psql", "-q", "-d", url, "-c", f"\\copy ({sql}) TO '{path}' CSV HEADER"],  # noqa: S607
        check=True,
    )
    return time.perf_counter() - began


def a_million(folder: Path) -> list[Measured]:
    """Write more rows than a sheet holds, and count them in the file."""
    path = folder / "million.xlsx"
    told = json.loads(run("writers.py", "ours", MILLION, path))
    with ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        rows = [count_rows(archive, name) for name in sheets]
    kept = sum(rows[:-1]) - 2 * len(rows[:-1])  # the last is the cover; each other has two heads
    return [
        *(Measured(f"rows of sheet {n}", count, "") for n, count in enumerate(rows[:-1], 1)),
        Measured("rows lost", MILLION - kept, "", 0),
        Measured("CPU, making the rows included", told["cpu"], "s"),
        Measured("peak RSS", told["peak"], "MB", 120),
        Measured("file", told["size"], "MB"),
    ]


def count_rows(archive: ZipFile, name: str) -> int:
    """Count the rows in the XML of a sheet."""
    with archive.open(name) as member:
        count, tail = 0, b""
        while piece := member.read(1 << 20):
            count += len(re.findall(b"<row ", tail + piece))
            tail = piece[-4:]
    return count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000, help="rows (default 100000)")
    parser.add_argument("--many", type=int, default=500_000, help="rows for memory, 0 for none")
    parser.add_argument("--times", type=int, default=3, help="runs, of which the median counts")
    parser.add_argument("--million", action="store_true", help=f"only write {MILLION} rows")
    parser.add_argument("--server", default=world.SERVER, help="where to make the database")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found: list[Any]
        if args.million:
            found = a_million(folder)
        else:
            found = writers_alone(args.rows, args.times, folder)
            with world.database(args.server) as url:
                found += whole_ledger(url, args.rows, args.many, args.times, folder)
    load = os.getloadavg()[0]
    found.append(Measured("load of the machine, last minute", load, ""))
    if args.json:
        print(json.dumps([asdict(line) | {"verdict": line.verdict} for line in found]))
        return
    for line in found:
        bar = f"<= {line.bar:g}" if line.bar is not None else ""
        print(f"{line.what:45} {line.value:10.2f} {line.unit:6} {bar:7} {line.verdict}")


if __name__ == "__main__":
    main()
