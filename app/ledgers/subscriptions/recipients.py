"""Who may get which ledger: asked when a subscription is saved, and again when it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import scope
from app.core.language import gettext
from app.departments.queries import hall_of_code, person_of
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order
from app.ledgers.subscriptions.rules import days_of
from app.ledgers.templates import queries as templates, rights

if TYPE_CHECKING:
    from datetime import date

    from app.deadlines.workdays import WorkCalendar
    from app.departments.models import Staff
    from app.ledgers.subscriptions.models import LedgerSubscription


def refusal(row: LedgerSubscription, staff: Staff) -> str:
    """Say why somebody can't get the ledger of a subscription; empty when they can."""
    if not staff.active:
        return gettext("账号已停用")
    person = person_of(staff)
    if not rights.takes(person, by_template=row.template is not None):
        return gettext("没有生成这种台账的权限")
    with scope.working_for(person):
        if hall_of_code(row.hall.code) is None:
            return gettext("%(hall)s不在其权限范围内", hall=row.hall.name)
        if row.template is not None:
            if templates.template(row.template.id) is None:
                return gettext("台账模板没有共享给此人")
            if LedgerKind(row.template.kind) not in rights.kinds(person):
                return gettext("没有生成这种台账的权限")
    return ""


def order_of(row: LedgerSubscription, on: date, days: WorkCalendar) -> Order:
    """Return what a subscription asks for on a day."""
    template = row.template
    kind = row.kind if template is None else LedgerKind(template.kind)
    version = (template.id, template.number) if template is not None else None
    since, until = days_of(row.span, on, days)
    return Order(kind or LedgerKind.CASES, since, until, row.hall.code, template=version)
