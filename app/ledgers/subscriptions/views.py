"""The pages of subscriptions, and of what became of each sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import get_locale
from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.fields import LinksField, row_of
from app.core.crud.forms import form_class
from app.core.crud.listing import Query, TabRule
from app.core.crud.pages import Button, Cell, Fact, Listing
from app.core.crud.present import EMPTY, local
from app.core.db import db
from app.core.language import N_, gettext
from app.core.security import may
from app.core.transaction import transaction
from app.deadlines.queries import calendar
from app.departments.models import Hall, Staff
from app.departments.rules import Role
from app.ledgers.subscriptions import operations, queries
from app.ledgers.subscriptions.listings import TONES, messages, sendings, when
from app.ledgers.subscriptions.models import LedgerSending, LedgerSubscription
from app.ledgers.subscriptions.rules import Language, SendingState
from app.ledgers.templates import rights
from app.ledgers.templates.models import LedgerTemplate

if TYPE_CHECKING:
    from flask_wtf import FlaskForm
    from sqlalchemy import Select


class _Query(Query):
    """A list of subscriptions: what is told of a row is its template's name, too."""

    def loaded(self, query: Select[Any]) -> Select[Any]:
        template = joinedload(LedgerSubscription.template)
        return super().loaded(query).options(template)


class LedgerSubscriptionView(EntityView):
    """Who gets which ledger when."""

    query_class = _Query

    own_routes = ("add", "edit", "delete", "activate")
    tabs = {
        "all": TabRule(N_("全部订阅")),
        "mine": TabRule(
            N_("我的订阅"), lambda _now: LedgerSubscription.owner_id == scope.current().id
        ),
    }

    # --- the form --------------------------------------------------------------------------------

    def form(self, *, editing: bool) -> type[FlaskForm]:
        people = LinksField(gettext("收件人"), target=Staff)
        return form_class(self.model, editing=editing, extra={"people": people})

    def prepare(self, form: FlaskForm, row: LedgerSubscription) -> None:
        person, named = scope.current(), [it.id for it in row.people]
        form["people"].among = or_(queries.candidates(person), Staff.id.in_(named))
        form["role"].choices = [it for it in form["role"].choices if it.value != Role.ADMIN]
        if request.method != "GET":
            return
        form["people"].process_data(row.people)
        if row.id is None:
            _begin_with(form, person)

    def create(self, row: LedgerSubscription, form: FlaskForm) -> None:
        people = form["people"].row
        operations.subscribe(row, people, actor=scope.current(), now=clock.now())

    def update(self, row: LedgerSubscription, form: FlaskForm) -> None:
        people = form["people"].row
        operations.change(row, people, actor=scope.current(), now=clock.now())

    # --- the list and the page of one ------------------------------------------------------------

    def cell(self, name: str, row: LedgerSubscription) -> Cell:
        if name == "kind":
            return Cell(row.title)
        if name == "cadence":
            return Cell(when(row))
        return super().cell(name, row)

    def facts(self, row: LedgerSubscription) -> list[tuple[str, list[Fact]]]:
        found = dict(super().facts(row))
        people = gettext("、").join(map(str, row.people))
        found[gettext("谁收")].append(Fact(gettext("收件人"), people or EMPTY))
        upcoming = row.plan.next(clock.now(), calendar()) if row.active else None
        at = f"{local(upcoming, row.hall.timezone):%Y-%m-%d %H:%M}" if upcoming else EMPTY
        found[gettext("何时发")].append(Fact(gettext("下次发送"), at, "mono"))
        return list(found.items())

    def buttons_of(self, row: LedgerSubscription) -> list[Button]:
        found = super().buttons_of(row)
        if may(self.panel.code, "e", row):
            said = gettext("停用") if row.active else gettext("启用")
            found.insert(1, Button(said, f"{self.route_base}/{row.id}/active", method="post"))
        return found

    def related(self, row: LedgerSubscription) -> list[tuple[str, Listing]]:
        return [(gettext("发送记录"), sendings(queries.latest(row))), *super().related(row)]

    @expose("/<pk>/active", methods=["POST"])
    @has_access
    @permission_name("edit")
    def activate(self, pk: str) -> Any:
        """Put a subscription out of use, or back into it."""
        row: LedgerSubscription = self.find(pk)
        if not may(self.panel.code, "e", row):
            abort(404)
        with transaction():
            operations.switch(row, active=not row.active, now=clock.now())
        flash(gettext("已启用") if row.active else gettext("已停用"), "success")
        return redirect(f"{self.route_base}/show/{row.id}")


def _standing(state: SendingState) -> TabRule:
    """Make the tab of the sendings that stand at a state."""
    return TabRule(state.label, lambda _now: LedgerSending.state == state)


class LedgerSendingView(EntityView):
    """What became of each ledger that was to be sent."""

    tabs = {"all": TabRule(N_("全部")), **{state.value: _standing(state) for state in SendingState}}

    def list_title_of(self, address: Any) -> str:
        return gettext(self.panel.name)

    def cell(self, name: str, row: LedgerSending) -> Cell:
        if name == "state":
            return Cell(gettext(row.state.label), "lamp", tone=TONES[row.state])
        if name == "reason":
            return Cell(row.reason or EMPTY, "wide")
        return super().cell(name, row)

    def related(self, row: LedgerSending) -> list[tuple[str, Listing]]:
        return [(gettext("消息"), messages(row)), *super().related(row)]


def _begin_with(form: FlaskForm, person: scope.Person) -> None:
    """Propose what the address names, the person's one hall, and the person as the recipient."""
    template = row_of(LedgerTemplate, request.args.get("template", ""))
    if template is not None:
        form["template"].process_data(template)
    halls = person.halls()
    if halls is not None and len(halls) == 1:
        form["hall"].process_data(db.session.get(Hall, next(iter(halls))))
    if rights.takes(person, by_template=template is not None):
        form["people"].process_data([db.session.get_one(Staff, person.id)])
    if str(get_locale()) == Language.EN:
        form["language"].process_data(Language.EN)
