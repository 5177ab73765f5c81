"""What happens to cases by themselves: a pause that reached its limit ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.models import Case
from app.cases.operations import let_lapse, lock
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.adjustment_models import Pause
from app.deadlines.rules import RequestState

if TYPE_CHECKING:
    from datetime import datetime


def resume_lapsed(_planned: datetime, now: datetime) -> dict[str, Any]:
    """End each pause whose limit has passed, as of that instant; each case in its own commit.

    The due time holds already: it was reckoned with the limit when the pause was granted.
    """
    lapsed = db.session.scalars(
        select(Pause.case_id)
        .where(Pause.state == RequestState.GRANTED, Pause.ended_at.is_(None), Pause.until <= now)
        .order_by(Pause.until)
    ).all()
    resumed = 0
    for number in lapsed:
        with transaction():
            case = db.session.get(Case, number)
            if case is not None:
                lock(case)
                resumed += let_lapse(case, now=now)
    return {"resumed": resumed}
