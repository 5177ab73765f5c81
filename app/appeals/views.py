"""The pages of appeals: the list, an appeal, what may be sought about a case, a form a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import force_locale

from app.appeals import operations, pages
from app.appeals.forms import accept_form, decide_form, note_form, register_form
from app.appeals.notice import notice
from app.appeals.queries import (
    founded,
    of_handler,
    open_ones,
    option_for,
    options,
    overdue,
    unassigned,
)
from app.appeals.rules import AppealOutcome
from app.cases.addresses import case_at
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.asking import attempt, form_page
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact, Page
from app.core.crud.present import EMPTY
from app.core.db import db
from app.core.language import N_, gettext
from app.rulebook.rules import RemedyKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.appeals.models import Appeal


class AppealView(EntityView):
    """Appeals: registered, handled and concluded by operations; never edited, never deleted."""

    own_routes = ("register", "remedies", "accept", "note", "decide", "receipt")
    tabs = {
        "all": TabRule(N_("全部")),
        "mine": TabRule(N_("我承办的"), lambda _now: of_handler(scope.current())),
        "unassigned": TabRule(N_("待指派或裁定"), lambda _now: unassigned()),
        "open": TabRule(N_("办理中"), lambda _now: open_ones()),
        "late": TabRule(N_("超期"), overdue),
        "founded": TabRule(N_("成立"), lambda _now: founded()),
    }

    # --- list and page -------------------------------------------------------------------------

    def column_label(self, name: str) -> str:
        return gettext("办理状态") if name == "period" else super().column_label(name)

    def cell(self, name: str, row: Appeal) -> Cell:
        if name == "period":
            tone, text = pages.standing(row, clock.now())
            return Cell(text, "lamp", tone=tone)
        if name == "handler":
            return Cell(row.handler.name if row.handler is not None else EMPTY)
        return super().cell(name, row)

    def fact(self, name: str, row: Appeal) -> Fact:
        told = super().fact(name, row)
        if name == "case_number":
            return Fact(told.label, told.text, "mono", url=f"/cases/show/{row.case_id}")
        if name == "previous" and row.previous is not None:
            return Fact(told.label, told.text, url=self.row_url(row.previous))
        if name == "handler" and row.handler is not None:
            return Fact(told.label, row.handler.name)
        if name in {"late_admitted", "simplified"} and getattr(row, name) is None:
            return Fact(told.label, EMPTY)
        return told

    def facts(self, row: Appeal) -> list[tuple[str, list[Fact]]]:
        now = clock.now()
        tone, text = pages.standing(row, now)
        (title, facts), *rest = super().facts(row)
        kept = [(head, items) for head, items in rest if any(it.text != EMPTY for it in items)]
        kept = [(head, [it for it in items if it.text != EMPTY]) for head, items in kept]
        lamp = Fact(gettext("办理状态"), text, "lamp", tone=tone)
        facts = [lamp, *(it for it in facts if it.text != EMPTY)]
        spans = [(gettext("办理期限"), pages.spans(row))] if row.periods else []
        return [(title, facts), *spans, *kept]

    def buttons_of(self, row: Appeal) -> list[Button]:
        return pages.buttons_of(row, scope.current(), self.route_base)

    def _add_button(self) -> list[Button]:
        """Offer none: an appeal is registered from its case."""
        return []

    # --- register ------------------------------------------------------------------------------

    @expose("/case/<pk>")
    @has_access
    @permission_name("show")
    def remedies(self, pk: str) -> Any:
        """Show what may be sought about a case, until when, and what was sought."""
        case, now = case_at(pk), clock.now()
        title = gettext("救济途径")
        crumbs = [(case.number, f"/cases/show/{case.id}"), (title, None)]
        return self.render_template(
            "panel/show.html",
            page=Page(title, f"{case.number} · {case.matter}", crumbs),
            sections=[
                *pages.decision(case),
                *pages.offered(case, options(case, now), scope.current(), now),
            ],
            buttons=[],
            related=pages.sought(case, now),
        )

    @expose("/register/<pk>/<kind>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def register(self, pk: str, kind: str) -> Any:
        """Write down that a remedy was sought about a case."""
        case, now, person = case_at(pk), clock.now(), scope.current()
        option = option_for(case, RemedyKind(kind), now) if kind in set(RemedyKind) else None
        if option is None:
            abort(404)
        form = register_form(option, operations.today(case, now))
        made: list[Appeal] = []

        def work() -> None:
            late = form["late_reason"].data if "late_reason" in form else None
            made.append(
                operations.register(
                    case,
                    option.remedy.code,
                    filed_on=form["filed_on"].data,
                    grounds=form["grounds"].data,
                    authority=form["authority"].data,
                    late_reason=late,
                    actor=person,
                    now=now,
                )
            )

        problems = attempt(form, work)
        if problems is None:
            flash(gettext("已登记：%(row)s", row=str(made[0])), "success")
            return redirect(self.row_url(made[0]) or self.url)
        case = case_at(pk)
        refusal = operations.why_not_register(case, option.remedy.code, option, person)
        problems |= {"": refusal} if refusal else {}
        label = gettext("登记%(kind)s", kind=gettext(option.remedy.code.label))
        back = f"{self.route_base}/case/{case.id}"
        crumbs = [
            (case.number, f"/cases/show/{case.id}"),
            (gettext("救济途径"), back),
            (label, None),
        ]
        page = Page(label, f"{case.number} · {case.matter}", crumbs)
        return self._form(page, form, label, problems, back)

    # --- its handler's steps -------------------------------------------------------------------

    @expose("/<pk>/accept", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def accept(self, pk: str) -> Any:
        """Record that the organ took the appeal on."""
        row, now = self.find(pk), clock.now()
        form = accept_form(operations.today(row, now))
        return self._step(
            pk,
            form,
            gettext("记录受理"),
            operations.why_not_accept,
            lambda: operations.accept(
                row,
                form["accepted_on"].data,
                simplified=form["simplified"].data,
                actor=scope.current(),
                now=now,
            ),
        )

    @expose("/<pk>/note", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def note(self, pk: str) -> Any:
        """Record how an appeal goes on."""
        row, form = self.find(pk), note_form()
        return self._step(
            pk,
            form,
            gettext("记录进展"),
            operations.why_not_handle,
            lambda: operations.note(row, form["note"].data, actor=scope.current(), now=clock.now()),
        )

    @expose("/<pk>/decide", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def decide(self, pk: str) -> Any:
        """Record the outcome; one that is upheld reopens the case."""
        row, now = self.find(pk), clock.now()
        form = decide_form(row, case_at(str(row.case_id)), operations.today(row, now))

        def work() -> None:
            names = {"csrf_token", "outcome", "lead_department"}
            told = {field.name: field.data for field in form if field.name not in names}
            if "lead_department" in form:
                told["lead_department"] = form["lead_department"].row
            outcome = AppealOutcome(form["outcome"].data)
            operations.decide(row, outcome, told, actor=scope.current(), now=now)

        return self._step(pk, form, gettext("记录结果"), operations.why_not_handle, work)

    def _step(
        self, pk: str, form: Any, label: str, why_not: Callable[..., str], work: Callable[[], Any]
    ) -> Any:
        """Do a step and go to the appeal; otherwise show the form, with why it can't be."""
        problems = attempt(form, work)
        db.session.expire_all()
        row = self.find(pk)
        if problems is None:
            flash(gettext("%(row)s：%(what)s完成", row=str(row), what=label), "success")
            return redirect(self.row_url(row) or self.url)
        refusal = why_not(row, scope.current())
        problems |= {"": refusal} if refusal else {}
        page = self._page(label, f"{row} · {row.authority}")
        return self._form(page, form, label, problems, self.row_url(row) or self.url)

    def _form(self, page: Page, form: Any, label: str, problems: dict[str, str], back: str) -> Any:
        drawn, status = form_page(form, label, problems, back)
        return self.render_template("panel/form.html", page=page, form=drawn), status

    # --- paper ---------------------------------------------------------------------------------

    @expose("/<pk>/receipt")
    @has_access
    @permission_name("show")
    def receipt(self, pk: str) -> Any:
        """Show the notice that an appeal was taken in, as it is printed."""
        row = self.find(pk)
        with force_locale("zh"):
            told = notice(row, scope.current())
        long = gettext("文字较多，一页排不下，将打印为多页。")
        bar = {
            "back": gettext("返回"),
            "print": gettext("打印"),
            "url": self.row_url(row),
            "notes": [] if told.fits else [long],
        }
        return self.render_template("papers/appeal.html", bar=bar, **vars(told))
