"""Measure pages of the list of cases on PostgreSQL, near and far, beside OFFSET.

    PYTHONPATH=. .venv/bin/python benchmarks/paging.py [--cases 200000] [--json]

Makes a database of its own on the server and drops it in the end.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace

from flagging import SERVER, Measured, application, database
from overview import NOW, load, seconds

from app.cases.models import Case
from app.cases.views import TABS, CaseQuery
from app.core import scope
from app.core.crud.address import Address
from app.core.crud.paging import mark_of
from app.core.db import db
from app.deadlines.models import Deadline

SORTS = ("", "number", "-due")
DEPTH = 0.9


def query(address: Address) -> CaseQuery:
    """Return the list of an address."""
    sortable = {"due": Deadline.due_at}
    return CaseQuery(Case, address, tabs=TABS, now=NOW, sortable=sortable)


def measure(cases: int) -> list[Measured]:
    """Compare the first page with one far down, by each order."""
    found = []
    for sort in SORTS:
        first = Address("/cases/list/", sort=sort, size=25)
        asked = query(first)
        keys = [key.expression for key in asked._keys()]  # noqa: SLF001 - where the page begins
        skipped = int(cases * DEPTH)
        row = db.session.execute(asked.select().add_columns(*keys).offset(skipped).limit(1)).one()
        deep = replace(first, page=2, after=mark_of(row[1:]))
        near = seconds(lambda asked=asked: asked.part())
        far = seconds(lambda deep=deep: query(deep).part())
        by_number = seconds(
            lambda asked=asked, skipped=skipped: (
                db.session.execute(asked.select().offset(skipped).limit(26)).unique().all()
            )
        )
        name = sort or "newest first"
        found += [
            Measured(f"{name}: page one", near * 1000, "ms"),
            Measured(f"{name}: a page below {skipped} rows", far * 1000, "ms"),
            Measured(f"{name}: the same by OFFSET", by_number * 1000, "ms"),
            Measured(f"{name}: far beside near", far / near, "times", 1.5),
        ]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=SERVER)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with database(wanted.server) as url, application(url), scope.everything():
        load(url, wanted.cases, 20)
        figures = measure(wanted.cases)
    if wanted.json:
        print(json.dumps([asdict(it) | {"verdict": it.verdict} for it in figures]))
        return
    for it in figures:
        bar = f"  bar {it.bar:g} {it.verdict}" if it.bar is not None else ""
        print(f"{it.what:60} {it.value:10.2f} {it.unit}{bar}")


if __name__ == "__main__":
    main()
