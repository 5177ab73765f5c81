"""The forms of supervision: a card by hand, a reply, a withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from wtforms import IntegerField, validators

from app.core.crud.asking import long_field
from app.core.crud.fields import LinkField
from app.core.language import gettext
from app.deadlines.models import MAX_WORKING_DAYS
from app.departments.models import Department
from app.supervision.queries import departments_of, usual_rule
from app.supervision.rules import USUAL, CardKind

if TYPE_CHECKING:
    from datetime import date

    from app.cases.models import Case


def issue_form(case: Case, kind: CardKind, day: date) -> FlaskForm:
    """Return the form of a card of a kind, begun with what its rule usually demands."""
    rule = usual_rule(case.hall_id, kind, day)
    demand, days = USUAL[kind]
    bounds = validators.NumberRange(
        1, MAX_WORKING_DAYS, gettext("须在 1 至 %(most)d 之间", most=MAX_WORKING_DAYS)
    )
    must = validators.InputRequired(gettext("必填"))
    fields = {
        "department": LinkField(gettext("被督办科室"), target=Department, validators=[must]),
        "demand": long_field(gettext("督办要求"), gettext("印在督办通知书上")),
        "reply_days": IntegerField(gettext("回复期限（工作日）"), [must, bounds]),
    }
    departments = departments_of(case)
    begun = {
        "department": next(iter(departments), None),
        "demand": rule.demand if rule is not None else gettext(demand),
        "reply_days": rule.reply_days if rule is not None else days,
    }
    form: FlaskForm = type("IssueForm", (FlaskForm,), fields)(data=begun)
    form["department"].among = Department.id.in_([row.id for row in departments])
    form["department"].say = _plain_name
    return form


def _plain_name(department: Department) -> str:
    """Call a department of the case's own hall by its name alone."""
    return department.name


def reply_form() -> FlaskForm:
    """Return the form of a department's reply."""
    label = gettext("回复内容")
    fields = {"reply": long_field(label, gettext("说明原因、措施和预计办结时间"))}
    return type("ReplyForm", (FlaskForm,), fields)()


def withdraw_form() -> FlaskForm:
    """Return the form of a withdrawal."""
    fields = {"reason": long_field(gettext("撤销理由"), gettext("印在督办通知书上，不能更改"))}
    return type("WithdrawForm", (FlaskForm,), fields)()
