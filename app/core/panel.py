"""What a model says of itself, once: labels, hints, masks, lists, forms. `crud` makes the rest.

A column is declared with `field`, a relation with `link`; `Panel` names the entity and says what
its list shows. `attributes` reads all of it back from the mapper, in the order of declaration.
"""

from __future__ import annotations

from dataclasses import dataclass, field as dataclass_field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Date, DateTime, Enum, Integer, String, Text, Time, inspect
from sqlalchemy.orm import mapped_column, relationship

from app.core.db import Instant
from app.core.language import gettext
from app.core.privacy import Secret
from app.core.words import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import ColumnProperty, Mapper, RelationshipProperty
    from sqlalchemy.types import TypeEngine

HOUSEKEEPING = frozenset({"id", "version", "changed_at", "changed_by"})


def choice_type(kind: type[Choice], name: str = "") -> Enum:
    """Return the column type of a Choice: its code in a string, held by a CHECK constraint.

    Of two columns of one kind in a table, the second needs a name of its own.
    """
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def field(
    kind: type[Choice | TypeEngine[Any]] | TypeEngine[Any],
    *args: Any,
    label: str,
    hint: str = "",
    mask: str = "",
    words: Mapping[str, str] | None = None,
    most: int = 0,
    **options: Any,
) -> Any:
    """Declare a column: label, hint under its field, mask, words of its codes, most characters."""
    column_type = choice_type(kind) if isinstance(kind, type) and issubclass(kind, Choice) else kind
    info = {"label": label, "hint": hint, "mask": mask, "words": words, "most": most}
    options.setdefault("active_history", True)  # what is overwritten unread is told all the same
    return mapped_column(column_type, *args, info=info, **options)


def link(*, label: str, hint: str = "", **options: Any) -> Any:
    """Declare a relation with its label; the column behind it needs none."""
    return relationship(info={"label": label, "hint": hint}, **options)


def between(*, label: str, **options: Any) -> Any:
    """Declare a relation that a table between holds: a feature's own views show it, if any.

    The field history tells of it, under its label.
    """
    return relationship(info={"told": label}, **options)


@dataclass(frozen=True)
class Panel:
    """How an entity appears in the panel.

    `code` is its name in URLs, REST and permissions; `columns` what the list shows; `form` the
    sections of the form, each with its title and fields; an empty one means every field there is.
    """

    name: str
    code: str
    columns: tuple[str, ...] = ()
    form: tuple[tuple[str, tuple[str, ...]], ...] = ()
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    order: tuple[str, ...] = ("id",)
    related: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    """Fields that are filled in when the row is added and never edited again."""
    hidden: tuple[str, ...] = ()
    """Fields that no generated view shows."""
    labels: dict[str, str] = dataclass_field(default_factory=dict)
    """Labels of columns that come from a library and can't carry their own."""
    stand_ins: dict[str, str] = dataclass_field(default_factory=dict)
    """Column that must not be empty → how the text ends that is kept where there is none."""


@dataclass(frozen=True)
class Attribute:
    """A labelled column or relation of a model, as every generated view needs it."""

    name: str
    label: str
    hint: str
    kind: str
    """text, long, secret, integer, boolean, date, datetime, time, choice, link or many."""
    mask: str = ""
    required: bool = False
    unique: bool = False
    max_length: int = 0
    target: type[Any] | None = None
    choices: type[Choice] | None = None
    foreign_key: str = ""
    default: Any = None
    words: Mapping[str, str] | None = None
    """What each code of a text that nobody types is called."""
    stand_in: str = ""
    """How the text ends that is kept where there is none, because the column must not be empty."""

    @property
    def many(self) -> bool:
        """Say whether this is the far side of somebody's relation."""
        return self.kind == "many"


KINDS: tuple[tuple[type[Any], str], ...] = (
    (Enum, "choice"),
    (Secret, "secret"),
    (Text, "long"),
    (String, "text"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Instant, "datetime"),
    (DateTime, "datetime"),
    (Date, "date"),
    (Time, "time"),
)


_described: dict[type[Any], dict[str, Attribute]] = {}


def attributes(model: type[Any]) -> dict[str, Attribute]:
    """Describe the labelled columns and relations of a model, in order of declaration."""
    if model not in _described:
        _described[model] = _describe(model)
    return _described[model]


def _describe(model: type[Any]) -> dict[str, Attribute]:
    mapper: Mapper[Any] = inspect(model)
    found: dict[str, Attribute] = {}
    for name, column in mapper.column_attrs.items():
        label = column.columns[0].info.get("label") or model.__panel__.labels.get(name)
        if label:
            found[name] = _describe_column(name, column, label, model.__panel__)
    for name, relation in mapper.relationships.items():
        if relation.info.get("label"):
            found[name] = _describe_link(name, relation)
    order = [name for name in _declaration_order(model) if name in found]
    return {name: found[name] for name in order if name not in model.__panel__.hidden}


def _declaration_order(model: type[Any]) -> list[str]:
    names: list[str] = []
    for base in reversed(model.__mro__):
        names.extend(name for name in vars(base) if name not in names)
    return names


def _describe_column(name: str, prop: ColumnProperty[Any], label: str, panel: Panel) -> Attribute:
    column: Any = prop.columns[0]
    kind = next(word for cls, word in KINDS if isinstance(column.type, cls))
    default = (
        column.default.arg if column.default is not None and column.default.is_scalar else None
    )
    return Attribute(
        name=name,
        label=label,
        hint=column.info.get("hint", ""),
        kind=kind,
        mask=column.info.get("mask", ""),
        unique=bool(column.unique),
        default=default,
        required=not column.nullable and kind != "boolean",
        max_length=column.info.get("most")
        or ((getattr(column.type, "length", None) or 0) if kind == "text" else 0),
        choices=column.type.enum_class if kind == "choice" else None,
        words=column.info.get("words"),
        stand_in=panel.stand_ins.get(name, ""),
    )


def _describe_link(name: str, prop: RelationshipProperty[Any]) -> Attribute:
    single = prop.direction.name == "MANYTOONE"
    column: Any = next(iter(prop.local_columns)) if single else None
    return Attribute(
        name=name,
        label=prop.info["label"],
        hint=prop.info["hint"],
        kind="link" if single else "many",
        target=prop.mapper.class_,
        required=single and not column.nullable,
        foreign_key=prop.parent.get_property_by_column(column).key if single else "",
    )


def joined(model: type[Any]) -> dict[str, Attribute]:
    """Describe the relations of a model that tables between hold; no generated view has them."""
    return {
        name: Attribute(
            name, relation.info["told"], hint="", kind="many", target=relation.mapper.class_
        )
        for name, relation in inspect(model).relationships.items()
        if "told" in relation.info
    }


@dataclass(frozen=True)
class Section:
    """A titled group of attributes on a form or a page."""

    title: str
    names: tuple[str, ...] = dataclass_field(default_factory=tuple)


def sections(model: type[Any]) -> tuple[Section, ...]:
    """Return the sections of an entity's form; one with every field when it names none."""
    panel: Panel = model.__panel__
    if panel.form:
        return tuple(Section(gettext(title), names) for title, names in panel.form)
    names = tuple(name for name, attribute in attributes(model).items() if not attribute.many)
    return (Section(gettext(panel.name), names),)


def list_columns(model: type[Any]) -> tuple[str, ...]:
    """Return the columns of an entity's list; all short ones when it names none."""
    panel: Panel = model.__panel__
    return panel.columns or tuple(
        name
        for name, attribute in attributes(model).items()
        if attribute.kind not in {"many", "long", "secret"}
    )


def offered_columns(model: type[Any]) -> tuple[str, ...]:
    """Return the columns that a list can show: its own, then every other field but secrets."""
    usual = list_columns(model)
    return usual + tuple(
        name
        for name, attribute in attributes(model).items()
        if name not in usual and attribute.kind not in {"many", "secret"}
    )


def entities() -> list[type[Any]]:
    """Return every model that has a panel, in the order in which they were declared."""
    from app.core.db import Entity  # noqa: PLC0415

    return [
        mapper.class_ for mapper in Entity.registry.mappers if "__panel__" in vars(mapper.class_)
    ]
