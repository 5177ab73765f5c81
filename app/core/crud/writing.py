"""Add, edit and delete a row: nothing typed is lost, nothing stale is saved, one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core.crud import present
from app.core.crud.base import EntityBase
from app.core.crud.fields import strip
from app.core.crud.forms import failures, fill, form_class, initial, shown
from app.core.crud.integrity import check, explain, in_use, problems_of
from app.core.crud.pages import Conflict, FormPage, Input
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.panel import attributes, sections
from app.core.security import may
from app.core.transaction import transaction

if TYPE_CHECKING:
    from flask_wtf import FlaskForm

    from app.core.crud.pages import Page


class Writing(EntityBase):
    """The forms of an entity."""

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Add a row."""
        row = self.model()
        form = self.form(editing=False)()
        self.prepare(form, row)
        problems: dict[str, str] = {}
        if request.method == "POST":
            problems = self._attempt(form, row, lambda item: self.create(item, form))
            if not problems:
                flash(gettext("已新增：%(row)s", row=str(row)), "success")
                return redirect(self.after_add(row))
        return self._render_form(form, None, self.add_label(), problems)

    def after_add(self, row: Any) -> str:
        """Return where one goes after adding a row."""
        return f"{self.route_base}/show/{row.id}"

    def form(self, *, editing: bool) -> type[FlaskForm]:
        """Return the form of the entity."""
        return form_class(self.model, editing=editing)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        """Edit a row; refuse when it changed since the form was read."""
        row = self.find(pk)
        if not may(self.panel.code, "e", row):
            abort(404)
        form = self.form(editing=True)(data=initial(row))
        self.prepare(form, row)
        problems: dict[str, str] = {}
        conflict = None
        if request.method == "POST":
            conflict = self._conflict(form, row)
            if conflict is None:
                problems = self._attempt(form, row, lambda item: self.update(item, form))
                if not problems:
                    flash(gettext("已保存：%(row)s", row=str(row)), "success")
                    return redirect(self.row_url(row) or self.url)
                row = self.find(pk)
        title = gettext("修改 %(row)s", row=str(row))
        return self._render_form(form, row, title, problems, conflict)

    def _attempt(self, form: FlaskForm, row: Any, write: Any) -> dict[str, str]:
        """Validate and write in one transaction; return the problems, field by field."""
        if not form.validate():
            return {"": ""}
        try:
            with transaction():
                with db.session.no_autoflush:  # half a row is not to be written
                    fill(form, row)
                    check(row)
                write(row)
                db.session.flush()
        except IntegrityError as error:
            return explain(error, self.model).problems
        except (StaleDataError, DomainError) as error:
            return problems_of(error)
        return {}

    def _conflict(self, form: FlaskForm, row: Any) -> Conflict | None:
        """Compare the version that the form was read at with the present one."""
        if request.form.get("version", "") == self.version_of(row):
            return None
        theirs = self.form(editing=True)(formdata=None, data=initial(row))
        self.prepare(theirs, row)
        rows = []
        for field in theirs:
            was = request.form.get(f"was-{field.name}")
            if was is None or strip(was) == strip(shown(field)) or field.name not in form:
                continue
            if strip(was) == strip(shown(form[field.name])):
                form._fields[field.name] = field  # left alone: theirs stands
                continue
            mine = _words(self.draw(form[field.name], row))
            rows.append((str(field.label.text), _words(self.draw(field, row)), mine))
        who = getattr(row, "changed_by", None) or gettext("他人")
        when = getattr(row, "changed_at", None)
        sentence = gettext(
            "%(who)s 于 %(when)s 修改了这条记录。您填写的内容都还在，请核对后再次保存。",
            who=who,
            when=f"{present.local(when):%m-%d %H:%M}" if when else gettext("刚才"),
        )
        return Conflict(sentence, rows)

    def version_of(self, row: Any) -> str:
        """Return what tells one state of a row from the next."""
        return str(getattr(row, "version", None) or getattr(row, "changed_on", ""))

    def _render_form(
        self,
        form: FlaskForm,
        row: Any,
        title: str,
        problems: dict[str, str],
        conflict: Conflict | None = None,
    ) -> Any:
        errors = failures(form, problems)
        page = FormPage(
            sections=self._drawn_sections(form, row),
            action=request.path,
            submit_label=gettext("保存"),
            hidden=self._hidden(form, row),
            errors=errors,
            cancel_url=(self.row_url(row) or self.url) if row is not None else self.url,
            conflict=conflict,
        )
        status = 409 if conflict else 422 if errors else 200
        return self.render_form(self._page(title), page, row), status

    def render_form(self, page: Page, form: FormPage, row: Any) -> str:
        """Draw the form; without a row it is one for adding."""
        html: str = self.render_template("panel/form.html", page=page, form=form)
        return html

    def _hidden(self, form: FlaskForm, row: Any) -> list[tuple[str, str]]:
        """Return the version and what each field said when the form was read."""
        if row is None:
            return []
        before = self.form(editing=True)(formdata=None, data=initial(row))
        known = attributes(self.model)
        return [
            ("version", self.version_of(row)),
            *(
                (f"was-{field.name}", shown(field))
                for field in before
                if field.name in known and known[field.name].kind != "secret"
            ),
        ]

    def _drawn_sections(self, form: FlaskForm, row: Any) -> list[tuple[str, list[Input]]]:
        drawn_names: set[str] = {"csrf_token"}
        found = []
        for section in sections(self.model):
            names = [name for name in section.names if name in form]
            drawn_names.update(names)
            if names:
                found.append((section.title, [self.draw(form[name], row) for name in names]))
        rest = [self.draw(field, row) for field in form if field.name not in drawn_names]
        if rest:
            found.append(("", rest))
        return found

    # --- delete ----------------------------------------------------------------------------

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Ask, then delete a row that nothing refers to; otherwise say what does."""
        row = self.find(pk)
        if not may(self.panel.code, "d", row):
            abort(404)
        blocked = in_use(row)
        if request.method == "POST" and not blocked:
            name = str(row)
            try:
                with transaction():
                    db.session.delete(row)
                flash(gettext("已删除：%(row)s", row=name), "success")
                return redirect(self.url)
            except (IntegrityError, StaleDataError):
                row = self.find(pk)
                blocked = in_use(row) or [gettext("他人刚刚修改了同一记录，请核对后再操作")]
        html = self.render_template(
            "panel/confirm.html",
            page=self._page(str(row)),
            question=gettext("要删除“%(row)s”吗？删除后不能恢复。", row=str(row)),
            details=[],
            action=request.path,
            submit_label=gettext("删除"),
            danger=True,
            cancel_url=self.row_url(row) or self.url,
            blocked=[gettext("不能删除：%(reason)s", reason=reason) for reason in blocked],
        )
        return html, 409 if request.method == "POST" else 200


def _words(field: Input) -> str:
    """Return what a field says, as a person reads it."""
    for value, label, _ in field.choices:
        if value == field.value:
            return label
    return field.value or present.EMPTY
