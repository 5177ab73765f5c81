"""Read rows past the browser: what the database holds after a request."""

from __future__ import annotations

from sqlalchemy import func, select

from app.core import scope
from app.core.db import db


def kept(model, number):
    db.session.rollback()
    with scope.everything():
        return db.session.get(model, number, populate_existing=True)


def count(model):
    db.session.rollback()
    with scope.everything():
        return db.session.scalar(select(func.count()).select_from(model))
