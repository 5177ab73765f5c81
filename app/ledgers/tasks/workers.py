"""Who makes ledgers: a thread of the process that runs the timed jobs, or Celery's workers.

With BANCHENG_BROKER_URL a message with the number of a task goes to a worker, and no thread runs.
A message that is lost or comes twice does no harm: the table says what waits, and the timed job
sends it again.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from flask import current_app

from app.core.db import db
from app.ledgers.tasks.making import make_next

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds after which an idle thread looks again: another process may have queued something."""

QUEUE = "bancheng"
TASK = "bancheng.ledger"
EXPIRES = 90
"""Seconds after which a message is worth nothing: the timed job has sent the next one."""


class Worker:
    """A thread that makes one ledger after the other."""

    def __init__(self, app: Flask) -> None:
        """Be ready to make the ledgers of an application."""
        self._app = app
        self._stopping, self._woken = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledgers", daemon=True)

    def start(self) -> Worker:
        """Begin, and be woken by what this process queues."""
        self._app.extensions["ledger_worker"] = self
        self._thread.start()
        return self

    def wake(self) -> None:
        """Look at once."""
        self._woken.set()

    def stop(self) -> None:
        """End soon: what is half made goes back into the queue."""
        self._stopping.set()
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if not self._made_one():
                self._woken.wait(PAUSE)

    def _made_one(self) -> bool:
        with self._app.app_context():
            try:
                return make_next(self._stopping)
            except Exception:
                log.exception("ledgers in the background")
                return False
            finally:
                db.session.remove()


def start(app: Flask) -> Worker | None:
    """Start the thread; with a broker its workers do the work, and there is none."""
    return None if app.config["BROKER_URL"] else Worker(app).start()


def hand_over(task: int) -> None:
    """Let somebody begin with a task that is queued and committed; soon, if not now."""
    if current_app.config["BROKER_URL"]:
        _send(task)
    elif (worker := current_app.extensions.get("ledger_worker")) is not None:
        worker.wake()


def _send(task: int) -> None:
    """Send the message; the timed job sends it again if nobody could be reached."""
    try:
        celery(current_app).send_task(TASK, [task], queue=QUEUE, expires=EXPIRES, retry=False)
    except Exception:
        log.exception("the broker took no message about ledger task %d", task)


def celery(app: Any) -> Any:
    """Return the Celery application of an application."""
    found = app.extensions.get("celery")
    if found is None:
        from celery import Celery  # noqa: PLC0415 - half a second that only those with a broker pay

        found = app.extensions["celery"] = Celery("bancheng", set_as_current=False)
        found.conf.update(
            broker_url=app.config["BROKER_URL"],
            broker_connection_retry_on_startup=True,
            broker_transport_options={"socket_connect_timeout": 3, "socket_timeout": 30},
            task_default_queue=QUEUE,
            task_ignore_result=True,
            worker_prefetch_multiplier=1,
            worker_hijack_root_logger=False,
        )
    return found


def work(app: Flask) -> None:
    """Be one of the broker's workers, for one ledger at a time, until the process is to end."""
    stopping = threading.Event()
    broker = celery(app)

    def make(task: int) -> None:
        with app.app_context():
            try:
                make_next(stopping, only=task)
            finally:
                db.session.remove()

    broker.task(name=TASK)(make)
    broker.Worker(
        pool="solo", loglevel="WARNING", without_gossip=True, without_mingle=True, queues=[QUEUE]
    ).start()
