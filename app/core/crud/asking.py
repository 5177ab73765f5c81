"""Small forms beside the generated ones: their fields, and how one is shown or done, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from wtforms import Field, SelectField, StringField, TextAreaField, validators
from wtforms.fields import SelectChoice

from app.core.crud.fields import empty_is_none, no_control_characters, strip
from app.core.crud.forms import drawn
from app.core.crud.pages import FormPage
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.texts import MOST_TEXT
from app.core.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_wtf import FlaskForm

    from app.core.words import Choice


def required() -> validators.DataRequired:
    """Ask for something in a field."""
    return validators.DataRequired(gettext("必填"))


def long_field(label: str, hint: str = "", most: int = MOST_TEXT) -> Field:
    """Return a field for some sentences that must be there."""
    length = validators.Length(max=most, message=gettext("最多 %(most)d 个字", most=most))
    checks = [required(), length, no_control_characters]
    return TextAreaField(label, checks, filters=[strip, empty_is_none], description=hint)


def line_field(label: str, most: int, hint: str = "") -> Field:
    """Return a field for a line that must be there."""
    length = validators.Length(max=most, message=gettext("最多 %(most)d 个字", most=most))
    checks = [required(), length, no_control_characters]
    return StringField(label, checks, filters=[strip, empty_is_none], description=hint)


def choice_field(label: str, kind: type[Choice], *, among: tuple[Choice, ...] = ()) -> Field:
    """Return a select box of a closed list, with nothing chosen at first."""
    blank = SelectChoice("", gettext("请选择"))
    return SelectField(
        label,
        [validators.InputRequired(gettext("必填"))],
        filters=[empty_is_none],
        choices=[blank, *(SelectChoice(it.value, gettext(it.label)) for it in among or kind)],
        coerce=lambda value: kind(value) if value else "",
    )


def attempt(form: FlaskForm, work: Callable[[], Any]) -> dict[str, str] | None:
    """Do what a posted form asks for, in one transaction; return what is wrong, None when done."""
    if request.method != "POST":
        return {}
    if not form.validate():
        return {"": ""}
    try:
        with transaction():
            work()
    except OutOfScopeError:
        raise
    except InvalidInputError as error:
        return error.problems
    except (IntegrityError, StaleDataError):
        return {"": gettext("他人刚刚修改了同一记录，请核对后再操作")}
    except DomainError as error:
        return {"": str(error)}
    return None


def form_page(
    form: FlaskForm, submit: str, problems: dict[str, str], cancel_url: str
) -> tuple[FormPage, int]:
    """Return a form as it is drawn, with what is wrong, and the status of its page."""
    for name, text in problems.items():
        if name in form:
            form[name].errors = [*form[name].errors, text]
    errors = [
        (f"f-{field.name}", gettext("%(label)s：%(text)s", label=field.label.text, text=error))
        for field in form
        for error in field.errors
    ]
    errors += [("", text) for name, text in problems.items() if text and name not in form]
    fields = [drawn(field) for field in form if field.name != "csrf_token"]
    page = FormPage([("", fields)], request.path, submit, cancel_url, errors=errors)
    return page, 422 if errors else 200
