"""The pages of imports: what can be imported, upload, what the check found, confirm, the record."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request, send_file
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import drawn, form_page
from app.core.crud.pages import Button, Cell, Col, Listing, Row
from app.core.crud.present import local
from app.core.db import db, writing
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.security import may
from app.core.transaction import transaction
from app.core.workbook import safe_file_name
from app.departments.models import Department
from app.imports.blanks import template
from app.imports.forms import ACCEPT, upload_form
from app.imports.kinds import KINDS
from app.imports.marked import marked
from app.imports.operations import content_of, examine, keep, take_in
from app.imports.queries import choices_of
from app.imports.returning import workbook
from app.imports.rules import ImportState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from app.imports.kinds import Kind
    from app.imports.models import ImportRun
    from app.imports.operations import Upload

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportView(EntityView):
    """Imports."""

    own_routes = ("kinds", "upload", "template", "ledger", "apply", "marked")

    def _add_button(self) -> Sequence[Button]:
        if not may(self.panel.code, "a"):
            return []
        return [Button(gettext("导入表格"), f"{self.route_base}/", "main", "N")]

    def cell(self, name: str, row: ImportRun) -> Cell:
        if name in {"added", "known", "wrong"}:
            return Cell(str(getattr(row, name) or ""), "number", tone=_tone(name, row))
        return super().cell(name, row)

    @expose("/")
    @has_access
    @permission_name("add")
    def kinds(self) -> Any:
        """Show what the person may import, each with its template."""
        open_kinds = [kind for kind in KINDS.values() if kind.open_to(scope.current())]
        head = self._page(
            gettext("导入表格"), gettext("先下载模板填写，上传后逐格检查，核对无误才真正导入。")
        )
        return self.render_template(
            "imports/kinds.html",
            page=head,
            kinds=open_kinds,
            base=self.route_base,
            records_url=self.url,
        )

    @expose("/<kind>/upload", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def upload(self, kind: str) -> Any:
        """Take a file, check it, and show what was found."""
        chosen = _kind(kind)
        form = upload_form()
        problems: dict[str, str] = {}
        if request.method == "POST" and form.validate():
            try:
                run = self._checked(chosen, form["file"].upload)
                return redirect(f"{self.route_base}/show/{run}")
            except DomainError as error:
                problems = {"file": str(error)}
        page, status = form_page(
            form,
            problems,
            submit=gettext("上传并检查"),
            cancel_url=f"{self.route_base}/",
            action=request.path,
            draw=lambda field: replace(drawn(field, accept=ACCEPT), wide=True),
        )
        title = gettext("导入%(kind)s", kind=gettext(chosen.title))
        head = self._page(title, gettext(chosen.about))
        html = self.render_template(
            "imports/upload.html",
            page=head,
            form=page,
            kind=chosen,
            base=self.route_base,
            brief=True,
        )
        return html, status

    def _checked(self, kind: Kind, upload: Upload) -> int:
        """Read and judge a file without holding up whoever writes; then write that down."""
        _only_read()
        book = upload.book
        person, now = scope.current(), clock.now()
        report = examine(kind, book, actor=person, now=now)
        db.session.rollback()
        with transaction():
            return keep(kind, upload, report, actor=person, now=now).id

    @expose("/<kind>/template")
    @has_access
    @permission_name("add")
    def template(self, kind: str) -> Any:
        """Send the template of a kind."""
        chosen = _kind(kind)
        if not chosen.template:
            abort(404)
        stream = io.BytesIO()
        template(chosen, choices_of(chosen.columns, scope.current(), chosen.writers)).save(stream)
        title = gettext("%(kind)s导入模板", kind=gettext(chosen.title))
        return _sent(stream.getvalue(), safe_file_name(title))

    @expose("/progress/ledger")
    @has_access
    @permission_name("add")
    def ledger(self) -> Any:
        """Send the open cases of a department that the person handles for, to fill in."""
        wanted = request.args.get("department", "")
        own = scope.current().departments("handler")
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0  # noqa: PLR2004
        department = db.session.get(Department, number) if number in own else None
        if department is None:
            abort(404)
        now, stream = clock.now(), io.BytesIO()
        workbook(department, now).save(stream)
        when = f"{local(now):%Y%m%d%H%M}"
        name = safe_file_name(gettext("在办事项"), str(department), when)
        return _sent(stream.getvalue(), name)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Show what the check found, or what came in."""
        run = self.find(pk)
        return self.render_template("imports/report.html", **self._told(run))

    @expose("/<pk>/apply", methods=["POST"])
    @has_access
    @permission_name("add")
    def apply(self, pk: str) -> Any:
        """Take a checked file in: as a whole, or its good rows."""
        run = self._own(pk)
        together = request.form.get("rows") != "good"
        _only_read()
        book = content_of(run).book
        db.session.rollback()
        writing.set(True)
        report = take_in(
            self._own(pk), book, together=together, actor=scope.current(), now=clock.now()
        )
        if report is None:
            flash(gettext("这个文件已经导入过了，没有重复导入"), "info")
        elif report.added:
            flash(gettext("已导入 %(added)d 行", added=len(report.added)), "success")
        else:
            with transaction():
                _keep_findings(self._own(pk), report)
            flash(gettext("没有导入任何一行，请看下面的说明"), "warning")
        return redirect(f"{self.route_base}/show/{pk}")

    @expose("/<pk>/marked", methods=["GET"])
    @has_access
    @permission_name("add")
    def marked(self, pk: str) -> Any:
        """Send the file with what is wrong in it marked, as it is judged now."""
        run = self._own(pk)
        upload = content_of(run)
        report = examine(KINDS[run.kind], upload.book, actor=scope.current(), now=clock.now())
        name = safe_file_name(upload.name.rpartition(".")[0] or upload.name, gettext("标注"))
        return _sent(marked(upload, report.problems), name)

    def _own(self, pk: str) -> ImportRun:
        """Return an import that the person began and may still make; a foreign one is none."""
        run: ImportRun = self.find(pk)
        if run.actor_id != scope.current().id or not _kind(run.kind):
            abort(404)
        return run

    def _told(self, run: ImportRun) -> dict[str, Any]:
        """Return what the page of an import shows."""
        told, done = run.report, run.state is ImportState.DONE
        kind = KINDS[run.kind]
        mine = run.actor_id == scope.current().id and run.content is not None
        title = gettext("导入%(kind)s：%(file)s", kind=gettext(kind.title), file=run.file_name)
        when = f"{local(run.applied_at or run.created_at):%Y-%m-%d %H:%M}"
        by = run.applied_by or run.actor
        subtitle = (
            gettext("%(who)s 于 %(when)s 导入", who=by, when=when)
            if done
            else gettext("%(who)s 于 %(when)s 检查，还没有导入", who=by, when=when)
        )
        return {
            "page": self._page(title, subtitle),
            "told": told,
            "done": done,
            "mine": mine,
            "kind": kind,
            "kinds_url": f"{self.route_base}/",
            "cases_url": "/cases/list/?q=",
            "base": f"{self.route_base}/{run.id}",
            "again": f"{self.route_base}/{run.kind}/upload",
            "problems": _problems(told["problems"]),
            "preview": _preview(told["preview"]),
            "known_rows": told["known_rows"],
        }


def _kind(code: str) -> Kind:
    """Return a kind that the person may import; any other is no page."""
    kind = KINDS.get(code)
    if kind is None or not kind.open_to(scope.current()):
        abort(404)
    return kind


def _only_read() -> None:
    """Hold nobody up while a file is read: a POST begins as a writer."""
    db.session.rollback()
    writing.set(False)


def _keep_findings(run: ImportRun, report: Any) -> None:
    """Show on the page why nothing came in."""
    if run.state is ImportState.CHECKED:
        counts = report.counts()
        run.known, run.wrong = counts["known"], counts["wrong"]
        run.report = report.as_json()


def _tone(name: str, row: ImportRun) -> str:
    return "late" if name == "wrong" and row.wrong else ""


def _problems(told: list[dict[str, Any]]) -> Listing:
    rows = [
        Row(
            number,
            [Cell(it["sheet"]), Cell(it["cell"]), Cell(it["column"]), Cell(it["problem"], "wide")],
        )
        for number, it in enumerate(told)
    ]
    heads = [gettext("工作表"), gettext("单元格"), gettext("列"), gettext("问题")]
    return Listing([Col(head, head) for head in heads], rows, total=len(rows))


def _preview(told: dict[str, Any]) -> Listing:
    heads = [gettext("行"), *told["heads"]]
    rows = [Row(at, [Cell(text) for text in texts]) for at, texts in enumerate(told["rows"])]
    return Listing([Col(head, head) for head in heads], rows, total=len(rows))


def _sent(data: bytes, name: str) -> Response:
    response = send_file(io.BytesIO(data), EXCEL, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response
