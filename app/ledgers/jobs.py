"""Produce every hall's ledgers on time; each one once, however many schedulers try."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from app.core import scope
from app.core.crud.present import local
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.storage import exports
from app.core.transaction import transaction
from app.ledgers.models import LedgerKind, LedgerRun
from app.ledgers.naming import usual_name
from app.ledgers.orders import Order
from app.ledgers.production import produce
from app.ledgers.queries import halls_that_work, produced
from app.ledgers.rules import LedgerPeriod, before

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.core.workbook import Produced

log = logging.getLogger(__name__)


PLAN: dict[LedgerPeriod, tuple[LedgerKind, ...]] = {
    LedgerPeriod.DAY: (LedgerKind.CASES, LedgerKind.OVERDUE),
    LedgerPeriod.WEEK: (LedgerKind.CASES, LedgerKind.CALLBACKS, LedgerKind.RETURNS),
    LedgerPeriod.MONTH: (
        LedgerKind.CASES,
        LedgerKind.DEPARTMENTS,
        LedgerKind.CAUSES,
        LedgerKind.SUPERVISION,
        LedgerKind.DUTY,
    ),
    LedgerPeriod.QUARTER: (
        LedgerKind.DEPARTMENTS,
        LedgerKind.CAUSES,
        LedgerKind.IMPROVEMENTS,
        LedgerKind.APPEALS,
    ),
    LedgerPeriod.YEAR: (LedgerKind.CASES, LedgerKind.DEPARTMENTS, LedgerKind.CAUSES),
}
"""Which ledgers are made on time of which periods, for every active hall; those of a day list
everything up to then, the others what began in the period that is over."""


def daily_ledgers(planned_for: datetime, now: datetime) -> dict[str, Any]:
    """Produce what is planned for each working day; see `_planned`."""
    return _planned(LedgerPeriod.DAY, planned_for, now)


def ledgers_of(period: LedgerPeriod) -> Callable[[datetime, datetime], dict[str, Any]]:
    """Return the job that produces what is planned after each period; see `_planned`."""
    return partial(_planned, period)


def _planned(period: LedgerPeriod, planned_for: datetime, now: datetime) -> dict[str, Any]:
    """Produce what is planned for an instant and not there yet: each kind for each active hall.

    Returns the number of files. A hall that fails doesn't stop the others; DomainError in the
    end names it, so that the run counts as failed and is tried again.
    """
    made, failed = 0, []
    with scope.everything():
        there = produced(period, planned_for)
        for hall_id, code, name in halls_that_work():
            for kind in PLAN[period]:
                if (kind, hall_id) in there:
                    continue
                try:
                    order = _order(kind, code, period, planned_for)
                    row = {"hall_id": hall_id, "period": period, "planned_for": planned_for}
                    made += _make(order, row, now)
                except Exception:
                    db.session.rollback()
                    log.exception("ledger %s of hall %s failed", kind, code)
                    failed.append(
                        gettext("%(hall)s%(ledger)s", hall=name, ledger=gettext(kind.label))
                    )
    if failed:
        raise DomainError(
            gettext(
                "已生成 %(made)d 份，未能生成：%(failed)s",
                made=made,
                failed=gettext("、").join(failed),
            )
        )
    return {"files": made}


def _order(kind: LedgerKind, code: str, period: LedgerPeriod, planned_for: datetime) -> Order:
    """Return what is planned: of a day all there is, else what began in the period before."""
    if period is LedgerPeriod.DAY:
        return Order(kind, hall=code)
    since, until = before(period, local(planned_for).date())
    return Order(kind, since, until, hall=code)


def _make(order: Order, row: dict[str, Any], now: datetime) -> bool:
    """Produce a ledger and record it; say whether it is ours or somebody was faster.

    The file takes its name only once its row is written and before the row is committed: the
    first to write the row gives the file, and the row always speaks of the file that is there.
    """
    person = scope.current()
    name = usual_name(order, person=person, now=row["planned_for"])
    store = exports()
    with store.draft() as draft:
        done = produce(order, draft, person=person, now=now)
        db.session.rollback()  # the reading is over: under WAL a reader can't become a writer
        with transaction():
            ours = _record(row | {"kind": order.kind, "produced_at": now, "file_name": name}, done)
            if ours:
                store.keep(draft, name)
    return ours


def _record(values: dict[str, Any], done: Produced) -> bool:
    """Write the row of a ledger; say whether nobody was faster."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(LedgerRun)
        .values(rows=done.rows, checksum=done.checksum, **values)
        .on_conflict_do_nothing()
        .returning(LedgerRun.id)
    )
    return db.session.scalar(statement) is not None
