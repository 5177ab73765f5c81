"""The only commit of the house: a request or a job is wholly done, or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from app.core.db import db, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block did, or nothing of it; a block inside another joins it."""
    if _open.get():
        yield
        return
    opened, wrote = _open.set(True), writing.set(True)
    try:
        yield
        db.session.commit()
    finally:
        db.session.rollback()  # what was not committed; nothing, when all was
        _open.reset(opened)
        writing.reset(wrote)
