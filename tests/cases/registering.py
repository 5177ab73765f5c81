"""Windows that register cases as fast as it goes, each in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.cases import operations
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.factory import create_app
from tests.cases.window import draft, person

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

    from flask import Flask


def window(app: Flask, barrier: Barrier, each: int, now: datetime, numbers: list[str]) -> None:
    """Register so many cases at Linqing, once every window is ready."""
    with app.app_context():
        clerk = person("clerk.linqing")
        db.session.remove()
        barrier.wait(timeout=60)
        for _ in range(each):
            with scope.working_for(clerk), transaction():
                case = operations.register(draft(), actor=clerk, now=now)
                number = case.number
            db.session.remove()
            numbers.append(number)


def main(settings: str, windows: str, each: str, now: str) -> None:
    """Open the windows, and print the numbers that they gave."""
    given = json.loads(settings)
    app = create_app({**given, "INSTANCE": Path(given["INSTANCE"])})
    with app.app_context():
        db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    with fork.Manager() as manager:
        numbers = manager.list()
        barrier = fork.Barrier(int(windows))
        crowd = [
            fork.Process(
                target=window, args=(app, barrier, int(each), datetime.fromisoformat(now), numbers)
            )
            for _ in range(int(windows))
        ]
        for process in crowd:
            process.start()
        for process in crowd:
            process.join()
        print(json.dumps([list(numbers), [process.exitcode for process in crowd]]))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
