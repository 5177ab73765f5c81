"""The form of a move for many cases: its fields once, and whether all must succeed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice

from app.cases.bulk.operations import optional_by_list
from app.cases.effects.dispatch import handlers
from app.cases.forms import field_of
from app.core.crud.forms import drawn
from app.core.language import gettext
from app.departments.models import Department, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cases.bulk.queries import Leaving
    from app.cases.models import Case
    from app.cases.moves import Move
    from app.core.crud.pages import Input

TOGETHER, EACH = "together", "each"


def bulk_form(
    step: Move, cases: Sequence[Case], leaving: Leaving | None, *, confirmed: bool
) -> FlaskForm:
    """Return the form of a move about many cases; what was ticked in the list fills in nothing."""
    asked = optional_by_list(step)
    names = (*asked.required, *asked.optional)
    names = tuple(sorted(names, key=lambda name: name != "lead_department"))
    fields: dict[str, Any] = {name: field_of(asked, name) for name in names}
    fields["how"] = SelectField(
        gettext("办理方式"),
        choices=[
            SelectChoice(TOGETHER, gettext("全部成功才提交")),
            SelectChoice(EACH, gettext("逐件办理")),
        ],
        default=TOGETHER,
        description=gettext(
            "全部成功才提交：有一件办不了，就一件也不改；逐件办理：能办的先办，办不了的逐件说明原因"
        ),
    )
    form_type: Any = type(f"Bulk{step.verb.title()}Form", (FlaskForm,), fields)
    form: FlaskForm = form_type() if confirmed else form_type(formdata=None)
    in_halls = Department.hall_id.in_({case.hall_id for case in cases})
    for name in {"lead_department", "assist_departments"} & set(fields):
        form[name].among = in_halls
    if "handler" in fields:
        form["handler"].among = _successors(cases, leaving)
    if leaving is not None:
        form["handler"].label.text = gettext("接手人")
    return form


def _successors(cases: Sequence[Case], leaving: Leaving | None) -> Any:
    """Return the criterion of those who may take over."""
    if leaving is not None:
        others = Staff.id != leaving.handler.id
        return Staff.id.in_(handlers(leaving.department.id)) & others
    at = {item.department_id for case in cases for item in case.assignments if item.running}
    return Staff.id.in_(handlers(*sorted(at)))


def drawn_for_many(field: Any) -> Input:
    """Return a field as it is drawn: the first choice of a lead department is the list's."""
    found = drawn(field, choices_url="/cases/choices/lead_department")
    if field.name == "how":
        return replace(found, kind="radio", wide=True)
    if field.name == "lead_department":
        by_list = gettext("按权责清单各派各的")
        choices = [(value, label if value else by_list, on) for value, label, on in found.choices]
        hint = gettext("每件派给权责清单推荐的科室，见上表；也可以选一个科室，全部派给它")
        return replace(found, choices=choices, hint=hint)
    if field.name == "handler" and not any(value for value, _, _ in found.choices):
        none = gettext("科室里没有其他可选的经办人，请先由系统管理员在“任职”中添加")
        return replace(found, hint=none)
    return found
