"""The form of a move: the fields that the table of moves names, taken from the case's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import Field, TextAreaField, validators

from app.cases.models import MAX_TEXT, Case
from app.cases.queries import proposed_department, responsibility_for
from app.core.crud.fields import empty_is_none, field_for, no_control_characters, strip
from app.core.language import gettext
from app.core.panel import attributes
from app.departments.models import Department

if TYPE_CHECKING:
    from app.cases.rules import Move


def move_form(step: Move, case: Case) -> FlaskForm:
    """Return the form of a move about a case, with the department that the list proposes."""
    fields = {
        name: _field(name, required=name in step.required)
        for name in (*step.required, *step.optional)
    }
    form_type: Any = type(f"{step.verb.title()}Form", (FlaskForm,), fields)
    known = {name: getattr(case, name) for name in fields if name in attributes(Case)}
    proposed = proposed_department(case) if "lead_department" in fields else None
    form: FlaskForm = form_type(data=known | ({"lead_department": proposed} if proposed else {}))
    if "lead_department" in fields:
        field = form["lead_department"]
        field.among = Department.hall_id == case.hall_id
        field.description = _why(case, proposed)
    return form


def _why(case: Case, proposed: Any) -> str:
    """Say where the proposed department comes from."""
    if proposed is None:
        return gettext("权责清单中没有“%(matter)s”，请选择科室", matter=case.matter)
    found = case.responsibility or responsibility_for(case.hall_id, case.matter)
    basis = found.legal_basis if found is not None else ""
    return gettext(
        "按权责清单推荐：%(department)s（%(basis)s）", department=proposed.name, basis=basis
    )


def _field(name: str, *, required: bool) -> Field:
    if name == "note":
        return text_field(gettext("说明"), required=required)
    attribute = attributes(Case)[name]
    if attribute.kind == "long":
        return text_field(gettext(attribute.label), required=required)
    field = field_for(attribute)
    if required:
        field.kwargs["validators"][0] = validators.InputRequired(gettext("必填"))
    return field


def text_field(label: str, *, required: bool, hint: str = "") -> Field:
    """Return a field for a few sentences."""
    first = validators.DataRequired(gettext("必填")) if required else validators.Optional()
    most = validators.Length(max=MAX_TEXT, message=gettext("最多 %(most)d 个字", most=MAX_TEXT))
    checks = [first, most, no_control_characters]
    return TextAreaField(label, checks, filters=[strip, empty_is_none], description=hint)
