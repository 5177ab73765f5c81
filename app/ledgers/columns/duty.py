"""The ledger of duty: who was planned for which window on which half day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.language import N_
from app.core.workbook import Kind
from app.departments.models import Hall, Staff
from app.ledgers.columns.column import LedgerColumn, full_name, label
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject, unclocked
from app.roster.models import Duty, Window

if TYPE_CHECKING:
    from sqlalchemy import Select

HALL, WINDOW, PERSON = Hall.__table__, Window.__table__, Staff.__table__


def _base(query: Select[Any]) -> Select[Any]:
    return query.select_from(Duty)


def _source(query: Select[Any]) -> Select[Any]:
    joined = _base(query).join(HALL, HALL.c.id == Duty.hall_id)
    joined = joined.join(WINDOW, WINDOW.c.id == Duty.window_id)
    return joined.join(PERSON, PERSON.c.id == Duty.staff_id)


SUBJECT = Subject(
    Duty.hall_id,
    Duty.day,
    unclocked(Duty.hall_id),
    _base,
    _source,
    (Duty.hall_id, Duty.day, Duty.half.desc(), WINDOW.c.code, Duty.id),
    None,
    begun=N_("值班日期"),
    dated=True,
)

DUTY = Ledger(
    SUBJECT,
    (
        LedgerColumn("day", N_("值班日期"), Duty.day, 14, kind=Kind.DATE),
        LedgerColumn("half", N_("班次"), Duty.half, 10, label),
        LedgerColumn("hall", N_("大厅"), HALL.c.name, 28),
        LedgerColumn("window", N_("值班窗口"), WINDOW.c.name, 22),
        LedgerColumn("window_code", N_("窗口代码"), WINDOW.c.code, 16),
        LedgerColumn("staff", N_("值班人员"), full_name(PERSON), 16),
    ),
    (
        (N_("值班日期"), N_("按值班的日期筛选")),
        (N_("值班人员"), N_("为值班表在截至时间的安排，已同意的换班在内；一人半天一行")),
    ),
    counted=("half",),
)
