"""The pages of cards: the list, a card with its reply and withdrawal, one by hand, the notice."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import force_locale

from app.cases.addresses import case_at
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.asking import attempt, form_page
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact, Page
from app.core.crud.present import EMPTY, local
from app.core.db import db
from app.core.language import N_, gettext
from app.core.security import may
from app.supervision import accountability, operations
from app.supervision.forms import issue_form, reply_form, withdraw_form
from app.supervision.models import SupervisionCard
from app.supervision.notice import notice
from app.supervision.operations import why_not_issue, why_not_reply, why_not_withdraw
from app.supervision.pages import standing
from app.supervision.queries import overdue, waiting
from app.supervision.rules import TONES, CardKind


class CardView(EntityView):
    """Cards: issued, answered and withdrawn by operations; never edited, never deleted."""

    own_routes = ("issue", "reply", "withdraw", "notice")
    tabs = {
        "all": TabRule(N_("全部督办单")),
        "waiting": TabRule(N_("待回复"), lambda _now: waiting()),
        "late": TabRule(N_("逾期未回复"), overdue),
        "replied": TabRule(N_("已回复"), lambda _now: SupervisionCard.replied_at.is_not(None)),
        "withdrawn": TabRule(N_("已撤销"), lambda _now: SupervisionCard.withdrawn_at.is_not(None)),
    }

    # --- list and page -------------------------------------------------------------------------

    def column_label(self, name: str) -> str:
        return gettext("督办状态") if name == "standing" else super().column_label(name)

    def cell(self, name: str, row: SupervisionCard) -> Cell:
        if name == "standing":
            tone, text = standing(row, clock.now())
            return Cell(text, "lamp", tone=tone)
        if name == "kind":
            return Cell(gettext(row.kind.label), tone=TONES[row.kind])
        if name == "department":
            return Cell(row.department.name)
        return super().cell(name, row)

    def fact(self, name: str, row: SupervisionCard) -> Fact:
        told = super().fact(name, row)
        if name == "case_number":
            return Fact(told.label, told.text, "mono", url=f"/cases/show/{row.case_id}")
        if name == "kind":
            return Fact(told.label, told.text, "lamp", tone=TONES[row.kind])
        if name == "reply_due":
            text = f"{local(row.reply_due, row.hall.timezone):%Y-%m-%d %H:%M}"
            return Fact(
                told.label, gettext("%(due)s（暂定）", due=text) if row.provisional else text
            )
        if name == "rule" and row.rule_id is None:
            return Fact(told.label, gettext("人工下发"))
        return told

    def facts(self, row: SupervisionCard) -> list[tuple[str, list[Fact]]]:
        tone, text = standing(row, clock.now())
        first, *rest = super().facts(row)
        title, facts = first
        kept = [(head, items) for head, items in rest if any(it.text != EMPTY for it in items)]
        return [(title, [Fact(gettext("督办状态"), text, "lamp", tone=tone), *facts]), *kept]

    def buttons_of(self, row: SupervisionCard) -> list[Button]:
        person, base = scope.current(), f"{self.route_base}/{row.id}"
        found = []
        if may(self.panel.code, "e"):
            refusal = why_not_reply(row, person)
            found.append(
                Button(gettext("回复"), f"{base}/reply", "main", "R", disabled_reason=refusal)
            )
        if may(self.panel.code, "d"):
            refusal = why_not_withdraw(row, person)
            found.append(Button(gettext("撤销"), f"{base}/withdraw", disabled_reason=refusal))
        return [*found, Button(gettext("督办通知书"), f"{base}/notice")]

    def _add_button(self) -> list[Button]:
        """Offer none: a card is issued from its case."""
        return []

    # --- what is done --------------------------------------------------------------------------

    @expose("/issue/<pk>/<kind>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def issue(self, pk: str, kind: str) -> Any:
        """Issue a card by hand about a case."""
        case, now = case_at(pk), clock.now()
        if kind not in set(CardKind):
            abort(404)
        wanted, person = CardKind(kind), scope.current()
        form = issue_form(case, wanted, local(now, case.hall.timezone).date())
        made: list[SupervisionCard] = []

        def work() -> None:
            made.append(
                operations.issue(
                    case,
                    wanted,
                    department=form["department"].row,
                    demand=form["demand"].data,
                    reply_days=form["reply_days"].data,
                    actor=person,
                    now=now,
                )
            )

        problems = attempt(form, work)
        if problems is None:
            flash(gettext("已下发：%(row)s", row=str(made[0])), "success")
            return redirect(self.row_url(made[0]) or self.url)
        case = case_at(pk)
        refusal = why_not_issue(case, person)
        problems |= {"": refusal} if refusal else {}
        label = gettext("下发%(kind)s", kind=gettext(wanted.label))
        crumbs = [(case.number, f"/cases/show/{case.id}"), (label, None)]
        about = f"{case.number} · {case.matter}"
        back = f"/accountability/{case.id}"
        return self._form(Page(label, about, crumbs), form, label, problems, back)

    @expose("/<pk>/reply", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def reply(self, pk: str) -> Any:
        """Answer a card for its department."""
        row, form = self.find(pk), reply_form()
        problems = attempt(
            form,
            lambda: operations.reply(
                row, form["reply"].data, actor=scope.current(), now=clock.now()
            ),
        )
        return self._after(pk, form, gettext("回复"), problems, why_not_reply)

    @expose("/<pk>/withdraw", methods=["GET", "POST"])
    @has_access
    @permission_name("delete")
    def withdraw(self, pk: str) -> Any:
        """Withdraw a card, with the reason."""
        row, form = self.find(pk), withdraw_form()
        problems = attempt(
            form,
            lambda: operations.withdraw(
                row, form["reason"].data, actor=scope.current(), now=clock.now()
            ),
        )
        return self._after(pk, form, gettext("撤销"), problems, why_not_withdraw)

    def _after(
        self, pk: str, form: Any, label: str, problems: dict[str, str] | None, why_not: Any
    ) -> Any:
        """Go to the card when it is done; otherwise show the form, with why it can't be."""
        db.session.expire_all()
        row = self.find(pk)
        if problems is None:
            flash(gettext("%(row)s：%(what)s完成", row=str(row), what=label), "success")
            return redirect(self.row_url(row) or self.url)
        refusal = why_not(row, scope.current())
        problems |= {"": refusal} if refusal else {}
        page = self._page(gettext("%(what)s %(row)s", what=label, row=str(row)), row.demand)
        return self._form(page, form, label, problems, self.row_url(row) or self.url)

    def _form(self, page: Page, form: Any, label: str, problems: dict[str, str], back: str) -> Any:
        drawn, status = form_page(form, label, problems, back)
        return self.render_template("panel/form.html", page=page, form=drawn), status

    @expose("/<pk>/notice")
    @has_access
    @permission_name("show")
    def notice(self, pk: str) -> Any:
        """Show the notice of a card as it is printed; a withdrawn one says so."""
        row = self.find(pk)
        with force_locale("zh"):
            told = notice(row)
        long = gettext("文字较多，一页排不下，将打印为多页。")
        bar = {
            "back": gettext("返回"),
            "print": gettext("打印"),
            "url": self.row_url(row),
            "notes": [] if told.fits else [long],
        }
        return self.render_template("papers/supervision.html", bar=bar, **vars(told))


class AccountabilityView(BaseView):
    """Who owned a case when, for those who oversee it."""

    route_base = "/accountability"
    class_permission_name = "accountability"
    base_permissions = ["can_show"]
    default_view = "page"

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def page(self, pk: str) -> Any:
        """Show the page of a case."""
        told = accountability.build(case_at(pk), scope.current(), clock.now())
        return self.render_template("panel/show.html", **told)
