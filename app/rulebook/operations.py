"""Give an empty database the rulebook to begin with."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.panel import attributes
from app.rulebook.documents import operations as documents
from app.rulebook.models import Criterion, RemedyPeriod, RemedyRule, TextTemplate

BEGINNING = Path(__file__).with_name("seed.json")


def seed() -> None:
    """Fill each table of the rulebook that is empty; repeatable."""
    told = json.loads(BEGINNING.read_text(encoding="utf-8"))
    for model in (Criterion, RemedyRule, RemedyPeriod, TextTemplate):
        if db.session.scalar(select(model.id).limit(1)) is None:
            db.session.add_all(_row(model, item) for item in told[model.__tablename__])
            db.session.flush()
    documents.seed()


def _row(model: type[Any], told: dict[str, Any]) -> Any:
    """Return a row from what JSON says of it: dates and codes become what they stand for."""
    known = attributes(model)
    values = dict(told)
    for name, value in told.items():
        choices = known[name].choices
        if known[name].kind == "date":
            values[name] = date.fromisoformat(value)
        elif choices is not None and value is not None:
            values[name] = choices(value)
    return model(**values)
