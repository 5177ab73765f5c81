"""The pages of the work on articles: written, taken step by step, with files and cases."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_wtf import FlaskForm
from sqlalchemy.orm.exc import StaleDataError
from wtforms import validators

from app.articles import listings, operations, queries
from app.articles.models import Article
from app.articles.rules import ArticleStatus
from app.articles.steps import STEPS, offered
from app.cases.documents.forms import PapersField
from app.cases.documents.rules import ACCEPT
from app.cases.documents.serving import send
from app.cases.forms import CaseField, text_field
from app.causes.forms import as_tree
from app.causes.models import Cause
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.fields import LinksField
from app.core.crud.forms import drawn, form_class, form_page
from app.core.crud.integrity import problems_of
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact, FormPage, Listing
from app.core.crud.present import EMPTY, local
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.core.security import may
from app.core.transaction import transaction
from app.departments.models import Department, Hall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _standing(status: ArticleStatus) -> TabRule:
    """Make the tab of the articles that stand at a state."""
    return TabRule(status.label, lambda _now: Article.status == status)


TABS = {
    "all": TabRule(N_("全部")),
    **{status.value: _standing(status) for status in ArticleStatus},
    "due": TabRule(N_("待复审"), lambda now: queries.due_for_review(local(now).date())),
}


BUTTONS: list[Callable[[Article], Sequence[Button]]] = []
"""What features above offer on the page of an article that one may write."""


class ArticleView(EntityView):
    """The work on articles, in the own halls."""

    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export", "can_choices"]
    exclude_route_methods = {"delete"}
    tabs = TABS

    # --- writing ---------------------------------------------------------------------------------

    def form(self, *, editing: bool) -> type[FlaskForm]:
        extra = {
            "causes": LinksField(gettext("办不成的原因"), target=Cause),
            "departments": LinksField(gettext("负责科室"), target=Department),
        }
        return form_class(Article, editing=editing, extra=extra)

    def prepare(self, form: FlaskForm, row: Article) -> None:
        as_tree(form["causes"])
        halls = scope.current().halls(*operations.WRITERS)
        if halls is not None:
            if len(halls) == 1:
                form["departments"].say = attrgetter("name")
            form["departments"].among = Department.hall_id.in_(halls)
            if "hall" in form and len(halls) == 1 and request.method == "GET":
                form["hall"].process_data(db.session.get(Hall, next(iter(halls))))
        if row.id is not None and request.method == "GET":
            form["causes"].process_data(row.causes)
            form["departments"].process_data(row.departments)

    def create(self, row: Article, form: FlaskForm) -> None:
        self._written(row, form)
        db.session.add(row)

    def update(self, row: Article, form: FlaskForm) -> None:
        self._written(row, form)

    def _written(self, row: Article, form: FlaskForm) -> None:
        changed = row.id is None or db.session.is_modified(row)
        with db.session.no_autoflush:  # new texts are not to be written before they are a draft
            for name in ("causes", "departments"):
                if getattr(row, name) != form[name].row:
                    setattr(row, name, form[name].row)
                    changed = True
            if changed:
                operations.write(row, actor=scope.current())

    def cell(self, name: str, row: Article) -> Cell:
        found = super().cell(name, row)
        return replace(found, kind="wide") if name == "question" else found

    # --- the page of an article ------------------------------------------------------------------

    def facts(self, row: Article) -> list[tuple[str, list[Fact]]]:
        causes = gettext("、").join(str(it) for it in row.causes)
        departments = gettext("、").join(str(it) for it in row.departments)
        belongs = [
            Fact(gettext("办不成的原因"), causes or EMPTY),
            Fact(gettext("负责科室"), departments or EMPTY),
        ]
        (first, facts), *rest = super().facts(row)
        return [(first, [*facts, *belongs]), *rest]

    def buttons_of(self, row: Article) -> list[Button]:
        if not may(self.panel.code, "e", row):
            return []
        steps = [
            Button(
                gettext(step.label),
                f"{self.route_base}/{row.id}/{verb}",
                step.style,
                method="get" if step.note else "post",
            )
            for verb, step in offered(row, scope.current()).items()
        ]
        base = f"{self.route_base}/{row.id}"
        return [
            *steps,
            Button(gettext("关联事项"), f"{base}/link"),
            Button(gettext("添加附件"), f"{base}/attach"),
            *chain.from_iterable(offer(row) for offer in BUTTONS),
            *super().buttons_of(row),
        ]

    def related(self, row: Article) -> list[tuple[str, Listing]]:
        base, writes = f"{self.route_base}/{row.id}/file", may(self.panel.code, "e", row)
        return [
            (gettext("附件"), listings.files(queries.files_of(row.id), base, removable=writes)),
            (gettext("关联事项"), listings.cases(row.cases)),
            (gettext("已发布的版本"), listings.versions(row)),
            *super().related(row),
        ]

    @expose("/<pk>/<step>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def step(self, pk: str, step: str) -> Any:
        """Make a step of the table; one that asks for a note has a form."""
        taken, row = STEPS.get(step), self._own(pk)
        if taken is None:
            abort(404)
        fields = {"note": text_field(gettext(taken.note), required=True)} if taken.note else {}
        form, actor, now = _form(fields), scope.current(), clock.now()

        def work() -> None:
            taken.work(self.find(pk), form["note"].data if taken.note else "", actor, now)

        return self._through(row, form, gettext(taken.label), work)

    @expose("/<pk>/link", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def link(self, pk: str) -> Any:
        """Say from which case an article comes."""
        row = self._own(pk)
        must = [validators.InputRequired(gettext("必填"))]
        hint = gettext("如 LQ-2026-000318")
        form = _form({"case": CaseField(gettext("事项编号"), must, description=hint)})
        return self._through(
            row,
            form,
            gettext("关联事项"),
            lambda: operations.link(self.find(pk), form["case"].row, actor=scope.current()),
        )

    @expose("/<pk>/attach", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def attach(self, pk: str) -> Any:
        """Add files to an article."""
        row, form = self._own(pk), _form({"files": PapersField(gettext("附件"), needed=True)})
        form["files"].description += gettext("；添加后文章须重新审核")
        try:
            return self._through(
                row,
                form,
                gettext("添加附件"),
                lambda: operations.attach(
                    self.find(pk), form["files"].papers, actor=scope.current(), now=clock.now()
                ),
            )
        finally:
            form["files"].let_go()

    @expose("/<pk>/file/<int:number>", methods=["GET"])
    @has_access
    @permission_name("show")
    def file(self, pk: str, number: int) -> Any:
        """Send a file of an article that one may see."""
        return send(listings.file_of(queries.files_of(self.find(pk).id), number))

    @expose("/<pk>/file/<int:number>/remove", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def remove(self, pk: str, number: int) -> Any:
        """Take a file off an article, once asked whether it is meant."""
        row = self._own(pk)
        file = listings.file_of(queries.files_of(row.id), number)
        back = self.row_url(row) or self.url
        if request.method == "GET":
            title, told = gettext("移除附件"), gettext("移除后文章须重新审核")
            head = self._page(title, gettext("%(file)s：%(told)s", file=file.name, told=told))
            page = FormPage([], "", title, back)
            return self.render_template("panel/form.html", page=head, form=page)
        with transaction():
            operations.remove(row, file, actor=scope.current(), now=clock.now())
        return redirect(back)

    def _own(self, pk: str) -> Article:
        row: Article = self.find(pk)
        if not may(self.panel.code, "e", row):
            abort(404)
        return row

    def _through(
        self, row: Article, form: FlaskForm, title: str, work: Callable[[], object]
    ) -> Any:
        """Show a form, or do the work when it is filled in; one without fields only does it."""
        names = [field.name for field in form if field.name != "csrf_token"]
        problems: dict[str, str] = {}
        back = self.row_url(row) or self.url
        if request.method == "POST" and form.validate():
            try:
                with transaction():
                    work()
                flash(gettext("%(row)s：%(step)s完成", row=str(row), step=title), "success")
                return redirect(back)
            except (DomainError, StaleDataError) as error:
                problems = problems_of(error)
        if not names:
            flash(
                gettext("；").join(problems.values()) or gettext("请在页面上点按钮操作"), "warning"
            )
            return redirect(back)
        page, status = form_page(
            form,
            problems,
            submit=title,
            cancel_url=back,
            draw=lambda field: drawn(field, accept=ACCEPT),
        )
        head = self._page(title, str(row))
        return self.render_template("panel/form.html", page=head, form=page), status


def _form(fields: dict[str, Any]) -> FlaskForm:
    form: FlaskForm = type("StepForm", (FlaskForm,), fields)()
    return form
