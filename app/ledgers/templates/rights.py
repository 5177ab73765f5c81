"""What a reader must be allowed to read before a ledger, or a column of one, may be in a template.

Told by the entity whose pages the reader may open (`app/access.py`). The rows are the scope's
matter, the masks the columns' own; a new ledger is a new line here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.security import holders
from app.ledgers.columns import LEDGERS
from app.ledgers.models import LedgerKind

if TYPE_CHECKING:
    from app.core.scope import Person
    from app.ledgers.columns import LedgerColumn

LEDGER: dict[str, str] = {"cases": "cases", "overdue": "cases", "improvements": "improvements"}
"""Kind → entity; a kind that is not named is for those who take ledgers."""

COLUMN: dict[tuple[str, str], str] = {
    ("cases", "overturned_at"): "appeals",
    ("overdue", "overturned_at"): "appeals",
    ("improvements", "cause"): "causes",
}
"""Kind and code of a column → entity, where it asks for more than its ledger does."""


def reads(person: Person, entity: str) -> bool:
    """Say whether a person may open the pages of an entity."""
    return person.unlimited or bool(holders(entity, "r") & person.roles)


def takes(person: Person, *, by_template: bool) -> bool:
    """Say whether a person may take ledgers away: the usual ones, or those of templates."""
    entity = "ledger-templates" if by_template else "ledgers"
    return bool(holders(entity, "x") & person.roles)


def kinds(person: Person) -> list[LedgerKind]:
    """Return the ledgers that a person may read."""
    return [kind for kind in LedgerKind if reads(person, LEDGER.get(kind, "ledgers"))]


def columns(kind: LedgerKind, person: Person) -> dict[str, LedgerColumn]:
    """Return the columns of a ledger that a person may read, by their codes."""
    return {
        column.code: column
        for column in LEDGERS[kind].columns
        if reads(person, COLUMN.get((kind, column.code), LEDGER.get(kind, "ledgers")))
    }
