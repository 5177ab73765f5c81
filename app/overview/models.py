"""What is kept so that nothing has to be counted when somebody looks.

`case_fact` says of each case what it counts for, `tally` adds that up for a hall and a month or a
year, `recount` names the cases that something was done to since: triggers of the database fill it
(app/core/guards/counted.py). All can be made anew from the cases at any time; they refer to cases
without a foreign key, because there is nothing for it to guard.
"""

from __future__ import annotations

import datetime as dt

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant

LONGEST = 128
"""Characters of a matter."""


class _Measures:
    """The sums; in the words of `rules.Figures`."""

    registered: Mapped[int] = mapped_column(Integer, nullable=False)
    taken: Mapped[int] = mapped_column(Integer, nullable=False)
    refused: Mapped[int] = mapped_column(Integer, nullable=False)
    finished: Mapped[int] = mapped_column(Integer, nullable=False)
    in_time: Mapped[int] = mapped_column(Integer, nullable=False)
    late: Mapped[int] = mapped_column(Integer, nullable=False)
    open_late: Mapped[int] = mapped_column(Integer, nullable=False)
    timed: Mapped[int] = mapped_column(Integer, nullable=False)
    seconds: Mapped[int] = mapped_column(BigInteger, nullable=False)
    days: Mapped[int] = mapped_column(BigInteger, nullable=False)
    rated: Mapped[int] = mapped_column(Integer, nullable=False)
    satisfied: Mapped[int] = mapped_column(Integer, nullable=False)
    grades: Mapped[int] = mapped_column(Integer, nullable=False)


class CaseFact(_Measures, Model):
    """What one case counts for, as of when it was counted last."""

    __tablename__ = "case_fact"
    __table_args__ = (
        Index("ix_case_fact_hall_id_month_day", "hall_id", "month", "day"),
        Index("ix_case_fact_open_late_due_at", "open_late", "due_at"),
    )

    case_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hall_id: Mapped[int] = mapped_column(Integer, nullable=False)
    month: Mapped[dt.date] = mapped_column(Date, nullable=False)
    day: Mapped[dt.date] = mapped_column(Date, nullable=False)
    """The day of registration by the hall's wall clock, and the first of its month."""
    department: Mapped[str] = mapped_column(String(16), nullable=False)
    matter: Mapped[str] = mapped_column(String(LONGEST), nullable=False)
    classification: Mapped[str] = mapped_column(String(32), nullable=False)
    need: Mapped[str] = mapped_column(String(16), nullable=False)
    """Empty where the case has none yet."""
    due_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """When its clock runs out, while it runs: then it counts for something else."""
    last_day: Mapped[dt.date | None] = mapped_column(Date)
    """The day of its result: a change of the calendar up to then changes its working time."""


class CauseFact(Model):
    """A cause that a case counts for; a case may have several."""

    __tablename__ = "cause_fact"

    case_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cause_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class Tally(_Measures, Model):
    """The sum of what the cases of a hall and a span of time count for, by one value of a facet.

    Spans are months, and years, which are the sums of their months; those of no facet are kept by
    the month alone.
    """

    __tablename__ = "tally"

    hall_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    span: Mapped[str] = mapped_column(String(8), primary_key=True)
    month: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    """The first month of the span."""
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)


class Recount(Model):
    """Something was done to a case, or to what all cases of a hall are measured by."""

    __tablename__ = "recount"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    case_id: Mapped[int | None] = mapped_column(Integer, index=True)
    hall_id: Mapped[int | None] = mapped_column(Integer)
