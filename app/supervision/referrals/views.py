"""The pages of referrals: the list, a referral with its sealed file and outcome, handing over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, send_file
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.cases.addresses import case_at
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.asking import attempt, form_page
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Fact, Page
from app.core.crud.present import EMPTY
from app.core.db import db
from app.core.errors import DomainError
from app.core.files import store
from app.core.language import N_, gettext
from app.core.security import may
from app.supervision.referrals import operations
from app.supervision.referrals.forms import outcome_form, refer_form
from app.supervision.referrals.operations import why_not_conclude, why_not_refer
from app.supervision.referrals.queries import open_ones
from app.supervision.referrals.rules import Body, Conclusion

if TYPE_CHECKING:
    from app.supervision.referrals.models import Referral


class ReferralView(EntityView):
    """Referrals: made by a supervisor, concluded by an inspector; never edited, never deleted."""

    own_routes = ("refer", "outcome", "file")
    tabs = {
        "all": TabRule(N_("全部移交")),
        "open": TabRule(N_("待处理"), lambda _now: open_ones()),
        "concluded": TabRule(N_("已有结果"), lambda _now: ~open_ones()),
    }

    def _add_button(self) -> list[Button]:
        """Offer none: a case is handed over from its own page."""
        return []

    def fact(self, name: str, row: Referral) -> Fact:
        told = super().fact(name, row)
        if name == "case_number":
            return Fact(told.label, told.text, "mono", url=f"/cases/show/{row.case_id}")
        if name in {"seal", "sha256"}:
            return Fact(told.label, told.text, "mono")
        return told

    def facts(self, row: Referral) -> list[tuple[str, list[Fact]]]:
        return [
            (title, items)
            for title, items in super().facts(row)
            if any(it.text != EMPTY for it in items)
        ]

    def buttons_of(self, row: Referral) -> list[Button]:
        base = f"{self.route_base}/{row.id}"
        found = [Button(gettext("下载密封卷宗"), f"{base}/file")]
        if may(self.panel.code, "e"):
            refusal = why_not_conclude(row, scope.current())
            label = gettext("记录处理结果")
            found.insert(0, Button(label, f"{base}/outcome", "main", disabled_reason=refusal))
        return found

    @expose("/refer/<pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def refer(self, pk: str) -> Any:
        """Seal a case and hand it over."""
        case, form, person = case_at(pk), refer_form(), scope.current()
        made: list[Referral] = []
        problems = attempt(
            form,
            lambda: made.append(
                operations.refer(
                    case,
                    Body(form["body"].data),
                    form["recipient"].data,
                    form["grounds"].data,
                    actor=person,
                    now=clock.now(),
                )
            ),
        )
        if problems is None:
            flash(gettext("已移交：%(row)s", row=str(made[0])), "success")
            return redirect(self.row_url(made[0]) or self.url)
        case = case_at(pk)
        refusal = why_not_refer(case, person)
        problems |= {"": refusal} if refusal else {}
        label = gettext("移交追责")
        crumbs = [(case.number, f"/cases/show/{case.id}"), (label, None)]
        page = Page(label, f"{case.number} · {case.matter}", crumbs)
        drawn, status = form_page(
            form, gettext("封卷并移交"), problems, f"/accountability/{case.id}"
        )
        return self.render_template("panel/form.html", page=page, form=drawn), status

    @expose("/<pk>/outcome", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def outcome(self, pk: str) -> Any:
        """Record what came of a referral."""
        row, form, person = self.find(pk), outcome_form(), scope.current()
        problems = attempt(
            form,
            lambda: operations.conclude(
                row,
                Conclusion(form["outcome"].data),
                form["findings"].data,
                actor=person,
                now=clock.now(),
            ),
        )
        db.session.expire_all()
        row = self.find(pk)
        if problems is None:
            flash(gettext("已记录：%(row)s", row=str(row)), "success")
            return redirect(self.row_url(row) or self.url)
        refusal = why_not_conclude(row, person)
        problems |= {"": refusal} if refusal else {}
        label = gettext("记录处理结果")
        page = self._page(label, f"{row.number} · {row.recipient}")
        drawn, status = form_page(form, label, problems, self.row_url(row) or self.url)
        return self.render_template("panel/form.html", page=page, form=drawn), status

    @expose("/<pk>/file")
    @has_access
    @permission_name("show")
    def file(self, pk: str) -> Any:
        """Send the sealed file, as it was sealed."""
        row = self.find(pk)
        path = store().path(row.sha256)
        if not path.is_file():
            raise DomainError(gettext("密封卷宗的文件已不在服务器上，请联系系统管理员"))
        name = f"{row.number}.zip"
        sent = send_file(
            path, "application/zip", as_attachment=True, download_name=name, etag=row.sha256
        )
        sent.headers["Cache-Control"] = "no-store"
        return sent
