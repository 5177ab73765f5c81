"""The page on which a template is designed: drawn, pressed, previewed, saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.fields import row_of
from app.core.crud.integrity import explain, problems_of
from app.core.crud.pages import Conflict, FormPage
from app.core.crud.present import local
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.core.transaction import transaction
from app.departments.models import Hall
from app.departments.rules import Role
from app.ledgers.models import LedgerKind
from app.ledgers.templates import operations, page, queries, rights, sending
from app.ledgers.templates.drafts import Draft
from app.ledgers.templates.models import LedgerTemplate
from app.ledgers.templates.operations import Sharing
from app.ledgers.templates.preview import Preview, preview

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.ledgers.columns import LedgerColumn


class Designing(EntityView):
    """Design a template, new or anew."""

    @expose("/base")
    @has_access
    @permission_name("add")
    def base(self) -> Any:
        """Ask which ledger a new template is of."""
        kinds = [
            (gettext(kind.label), f"{self.route_base}/design?kind={kind}", len(_known(kind)))
            for kind in rights.kinds(scope.current())
        ]
        title = gettext("新建台账模板")
        return self.render_template("ledgers/base.html", page=self._page(title), kinds=kinds)

    @expose("/design", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def draw(self) -> Any:
        """Design a new template."""
        kind = request.values.get("kind", "")
        if kind not in [it.value for it in rights.kinds(scope.current())]:
            return redirect(f"{self.route_base}/base")
        return self._designed(None, LedgerKind(kind), gettext("新建台账模板"))

    @expose("/<pk>/design", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def redraw(self, pk: str) -> Any:
        """Design a template anew."""
        row = self.find(pk)
        if row.owner_id != scope.current().id:
            flash(gettext("这是别人制作的模板，不能修改；可以复制一份再改"), "warning")
            return redirect(f"{self.route_base}/show/{row.id}")
        title = gettext("修改模板“%(name)s”", name=row.name)
        return self._designed(row, LedgerKind(row.kind), title)

    def _designed(self, row: LedgerTemplate | None, kind: LedgerKind, title: str) -> Any:
        known = _known(kind)
        problems: dict[str, str] = {}
        shown: Preview | None = None
        conflict = None
        if request.method == "GET":
            draft = _draft_of(row, known) if row is not None else Draft.fresh(kind, known)
            person = scope.current()
            sent = sending.own(row, person) if row is not None else None
            draft.texts |= sending.texts_of(sent, person)
        else:
            draft = Draft.posted(kind, request.form, known)
            pressed = request.form.get("do", "save")
            if pressed == "save":
                conflict = _conflict(row)
                saved = None
                if conflict is None:
                    saved, problems = self._attempt_to_save(row, draft)
                if saved is not None:
                    return redirect(f"{self.route_base}/show/{saved}")
            elif pressed == "preview":
                shown, problems = _previewed(draft, known)
            else:
                draft.press(pressed, known)
        status = 409 if conflict else 422 if problems else 200
        return self._drawn(row, draft, title, problems, conflict, shown), status

    def _attempt_to_save(
        self, row: LedgerTemplate | None, draft: Draft
    ) -> tuple[int | None, dict[str, str]]:
        """Save what the form asks for; return the number of its row, or what is wrong."""
        asked: dict[str, Any] = {"actor": scope.current(), "now": clock.now()}
        name = draft.texts.get("name", "")
        try:
            with transaction():
                if row is None:
                    made = operations.create(name, draft.definition(), _sharing(draft), **asked)
                else:
                    operations.save(row, name, draft.definition(), _sharing(draft), **asked)
                    made = row
                if sending.allowed():
                    sending.keep(made, draft.texts, **asked)
                number = made.id, made.number
        except IntegrityError as error:
            return None, explain(error, LedgerTemplate).problems
        except (DomainError, StaleDataError) as error:
            return None, problems_of(error)
        flash(gettext("已保存“%(name)s”，第 %(number)d 版", name=name, number=number[1]), "success")
        return number[0], {}

    def _drawn(
        self,
        row: LedgerTemplate | None,
        draft: Draft,
        title: str,
        problems: dict[str, str],
        conflict: Conflict | None,
        shown: Preview | None,
    ) -> str:
        known = _known(draft.kind)
        canvas = page.canvas(draft, known, problems)
        called = page.labels(canvas, known)
        errors = [
            (f"f-{name}" if name in called else "",
             gettext("%(label)s：%(text)s", label=called[name], text=text)
             if name in called else text)
            for name, text in problems.items()
        ]  # fmt: skip
        hidden = [("kind", draft.kind.value)]
        if row is not None:
            hidden.append(("version", str(row.version)))
        cancel = f"{self.route_base}/show/{row.id}" if row is not None else self.url
        form = FormPage((), request.path, "", cancel, hidden, errors, conflict)
        html: str = self.render_template(
            "ledgers/design.html",
            page=self._page(title, gettext(draft.kind.label)),
            form=form,
            name=page.name_input(draft, problems),
            canvas=canvas,
            preview=shown,
            touched=request.method == "POST",
        )
        return html


def _known(kind: LedgerKind) -> dict[str, LedgerColumn]:
    return rights.columns(kind, scope.current())


def _draft_of(row: LedgerTemplate, known: Collection[str]) -> Draft:
    """Return what was saved last as a draft; a column that is no longer there is left out."""
    asked = queries.definition(row.id, row.number)
    if asked is None:
        abort(404)
    draft = Draft.of(asked)
    draft.chosen = [code for code in draft.chosen if code in known]
    draft.texts |= {
        "name": row.name,
        "share": "y" if row.shared else "",
        "share_hall": str(row.hall_id or ""),
        "share_role": row.role.value if row.role is not None else "",
    }
    return draft


def _sharing(draft: Draft) -> Sharing:
    """Read with whom a template is to be shared; InvalidInputError for a hall out of sight."""
    text = draft.texts.get
    if not text("share"):
        return Sharing()
    hall = row_of(Hall, text("share_hall")) if text("share_hall") else None
    role = text("share_role", "")
    if (text("share_hall") and hall is None) or (role and role not in list(Role)):
        field = "share_role" if hall is not None or not text("share_hall") else "share_hall"
        raise InvalidInputError({field: gettext("没有这个选项，请重新选择")})
    return Sharing(shared=True, hall=hall, role=Role(role) if role else None)


def _conflict(row: LedgerTemplate | None) -> Conflict | None:
    """Say that a template was saved elsewhere since the form was read."""
    if row is None or request.form.get("version", "") == str(row.version):
        return None
    latest = queries.versions(row)[0]
    sentence = gettext(
        "%(who)s 于 %(when)s 保存了这个模板，现为第 %(number)d 版。两个版本都会保留，可随时恢复。",
        who=row.changed_by or latest.author,
        when=f"{local(row.changed_at or latest.at):%m-%d %H:%M}",
        number=latest.number,
    )
    return Conflict(sentence, ())


def _previewed(
    draft: Draft, known: dict[str, LedgerColumn]
) -> tuple[Preview | None, dict[str, str]]:
    try:
        asked = draft.definition()
        problems = asked.problems(known)
        if problems:
            return None, problems
        return preview(asked, scope.current(), clock.now()), {}
    except InvalidInputError as error:
        return None, error.problems
