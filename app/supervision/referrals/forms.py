"""The forms of referrals: handing a case over, recording what came of it."""

from __future__ import annotations

from flask_wtf import FlaskForm

from app.core.crud.asking import choice_field, line_field, long_field
from app.core.language import gettext
from app.supervision.referrals.operations import MOST_NAME
from app.supervision.referrals.rules import Body, Conclusion


def refer_form() -> FlaskForm:
    """Return the form by which a case is handed over."""
    fields = {
        "body": choice_field(gettext("移交对象"), Body),
        "recipient": line_field(gettext("接收单位"), MOST_NAME, gettext("单位全称")),
        "grounds": long_field(
            gettext("移交理由"), gettext("只有督查和纪检监察人员能看到，不写入办理过程")
        ),
    }
    return type("ReferForm", (FlaskForm,), fields)()


def outcome_form() -> FlaskForm:
    """Return the form in which an inspector records the outcome."""
    fields = {
        "outcome": choice_field(gettext("处理结果"), Conclusion),
        "findings": long_field(gettext("处理情况"), gettext("记录后不能更改")),
    }
    return type("OutcomeForm", (FlaskForm,), fields)()
