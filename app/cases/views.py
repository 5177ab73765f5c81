"""The pages of cases: the list with its lamps, intake, the case page, and a form for each move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from flask import abort, flash, g, jsonify, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import Select, or_
from sqlalchemy.orm.exc import StaleDataError

from app.cases import casepage, drawing, operations, visibility
from app.cases.bulk.views import Choosing
from app.cases.forms import move_form, values_of
from app.cases.guards import why_not
from app.cases.intake.views import Intake
from app.cases.lamps import lamp
from app.cases.living import Living
from app.cases.models import Case
from app.cases.moves import MOVE
from app.cases.queries import asked, at_stage, matters, to_tell, with_clock
from app.cases.rules import OPEN, Status
from app.cases.standing import Standing
from app.cases.texts import texts_for
from app.cases.visibility import KNOWS_NAMES, knows_name
from app.core import clock, scope
from app.core.crud import present
from app.core.crud.fields import contains
from app.core.crud.forms import form_page
from app.core.crud.listing import Narrowing, Query, TabRule
from app.core.crud.pages import Button, Cell, Fact, Page
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import N_, gettext
from app.core.panel import attributes
from app.core.privacy import keyring, normalised
from app.core.security import may
from app.core.timeline import changes_of
from app.core.transaction import transaction
from app.deadlines.clock import Stage
from app.deadlines.models import Deadline
from app.deadlines.queries import calendar
from app.departments.models import Hall

if TYPE_CHECKING:
    from flask_wtf import FlaskForm

    from app.deadlines.workdays import WorkCalendar

LEAST_PHONE = 7


def _standing(*statuses: Status, label: str = "") -> TabRule:
    """Make the tab of the cases that stand at one of the states."""
    return TabRule(label or statuses[0].label, lambda _now: Case.status.in_(statuses))


TABS = {
    "all": TabRule(N_("全部")),
    "open": TabRule(N_("未结"), lambda _now: Case.status.in_(OPEN)),
    "overdue": TabRule(N_("超期"), lambda now: at_stage(Stage.OVERDUE, now)),
    "warning": TabRule(N_("临期"), lambda now: at_stage(Stage.WARNING, now)),
    **{status.value: _standing(status) for status in OPEN},
    "asked": TabRule(N_("待审批"), lambda _now: asked()),
    "telling": TabRule(N_("待告知延期"), lambda _now: to_tell()),
    "finished": _standing(Status.RESOLVED, Status.REPLIED, label=N_("待回访")),
    "called_back": _standing(Status.CALLED_BACK, label=N_("待结案")),
    "closed": _standing(Status.CLOSED),
    "refused": _standing(Status.REFUSED),
    "archived": _standing(Status.ARCHIVED),
}


class CaseQuery(Query):
    """A list of cases: with the clock, sorted by it if wished, found by phone."""

    further: ClassVar[dict[str, Narrowing]] = {}

    def select(self) -> Select[Any]:
        return self.loaded(self.narrowed(with_clock())).order_by(*self._order())

    def search(self, q: str) -> Any:
        """Find by name too: by a part of it where it is read in full, else by the whole alone."""
        readers = scope.current().only(KNOWS_NAMES)
        found = [
            contains(Case, [name for name in Case.__panel__.search if name != "applicant_name"], q),
            contains(Case, ["applicant_name"], q) & visibility.cases(readers),
            Case.applicant_name == q.replace("\0", ""),
        ]
        digits = normalised(q)
        if len(digits) >= LEAST_PHONE and digits.isdecimal():
            found.append(Case.phone_index == keyring().index(digits))
        return or_(*found)


class CaseView(Choosing, Living, Intake):
    """Cases."""

    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export", "can_choices"]
    exclude_route_methods = {"delete"}
    tabs = TABS
    query_class = CaseQuery

    # --- list ----------------------------------------------------------------------------------

    def sortable(self) -> dict[str, Any]:
        return {"clock": Deadline.due_at, "due": Deadline.due_at}

    def column_label(self, name: str) -> str:
        return {"clock": gettext("时限"), "due": gettext("到期时间")}.get(name) or (
            super().column_label(name)
        )

    def cell(self, name: str, row: Case) -> Cell:
        if name == "clock":
            tone, text = lamp(row, days_of_request(), clock.now())
            return Cell(text, "lamp", tone=tone)
        if name == "due":
            due = present.local(row.clock.due_at, row.hall.timezone) if row.clock else None
            return Cell(f"{due:%m-%d %H:%M}" if due else present.EMPTY, "datetime")
        if name == "lead_department":
            return Cell(row.lead_department.name if row.lead_department else present.EMPTY)
        return super().cell(name, row)

    def add_label(self) -> str:
        return gettext("登记事项")

    # --- intake and edit -----------------------------------------------------------------------

    def prepare(self, form: FlaskForm, row: Case) -> None:
        super().prepare(form, row)
        if "hall" in form and request.method == "GET":
            halls = scope.current().halls("clerk")
            if halls is not None and len(halls) == 1:
                form["hall"].process_data(db.session.get(Hall, next(iter(halls))))

    def draw(self, field: Any, row: Any) -> Any:
        drawn = super().draw(field, row)
        return casepage.suggesting(drawn) if field.name == "matter" else drawn

    def update(self, row: Case, form: FlaskForm) -> None:
        operations.edit(row, changes_of(row), actor=scope.current(), now=clock.now())

    @expose("/matters")
    @has_access
    @permission_name("choices")
    def matters(self) -> Any:
        """Answer names of matters while one is typed."""
        found = matters(None, request.args.get("q", "").strip()[:100])
        return jsonify({"results": [{"text": name} for name in found]})

    @expose("/moves")
    @has_access
    @permission_name("list")
    def moves(self) -> Any:
        """Draw the table of moves: what may follow what, by whom, with what filled in."""
        head = self._page(
            gettext("事项的流转"), gettext("按钮、接口和校验都出自这一张表，这里照表画出。")
        )
        return self.render_template("cases/moves.html", page=head, sheet=drawing.sheet())

    # --- the case page -------------------------------------------------------------------------

    def fact(self, name: str, row: Case, *, reveal: bool = False) -> Fact:
        known = attributes(Case)[name]
        if known.mask == "name" and knows_name(scope.current(), row):
            reveal = True
        text = present.text_of(known, row, reveal=reveal)
        text = row.registrar.name if name == "registrar" and row.registrar else text
        kind = {"long": "long", "datetime": "mono", "secret": "mono"}.get(known.kind, "text")
        hidden = known.mask and text and not reveal
        return Fact(
            gettext(known.label),
            text or present.EMPTY,
            kind,
            reveal_url=f"{self.route_base}/{row.id}/reveal" if hidden else None,
        )

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Show a case: head, moves, facts, clock with evidence, timeline."""
        return self._render_case(self.find(pk))

    def _render_case(self, row: Case, *, reveal: bool = False) -> Any:
        with scope.reading():
            page = casepage.build(
                row,
                fact=lambda name: self.fact(name, row, reveal=reveal),
                actor=scope.current(),
                now=clock.now(),
                base=self.route_base,
                show=request.args.get("show", "all"),
            )
            head, buttons = self._page(row.number), self.buttons_of(row)
            return self.render_template("cases/show.html", page=head, buttons=buttons, **page)

    def buttons_of(self, row: Case) -> list[Button]:
        found = casepage.offered(row, scope.current(), clock.now())
        if row.status in OPEN and may("cases", "e", row):
            found.append(Button(gettext("修改"), f"{self.route_base}/edit/{row.id}", key="E"))
        return found

    @expose("/<pk>/reveal", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def reveal(self, pk: str) -> Any:
        """Ask why, write it down, and show the personal data once."""
        row = self.find(pk)
        form = casepage.reveal_form()()
        problems: dict[str, str] = {}
        if request.method == "POST" and form.validate():
            try:
                with transaction():
                    operations.reveal(
                        row, form["reason"].data or "", actor=scope.current(), now=clock.now()
                    )
                return self._render_case(self.find(pk), reveal=True)
            except InvalidInputError as error:
                problems = error.problems
        return self._render_step(row, form, gettext("查看个人信息"), gettext("查看"), problems)

    # --- moves ---------------------------------------------------------------------------------

    @expose("/<pk>/<verb>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def move(self, pk: str, verb: str) -> Any:
        """Make one move of the table, with what it asks for."""
        step = MOVE.get(verb)
        if step is None:
            abort(404)
        row = self.find(pk)
        if not scope.current().roles.intersection(step.roles):
            abort(403)
        form = move_form(step, row)
        problems: dict[str, str] = {}
        refusal = why_not(step, Standing(row, scope.current(), clock.now()))
        if request.method == "POST" and form.validate():
            try:
                with transaction():
                    operations.move(
                        row, verb, values_of(form), actor=scope.current(), now=clock.now()
                    )
                flash(
                    gettext(
                        "%(number)s：%(move)s完成", number=row.number, move=gettext(step.label)
                    ),
                    "success",
                )
                return redirect(self.url if step.leaves else self.row_url(row) or self.url)
            except InvalidInputError as error:
                problems = error.problems
            except DomainError as error:
                refusal = str(error)
            except StaleDataError:
                refusal = gettext("他人刚刚修改了同一记录，请核对后再操作")
            row = self.find(pk)
        if refusal and not (step.required or step.optional):
            flash(refusal, "warning")
            return redirect(self.row_url(row) or self.url)
        if refusal:
            problems = {**problems, "": refusal}
        label = gettext(step.label)
        return self._render_step(row, form, label, label, problems, verb)

    def _render_step(
        self,
        row: Case,
        form: FlaskForm,
        title: str,
        submit: str,
        problems: dict[str, str],
        verb: str = "",
    ) -> Any:
        def draw(field: Any) -> Any:
            drawn = self.draw(field, None)
            return replace(drawn, texts=texts_for(row, verb, field.name, clock.now()))

        page, status = form_page(
            form, problems, submit=submit, cancel_url=f"{self.route_base}/show/{row.id}", draw=draw
        )
        crumbs = [
            (gettext(self.panel.name), self.url),
            (row.number, self.row_url(row)),
            (title, None),
        ]
        head = Page(title, casepage.about(row), crumbs)
        return self.render_template("panel/form.html", page=head, form=page), status


def days_of_request() -> WorkCalendar:
    """Return the calendar, asked for once in a request."""
    if "days" not in g:
        g.days = calendar()
    days: WorkCalendar = g.days
    return days
