"""The list of unmasked ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.crud import EntityView
from app.core.crud.pages import Button
from app.core.language import gettext
from app.core.security import may

if TYPE_CHECKING:
    from collections.abc import Sequence


class UnmaskedLedgerView(EntityView):
    """Unmasked ledgers; whoever may ask for one does so where every ledger is asked for."""

    def _add_button(self) -> Sequence[Button]:
        if not may(self.panel.code, "a"):
            return []
        return [Button(gettext("申请未脱敏台账"), "/ledgers/take", "main", "N")]
