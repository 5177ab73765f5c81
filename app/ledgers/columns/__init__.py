"""The ledgers as data: what each column is called, where it comes from, how its value is told.

A new column is a new line in the file of its ledger, a new ledger a file of its own and a line of
`LEDGERS`; the select, the workbook, its cover, the command and the form follow.
"""

from __future__ import annotations

from app.ledgers.columns.appeals import APPEALS
from app.ledgers.columns.callbacks import CALLBACKS
from app.ledgers.columns.cases import CASE_COLUMNS, CASES, OVERDUE
from app.ledgers.columns.causes import CAUSES
from app.ledgers.columns.column import LedgerColumn, Line, label, local, plain
from app.ledgers.columns.departments import DEPARTMENTS
from app.ledgers.columns.duty import DUTY
from app.ledgers.columns.improvements import IMPROVEMENTS
from app.ledgers.columns.ledger import Ledger
from app.ledgers.columns.returns import RETURNS
from app.ledgers.columns.supervision import SUPERVISION
from app.ledgers.models import LedgerKind

__all__ = ["CASE_COLUMNS", "LEDGERS", "Ledger", "LedgerColumn", "Line", "label", "local", "plain"]

LEDGERS = {
    LedgerKind.CASES: CASES,
    LedgerKind.OVERDUE: OVERDUE,
    LedgerKind.DEPARTMENTS: DEPARTMENTS,
    LedgerKind.CAUSES: CAUSES,
    LedgerKind.CALLBACKS: CALLBACKS,
    LedgerKind.RETURNS: RETURNS,
    LedgerKind.IMPROVEMENTS: IMPROVEMENTS,
    LedgerKind.APPEALS: APPEALS,
    LedgerKind.SUPERVISION: SUPERVISION,
    LedgerKind.DUTY: DUTY,
}
"""Every ledger there is."""
