"""Produce every hall's ledgers on time; each one once, however many schedulers try."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.storage import exports
from app.core.transaction import transaction
from app.ledgers.columns import LEDGERS
from app.ledgers.models import LedgerKind, LedgerRun
from app.ledgers.naming import usual_name
from app.ledgers.orders import Order
from app.ledgers.production import produce
from app.ledgers.queries import halls_that_work, produced

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.workbook import Produced

log = logging.getLogger(__name__)


def daily_ledgers(planned_for: datetime, now: datetime) -> dict[str, Any]:
    """Produce what is planned for an instant and not there yet: each kind for each active hall.

    Returns the number of files. A hall that fails doesn't stop the others; DomainError in the
    end names it, so that the run counts as failed and is tried again.
    """
    made, failed = 0, []
    with scope.everything():
        there = produced(planned_for)
        for hall_id, code, name in halls_that_work():
            for kind in LedgerKind:
                if (kind, hall_id) in there or not LEDGERS[kind].daily:
                    continue
                try:
                    made += _make(kind, hall_id, code, planned_for, now)
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


def _make(kind: LedgerKind, hall_id: int, code: str, planned_for: datetime, now: datetime) -> bool:
    """Produce a ledger and record it; say whether it is ours or somebody was faster.

    The file takes its name only once its row is written and before the row is committed: the
    first to write the row gives the file, and the row always speaks of the file that is there.
    """
    person = scope.current()
    order = Order(kind, hall=code)
    name = usual_name(order, person=person, now=planned_for)
    store = exports()
    with store.draft() as draft:
        done = produce(order, draft, person=person, now=now)
        db.session.rollback()  # the reading is over: under WAL a reader can't become a writer
        with transaction():
            ours = _record(kind, hall_id, planned_for, now, done, name)
            if ours:
                store.keep(draft, name)
    return ours


def _record(
    kind: LedgerKind, hall_id: int, planned_for: datetime, now: datetime, done: Produced, name: str
) -> bool:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(LedgerRun)
        .values(
            kind=kind,
            hall_id=hall_id,
            planned_for=planned_for,
            produced_at=now,
            rows=done.rows,
            checksum=done.checksum,
            file_name=name,
        )
        .on_conflict_do_nothing()
        .returning(LedgerRun.id)
    )
    return db.session.scalar(statement) is not None
