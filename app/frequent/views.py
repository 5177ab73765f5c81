"""The pages of frequent problems: what was found, on which cases it rests, and the decision."""

from __future__ import annotations

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
from app.core.crud.pages import Button, Cell
from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.core.transaction import transaction
from app.frequent import operations
from app.frequent.models import FrequentProblem
from app.frequent.rules import Decision

if TYPE_CHECKING:
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
            Button(gettext("采纳，写成文章"), f"{base}/accept", "main"),
            Button(gettext("不采纳"), f"{base}/dismiss"),
        ]

    def related(self, row: FrequentProblem) -> list[tuple[str, Listing]]:
        return [(gettext("依据的事项"), listings.cases(row.cases)), *super().related(row)]

    @expose("/<pk>/<decision>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def decide(self, pk: str, decision: str) -> Any:
        """Accept a problem with the article that is begun, or dismiss it with a reason."""
        row = self.find(pk)
        halls = scope.current().halls(*operations.DECIDERS)
        if decision not in ("accept", "dismiss") or (
            halls is not None and row.hall_id not in halls
        ):
            abort(404)
        accepting = decision == "accept"
        title = gettext("采纳，写成文章") if accepting else gettext("不采纳")
        form = _form(_accepting() if accepting else _dismissing())
        problems: dict[str, str] = {}
        if request.method == "POST" and form.validate():
            try:
                with transaction():
                    url = _done(self.find(pk), form, accepting=accepting)
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


def _done(row: FrequentProblem, form: FlaskForm, *, accepting: bool) -> str:
    """Decide; return where one goes then, or nothing."""
    actor, now = scope.current(), clock.now()
    if not accepting:
        operations.dismiss(row, form["note"].data or "", actor=actor, now=now)
        return ""
    texts = (form["question"].data or "", form["solution"].data or "")
    article = operations.accept(row, *texts, actor=actor, now=now)
    return f"/articles/show/{article.id}"


def _decides(row: FrequentProblem) -> bool:
    """Say whether the person decides about the problems of this hall."""
    halls = scope.current().halls(*operations.DECIDERS)
    return halls is None or row.hall_id in halls


def _accepting() -> dict[str, Any]:
    return {
        "question": text_field(
            gettext("问题"), required=True, hint=gettext("照群众的说法写；最多 255 个字")
        ),
        "solution": text_field(
            gettext("解决办法"), required=True, hint=gettext("分步骤写，一步一行；可直接插入答复")
        ),
    }


def _dismissing() -> dict[str, Any]:
    return {"note": text_field(gettext("未采纳的理由"), required=True)}


def _form(fields: dict[str, Any]) -> FlaskForm:
    form: FlaskForm = type("DecisionForm", (FlaskForm,), fields)()
    return form
