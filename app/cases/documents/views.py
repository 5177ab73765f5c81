"""The pages of files: add to a case, open or download, remove with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm.exc import StaleDataError

from app.cases.documents import operations
from app.cases.documents.forms import papers_form, removal_form
from app.cases.documents.queries import file_for
from app.cases.documents.rules import ACCEPT, Purpose
from app.cases.documents.serving import send
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import drawn, form_page
from app.core.crud.integrity import problems_of
from app.core.crud.pages import Input, Page
from app.core.errors import DomainError
from app.core.language import gettext, ngettext
from app.core.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_wtf import FlaskForm

    from app.cases.models import Case


class FileForms(EntityView):
    """What both pages share: a small form about a case."""

    def attempt(self, form: FlaskForm, work: Callable[[], object]) -> dict[str, str] | None:
        """Check a form and do the work; return None when done, else what was wrong."""
        if not form.validate():
            return {}
        try:
            with transaction():
                work()
        except (DomainError, StaleDataError) as error:
            return problems_of(error)
        return None

    def answer(
        self,
        case: Case,
        form: FlaskForm,
        title: str,
        button: str,
        problems: dict[str, str],
        about: str = "",
    ) -> Any:
        """Draw the form."""
        back = f"/cases/show/{case.id}"
        page, status = form_page(
            form, problems, submit=button, cancel_url=back, action=request.path, draw=_drawn
        )
        crumbs = [(gettext("事项"), "/cases/list/"), (case.number, back), (title, None)]
        head = Page(title, f"{case.number} · {about or case.matter}", crumbs)
        html = self.render_template("panel/form.html", page=head, form=page)
        return html, status


def _drawn(field: Any) -> Input:
    return drawn(field, accept=ACCEPT)


class CaseFilesView(FileForms):
    """Adding files to a case."""

    @expose("/<pk>/attachments", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def attach(self, pk: str) -> Any:
        """Add files to a case: all that were chosen, or none."""
        case = self.find(pk)
        refusal = operations.why_not_add(case, scope.current())
        form = papers_form()
        problems: dict[str, str] | None = {"": refusal} if refusal else {}
        if request.method == "POST" and not refusal:
            try:
                problems = self.attempt(form, lambda: self._added(pk, form))
            finally:
                form["attachments"].let_go()
            if problems is None:
                count = len(form["attachments"].papers)
                flash(ngettext("已添加 %(num)d 份材料", "已添加 %(num)d 份材料", count), "success")
                return redirect(f"/cases/show/{pk}")
            form["attachments"].ask_again()
            case = self.find(pk)
        if refusal and request.method == "GET":
            flash(refusal, "warning")
            return redirect(f"/cases/show/{case.id}")
        title = gettext("添加材料")
        return self.answer(case, form, title, gettext("上传"), problems or {})

    def _added(self, pk: str, form: FlaskForm) -> None:
        operations.attach(
            self.find(pk),
            form["attachments"].papers,
            Purpose(form["purpose"].data),
            actor=scope.current(),
            now=clock.now(),
        )


class FileView(FileForms):
    """One file."""

    def find(self, pk: str) -> Any:
        row = super().find(pk)
        if file_for(row.id, scope.current()) is None:
            abort(404)
        return row

    @expose("/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def file(self, pk: str) -> Any:
        """Send a file; looking at one is no event."""
        return send(self.find(pk), inline=request.args.get("inline") == "1")

    @expose("/<pk>/remove", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def remove(self, pk: str) -> Any:
        """Ask why, and remove a file."""
        row = self.find(pk)
        back, form = f"/cases/show/{row.case_id}", removal_form()
        refusal = operations.why_not_remove(row, scope.current())
        if refusal:
            flash(refusal, "warning")
            return redirect(back)
        problems: dict[str, str] | None = {}
        if request.method == "POST":
            problems = self.attempt(form, lambda: self._removed(row, form))
            if problems is None:
                flash(gettext("已移除材料：%(name)s", name=row.name), "success")
                return redirect(back)
            row = self.find(pk)
        title = gettext("移除材料")
        return self.answer(row.case, form, title, gettext("移除"), problems or {}, row.name)

    def _removed(self, row: Any, form: FlaskForm) -> None:
        reason = form["reason"].data or ""
        operations.remove(row, reason, actor=scope.current(), now=clock.now())
