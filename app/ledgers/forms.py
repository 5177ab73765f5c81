"""The form that asks which ledger to take."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, TextAreaField, validators
from wtforms.fields import SelectChoice

from app.core import scope
from app.core.crud.fields import InstantField, LinkField, no_control_characters
from app.core.language import gettext
from app.departments.models import Hall
from app.ledgers.models import LedgerKind
from app.ledgers.rules import Period
from app.ledgers.unmasking import may_unmask


def take_form() -> FlaskForm:
    """Return the form: kind, period, hall, the dates of registration, and as of when."""
    optional = [validators.Optional()]
    fields: dict[str, Any] = {
        "kind": SelectField(
            gettext("台账种类"),
            default=LedgerKind.CASES,
            choices=[SelectChoice(kind.value, gettext(kind.label)) for kind in LedgerKind],
        ),
        "hall": LinkField(
            gettext("大厅"),
            target=Hall,
            validators=optional,
            description=gettext("含其下级大厅；不选表示您权限内的全部大厅"),
        ),
        "period": SelectField(
            gettext("周期"),
            default=Period.FIXED,
            choices=[
                SelectChoice(it.value, gettext(it.label)) for it in Period if it is not Period.ALL
            ],
        ),
        "roll_up": BooleanField(gettext("每个大厅一张工作表，前面加一张汇总")),
        "since": DateField(
            gettext("登记日期起"), optional, description=gettext("不填表示从最早的一件起")
        ),
        "until": DateField(gettext("登记日期止"), optional, description=gettext("不填表示到今天")),
        "as_of": _as_of(
            gettext("不填为现在；填过去的时间，事项、时限、科室等都按那时的情况列出"), *optional
        ),
    }
    return _with_unmasking(fields)


def past_form() -> FlaskForm:
    """Return the form that asks only as of when."""
    hint = gettext("过去的时间；事项、时限、科室等都按那时的情况列出")
    needed = validators.InputRequired(gettext("必填"))
    form: FlaskForm = type("PastForm", (FlaskForm,), {"as_of": _as_of(hint, needed)})()
    return form


def _as_of(hint: str, *needed: Any) -> InstantField:
    return InstantField(gettext("截至时间"), validators=list(needed), description=hint)


def unmask_form() -> FlaskForm:
    """Return the form that asks only whether personal data are told in clear, for who may ask."""
    return _with_unmasking({})


def reason_of(form: FlaskForm) -> str | None:
    """Return why personal data are to be told in clear, as it was typed; None: they are masked."""
    if not request.form.get("unmasked"):
        return None
    return (form["reason"].data or "").strip() if "reason" in form else ""


def _with_unmasking(fields: dict[str, Any]) -> FlaskForm:
    if may_unmask(scope.current()):
        unmasked = gettext("不脱敏：姓名和电话显示完整")
        hint = gettext("文件加密，口令只显示一次，只能下载一次；申请、原因和下载时间供纪检监察查阅")
        fields |= {
            "unmasked": BooleanField(unmasked, description=hint),
            "reason": TextAreaField(
                gettext("未脱敏的原因"),
                [validators.Optional(), no_control_characters],
                description=gettext("选“不脱敏”时必填，会记入每件事项的办理过程"),
            ),
        }
    form: FlaskForm = type("TakeForm", (FlaskForm,), fields)()
    return form
