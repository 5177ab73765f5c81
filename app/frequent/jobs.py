"""The nightly job: look for problems that come back, improved before or not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Hall
from app.frequent.operations import find, reopen_returned

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)


def find_frequent(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Look at each hall, in a commit of its own; whoever else looked at it meanwhile has it.

    What a hall that is closed had improved may come back in those below it.
    """
    found = reopened = 0
    for number, active in db.session.execute(select(Hall.id, Hall.active).order_by(Hall.id)).all():
        try:
            with transaction():
                reopened += reopen_returned(db.session.get_one(Hall, number), now=now)
            if active:
                with transaction():
                    found += find(db.session.get_one(Hall, number), now=now)
        except IntegrityError:
            log.info("another process proposes the problems of hall %d", number)
    return {"found": found, "reopened": reopened}
