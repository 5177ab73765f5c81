"""A row as JSON says it: relations by number, looked up in scope; filter values typed like columns.

FAB's own schemas write out the whole row behind a relation, password and all, and make a new row
of a number that they don't know.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_appbuilder.api.convert import Model2SchemaConverter
from marshmallow import ValidationError, fields

from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext

if TYPE_CHECKING:
    from app.core.panel import Attribute

MOST_ID = 2**31 - 1


def linked(target: type[Any], value: Any) -> Any:
    """Return the row of this number, if there is one in scope; None otherwise."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_ID
    return db.session.get(target, value) if known else None


class Link(fields.Field[Any]):
    """A relation: read as number and name, written as the number of a row in scope."""

    def __init__(self, target: type[Any], *, named: bool, **options: Any) -> None:
        super().__init__(**options)
        self.target, self.named = target, named
        self.unique = False

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        return {"id": value.id, "name": str(value)} if self.named else value.id

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        row = linked(self.target, value)
        if row is None:
            raise ValidationError(gettext("没有这个选项，请重新选择"))
        return row


class RowSchemas(Model2SchemaConverter):
    """FAB's schemas of rows, with our relations, and with null where the column may be null."""

    def _column2relation(
        self,
        datamodel: Any,
        column: Any,
        nested: bool = False,  # noqa: FBT001, FBT002 - FAB's
        **_kwargs: Any,
    ) -> Link:
        nullable = datamodel.is_nullable(column.name)
        target = datamodel.get_related_model(column.name)
        return Link(target, named=nested, required=not nullable, allow_none=nullable)

    def _column2enum(self, datamodel: Any, column: Any) -> Any:
        field, kept = super()._column2enum(datamodel, column), datamodel.list_columns[column.name]
        field.allow_none = kept.nullable
        field.required = not kept.nullable and kept.default is None
        return field


def typed(attribute: Attribute, value: Any) -> Any:
    """Return a filter's value as its column has it; InvalidInputError when it is none of those."""
    if isinstance(value, list):
        return [typed(attribute, item) for item in value]
    found: Any = None
    match attribute.kind, value:
        case "link", int() if linked(attribute.target or object, value) is not None:
            found = value
        case "integer", int() if not isinstance(value, bool) and abs(value) <= MOST_ID:
            found = value
        case "boolean", bool():
            found = value
        case "choice", str() if attribute.choices is not None and value in set(attribute.choices):
            found = attribute.choices(value)
        case "date" | "datetime", str():
            found = _instant(attribute.kind, value)
        case "text" | "long", str() if "\0" not in value:
            found = value
    if found is None:
        raise InvalidInputError(
            {attribute.name: gettext("筛选值不正确：%(label)s", label=gettext(attribute.label))}
        )
    return found


def _instant(kind: str, text: str) -> date | datetime | None:
    """Read a day, or an instant: without a time zone it is the panel's wall clock."""
    try:
        if kind == "date":
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not date(1900, 1, 1) < found.date() < date(2200, 1, 1):
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(current_app.config["TIMEZONE"]))
