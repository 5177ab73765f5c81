"""Appeals: what an applicant who disagrees may do, where the law gives it, and what comes of it.

Change here: which remedy shuts out another and who counts as having decided a case (`rules`), what
may be sought about a case (`queries.options`), what may be done with an appeal (`operations`), its
periods and their flags (`periods`), how a new calendar moves them (`correcting`), what stands on
its notice (`notice`). Which remedies there are, and how long they take, are rules in the panel
(app/rulebook): no code.
"""

from __future__ import annotations

from typing import Any

from app.appeals import correcting, docket, visibility
from app.appeals.api import CaseAppealsApi, OverseeApi, StepApi
from app.appeals.models import Appeal, AppealPeriod
from app.appeals.overseeing import OverseeView
from app.appeals.pages import buttons_on_page, cards_on_page
from app.appeals.rules import AppealOutcome
from app.appeals.views import AppealView
from app.cases import casepage, docket as file_of_case, outside, timeline_page
from app.core import crud
from app.core.language import N_
from app.core.timeline import CHOICES
from app.deadlines import correction
from app.rulebook.rules import RemedyKind, RemedyStep

__all__ = ["register", "visibility"]

casepage.CARDS.append(cards_on_page)
casepage.BUTTONS.append(buttons_on_page)
outside.name_table(Appeal, N_("申诉与复议"))
outside.name_table(AppealPeriod, N_("申诉期限"))
timeline_page.TONES |= {"overturned": "late", "appeal_overdue": "late", "appeal_warning": "warn"}
file_of_case.PARTS["appeals"] = docket.appeals
correction.SOURCES += [correcting.periods, correcting.filings]
CHOICES |= {"remedy_kind": RemedyKind, "appeal_outcome": AppealOutcome, "step": RemedyStep}


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, Appeal, AppealView, read_only=True)
    oversight = {"class_permission_name": "appeal-assignments"}
    crud.register_part(appbuilder, Appeal, OverseeView, "rule", "assign", **oversight)
    crud.register_part(appbuilder, Appeal, StepApi, "accept", "note", "decide")
    crud.register_part(appbuilder, Appeal, OverseeApi, "rule", "assign", **oversight)
    crud.register_part(
        appbuilder, Appeal, CaseAppealsApi, "remedies", "register", resource_name="cases"
    )
