"""Ask about referrals: those of a case, those that wait for an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.core.db import db
from app.supervision.referrals.models import Referral

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cases.models import Case


def referrals_of(case: Case) -> Sequence[Referral]:
    """Return the referrals of a case that the person sees, the latest first."""
    query = select(Referral).where(Referral.case_id == case.id)
    return db.session.scalars(query.order_by(Referral.id.desc())).all()


def open_ones() -> Any:
    """Return the criterion of the referrals without an outcome."""
    return Referral.outcome.is_(None)


def count_open() -> int:
    """Count the referrals in sight that wait for an outcome."""
    few = select(func.count()).select_from(Referral).where(open_ones())
    return db.session.scalar(few) or 0
