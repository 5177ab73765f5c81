"""The list of unmasked ledgers."""

from __future__ import annotations

from app.core.crud import EntityView


class UnmaskedLedgerView(EntityView):
    """Unmasked ledgers."""
