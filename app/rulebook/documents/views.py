"""The pages of rule documents: drafted, compared, published, repealed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import or_

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.integrity import problems_of
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.core.security import may
from app.core.transaction import transaction
from app.departments.models import Hall
from app.rulebook.documents import operations, pages, queries
from app.rulebook.documents.comparison import compared, differ
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.rendering import drawn
from app.rulebook.documents.rules import DocumentStatus, Standing, standing

if TYPE_CHECKING:
    from datetime import datetime

    from flask_wtf import FlaskForm

    from app.core.crud.pages import Listing

COPIED = ("kind", "title", "source", "body")
PLAINER = {"main": ""}
"""The style of a button beside which another is the main one."""
TONES = {Standing.IN_FORCE: "ok", Standing.COMING: "warn", Standing.ENDED: "idle"}


def _in_force(now: datetime) -> Any:
    ends = RuleDocument.in_force_until
    return (RuleDocument.in_force_from <= now) & or_(ends.is_(None), ends > now)


class DocumentView(EntityView):
    """Rule documents, in the own halls and for all of them."""

    tabs = {
        "all": TabRule(N_("全部")),
        "in_force": TabRule(Standing.IN_FORCE.label, _in_force),
        "draft": TabRule(
            Standing.DRAFT.label, lambda _now: RuleDocument.status == DocumentStatus.DRAFT
        ),
    }

    def cell(self, name: str, row: RuleDocument) -> Cell:
        if name == "status":
            now = standing(row, clock.now())
            return Cell(gettext(now.label), "text", tone=TONES.get(now, ""))
        if name == "hall" and row.hall is None:
            return Cell(gettext("全部大厅"))
        return super().cell(name, row)

    # --- writing ---------------------------------------------------------------------------------

    def prepare(self, form: FlaskForm, row: RuleDocument) -> None:
        if "hall" not in form or request.method != "GET":
            return
        given = request.args.get("from", "")
        model = self.find(given) if given else None
        if model is not None:
            for name in COPIED:
                form[name].process_data(getattr(model, name))
        form["valid_from"].process_data(pages.today(model))
        own = None if model is None else model.hall
        halls = scope.current().halls(*operations.PUBLISHERS)
        if own is None and halls is not None:
            own = db.session.get(Hall, min(halls)) if halls else None
        if own is not None:
            form["hall"].process_data(own)

    def create(self, row: RuleDocument, form: FlaskForm) -> None:
        operations.write(row, actor=scope.current())
        super().create(row, form)

    def update(self, row: RuleDocument, form: FlaskForm) -> None:
        operations.write(row, actor=scope.current())

    # --- the page of a version -------------------------------------------------------------------

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Show a version with its text; a draft as it would be published today."""
        row, now = self.find(pk), clock.now()
        text, problem = pages.text_of(row, now)
        return self.render_template(
            "rulebook/document.html",
            page=self._page(str(row), pages.told_of(row, now)),
            buttons=self.buttons_of(row),
            notices=pages.notices(row, now, problem),
            sections=self.facts(row),
            text=drawn(text, below=2),
            related=self.related(row),
        )

    def facts(self, row: RuleDocument) -> list[tuple[str, list[Fact]]]:
        hidden = {"body", "text", "status"}
        names = [name for name in pages.FACTS if name not in hidden]
        known = [self.fact(name, row) for name in names if getattr(row, name) is not None]
        return [("", known)]

    def buttons_of(self, row: RuleDocument) -> list[Button]:
        """Return what may be done: a draft is edited and published, a version followed or ended."""
        base, own = f"{self.route_base}/{row.id}", operations.rules_over(row, scope.current())
        found = [Button(gettext("比较版本"), f"{base}/compare")]
        if row.status is DocumentStatus.DRAFT:
            if own and may(self.panel.code, "e", row):
                more = super().buttons_of(row)
                found = [Button(gettext("发布"), f"{base}/publish", "main"), *found]
                found += [replace(it, style=PLAINER.get(it.style, it.style)) for it in more]
            return found
        if may(self.panel.code, "a"):
            label = gettext("起草新版本") if own else gettext("为本厅起草")
            found.insert(0, Button(label, f"{self.route_base}/add?from={row.id}", "main"))
        if own and row.status is DocumentStatus.PUBLISHED and may(self.panel.code, "e", row):
            found.append(Button(gettext("废止"), f"{base}/repeal", "danger"))
        return found

    def related(self, row: RuleDocument) -> list[tuple[str, Listing]]:
        listed = pages.versions(queries.versions_of(row), self.route_base, clock.now())
        return [(gettext("已发布的版本"), listed), *super().related(row)]

    @expose("/<pk>/compare", methods=["GET"])
    @has_access
    @permission_name("show")
    def compare(self, pk: str) -> Any:
        """Compare a version with another of the series, or with what the data say today."""
        row, now = self.find(pk), clock.now()
        chosen = request.args.get("with", "")
        if chosen == "data":
            old, new = row, pages.fresh(row, now)
            names = (str(row), gettext("按现行数据生成"))
        else:
            old = self.find(chosen) if chosen else queries.before(row, now)
            new = pages.text_of(row, now)[0]
            names = (str(old or gettext("没有更早的版本")), str(row))
        lines = compared(pages.text_of(old, now)[0] if old is not None else "", new or "")
        others = [it for it in queries.versions_of(row) if it is not row]
        return self.render_template(
            "rulebook/compare.html",
            page=self._page(gettext("比较版本"), str(row)),
            names=names,
            lines=lines,
            same=not differ(lines),
            others=[(str(it), f"{request.path}?with={it.id}", it is old) for it in others],
            back=self.row_url(row),
        )

    # --- publishing ------------------------------------------------------------------------------

    @expose("/<pk>/publish", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def publish(self, pk: str) -> Any:
        """Ask, then make a draft the version that holds."""
        return self._decide(pk, pages.publishing, operations.publish)

    @expose("/<pk>/repeal", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def repeal(self, pk: str) -> Any:
        """Ask, then end a version without another in its place."""
        return self._decide(pk, pages.repealing, operations.repeal)

    def _decide(self, pk: str, asked: Any, work: Any) -> Any:
        row, now, blocked = self.find(pk), clock.now(), []
        if not operations.rules_over(row, scope.current()):
            return redirect(self.row_url(row) or self.url)
        question = asked(row, now)
        if request.method == "POST":
            try:
                with transaction():
                    work(row, actor=scope.current(), now=now)
                flash(question.done, "success")
                return redirect(self.row_url(row) or self.url)
            except DomainError as error:
                blocked = list(problems_of(error).values())
        html = self.render_template(
            "panel/confirm.html",
            page=self._page(question.title, str(row)),
            question=question.text,
            details=question.details,
            action=request.path,
            submit_label=question.title,
            danger=question.danger,
            cancel_url=self.row_url(row) or self.url,
            blocked=blocked,
        )
        return html, 409 if blocked else 200
