"""The form of a move: the fields that the table of moves names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
    validators,
)
from wtforms.fields import SelectChoice

from app.cases.asked import ASKED, Asked, label_of
from app.cases.effects.dispatch import handlers
from app.cases.models import Case
from app.cases.queries import case_numbered, proposed_department, responsibility_for
from app.causes.forms import as_tree
from app.core import clock, scope
from app.core.crud.fields import (
    InstantField,
    LinkField,
    LinksField,
    empty_is_none,
    no_control_characters,
    strip,
)
from app.core.language import gettext
from app.core.panel import attributes
from app.deadlines.queries import hours_of
from app.departments.models import Department, Staff
from app.rulebook.models import Criterion
from app.rulebook.queries import criteria
from app.rulebook.rules import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cases.moves import Move


class CaseField(StringField):
    """The number of another case; what is typed is looked up in scope."""

    row: Case | None = None

    def pre_validate(self, form: FlaskForm) -> None:
        """Find the case; a foreign one is as good as none."""
        self.row = None
        if self.data:
            self.row = case_numbered(self.data)
            if self.row is None:
                raise ValidationError(gettext("没有这件事项"))


def move_form(step: Move, case: Case) -> FlaskForm:
    """Return the form of a move about a case, with the department that the list proposes."""
    names = (*step.required, *step.optional)
    fields = {name: field_of(step, name) for name in names}
    form_type: Any = type(f"{step.verb.title()}Form", (FlaskForm,), fields)
    known = {name: getattr(case, name) for name in names if name in attributes(Case)}
    proposed = case.lead_department or (
        proposed_department(case) if "lead_department" in fields else None
    )
    if "causes" in names:
        known["causes"] = case.causes
    form: FlaskForm = form_type(data=known | ({"lead_department": proposed} if proposed else {}))
    if "causes" in fields:
        as_tree(form["causes"])
    if "lead_department" in fields:
        form["lead_department"].among = Department.hall_id == case.hall_id
        form["lead_department"].description = _why(case, proposed)
        form["lead_department"].say = _plain_name
    if "criterion" in fields:
        finding = Finding.REFUSE if step.verb == "refuse" else Finding.ACCEPT
        if finding is Finding.ACCEPT:
            form["criterion"].description = gettext("写入受理记录，可以不选")
        day = hours_of(case.hall).local(clock.now()).date()
        ids = [row.id for row in criteria(case.hall_id, finding, day)]
        form["criterion"].among = Criterion.id.in_(ids)
    if "assist_departments" in fields:
        form["assist_departments"].among = Department.hall_id == case.hall_id
        form["assist_departments"].say = _plain_name
    if "handler" in fields:
        at = {item.department_id for item in case.assignments if item.running}
        own = at & set(scope.current().departments("handler"))
        form["handler"].among = Staff.id.in_(handlers(*sorted(own or at)))
    return form


def values_of(form: FlaskForm) -> dict[str, Any]:
    """Return what a move's form was filled in with; a chosen row as the row."""
    return {field.name: getattr(field, "row", field.data) for field in form}


def _plain_name(department: Department) -> str:
    """Call a department of the case's own hall by its name alone."""
    return department.name


def _why(case: Case, proposed: Any) -> str:
    """Say where the proposed department comes from."""
    found = case.responsibility or responsibility_for(case.hall_id, case.matter)
    if found is None or proposed is None:
        return gettext("权责清单中没有“%(matter)s”，请选择科室", matter=case.matter)
    return gettext(
        "按权责清单推荐：%(department)s（%(basis)s）",
        department=found.department.name,
        basis=found.legal_basis,
    )


def field_of(step: Move, name: str) -> Field:
    """Make the field of a move."""
    asked, label = ASKED[name], gettext(label_of(step.verb, name))
    return FIELDS[asked.kind](asked, label, name in step.required)


def text_field(label: str, *, required: bool, hint: str = "") -> Field:
    """Return a field for a few sentences."""
    return _text_field(Asked(label, "long", hint), label, required)


def _first(required: bool, kind: Any = validators.DataRequired) -> Any:  # noqa: FBT001 - a column of the table
    return kind(gettext("必填")) if required else validators.Optional()


def _text_field(asked: Asked, label: str, required: bool) -> Field:  # noqa: FBT001 - as above
    most = asked.most
    length = validators.Length(max=most, message=gettext("最多 %(most)d 个字", most=most))
    checks = [_first(required), length, no_control_characters]
    kind = TextAreaField if asked.kind == "long" else CaseField
    kind = StringField if asked.kind == "text" else kind
    hint = gettext(asked.hint) if asked.hint else ""
    return kind(label, checks, filters=[strip, empty_is_none], description=hint)


def _choice_field(asked: Asked, label: str, required: bool) -> Field:  # noqa: FBT001 - as above
    kind: Any = asked.choices
    blank = SelectChoice("", gettext("请选择"))
    return SelectField(
        label,
        [_first(required, validators.InputRequired)],
        filters=[empty_is_none],
        choices=[blank, *(SelectChoice(item.value, gettext(item.label)) for item in kind)],
        coerce=lambda value: kind(value) if value else "",
    )


def _days_field(asked: Asked, label: str, required: bool) -> Field:  # noqa: FBT001 - as above
    bounds = validators.NumberRange(
        1, asked.most, gettext("应为 1 至 %(most)d 的整数", most=asked.most)
    )
    return IntegerField(label, [_first(required, validators.InputRequired), bounds])


def _link_field(asked: Asked, label: str, required: bool) -> Field:  # noqa: FBT001 - as above
    kind = LinksField if asked.kind == "rows" else LinkField
    checks = [_first(required, validators.InputRequired)]
    hint = gettext(asked.hint) if asked.hint else ""
    return kind(label, target=asked.target or object, validators=checks, description=hint)


FIELDS: dict[str, Callable[[Asked, str, bool], Field]] = {
    "long": _text_field,
    "text": _text_field,
    "case": _text_field,
    "choice": _choice_field,
    "days": _days_field,
    "row": _link_field,
    "rows": _link_field,
    "yes": lambda asked, label, _: BooleanField(label, description=gettext(asked.hint)),
    "instant": lambda _, label, required: InstantField(
        label, [_first(required, validators.InputRequired)]
    ),
}
"""Kind of field → how it is made."""
