"""Make a form from what a model says of its fields; errors stand beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FileField, MultipleFileField, SelectField

from app.core.crud.fields import (
    CLEAR,
    MANY_OPTIONS,
    WIDGETS,
    LinkField,
    LinksField,
    field_for,
    options,
)
from app.core.crud.pages import FormPage, Input
from app.core.crud.present import text_of
from app.core.language import gettext
from app.core.panel import Attribute, attributes, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def form_class(
    model: type[Any],
    *,
    editing: bool,
    extra: dict[str, Field] | None = None,
    names: Iterable[str] | None = None,
) -> type[FlaskForm]:
    """Make the form of a model: the fields of its sections; frozen ones only when adding."""
    known = attributes(model)
    if names is None:
        frozen = model.__panel__.frozen if editing else ()
        names = [
            name
            for section in sections(model)
            for name in section.names
            if name in known and name not in frozen
        ]
    fields = {name: field_for(known[name], editing=editing) for name in names}
    return type(f"{model.__name__}Form", (FlaskForm,), {**fields, **(extra or {})})


def fill(form: FlaskForm, row: Any) -> None:
    """Write what the form holds into a row; a secret left empty stays as it is."""
    for name, attribute in attributes(type(row)).items():
        field = form._fields.get(name)
        if field is None:
            continue
        value = field.row if isinstance(field, LinkField) else field.data
        if attribute.kind == "secret" and row.id is not None:
            value = getattr(row, name) if not value else None if value == CLEAR else value
        if getattr(row, name) != value:
            setattr(row, name, value)


def initial(row: Any) -> dict[str, Any]:
    """Return what a form about a row begins with; secrets are left out."""
    return {
        name: getattr(row, name)
        for name, attribute in attributes(type(row)).items()
        if attribute.kind not in {"many", "secret"}
    }


def failures(form: FlaskForm, problems: Mapping[str, str]) -> list[tuple[str, str]]:
    """Put what is wrong beside its field; return the summary: where each is, and its sentence.

    `problems` are what was found beyond the form's own checks; one of no field of it stands alone.
    """
    for name, text in problems.items():
        if name in form and text:
            form[name].errors = [*form[name].errors, text]
    found = [
        (f"f-{field.name}", gettext("%(label)s：%(text)s", label=field.label.text, text=error))
        for field in form
        for error in field.errors
    ]
    return found + [("", text) for name, text in problems.items() if text and name not in form]


def form_page(
    form: FlaskForm,
    problems: Mapping[str, str],
    *,
    submit: str,
    cancel_url: str,
    action: str = "",
    draw: Callable[[Field], Input] | None = None,
) -> tuple[FormPage, int]:
    """Return the page of a form without sections, and its status: 422 when something is wrong."""
    errors = failures(form, problems)
    draw = draw or drawn
    fields = [draw(field) for field in form if field.name != "csrf_token"]
    page = FormPage([("", fields)], action, submit, cancel_url, errors=errors)
    return page, 422 if errors else 200


def shown(field: Field) -> str:
    """Return what stands in a field now, as it was typed or as it is kept."""
    if isinstance(field, LinksField):
        return ""
    if isinstance(field, (SelectField, BooleanField)):
        return str(field.data or "")
    value = field._value()  # noqa: SLF001 - WTForms' own text of a field
    return str(value)


def drawn(
    field: Field,
    row: Any = None,
    attribute: Attribute | None = None,
    choices_url: str = "",
    accept: str = "",
) -> Input:
    """Return a form field as a template draws it."""
    kind = WIDGETS.get(attribute.kind, attribute.kind) if attribute else _kind_of(field)
    hint, placeholder = str(field.description or ""), ""
    if attribute is not None and attribute.kind == "secret" and row is not None and row.id:
        placeholder = text_of(attribute, row)
        hint = gettext("不改请留空；要清除请填一个减号") if placeholder else hint
    choices = _choices(field)
    searched = isinstance(field, LinkField) and len(choices) > MANY_OPTIONS
    return Input(
        name=field.name,
        label=str(field.label.text),
        kind=kind,
        value=shown(field),
        hint=hint,
        required=field.flags.required is True,
        errors=[str(error) for error in field.errors],
        choices=choices,
        heads=_heads(field),
        placeholder=placeholder,
        wide=kind == "textarea",
        multiple=kind == "file" and isinstance(field, MultipleFileField),
        accept=accept if kind == "file" else "",
        max_length=attribute.max_length if attribute else 0,
        choices_url=choices_url if searched else "",
    )


def _kind_of(field: Field) -> str:
    if isinstance(field, LinksField):
        return "boxes"
    if isinstance(field, SelectField):
        return "select"
    if isinstance(field, FileField):
        return "file"
    return {
        "TextAreaField": "textarea",
        "PasswordField": "password",
        "BooleanField": "checkbox",
        "IntegerField": "number",
        "DateField": "date",
        "InstantField": "datetime",
    }.get(type(field).__name__, "text")


def _heads(field: Field) -> list[str]:
    """Return the boxes that begin a line."""
    if not isinstance(field, LinksField) or field.heads is None:
        return []
    rows = options(field.target, among=field.among)
    return [str(row.id) for row in rows if field.heads(row)]


def _choices(field: Field) -> list[tuple[str, str, bool]]:
    if isinstance(field, LinksField):
        chosen = set(field.data or [])
        return [
            (str(row.id), field.say(row), str(row.id) in chosen)
            for row in options(field.target, among=field.among)
        ]
    if isinstance(field, LinkField):
        rows = list(options(field.target, among=field.among))
        picked = field.row or (
            None
            if not field.data
            else next((row for row in rows if str(row.id) == str(field.data)), None)
        )
        if picked is not None and picked not in rows:
            rows.insert(0, picked)
        blank = [] if field.flags.required and field.data else [("", gettext("请选择"), False)]
        return blank + [(str(row.id), field.say(row), row is picked) for row in rows]
    if isinstance(field, SelectField):
        return [
            (str(choice.value), str(choice.label), str(choice.value) == str(field.data or ""))
            for choice in field.iter_choices()
        ]
    return []
