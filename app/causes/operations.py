"""Give an empty database the causes to begin with."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from app.causes.models import Cause
from app.core.db import db

BEGINNING = Path(__file__).with_name("seed.json")


def seed() -> None:
    """Fill the tree of causes if it is empty; repeatable."""
    if db.session.scalar(select(Cause.id).limit(1)) is not None:
        return
    known: dict[str, Cause] = {}
    for told in json.loads(BEGINNING.read_text(encoding="utf-8")):
        above = max((code for code in known if told["code"].startswith(code)), key=len, default="")
        known[told["code"]] = Cause(**told, parent=known.get(above))
    db.session.add_all(known.values())
    db.session.flush()
