"""A ledger as of a past instant: its tables are put back to that instant, then read as ever.

Inside `opened` temporary tables stand before the real ones, under their names: the rows that the
person may see today, each as it stood (`standing`), with what the events after the instant undid
(`undoing`) and reference data by its field history (`reference`). They go with the transaction.
"""

from __future__ import annotations

from app.ledgers.past.opening import opened, refuse
from app.ledgers.past.standing import Position

__all__ = ["Position", "opened", "refuse"]
