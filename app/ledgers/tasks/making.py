"""Make one ledger that waits: claim it, write it, keep the file, then say so in the row.

A crash between any two lines leaves a task whose lease runs out, or one that is done and has its
file. A file that no task names is removed later.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from typing import TYPE_CHECKING, Self

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.exc import DBAPIError

from app.core import clock, scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.security import holders
from app.core.storage import exports
from app.core.transaction import transaction
from app.departments.queries import person_named
from app.ledgers.naming import usual_name
from app.ledgers.orders import Order
from app.ledgers.production import produce
from app.ledgers.tasks import operations
from app.ledgers.tasks.operations import Kept
from app.ledgers.tasks.queries import number_of_rows, waiting
from app.ledgers.tasks.rules import BEAT
from app.ledgers.unmasked import operations as unmasked
from app.ledgers.unmasking import require_few, unmasking

if TYPE_CHECKING:
    from app.core.scope import Person
    from app.ledgers.tasks.operations import Claimed
    from app.ledgers.unmasking import Unmasking

log = logging.getLogger(__name__)

FOLDER = "tasks"
"""Where in the store the files of tasks lie."""


class Stopped(Exception):  # noqa: N818 - no error: somebody wants it so
    """Raise when a task is to be left: it is not ours any more, or the process is to end."""


class Heart:
    """Show signs of life while a ledger is made, and find out when it is not wanted any more."""

    def __init__(self, task: Claimed, stopping: threading.Event) -> None:
        """Beat for a task until the block ends."""
        self.rows = 0
        self.expected: int | None = None
        self.lost = False
        self._task, self._stopping = task, stopping
        self._ended = threading.Event()
        self._app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
        self._thread = threading.Thread(target=self._run, name=f"ledger-{task.id}", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End, and wait for the last beat."""
        self._ended.set()
        self._thread.join()

    def progress(self, rows: int) -> None:
        """Take the number of rows down; raise Stopped when the task is to be left."""
        self.rows = rows
        if self.lost or self._stopping.is_set():
            raise Stopped

    def _run(self) -> None:
        while not self.lost and not self._ended.wait(BEAT):
            with self._app.app_context(), scope.everything():
                try:
                    with transaction():
                        self.lost = not operations.beat(
                            self._task, self.rows, self.expected, now=clock.now()
                        )
                except DBAPIError:
                    log.exception("no sign of life of ledger task %d", self._task.id)


def node() -> str:
    """Name this process and thread: whoever holds a task."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:128]


def make_next(stopping: threading.Event, only: int | None = None) -> bool:
    """Make what waits longest, or `only` this; say whether there was anything to make."""
    with scope.everything():
        now = clock.now()
        if only is None and not waiting(now):
            return False
        db.session.rollback()
        with transaction():
            task = operations.claim(node=node(), now=now, only=only)
        if task is None:
            return False
        with force_locale(task.language):
            _make(task, stopping)
    return True


def _make(task: Claimed, stopping: threading.Event) -> None:
    try:
        with Heart(task, stopping) as heart:
            _write(task, heart)
    except Stopped:
        db.session.rollback()
        with transaction():
            operations.give_back(task)  # what was cancelled, or is another's, is not given back
    except DomainError as error:
        _failed(task, str(error))
    except Exception:
        log.exception("ledger task %d", task.id)
        _failed(task, gettext("程序错误，详见日志"))


def _failed(task: Claimed, reason: str) -> None:
    db.session.rollback()
    with transaction():
        operations.fail(task, reason, now=clock.now())


def _write(task: Claimed, heart: Heart) -> None:
    """Write the file as the person may see it now, keep it, and name it in the row."""
    person, now, store = _reader(task), clock.now(), exports()
    order = Order.from_json(task.asked)
    heart.expected = number_of_rows(order, person=person, now=now)
    permitted = _permitted(task, heart.expected, person) if order.unmasked else None
    name = usual_name(order, person=person, now=now)
    key = f"{FOLDER}/{task.id}-{task.attempt}-{secrets.token_hex(8)}.xlsx"
    with store.draft() as draft:
        done = produce(
            order, draft, person=person, now=now, progress=heart.progress, unmasked=permitted
        )
        db.session.rollback()  # the reading is over: under WAL a reader can't become a writer
        size = draft.stat().st_size
        store.keep(draft, key)
    file = Kept(name, key, size)
    with transaction():
        ours = operations.finish(task, done, file, now=clock.now())
        if ours and permitted is not None and (row := unmasked.of_task(task.id)) is not None:
            unmasked.made(row, permitted, done, actor=person, now=clock.now())
    if not ours:
        store.drop(key)


def _permitted(task: Claimed, rows: int, person: Person) -> Unmasking:
    """Let personal data be told in clear, if the person may still have them."""
    row = unmasked.of_task(task.id)
    reason = row.reason if row is not None else ""
    require_few(rows)
    return unmasking(reason, person=person, now=clock.now())


def _reader(task: Claimed) -> Person:
    """Return who asked, with what they may see today."""
    person = person_named(task.username)
    if person is None or not holders("ledger-tasks", "x") & person.roles:
        raise DomainError(gettext("申请人的账号已停用，或不再有生成台账的权限"))
    return person
