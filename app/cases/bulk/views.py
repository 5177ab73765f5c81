"""The pages of a move for many cases: what was ticked, what is asked, what became of each."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.cases.bulk import operations
from app.cases.bulk.forms import TOGETHER, bulk_form, drawn_for_many
from app.cases.bulk.operations import Order, Report, carry_out
from app.cases.bulk.pages import (
    HANDOVER,
    LIST,
    Asked,
    code_of,
    crumbs,
    handling,
    heading,
    outcome,
    refusals,
    row_of,
    subtitle,
    title_of,
)
from app.cases.bulk.queries import (
    Leaving,
    candidates,
    chosen,
    handled_by,
    leaving_of,
    offered,
    who_handles,
)
from app.cases.bulk.rules import BULK, MOST
from app.cases.forms import values_of
from app.cases.lamps import lamp
from app.cases.moves import MOVE
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.pages import Button, Col, FormPage, Listing, Page
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.deadlines.queries import calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask_wtf import FlaskForm

    from app.cases.moves import Move


OFFERS: list[Callable[[], Sequence[Button]]] = []
"""What features above do with ticked cases: each button gets their numbers posted, as `ids`."""


class Choosing(EntityView):
    """A list of cases whose rows can be ticked, by those who may move many at once."""

    def bulk_buttons(self) -> Sequence[Button]:
        moves = [
            Button(title_of(step), f"{self.route_base}/bulk/{step.verb}")
            for step in offered(scope.current())
        ]
        return [*moves, *chain.from_iterable(offer() for offer in OFFERS)]


class BulkForm:
    """What the list and the handover share: the form, and what it leads to."""

    def answer(
        self,
        step: Move,
        asked: Asked,
        form: FlaskForm,
        refusal: Sequence[str] = (),
        report: Report | None = None,
    ) -> Any:
        """Draw the form with the cases that were chosen, and with what was refused before."""
        actor, now = scope.current(), clock.now()
        cases = chosen(asked.shown)
        found = candidates(step, cases, asked.leaving, actor=actor, now=now)
        days, told = calendar(), {line.id: line.reason for line in report.lines} if report else {}
        rows = [row_of(it, told, step, asked, lamp(it.case, days, now)) for it in found]
        rows.sort(key=lambda row: bool(row.reason))
        errors = [
            (f"f-{field.name}", gettext("%(label)s：%(text)s", label=field.label.text, text=error))
            for field in form
            for error in field.errors
        ] + [("", text) for text in (refusals(report) if report else refusal)]
        title = title_of(step) if asked.leaving is None else gettext("移交经办")
        page = FormPage(
            sections=[("", [drawn_for_many(it) for it in form if it.name != "csrf_token"])],
            action=f"/cases/bulk/{step.verb}",
            submit_label=title,
            cancel_url=asked.back,
            hidden=_hidden(asked),
            errors=errors,
            drafted=False,
        )
        view: Any = self
        html = view.render_template(
            "cases/bulk.html",
            page=Page(title, subtitle(rows, asked), crumbs(asked, title)),
            form=page,
            rows=rows,
            heading=heading(step),
            missing=len(asked.shown) - len(rows),
            ready=gettext("可以%(move)s", move=gettext(step.label)),
        )
        return html, 409 if report else 422 if errors else 200


class BulkView(BulkForm, EntityView):
    """A move for what was ticked."""

    @expose("/bulk/<verb>", methods=["POST"])
    @has_access
    @permission_name("show")
    def bulk(self, verb: str) -> Any:
        """Ask once what the move asks for, then make it for every case."""
        step = MOVE[verb] if verb in BULK else abort(404)
        if not scope.current().roles.intersection(step.roles):
            abort(403)
        asked = _asked()
        if not asked.shown:
            flash(gettext("请先勾选事项"), "warning")
            return redirect(asked.back)
        if len(asked.shown) > MOST:
            raise InvalidInputError({"": operations.too_many()})
        confirmed = "confirm" in request.form
        form = bulk_form(step, chosen(asked.shown), asked.leaving, confirmed=confirmed)
        if not confirmed or not form.validate():
            return self.answer(step, asked, form)
        try:
            report = carry_out(_order(step, asked, form), actor=scope.current(), now=clock.now())
        except InvalidInputError as error:
            for name, text in error.problems.items():
                if name in form:
                    form[name].errors = [*form[name].errors, text]
            rest = [text for name, text in error.problems.items() if name not in form]
            return self.answer(step, asked, form, rest)
        if not report.kept:
            return self.answer(step, asked, form, report=report)
        return self._told(step, asked, report)

    def _told(self, step: Move, asked: Asked, report: Report) -> Any:
        """Say of each case what became of it; those that were refused first."""
        cases = {case.id: case for case in chosen(asked.ids)}
        label = gettext(step.label)
        lines = sorted(report.lines, key=lambda line: not line.reason)
        rows = [outcome(line, cases.get(line.id), label) for line in lines]
        heads = [gettext("编号"), gettext("事项名称"), gettext("状态"), gettext("结果")]
        title = title_of(step) if asked.leaving is None else gettext("移交经办")
        return self.render_template(
            "cases/bulk_report.html",
            page=Page(title, "", crumbs(asked, title)),
            done=len(report.done),
            refused=len(report.refused),
            label=label,
            listing=Listing([Col(head, head) for head in heads], rows),
            back=asked.back,
        )


class HandoverView(BulkForm, BaseView):
    """What somebody who leaves handles, given to a successor of the same department."""

    route_base = "/cases"
    class_permission_name = "handover"
    base_permissions = ["can_list"]
    default_view = "handover"

    @expose("/handover", methods=["GET"])
    @has_access
    @permission_name("list")
    def handover(self) -> Any:
        """List who handles what; then the cases of the one who leaves, with the form."""
        known = who_handles(scope.current())
        if "who" not in request.args:
            return self._people(known)
        leaving = _leaving(request.args["who"])
        ids = handled_by(leaving, scope.current(), MOST)
        asked = Asked(ids, clock.now(), leaving, HANDOVER)
        step = MOVE["reassign"]
        form = bulk_form(step, chosen(ids), leaving, confirmed=False)
        return self.answer(step, asked, form)

    def _people(self, known: list[tuple[Leaving, int]]) -> Any:
        heads = [gettext("经办人"), gettext("科室"), gettext("在办事项")]
        rows = [handling(nth, leaving, count) for nth, (leaving, count) in enumerate(known)]
        listing = Listing(
            [Col(head, head) for head in heads], rows, empty=gettext("没有在办的事项可以移交")
        )
        title = gettext("移交经办")
        return self.render_template(
            "cases/handover.html", page=Page(title, "", crumbs(None, title)), listing=listing
        )


# --- what comes with a request --------------------------------------------------------------------


def _asked() -> Asked:
    """Read which cases were ticked, where, and since when the form is open."""
    ids = dict.fromkeys(_number(text) for text in request.form.getlist("ids"))
    leaving = None
    if request.form.get("leaving"):
        leaving = _leaving(request.form["leaving"])
    back = request.form.get("back", "")
    if not back.startswith((LIST, HANDOVER)) or "\\" in back:
        back = LIST
    listed = tuple(_number(text) for text in request.form.get("listed", "").split(",") if text)
    return Asked(list(ids), _since(request.form.get("since", "")), leaving, back, listed)


def _number(text: str) -> int:
    """Return a number that a row may have; anything else is nobody's."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0  # noqa: PLR2004


def _since(text: str) -> datetime:
    """Return when the form was drawn; what can't be read is now."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return clock.now()
    return found if found.tzinfo is not None else clock.now()


def _leaving(text: str) -> Leaving:
    """Find who hands over: whoever handles for the department, or still has something of it."""
    handler, _, department = text.partition("-")
    found = leaving_of(_number(handler), _number(department), scope.current())
    if found is None:
        abort(404)
    return found


def _hidden(asked: Asked) -> list[tuple[str, str]]:
    hidden = [("confirm", "1"), ("since", asked.since.isoformat()), ("back", asked.back)]
    hidden.append(("listed", ",".join(map(str, asked.shown))))
    return hidden + ([("leaving", code_of(asked.leaving))] if asked.leaving else [])


def _order(step: Move, asked: Asked, form: FlaskForm) -> Order:
    return Order(
        step,
        asked.ids,
        values_of(form),
        together=form["how"].data == TOGETHER,
        since=asked.since,
        leaving=asked.leaving,
    )
