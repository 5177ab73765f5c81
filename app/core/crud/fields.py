"""Make the form field of an attribute: what may be typed, and how it is looked up in scope."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import String, cast, or_, select
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
    validators,
)
from wtforms.fields import SelectChoice

from app.core.crud.present import local
from app.core.db import db
from app.core.initials import are_letters, initials
from app.core.language import gettext
from app.core.panel import Attribute, attributes
from app.core.words import unprintable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flask_wtf import FlaskForm
    from sqlalchemy import Select

MOST_OPTIONS = 200
"""How many rows a select box lists; beyond that it is searched on the server."""

MOST_SPELT = 5000
"""How many rows are looked through for the first letters of their pinyin."""

LONGEST_NAME = 40
"""How much of a text counts as a name."""

MANY_OPTIONS = 40
"""From how many rows on a select box gets a search field above it."""

MOST_CHARACTERS = 4000
MOST_IN_A_LINE = 255
MOST_INTEGER = 2**31 - 1
CLEAR = "-"
"""What a person types to empty a field whose value is not shown."""

WIDGETS = {
    "long": "textarea",
    "secret": "text",
    "integer": "number",
    "boolean": "checkbox",
    "choice": "select",
    "link": "select",
}


class LinkField(SelectField):
    """A select box of the rows that the person may see; what is posted is looked up in scope."""

    def __init__(self, label: str, *, target: type[Any], **options: Any) -> None:
        """Keep the model that is linked to."""
        super().__init__(label, coerce=str, validate_choice=False, **options)
        self.target = target
        self.row: Any = None
        self.among: Any = None
        """A further criterion of the rows to choose from."""
        self.say: Callable[[Any], str] = str
        """How a row is called among the others."""

    def pre_validate(self, form: FlaskForm) -> None:
        """Find the row that was chosen; a foreign one is as good as none."""
        self.row = None
        if self.data:
            self.row = row_of(self.target, self.data)
            if self.row is None:
                raise ValidationError(gettext("没有这个选项，请重新选择"))

    def process_data(self, value: Any) -> None:
        """Show a row by its number."""
        self.row = value
        self.data = str(value.id) if value is not None else ""


class LinksField(SelectMultipleField):
    """Boxes to tick, one for each row to choose from; what is posted is looked up in scope."""

    def __init__(self, label: str, *, target: type[Any], **options: Any) -> None:
        """Keep the model that is linked to."""
        super().__init__(label, coerce=str, validate_choice=False, **options)
        self.target = target
        self.row: list[Any] = []
        self.among: Any = None
        """A further criterion of the rows to choose from."""
        self.say: Callable[[Any], str] = str
        """How a row is called among the others."""
        self.heads: Callable[[Any], bool] | None = None
        """Which rows begin a line, with those that follow beside them."""

    def process_data(self, value: Any) -> None:
        """Show rows by their numbers."""
        self.row = list(value or ())
        self.data = [str(row.id) for row in self.row]

    def pre_validate(self, form: FlaskForm) -> None:
        """Find the rows that were chosen; a foreign one is as good as none."""
        found = [row_of(self.target, text) for text in dict.fromkeys(self.data or [])]
        if None in found:
            raise ValidationError(gettext("没有这个选项，请重新选择"))
        self.row = found


def row_of(target: type[Any], text: Any) -> Any:
    """Return the row with a typed number, if it is in scope."""
    digits = str(text)
    number = int(digits) if digits.isdecimal() and len(digits) <= len(str(MOST_INTEGER)) else 0
    return db.session.get(target, number) if 0 < number < MOST_INTEGER else None


class InstantField(DateTimeLocalField):
    """An instant, typed and shown as the wall clock of the panel's time zone."""

    def process_data(self, value: Any) -> None:
        """Show an instant as local time."""
        self.data = local(value).replace(tzinfo=None) if value else None

    def pre_validate(self, form: FlaskForm) -> None:
        """Give the typed time its time zone."""
        if self.data is not None and self.data.tzinfo is None:
            self.data = self.data.replace(tzinfo=ZoneInfo(current_app.config["TIMEZONE"]))


def options(
    target: type[Any], q: str = "", among: Any = None, limit: int = MOST_OPTIONS
) -> Sequence[Any]:
    """Return rows to choose from, in the order of their own list, narrowed by what is typed."""
    panel = target.__panel__
    query = select(target).order_by(*ordering(target, panel.order))
    if "active" in attributes(target):
        query = query.where(target.active)
    if among is not None:
        query = query.where(among)
    if q and panel.search:
        told = contains(target, panel.search, q)
        alike = _by_initials(query, target, q) if are_letters(q) else []
        query = query.where(or_(told, target.id.in_(alike)))
    return db.session.scalars(query.limit(limit)).all()


def _by_initials(query: Select[Any], target: type[Any], q: str) -> list[int]:
    """Return the numbers of rows in whose texts the first letters of the pinyin are these."""
    texts = [getattr(target, name) for name in target.__panel__.search]
    rows = db.session.execute(query.with_only_columns(target.id, *texts).limit(MOST_SPELT))
    letters = q.lower()
    found = (
        row[0]
        for row in rows
        if any(letters in initials(text[:LONGEST_NAME]) for text in row[1:] if text)
    )
    return list(islice(found, MOST_OPTIONS))


def ordering(model: type[Any], names: Iterable[str]) -> list[Any]:
    """Return ORDER BY expressions; a minus in front of a name turns its direction."""
    return [
        getattr(model, name[1:]).desc() if name.startswith("-") else getattr(model, name)
        for name in names
    ]


def contains(model: type[Any], names: Iterable[str], q: str) -> Any:
    """Return the criterion that one of the columns contains a text, whatever its case."""
    text = q.replace("\0", "")  # what no database keeps, none is asked for
    return or_(
        *(cast(getattr(model, name), String).icontains(text, autoescape=True) for name in names)
    )


def no_control_characters(_form: FlaskForm, field: Field) -> None:
    """Refuse characters that no screen, paper or Excel file can show."""
    if unprintable(field.data or ""):
        raise ValidationError(gettext("含有无法显示的控制字符，请删除后再提交"))


def strip(text: str | None) -> str | None:
    """Take the blanks off both ends; a line ends as it is kept, not as browsers send it."""
    return text.strip().replace("\r\n", "\n") if text else text


def empty_is_none(text: Any) -> Any:
    """Keep nothing as nothing."""
    return text or None


def field_for(attribute: Attribute, *, editing: bool = False) -> Field:
    """Make the form field of an attribute."""
    must = attribute.required and not (attribute.kind == "secret" and editing)
    first = validators.InputRequired(gettext("必填")) if must else validators.Optional()
    options: dict[str, Any] = {
        "description": gettext(attribute.hint),
        "default": attribute.default,
        "validators": [first],
    }
    return FIELDS[attribute.kind](attribute, options)


def _text_field(attribute: Attribute, options: dict[str, Any]) -> Field:
    long = attribute.kind == "long"
    most = attribute.max_length or (MOST_CHARACTERS if long else MOST_IN_A_LINE)
    length = validators.Length(max=most, message=gettext("最多 %(most)d 个字", most=most))
    if isinstance(options["validators"][0], validators.InputRequired):
        options["validators"][0] = validators.DataRequired(gettext("必填"))  # blanks are nothing
    options["validators"] += [length, no_control_characters]
    kind = TextAreaField if long else StringField
    return kind(gettext(attribute.label), filters=[strip, empty_is_none], **options)


def _integer_field(attribute: Attribute, options: dict[str, Any]) -> Field:
    bounds = validators.NumberRange(-MOST_INTEGER, MOST_INTEGER, gettext("数字过大"))
    options["validators"].append(bounds)
    return IntegerField(gettext(attribute.label), **options)


def _boolean_field(attribute: Attribute, options: dict[str, Any]) -> Field:
    return BooleanField(gettext(attribute.label), **{**options, "validators": []})


def _time_field(attribute: Attribute, options: dict[str, Any]) -> Field:
    return TimeField(gettext(attribute.label), format=["%H:%M", "%H:%M:%S"], **options)


def _link_field(attribute: Attribute, options: dict[str, Any]) -> Field:
    return LinkField(gettext(attribute.label), target=attribute.target or object, **options)


def _choice_field(attribute: Attribute, common: dict[str, Any]) -> SelectField:
    kind: Any = attribute.choices
    blank = (
        [] if attribute.required and attribute.default else [SelectChoice("", gettext("请选择"))]
    )
    return SelectField(
        gettext(attribute.label),
        **common,
        filters=[empty_is_none],
        choices=blank + [SelectChoice(member.value, gettext(member.label)) for member in kind],
        coerce=lambda value: kind(value) if value else "",
    )


FIELDS: dict[str, Callable[[Attribute, dict[str, Any]], Field]] = {
    "text": _text_field,
    "secret": _text_field,
    "long": _text_field,
    "integer": _integer_field,
    "boolean": _boolean_field,
    "date": lambda attribute, options: DateField(gettext(attribute.label), **options),
    "time": _time_field,
    "datetime": lambda attribute, options: InstantField(gettext(attribute.label), **options),
    "choice": _choice_field,
    "link": _link_field,
}
"""How a field of each kind is made."""
