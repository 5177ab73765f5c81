"""The form that opens an item, and the forms of its moves: the fields that their table names."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import DateField, Field, IntegerField, TextAreaField, ValidationError, validators

from app.cases.documents.forms import PapersField
from app.cases.models import Case
from app.core.crud.asking import long_field
from app.core.crud.fields import LinkField, strip
from app.core.crud.forms import form_class
from app.core.db import db
from app.core.language import gettext
from app.core.panel import attributes
from app.core.words import unprintable
from app.deadlines.queries import hours_of
from app.departments.models import Department
from app.departments.queries import halls_below
from app.improvements.models import Improvement
from app.improvements.operations import TEXTS
from app.improvements.rules import MOST_CASES, MOST_DAYS, USUAL_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.improvements.moves import Move

NAMES = ("hall", "matter", "cause", "department", "article", "problem", "measure")
_BETWEEN = re.compile(r"[\s,，、;；]+")


class CasesField(TextAreaField):
    """The numbers of cases, as many as are typed; each is looked up in scope."""

    rows: Sequence[Case] = ()

    def process_data(self, value: Iterable[Case] | None) -> None:
        """Show cases by their numbers."""
        self.data = "\n".join(case.number for case in value or ())

    def pre_validate(self, form: FlaskForm) -> None:
        """Find the cases; a foreign one is as good as none."""
        typed = [it.upper() for it in _BETWEEN.split(self.data or "") if it]
        if len(typed) > MOST_CASES:
            raise ValidationError(gettext("最多 %(most)d 件", most=MOST_CASES))
        known = [it for it in typed if not unprintable(it)]
        found = select(Case).where(Case.number.in_(known)).order_by(Case.id)
        self.rows = db.session.scalars(found).all()
        there = {case.number for case in self.rows}
        if missing := [it for it in dict.fromkeys(typed) if it not in there]:
            names = gettext("、").join(missing[:5])
            raise ValidationError(gettext("没有这件事项：%(numbers)s", numbers=names))


def open_form(names: Iterable[str] = NAMES, *, with_cases: bool = True) -> type[FlaskForm]:
    """Return the form that opens an item: these of its columns, the days, and cases by number."""
    hint = gettext("每行一个编号；也可以在事项列表里勾选后点“开展整改”")
    extra = {"days": _days()}
    if with_cases:
        extra["cases"] = CasesField(gettext("依据的事项"), filters=[strip], description=hint)
    return form_class(Improvement, editing=False, names=names, extra=extra)


def move_form(step: Move, row: Improvement) -> FlaskForm:
    """Return the form of a move of an item, with what is there to begin with."""
    fields = {name: _field(step, name, row) for name in step.asks}
    form_type: Any = type(f"{step.verb.title()}Form", (FlaskForm,), fields)
    began = {
        "days": row.days,
        "due_on": hours_of(row.hall).local(row.due_at).date(),
        **({name: getattr(row, name) for name in fields} if step.verb == "amend" else {}),
    }
    form: FlaskForm = form_type(data=began)
    if "department" in form:
        form["department"].among = Department.hall_id.in_(sorted(halls_below(row.hall_id)))
    return form


def _field(step: Move, name: str, row: Improvement) -> Field:
    if name in TEXTS:
        return long_field(LABELS.get((step.verb, name), _label)(name))
    if name == "files":
        return PapersField(gettext("证明材料"), needed=step.verb == "attach")
    if name == "days":
        return _days(row.days)
    if name == "department":
        label, must = _label(name), [validators.InputRequired(gettext("必填"))]
        return LinkField(label, target=Department, validators=must)
    hint = gettext("到这个工作日下班为止")
    must = [validators.InputRequired(gettext("必填"))]
    return DateField(gettext("新的期限"), must, description=hint)


def _days(default: int = USUAL_DAYS) -> Field:
    bounds = gettext("须在 1 至 %(most)d 之间", most=MOST_DAYS)
    return IntegerField(
        gettext("整改期限（工作日）"),
        [
            validators.InputRequired(gettext("必填")),
            validators.NumberRange(1, MOST_DAYS, message=bounds),
        ],
        default=default,
        description=gettext("从次日起，按大厅的工作日历计算"),
    )


def _label(name: str) -> str:
    return gettext(attributes(Improvement)[name].label)


LABELS: dict[tuple[str, str], Callable[[str], str]] = {
    ("move_due", "reason"): lambda _name: gettext("调整理由"),
    ("reopen", "reason"): lambda _name: gettext("重新整改的理由"),
    ("withdraw", "reason"): lambda _name: gettext("撤销理由"),
    ("send_back", "review"): lambda _name: gettext("退回理由"),
}
"""What a text is called in a move, where it is not called as on the page."""


def among_halls(form: FlaskForm, halls: Iterable[int] | None) -> None:
    """Narrow halls and departments to where one supervises."""
    if halls is None:
        return
    found = sorted(halls)
    form["department"].among = Department.hall_id.in_(found)
    if len(found) == 1:
        form["department"].say = attrgetter("name")
