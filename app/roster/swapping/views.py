"""The pages of swaps: a list, a form that asks for one, and the answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import drawn
from app.core.crud.pages import Button, Cell, Fact, FormPage
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.transaction import transaction
from app.roster.operations import edits
from app.roster.page import hall_asked, in_words, refused, today_at
from app.roster.queries import clerks, duties
from app.roster.rules import Shift, SwapState, next_month
from app.roster.swapping import operations
from app.roster.swapping.forms import swap_form

if TYPE_CHECKING:
    from datetime import date

    from flask_wtf import FlaskForm

    from app.departments.models import Hall
    from app.roster.models import Swap

TONES = {
    SwapState.ASKED: "warn",
    SwapState.DONE: "ok",
    SwapState.DECLINED: "idle",
    SwapState.WITHDRAWN: "idle",
}
ANSWERS = (
    (SwapState.DONE, "accept", "main"),
    (SwapState.DECLINED, "decline", ""),
    (SwapState.WITHDRAWN, "withdraw", "danger"),
)
"""What a swap can be answered with, its address and the look of its button."""


class SwapView(EntityView):
    """Swaps: asked for on a form, answered on their page."""

    own_routes = ("add", "accept", "decline", "withdraw")

    def add_label(self) -> str:
        return gettext("换班")

    def column_label(self, name: str) -> str:
        known = {"turn": gettext("换出的班"), "other_turn": gettext("换入的班")}
        return known.get(name) or super().column_label(name)

    def cell(self, name: str, row: Swap) -> Cell:
        if name == "turn":
            return Cell(_turn_in_words(row.day, row.shift, row.window.name))
        if name == "other_turn":
            return Cell(_turn_in_words(row.other_day, row.other_shift, row.other_window.name))
        if name in {"staff", "other_staff"}:
            return Cell(getattr(row, name).name)
        if name == "state":
            return Cell(gettext(row.state.label), "lamp", None, TONES[row.state])
        return super().cell(name, row)

    def fact(self, name: str, row: Swap) -> Fact:
        fact = super().fact(name, row)
        if name in {"staff", "other_staff"}:
            return Fact(fact.label, getattr(row, name).name)
        return fact

    def buttons_of(self, row: Swap) -> list[Button]:
        labels = {
            SwapState.DONE: gettext("同意换班"),
            SwapState.DECLINED: gettext("不同意"),
            SwapState.WITHDRAWN: gettext("撤回"),
        }
        return [
            Button(labels[state], f"{self.route_base}/{row.id}/{verb}", style, method="post")
            for state, verb, style in ANSWERS
            if not operations.why_not(row, state, scope.current())
        ]

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Ask a colleague to exchange shifts; whoever plans exchanges them at once."""
        hall = hall_asked(request.values.get("hall", ""))
        if hall is None and request.values.get("hall"):
            abort(404)
        if hall is None:
            flash(gettext("还没有可以排班的大厅"), "warning")
            return redirect(self.url)
        person, setting = scope.current(), edits(scope.current(), hall)
        form = _swap_form(hall, person, setting=setting)
        refusal = ""
        if request.method == "POST" and form.validate():
            verb = operations.exchange if setting else operations.ask
            try:
                with transaction():
                    swap = verb(
                        form["mine"].turn,
                        form["theirs"].turn,
                        reason=form["reason"].data,
                        actor=person,
                        now=clock.now(),
                    )
                done = gettext("已换班") if setting else gettext("已提出，等对方同意")
                flash(done, "success")
                return redirect(f"{self.route_base}/show/{swap.id}")
            except DomainError as error:
                refusal = str(error)
        return self._swap_page(hall, form, refusal)

    def _swap_page(self, hall: Hall, form: FlaskForm, refusal: str) -> Any:
        errors = [
            (f"f-{item.name}", gettext("%(label)s：%(text)s", label=item.label.text, text=error))
            for item in form
            for error in item.errors
        ]
        errors += [("", refusal)] if refusal else []
        page = FormPage(
            sections=[(hall.name, [drawn(form[name]) for name in ("mine", "theirs", "reason")])],
            action=f"{self.route_base}/add",
            submit_label=gettext("换班"),
            cancel_url=f"/roster/?hall={hall.code}",
            hidden=[("hall", hall.code)],
            errors=errors,
        )
        html = self.render_template("panel/form.html", page=self._page(gettext("换班")), form=page)
        return html, 422 if errors else 200

    @expose("/<pk>/accept", methods=["POST"])
    @has_access
    @permission_name("edit")
    def accept(self, pk: str) -> Any:
        """Agree: both duties change hands."""
        return self._answer(pk, SwapState.DONE)

    @expose("/<pk>/decline", methods=["POST"])
    @has_access
    @permission_name("edit")
    def decline(self, pk: str) -> Any:
        """Say no: the plan stays."""
        return self._answer(pk, SwapState.DECLINED)

    @expose("/<pk>/withdraw", methods=["POST"])
    @has_access
    @permission_name("edit")
    def withdraw(self, pk: str) -> Any:
        """Take back what one asked for oneself."""
        return self._answer(pk, SwapState.WITHDRAWN)

    def _answer(self, pk: str, state: SwapState) -> Any:
        swap = self.find(pk)
        try:
            with transaction():
                operations.answer(swap, state, actor=scope.current(), now=clock.now())
            flash(gettext(state.label), "success")
        except DomainError as error:
            flash(refused(error), "warning")
        return redirect(f"{self.route_base}/show/{pk}")


def _turn_in_words(day: date, shift: Shift, window: str) -> str:
    return f"{in_words(day)} {gettext(shift.label)} {window}"


def _swap_form(hall: Hall, person: scope.Person, *, setting: bool) -> FlaskForm:
    """Return the form with the shifts of this month and the next that can still be exchanged."""
    today = today_at(hall)
    last = next_month(next_month(today)) - timedelta(days=1)
    staff = {it.id for it in clerks([hall.id])}
    ahead = [duty for duty in duties(hall, today, last) if duty.staff_id in staff]
    ours = ahead if setting else [duty for duty in ahead if duty.staff_id == person.id]
    others = ahead if setting else [duty for duty in ahead if duty.staff_id != person.id]
    form: FlaskForm = swap_form(ours, others, setting=setting)()
    if request.method == "GET":
        form["mine"].data = request.args.get("mine", "")
    return form
