"""The pages of frequent problems: what was found, on which cases it rests, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_wtf import FlaskForm
from sqlalchemy.orm.exc import StaleDataError

from app.articles import listings
from app.cases.forms import text_field
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import form_page
from app.core.crud.integrity import problems_of
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact
from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.core.transaction import transaction
from app.departments.models import Department
from app.departments.queries import halls_below
from app.frequent import operations
from app.frequent.models import FrequentProblem
from app.frequent.rules import Decision
from app.improvements.forms import open_form
from app.improvements.models import Improvement

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.crud.pages import Listing


def _decided(decision: Decision) -> TabRule:
    """Make the tab of the problems with a decision."""
    return TabRule(decision.label, lambda _now: FrequentProblem.state == decision)


class FrequentProblemView(EntityView):
    """Frequent problems."""

    own_routes = ("decide",)
    tabs = {**{it.value: _decided(it) for it in Decision}, "all": TabRule(N_("全部"))}

    def cell(self, name: str, row: FrequentProblem) -> Cell:
        found = super().cell(name, row)
        return Cell(found.text, "wide", found.url) if name == "cause" else found

    def buttons_of(self, row: FrequentProblem) -> list[Button]:
        if row.state is not Decision.OPEN or not _decides(row):
            return []
        base = f"{self.route_base}/{row.id}"
        return [
            Button(gettext(step.label), f"{base}/{name}", step.style)
            for name, step in STEPS.items()
        ]

    def fact(self, name: str, row: FrequentProblem) -> Fact:
        told, item = super().fact(name, row), row.improvement if name == "improvement" else None
        return Fact(told.label, told.text, url=f"/improvements/show/{item.id}") if item else told

    def related(self, row: FrequentProblem) -> list[tuple[str, Listing]]:
        return [(gettext("依据的事项"), listings.cases(row.cases)), *super().related(row)]

    @expose("/<pk>/<decision>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def decide(self, pk: str, decision: str) -> Any:
        """Accept a problem as an article or an improvement item, or dismiss it with a reason."""
        row, step = self.find(pk), STEPS.get(decision)
        if step is None or not _decides(row):
            abort(404)
        title, form = gettext(step.label), step.form(row)
        problems: dict[str, str] = {}
        if request.method == "POST" and form.validate():
            try:
                with transaction():
                    url = step.work(self.find(pk), form)
                flash(gettext("%(row)s：%(step)s完成", row=str(row), step=title), "success")
                return redirect(url or self.row_url(row) or self.url)
            except (DomainError, StaleDataError) as error:
                problems = problems_of(error)
                row = self.find(pk)
        page, status = form_page(
            form, problems, submit=title, cancel_url=self.row_url(row) or self.url
        )
        head = self._page(title, str(row))
        return self.render_template("panel/form.html", page=head, form=page), status


def _decides(row: FrequentProblem) -> bool:
    """Say whether the person decides about the problems of this hall."""
    halls = scope.current().halls(*operations.DECIDERS)
    return halls is None or row.hall_id in halls


def _accepting(_row: FrequentProblem) -> FlaskForm:
    fields = {
        "question": text_field(
            gettext("问题"), required=True, hint=gettext("照群众的说法写；最多 255 个字")
        ),
        "solution": text_field(
            gettext("解决办法"), required=True, hint=gettext("分步骤写，一步一行；可直接插入答复")
        ),
    }
    return _form(fields)


def _accepted(row: FrequentProblem, form: FlaskForm) -> str:
    texts = (form["question"].data or "", form["solution"].data or "")
    article = operations.accept(row, *texts, actor=scope.current(), now=clock.now())
    return f"/articles/show/{article.id}"


def _improving(row: FrequentProblem) -> FlaskForm:
    """Return the form of an item, without what the problem says: hall, matter, cause."""
    form: FlaskForm = open_form(("department", "problem", "measure"), with_cases=False)()
    form["department"].among = Department.hall_id.in_(sorted(halls_below(row.hall_id)))
    return form


def _improved(row: FrequentProblem, form: FlaskForm) -> str:
    item = Improvement(
        department=form["department"].row,
        problem=form["problem"].data,
        measure=form["measure"].data,
    )
    operations.improve(row, item, days=form["days"].data, actor=scope.current(), now=clock.now())
    return f"/improvements/show/{item.id}"


def _dismissing(_row: FrequentProblem) -> FlaskForm:
    return _form({"note": text_field(gettext("未采纳的理由"), required=True)})


def _dismissed(row: FrequentProblem, form: FlaskForm) -> str:
    operations.dismiss(row, form["note"].data or "", actor=scope.current(), now=clock.now())
    return ""


def _form(fields: dict[str, Any]) -> FlaskForm:
    form: FlaskForm = type("DecisionForm", (FlaskForm,), fields)()
    return form


@dataclass(frozen=True)
class Step:
    """A decision about a problem: its button, its form, and what it does; where one goes then."""

    label: str
    form: Callable[[FrequentProblem], FlaskForm]
    work: Callable[[FrequentProblem, FlaskForm], str]
    style: str = ""


STEPS: dict[str, Step] = {
    "accept": Step(N_("采纳，写成文章"), _accepting, _accepted, "main"),
    "improve": Step(N_("采纳，开展整改"), _improving, _improved, "main"),
    "dismiss": Step(N_("不采纳"), _dismissing, _dismissed),
}
