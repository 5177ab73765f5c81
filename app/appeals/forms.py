"""The forms of appeals: registration, ruling, assignment, acceptance, a note, the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields import SelectChoice

from app.appeals.queries import candidates
from app.appeals.rules import MOST_NAME, AppealOutcome
from app.core.crud.asking import choice_field, line_field, long_field, required
from app.core.crud.fields import LinkField, empty_is_none, no_control_characters, strip
from app.core.language import gettext
from app.core.texts import MOST_TEXT
from app.deadlines.rules import Classification
from app.departments.models import Department, Staff
from app.rulebook.rules import RemedyKind

if TYPE_CHECKING:
    from datetime import date

    from app.appeals.models import Appeal
    from app.appeals.queries import Option
    from app.cases.models import Case
    from app.core.scope import Person

MOST_AUTHORITY = 255


def _date_field(label: str, hint: str = "", *, optional: bool = False) -> Field:
    check = validators.Optional() if optional else required()
    return DateField(label, [check], description=hint)


def _text_field(label: str, hint: str = "") -> Field:
    """Return a field for some sentences that need not be there."""
    length = validators.Length(max=MOST_TEXT, message=gettext("最多 %(most)d 个字", most=MOST_TEXT))
    checks = [validators.Optional(), length, no_control_characters]
    return TextAreaField(label, checks, filters=[strip, empty_is_none], description=hint)


def register_form(option: Option, today: date) -> FlaskForm:
    """Return the form by which a remedy is written down, begun with what the rule says of it."""
    until = option.remedy.until
    hint = gettext("提出期限至 %(day)s", day=until.isoformat()) if until else gettext("不限期")
    fields = {
        "filed_on": _date_field(gettext("提出日期"), hint),
        "authority": line_field(
            gettext("向谁提出"), MOST_AUTHORITY, gettext("写明具体机关，如“临清市人民政府”")
        ),
        "grounds": long_field(gettext("请求和理由"), gettext("按申请书或当面陈述如实记录")),
    }
    if until is not None:
        fields["late_reason"] = _text_field(
            gettext("逾期提出的理由"),
            gettext("只在超过期限时填写，如不可抗力；由督查人员裁定是否准予"),
        )
    begun = {"filed_on": today, "authority": option.remedy.authority}
    form: FlaskForm = type("RegisterForm", (FlaskForm,), fields)(data=begun)
    return form


def rule_form() -> FlaskForm:
    """Return the form in which a supervisor rules on a late appeal."""
    chosen = SelectField(
        gettext("是否准予"),
        [validators.InputRequired(gettext("必填"))],
        choices=[
            SelectChoice("", gettext("请选择")),
            SelectChoice("yes", gettext("准予，按期限办理")),
            SelectChoice("no", gettext("不准予，不予受理")),
        ],
    )
    note = long_field(gettext("裁定意见"), gettext("写明障碍何时消除、依据哪一条"))
    return type("RuleForm", (FlaskForm,), {"admitted": chosen, "note": note})()


def assign_form(appeal: Appeal, actor: Person) -> FlaskForm:
    """Return the form by which a handler is named; who decided the case is not offered."""
    people = candidates(appeal, actor)
    hint = gettext("参与过答复、办结、不予受理、裁定或批示的人员不在其中")
    if not people:
        hint = gettext("没有可以承办的人员：请上级督查人员指派，或增加窗口、督查人员")
    fields = {
        "handler": LinkField(
            gettext("承办人"),
            target=Staff,
            validators=[validators.InputRequired(gettext("必填"))],
            description=hint,
        ),
        "note": _text_field(gettext("说明")),
    }
    form: FlaskForm = type("AssignForm", (FlaskForm,), fields)()
    form["handler"].among = Staff.id.in_([person.id for person in people])
    form["handler"].say = lambda person: person.name
    return form


def accept_form(today: date) -> FlaskForm:
    """Return the form in which the acceptance is recorded."""
    fields = {
        "accepted_on": _date_field(gettext("受理日期"), gettext("受理通知书或立案通知书的日期")),
        "simplified": BooleanField(gettext("适用简易程序"), description=gettext("办理期限较短")),
    }
    form: FlaskForm = type("AcceptForm", (FlaskForm,), fields)(data={"accepted_on": today})
    return form


def note_form() -> FlaskForm:
    """Return the form of how an appeal goes on."""
    return type("NoteForm", (FlaskForm,), {"note": long_field(gettext("办理进展"))})()


def decide_form(appeal: Appeal, case: Case, today: date) -> FlaskForm:
    """Return the form of the outcome; only outcomes that there can be are offered."""
    accepted = appeal.accepted_on is not None
    outcomes = tuple(
        it for it in AppealOutcome
        if (not it.on_merits or accepted) and (it is not AppealOutcome.NOT_ACCEPTED or not accepted)
    )  # fmt: skip
    fields = {
        "outcome": choice_field(gettext("申诉结果"), AppealOutcome, among=outcomes),
        "decided_on": _date_field(gettext("决定日期")),
        "delivered_on": _date_field(
            gettext("送达日期"), gettext("不填即为决定日期"), optional=True
        ),
        "decided_by": line_field(gettext("作出决定的机关或人员"), MOST_NAME),
        "document": _document_field(appeal),
        "findings": long_field(
            gettext("决定内容和理由"), gettext("成立的，同时作为重新办理的理由，科室能看到")
        ),
    }
    if accepted:
        fields |= _reopening_fields()
    begun: dict[str, Any] = {"decided_on": today, "lead_department": case.lead_department}
    if appeal.kind is not RemedyKind.COMPLAINT:
        begun["decided_by"] = appeal.authority[:MOST_NAME]
    form: FlaskForm = type("DecideForm", (FlaskForm,), fields)(data=begun)
    if accepted:
        form["lead_department"].among = Department.hall_id == case.hall_id
        form["lead_department"].say = lambda department: department.name
    return form


def _document_field(appeal: Appeal) -> Field:
    length = validators.Length(max=MOST_NAME, message=gettext("最多 %(most)d 个字", most=MOST_NAME))
    checks = [validators.Optional(), length, no_control_characters]
    free = appeal.kind is RemedyKind.COMPLAINT
    hint = "" if free else gettext("决定书或裁判文书的编号；撤回的可不填")
    return StringField(gettext("文书号"), checks, filters=[strip, empty_is_none], description=hint)


def _reopening_fields() -> dict[str, Field]:
    """Return what is asked for in case the appeal is upheld."""
    return {
        "lead_department": LinkField(
            gettext("重新办理的主办科室"),
            target=Department,
            validators=[validators.Optional()],
            description=gettext("成立或部分成立的必填，事项随即重新派发，时限重新起算"),
        ),
        "classification": SelectField(
            gettext("重新办理的分类"),
            [validators.Optional()],
            filters=[empty_is_none],
            choices=[
                SelectChoice("", gettext("不变")),
                *(SelectChoice(it.value, gettext(it.label)) for it in Classification),
            ],
        ),
    }
