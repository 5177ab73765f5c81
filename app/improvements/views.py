"""The pages of improvement items: the list, an item with its moves and effect, one by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.articles.listings import cases as cases_listing
from app.cases import casepage
from app.cases.documents.rules import ACCEPT
from app.cases.documents.serving import send
from app.cases.views import days_of_request
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import drawn, form_page
from app.core.crud.integrity import problems_of
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact
from app.core.crud.present import EMPTY
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.core.security import may
from app.core.transaction import transaction
from app.deadlines.clock import Stage
from app.departments.models import Hall
from app.improvements import listings, operations, queries
from app.improvements.forms import among_halls, move_form, open_form
from app.improvements.lamps import lamp
from app.improvements.moves import MOVE, offered, theirs, why_not
from app.improvements.proposing import proposed
from app.improvements.rules import MOST_CASES, ImprovementStatus

if TYPE_CHECKING:
    from flask_wtf import FlaskForm

    from app.core.crud.pages import Input
    from app.improvements.models import Improvement, ImprovementFile
    from app.improvements.moves import Move


def _standing(status: ImprovementStatus) -> TabRule:
    """Make the tab of the items at a state."""
    return TabRule(status.label, lambda _now: queries.standing(status))


class ImprovementView(EntityView):
    """Improvement items: opened by a form, then moved; never edited, never deleted."""

    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export", "can_choices"]
    own_routes = ("add", "gather", "move", "file", "remove")
    tabs = {
        "all": TabRule(N_("全部整改事项")),
        **{it.value: _standing(it) for it in ImprovementStatus},
        "warning": TabRule(N_("整改临期"), lambda now: queries.at_stage(Stage.WARNING, now)),
        "overdue": TabRule(N_("整改超期"), lambda now: queries.at_stage(Stage.OVERDUE, now)),
    }

    # --- list ----------------------------------------------------------------------------------

    def column_label(self, name: str) -> str:
        return gettext("时限") if name == "clock" else super().column_label(name)

    def cell(self, name: str, row: Improvement) -> Cell:
        if name == "clock":
            tone, text = lamp(row, days_of_request(), clock.now())
            return Cell(text, "lamp", tone=tone)
        if name == "department":
            return Cell(row.department.name)
        if name in ("matter", "cause"):
            return Cell(super().cell(name, row).text, "wide")
        return super().cell(name, row)

    def add_label(self) -> str:
        return gettext("下达整改")

    # --- open ----------------------------------------------------------------------------------

    @expose("/gather", methods=["POST"])
    @has_access
    @permission_name("add")
    def gather(self) -> Any:
        """Go to the form with the cases that were ticked in their list."""
        ids = [it for it in request.form.getlist("ids") if it.isdecimal()]
        if not ids:
            flash(gettext("请先勾选事项"), "warning")
            return redirect("/cases/list/")
        return redirect(f"{self.route_base}/add?cases={','.join(ids[:MOST_CASES])}")

    def form(self, *, editing: bool) -> type[FlaskForm]:
        return open_form()

    def prepare(self, form: FlaskForm, row: Improvement) -> None:
        halls = scope.current().halls(*operations.OPENERS)
        among_halls(form, halls)
        if halls is not None:
            form["hall"].among = Hall.id.in_(sorted(halls))
        if request.method == "GET":
            for name, value in proposed(request.args, halls).items():
                form[name].process_data(value)

    def draw(self, field: Any, row: Any) -> Input:
        if field.name == "cases":
            return replace(drawn(field), kind="textarea", wide=True)
        if field.name == "days":
            return drawn(field)
        found = super().draw(field, row)
        return casepage.suggesting(found) if field.name == "matter" else found

    def create(self, row: Improvement, form: FlaskForm) -> None:
        operations.open_item(
            row,
            days=form["days"].data,
            cases=form["cases"].rows,
            actor=scope.current(),
            now=clock.now(),
        )

    # --- the page of an item -------------------------------------------------------------------

    def fact(self, name: str, row: Improvement) -> Fact:
        told = super().fact(name, row)
        if name == "due_at" and row.provisional:
            return Fact(told.label, gettext("%(due)s（暂定）", due=told.text), "mono")
        if name == "article" and row.article is not None and may("articles", "r"):
            return Fact(told.label, told.text, url=f"/articles/show/{row.article_id}")
        return told

    def facts(self, row: Improvement) -> list[tuple[str, list[Fact]]]:
        tone, text = lamp(row, days_of_request(), clock.now())
        first, *rest = super().facts(row)
        lamp_fact = Fact(gettext("时限"), text, "lamp", tone=tone)
        shown = [
            (title, [it for it in items if it.text not in (EMPTY, "0")]) for title, items in rest
        ]
        return [
            (first[0], [lamp_fact, *(it for it in first[1] if it.text != EMPTY)]),
            *((title, items) for title, items in shown if items),
        ]

    def buttons_of(self, row: Improvement) -> list[Button]:
        base = f"{self.route_base}/{row.id}"
        return [
            Button(
                gettext(step.label),
                f"{base}/{step.verb}",
                step.style,
                method="get" if step.asks or refusal else "post",
                disabled_reason=refusal,
            )
            for step, refusal in offered(row, scope.current())
        ]

    def related(self, row: Improvement) -> list[tuple[str, Any]]:
        with scope.everything():
            changes = listings.changes(row)
        chart = listings.effect(queries.effect(row, clock.now()), row.hall.timezone)
        lists = [
            (gettext("证明材料"), listings.files(row, f"{self.route_base}/{row.id}/file")),
            (gettext("依据的事项"), cases_listing(row.cases)),
            (gettext("时限标记"), listings.stages(row)),
            (gettext("整改过程"), self.history_listing(changes)),
        ]
        return [(gettext("效果"), chart), *((title, it) for title, it in lists if it.rows)]

    # --- what is done --------------------------------------------------------------------------

    @expose("/<pk>/<step>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def move(self, pk: str, step: str) -> Any:
        """Make a move of the table; one that asks for nothing has no form."""
        row, move = self.find(pk), MOVE.get(step)
        if move is None or not theirs(move, row, scope.current()):
            abort(404)
        form = move_form(move, row)
        try:
            return self._moved(pk, move, form)
        finally:
            if "files" in form:
                form["files"].let_go()

    def _moved(self, pk: str, step: Move, form: FlaskForm) -> Any:
        """Make the move that a form asks for, or show the form with what is wrong."""
        label, problems = gettext(step.label), {}
        if request.method == "POST" and form.validate():
            try:
                with transaction():
                    row = operations.move(
                        self.find(pk), step.verb, _values(step, form),
                        actor=scope.current(), now=clock.now(),
                    )  # fmt: skip
                flash(gettext("%(row)s：已%(step)s", row=str(row), step=label), "success")
                return redirect(self._back(row))
            except (DomainError, IntegrityError, StaleDataError) as error:
                problems = problems_of(error)
                db.session.rollback()
        row = self.find(pk)
        refusal = why_not(step, row, scope.current())
        if not step.asks:
            told = gettext("；").join(problems.values()) or gettext("请在页面上点按钮操作")
            flash(refusal or told, "warning")
            return redirect(self._back(row))
        problems |= {"": refusal} if refusal and not problems else {}
        page, status = form_page(
            form, problems, submit=label, cancel_url=self._back(row),
            draw=lambda field: drawn(field, accept=ACCEPT),
        )  # fmt: skip
        head = self._page(label, str(row))
        return self.render_template("panel/form.html", page=head, form=page), status

    def _back(self, row: Improvement) -> str:
        """Return the page of an item; the list, where it is out of sight now."""
        return f"{self.route_base}/show/{row.id}"

    # --- files ---------------------------------------------------------------------------------

    @expose("/<pk>/file/<int:number>", methods=["GET"])
    @has_access
    @permission_name("show")
    def file(self, pk: str, number: int) -> Any:
        """Send a file of an item that one may see."""
        return send(self._file(self.find(pk), number))

    @expose("/<pk>/file/<int:number>/remove", methods=["POST"])
    @has_access
    @permission_name("edit")
    def remove(self, pk: str, number: int) -> Any:
        """Take a file off an item."""
        row = self.find(pk)
        file = self._file(row, number)
        try:
            with transaction():
                operations.remove(row, file, actor=scope.current(), now=clock.now())
        except DomainError as error:
            flash(str(error), "warning")
        return redirect(self._back(row))

    @staticmethod
    def _file(row: Improvement, number: int) -> ImprovementFile:
        found = [it for it in queries.files_of(row.id) if it.id == number]
        return found[0] if found else abort(404)


def _values(step: Move, form: FlaskForm) -> dict[str, Any]:
    """Return what was filled in, as the move takes it."""
    told = {"department": "row", "files": "papers"}
    return {name: getattr(form[name], told.get(name, "data")) for name in step.asks}
