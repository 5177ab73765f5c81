"""The ledgers that supervisors take away: Excel workbooks of cases, at once or every working day.

Change here: columns and kinds (`columns`), how a row is judged and coloured (`telling`), what a
ledger is narrowed by, its cover and its file's name (`production`), what is made on time (`jobs`),
ledgers that are designed in the panel (`templates`), as of a past instant (`past`),
what is made in the background (`tasks`), what is sent to whom on time (`subscriptions`), with
personal data in clear (`unmasking`, `unmasked`).
"""

from __future__ import annotations

from typing import Any

from app.cases.models import Case
from app.core import crud
from app.core.crud.export import EXPORTERS
from app.ledgers import visibility
from app.ledgers.models import LedgerRun
from app.ledgers.subscriptions import visibility as visibility_of_subscriptions
from app.ledgers.subscriptions.models import LedgerSending, LedgerSubscription
from app.ledgers.subscriptions.views import LedgerSendingView, LedgerSubscriptionView
from app.ledgers.tasks import visibility as visibility_of_tasks
from app.ledgers.tasks.models import LedgerTask
from app.ledgers.tasks.views import LedgerTaskView
from app.ledgers.templates.models import LedgerTemplate
from app.ledgers.templates.views import LedgerTemplateView
from app.ledgers.unmasked import visibility as visibility_of_unmasked
from app.ledgers.unmasked.models import UnmaskedLedger
from app.ledgers.unmasked.views import UnmaskedLedgerView
from app.ledgers.views import LedgerView, export_cases

__all__ = [
    "register",
    "visibility",
    "visibility_of_subscriptions",
    "visibility_of_tasks",
    "visibility_of_unmasked",
]


def register(appbuilder: Any) -> None:
    """Register the views of this feature, and the ledger as the export of cases."""
    crud.register(appbuilder, LedgerRun, LedgerView, read_only=True)
    crud.register(appbuilder, LedgerTemplate, LedgerTemplateView, read_only=True)
    crud.register(appbuilder, LedgerTask, LedgerTaskView, read_only=True)
    crud.register(appbuilder, LedgerSubscription, LedgerSubscriptionView, read_only=True)
    crud.register(appbuilder, LedgerSending, LedgerSendingView, read_only=True)
    crud.register(appbuilder, UnmaskedLedger, UnmaskedLedgerView, read_only=True)
    EXPORTERS[Case] = export_cases
