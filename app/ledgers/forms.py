"""The form that asks which ledger to take."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, validators
from wtforms.fields import SelectChoice

from app.core.crud.fields import LinkField
from app.core.language import gettext
from app.departments.models import Hall
from app.ledgers.models import LedgerKind
from app.ledgers.rules import Preset


def take_form() -> FlaskForm:
    """Return the form: kind, period, hall, and the dates of registration."""
    optional = [validators.Optional()]
    fields = {
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
            default=Preset.CUSTOM,
            choices=[SelectChoice(it.value, gettext(it.label)) for it in Preset],
        ),
        "roll_up": BooleanField(gettext("每个大厅一张工作表，前面加一张汇总")),
        "since": DateField(
            gettext("登记日期起"), optional, description=gettext("不填表示从最早的一件起")
        ),
        "until": DateField(gettext("登记日期止"), optional, description=gettext("不填表示到今天")),
    }
    form: FlaskForm = type("TakeForm", (FlaskForm,), fields)()
    return form
