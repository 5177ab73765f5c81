"""Supervision: reminders, cards and reports to leadership; who owned what when; referrals.

Change here: when a card is issued by itself (a rule in the panel: no code), how late is late
enough (`rules.window`), what may be done with a card (`operations`), what stands on its notice
(`notice`), who owned a case when (`owners`), what the list said then (`as_of`), what is handed over
and sealed (`referrals`).
"""

from __future__ import annotations

from typing import Any

from app.cases import casepage, outside, timeline_page
from app.cases.documents.queries import NAMING
from app.core import crud
from app.core.language import N_
from app.supervision import visibility
from app.supervision.api import CardApi, IssueApi
from app.supervision.models import SupervisionCard, SupervisionRule
from app.supervision.pages import buttons_on_page, cards_on_page
from app.supervision.referrals import visibility as referrals_visibility
from app.supervision.referrals.api import OutcomeApi, ReferApi
from app.supervision.referrals.models import Referral
from app.supervision.referrals.views import ReferralView
from app.supervision.views import AccountabilityView, CardView

__all__ = ["referrals_visibility", "register", "visibility"]

NAMING.append(Referral.sha256)
casepage.CARDS.append(cards_on_page)
casepage.BUTTONS.append(buttons_on_page)
outside.name_table(SupervisionCard, N_("督办单"))
outside.name_table(Referral, N_("移交追责"))
timeline_page.TONES |= {
    "yellow_card": "warn",
    "red_card": "late",
    "reported": "late",
    "card_reply_late": "late",
    "card_withdrawn": "idle",
}


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, SupervisionRule)
    crud.register(appbuilder, SupervisionCard, CardView, read_only=True)
    crud.register_part(appbuilder, SupervisionCard, CardApi, "reply", "withdraw")
    crud.register_part(appbuilder, SupervisionCard, IssueApi, "issue", resource_name="cases")
    crud.register(appbuilder, Referral, ReferralView, read_only=True)
    crud.register_part(appbuilder, Referral, OutcomeApi, "outcome")
    crud.register_part(appbuilder, Referral, ReferApi, "refer", resource_name="cases")
    appbuilder.add_view_no_menu(AccountabilityView)
