"""Intake at the window: the form with files, and the open cases that may be the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import jsonify, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.cases import operations
from app.cases.documents.forms import PapersField
from app.cases.documents.operations import attach
from app.cases.documents.rules import ACCEPT, Purpose
from app.cases.linking import link
from app.cases.models import Case
from app.cases.rules import OPEN
from app.cases.similar import Asked, Match, similar
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import form_class
from app.core.crud.present import local
from app.core.crud.schemas import linked
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import N_, gettext
from app.core.problems import problem
from app.departments.models import Hall, Staff
from app.roster.queries import of_window, on_duty

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask_wtf import FlaskForm

    from app.core.crud.pages import FormPage, Page
    from app.core.scope import Person

FILES = "attachments"
MOST_RELATED = 20
MOST_TICKED = {
    "related": (MOST_RELATED, N_("一次最多关联 20 件")),
    "merge": (1, N_("一件事项只能并入一件")),
}
"""How many of the cases beside the form may be ticked for what, and what is said to more."""
MOST_TYPED = 4000
MOST_HINTED = 50

HINTS: list[Callable[[str, str], list[dict[str, Any]]]] = []
"""Whoever knows what may help with a matter and a text: a feature above adds itself."""
HINTED: list[Callable[[Case, list[int], datetime], None]] = []
"""Whoever is told, when a case was registered, by number which hints stood beside its form."""


class Intake(EntityView):
    """Registering a case."""

    def form(self, *, editing: bool) -> type[FlaskForm]:
        if editing:
            return super().form(editing=editing)
        return form_class(Case, editing=False, extra={FILES: PapersField(gettext("材料"))})

    def prepare(self, form: FlaskForm, row: Case) -> None:
        super().prepare(form, row)
        if "registrar" in form:
            offer_registrars(form["registrar"], row)

    def create(self, row: Case, form: FlaskForm) -> None:
        actor, now = scope.current(), clock.now()
        operations.register(row, actor=actor, now=now)
        attach(row, form[FILES].papers, Purpose.MATERIAL, actor=actor, now=now)
        why = gettext("登记时发现相似")
        for other in _ticked("related"):
            link(row, other, actor=actor, now=now, why=why)
        for other in _ticked("merge"):
            _merge(row, other, why, actor, now)
        hinted = [number for number in _numbers("hinted", MOST_HINTED) if number]
        for tell in HINTED:
            tell(row, hinted, now)

    def _attempt(self, form: FlaskForm, row: Any, write: Any) -> dict[str, str]:
        if FILES not in form:
            return super()._attempt(form, row, write)
        try:
            problems = super()._attempt(form, row, write)
            if problems:
                form[FILES].ask_again()
            return problems
        finally:
            form[FILES].let_go()

    def render_form(self, page: Page, form: FormPage, row: Any) -> str:
        if row is not None:
            return super().render_form(page, form, row)
        html: str = self.render_template(
            "cases/intake.html",
            page=page,
            form=form,
            related=",".join(request.form.getlist("related")[:MOST_RELATED]),
            merge=request.form.get("merge", ""),
        )
        return html

    def draw(self, field: Any, row: Any) -> Any:
        drawn = super().draw(field, row)
        return with_accept(drawn) if field.name == FILES else drawn

    @expose("/similar", methods=["POST"])
    @has_access
    @permission_name("add")
    def similar(self) -> Any:
        """Answer open cases that may be the same as the one that is typed; keep nothing of it."""
        body: Any = request.get_json(silent=True)
        if not isinstance(body, dict):
            return problem(422, gettext("请求须为 JSON 对象"))
        asked = _asked(body)
        found = similar(asked, person=scope.current(), now=clock.now())
        hints = [hint for offer in HINTS for hint in offer(asked.matter, asked.description)]
        return jsonify({"results": [_told(match) for match in found], "hints": hints})


def offer_registrars(field: Any, row: Case) -> None:
    """Offer the clerks of the hall; in a new case say who it is when nobody is named."""
    own = scope.current().halls("clerk")
    halls = [row.hall_id] if row.hall_id is not None else sorted(own or ())
    field.among = Staff.id.in_(of_window(halls))
    field.say = lambda person: person.name
    if row.id is not None or len(halls) != 1:
        return
    people = on_duty(db.session.get_one(Hall, halls[0]), clock.now())
    if people:
        me = scope.current().id
        name = next((it for it in people if it.id == me), people[0]).name
        field.description = gettext("不选即为登记时的值班人员（现为%(name)s）", name=name)


def with_accept(drawn: Any) -> Any:
    """Let the dialog of the browser offer what is taken, over the whole width."""
    return replace(drawn, accept=ACCEPT, wide=True)


def _asked(body: dict[str, Any]) -> Asked:
    """Read what was typed; what is no text says nothing yet."""

    def text(name: str) -> str:
        value = body.get(name)
        kept = value.replace("\0", "").strip() if isinstance(value, str) else ""
        return kept[:MOST_TYPED]

    hall = text("hall")
    return Asked(
        hall_id=int(hall) if hall.isdecimal() and len(hall) < 10 else None,  # noqa: PLR2004
        phone=text("phone")[:64],
        applicant_name=text("applicant_name")[:64],
        id_number=text("id_number")[:64],
        matter=text("matter")[:128],
        description=text("description"),
    )


def _told(match: Match) -> dict[str, Any]:
    case = match.case
    return {
        "id": case.id,
        "number": case.number,
        "url": f"/cases/show/{case.id}",
        "matter": case.matter,
        "status": gettext(case.status.label),
        "registered": _day(case.registered_at, case),
        "why": gettext("；").join(match.why),
        "open": case.status in OPEN,
    }


def _day(instant: datetime, case: Case) -> str:
    return f"{local(instant, case.hall.timezone):%Y-%m-%d}"


def _numbers(name: str, most: int) -> list[int]:
    """Return the numbers that came with the form by a name, each once; what is none is 0."""
    sent = dict.fromkeys(request.form.getlist(name)[:most])
    return [int(it) if it.isdecimal() and len(it) < 10 else 0 for it in sent]  # noqa: PLR2004


def _ticked(name: str) -> list[Case]:
    """Return the cases that were ticked beside the form; a foreign one is no case."""
    most, too_many = MOST_TICKED[name]
    numbers = _numbers(name, most + 1)
    found = [linked(Case, number) for number in numbers]
    if len(found) > most:
        raise InvalidInputError({"": gettext(too_many)})
    if None in found:
        raise InvalidInputError({"": gettext("勾选的事项不存在，或者不在您的权限范围内")})
    return found


def _merge(row: Case, other: Case, why: str, actor: Person, now: datetime) -> None:
    """Merge what was just registered into a case that was there; say above the form why not."""
    try:
        operations.move(row, "merge", {"other_case": other, "note": why}, actor=actor, now=now)
    except InvalidInputError as error:
        raise InvalidInputError({"": gettext("；").join(error.problems.values())}) from error
