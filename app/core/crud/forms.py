"""Make a form from what a model says of its fields; errors stand beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_wtf import FlaskForm
from sqlalchemy import String, cast, or_, select
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
    validators,
)
from wtforms.fields import SelectChoice

from app.core.crud.pages import Input
from app.core.crud.present import local, text_of
from app.core.db import db
from app.core.language import gettext
from app.core.panel import Attribute, attributes, sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_OPTIONS = 200
"""How many rows a select box lists; beyond that it is searched on the server."""

MANY_OPTIONS = 40
"""From how many rows on a select box gets a search field above it."""

MOST_CHARACTERS = 4000
MOST_INTEGER = 2**31 - 1
CLEAR = "-"
"""What a person types to empty a field whose value is not shown."""

WIDGETS = {"long": "textarea", "secret": "text", "integer": "number", "boolean": "checkbox",
           "choice": "select", "link": "select"}


class LinkField(SelectField):  # type: ignore[misc]
    """A select box of the rows that the person may see; what is posted is looked up in scope."""

    def __init__(self, label: str, *, target: type[Any], **options: Any) -> None:
        """Keep the model that is linked to."""
        super().__init__(label, coerce=str, validate_choice=False, **options)
        self.target = target
        self.row: Any = None
        self.among: Any = None
        """A further criterion of the rows to choose from."""

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002
        """Find the row that was chosen; a foreign one is as good as none."""
        self.row = None
        if self.data:
            number = int(self.data) if str(self.data).isdecimal() else 0
            self.row = db.session.get(self.target, number) if 0 < number < MOST_INTEGER else None
            if self.row is None:
                raise ValidationError(gettext("没有这个选项，请重新选择"))

    def process_data(self, value: Any) -> None:
        """Show a row by its number."""
        self.row = value
        self.data = str(value.id) if value is not None else ""


class InstantField(DateTimeLocalField):  # type: ignore[misc]
    """An instant, typed and shown as the wall clock of the panel's time zone."""

    def process_data(self, value: Any) -> None:
        """Show an instant as local time."""
        self.data = local(value).replace(tzinfo=None) if value else None

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002
        """Give the typed time its time zone."""
        if self.data is not None and self.data.tzinfo is None:
            self.data = self.data.replace(tzinfo=ZoneInfo(current_app.config["TIMEZONE"]))


def options(target: type[Any], q: str = "", among: Any = None,
            limit: int = MOST_OPTIONS) -> Sequence[Any]:
    """Return rows to choose from, in the order of their own list, narrowed by what is typed."""
    panel = target.__panel__
    query = select(target).order_by(*ordering(target, panel.order)).limit(limit)
    if "active" in attributes(target):
        query = query.where(target.active)
    if among is not None:
        query = query.where(among)
    if q and panel.search:
        query = query.where(contains(target, panel.search, q))
    return db.session.scalars(query).all()


def ordering(model: type[Any], names: Iterable[str]) -> list[Any]:
    """Return ORDER BY expressions; a minus in front of a name turns its direction."""
    return [getattr(model, name[1:]).desc() if name.startswith("-") else getattr(model, name)
            for name in names]


def contains(model: type[Any], names: Iterable[str], q: str) -> Any:
    """Return the criterion that one of the columns contains a text, whatever its case."""
    return or_(*(cast(getattr(model, name), String).icontains(q, autoescape=True)
                 for name in names))


def no_control_characters(_form: FlaskForm, field: Field) -> None:
    """Refuse characters that no screen, paper or Excel file can show."""
    if any(ord(ch) < 32 and ch not in "\n\r\t" for ch in field.data or ""):  # noqa: PLR2004
        raise ValidationError(gettext("含有无法显示的控制字符，请删除后再提交"))


def strip(text: str | None) -> str | None:
    """Take the blanks off both ends."""
    return text.strip() if text else text


def empty_is_none(text: Any) -> Any:
    """Keep nothing as nothing."""
    return text or None


def field_for(attribute: Attribute, *, editing: bool = False) -> Field:
    """Make the form field of an attribute."""
    checks: list[Any] = [validators.InputRequired(gettext("必填"))] if attribute.required else [
        validators.Optional()]
    label = gettext(attribute.label)
    common: dict[str, Any] = {"description": gettext(attribute.hint), "validators": checks,
                              "default": attribute.default}
    match attribute.kind:
        case "text" | "secret" | "long":
            if attribute.kind == "secret" and editing:
                checks[0] = validators.Optional()
            most = attribute.max_length or (MOST_CHARACTERS if attribute.kind == "long" else 255)
            checks += [validators.Length(max=most, message=gettext("最多 %(most)d 个字",
                                                                   most=most)),
                       no_control_characters]
            kind = TextAreaField if attribute.kind == "long" else StringField
            return kind(label, filters=[strip, empty_is_none], **common)
        case "integer":
            checks.append(validators.NumberRange(-MOST_INTEGER, MOST_INTEGER,
                                                 gettext("数字过大")))
            return IntegerField(label, **common)
        case "boolean":
            common["validators"] = []
            return BooleanField(label, **common)
        case "date":
            return DateField(label, **common)
        case "time":
            return TimeField(label, **common, format=["%H:%M", "%H:%M:%S"])
        case "datetime":
            return InstantField(label, **common)
        case "choice":
            return _choice_field(attribute, common)
        case "link":
            return LinkField(label, target=attribute.target or object, **common)
    msg = f"{attribute.name}: no form field for {attribute.kind}"
    raise TypeError(msg)


def _choice_field(attribute: Attribute, common: dict[str, Any]) -> SelectField:
    kind: Any = attribute.choices
    blank = [] if attribute.required and attribute.default else [
        SelectChoice("", gettext("请选择"))]
    return SelectField(
        gettext(attribute.label), **common, filters=[empty_is_none],
        choices=blank + [SelectChoice(member.value, gettext(member.label)) for member in kind],
        coerce=lambda value: kind(value) if value else "",
    )


def form_class(model: type[Any], *, editing: bool, extra: dict[str, Field] | None = None,
               names: Iterable[str] | None = None) -> type[FlaskForm]:
    """Make the form of a model: the fields of its sections; frozen ones only when adding."""
    known = attributes(model)
    if names is None:
        frozen = model.__panel__.frozen if editing else ()
        names = [name for section in sections(model) for name in section.names
                 if name in known and name not in frozen]
    fields = {name: field_for(known[name], editing=editing) for name in names}
    return type(f"{model.__name__}Form", (FlaskForm,), {**fields, **(extra or {})})


def fill(form: FlaskForm, row: Any) -> None:
    """Write what the form holds into a row; a secret left empty stays as it is."""
    for name, attribute in attributes(type(row)).items():
        field = form._fields.get(name)  # noqa: SLF001 - WTForms' only mapping of its fields
        if field is None:
            continue
        value = field.row if isinstance(field, LinkField) else field.data
        if attribute.kind == "secret" and row.id is not None:
            value = getattr(row, name) if not value else None if value == CLEAR else value
        if getattr(row, name) != value:
            setattr(row, name, value)


def initial(row: Any) -> dict[str, Any]:
    """Return what a form about a row begins with; secrets are left out."""
    return {name: getattr(row, name) for name, attribute in attributes(type(row)).items()
            if attribute.kind not in {"many", "secret"}}


def shown(field: Field) -> str:
    """Return what stands in a field now, as it was typed or as it is kept."""
    if isinstance(field, (SelectField, BooleanField)):
        return str(field.data or "")
    value = field._value()  # noqa: SLF001 - WTForms' own text of a field
    return str(value)


def drawn(field: Field, row: Any = None, attribute: Attribute | None = None,
          choices_url: str = "") -> Input:
    """Return a form field as a template draws it."""
    kind = WIDGETS.get(attribute.kind, attribute.kind) if attribute else _kind_of(field)
    hint, placeholder = str(field.description or ""), ""
    if attribute is not None and attribute.kind == "secret" and row is not None and row.id:
        placeholder = text_of(attribute, row)
        hint = gettext("不改请留空；要清除请填一个减号") if placeholder else hint
    choices = _choices(field)
    searched = isinstance(field, LinkField) and len(choices) > MANY_OPTIONS
    return Input(
        name=field.name, label=str(field.label.text), kind=kind, value=shown(field), hint=hint,
        required=field.flags.required is True, errors=[str(error) for error in field.errors],
        choices=choices, placeholder=placeholder, wide=kind == "textarea",
        max_length=attribute.max_length if attribute else 0,
        choices_url=choices_url if searched else "",
    )


def _kind_of(field: Field) -> str:
    if isinstance(field, SelectField):
        return "select"
    return {"TextAreaField": "textarea", "PasswordField": "password", "FileField": "file",
            "BooleanField": "checkbox", "IntegerField": "number", "DateField": "date",
            }.get(type(field).__name__, "text")


def _choices(field: Field) -> list[tuple[str, str, bool]]:
    if isinstance(field, LinkField):
        rows = list(options(field.target, among=field.among))
        chosen = field.row or (None if not field.data else next(
            (row for row in rows if str(row.id) == str(field.data)), None))
        if chosen is not None and chosen not in rows:
            rows.insert(0, chosen)
        blank = [] if field.flags.required and field.data else [("", gettext("请选择"), False)]
        return blank + [(str(row.id), str(row), row is chosen) for row in rows]
    if isinstance(field, SelectField):
        return [(str(choice.value), str(choice.label), str(choice.value) == str(field.data or ""))
                for choice in field.iter_choices()]
    return []

