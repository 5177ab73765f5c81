"""Turn what the database refuses into a sentence: duplicates, rows in use, broken rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, UniqueConstraint, func, inspect, select
from sqlalchemy.orm.exc import StaleDataError

from app.core.db import db
from app.core.errors import InvalidInputError, OutOfScopeError
from app.core.language import gettext, ngettext
from app.core.panel import attributes, entities
from app.core.words import unprintable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.exc import IntegrityError


def check(row: Any) -> None:
    """Raise InvalidInputError for what the row says is wrong with itself, or can't be shown."""
    sentence = gettext("含有无法显示的控制字符，请删除后再提交")
    found = {
        name: sentence
        for name, attribute in attributes(type(row)).items()
        if attribute.kind in {"text", "long", "secret"} and unprintable(getattr(row, name) or "")
    }
    with db.session.no_autoflush:  # a new row hangs on others before it is added
        found |= row.problems() if hasattr(row, "problems") else {}
    if found:
        raise InvalidInputError(found)


def problems_of(error: Exception) -> dict[str, str]:
    """Return the sentence of an error under the field that it belongs to."""
    if isinstance(error, InvalidInputError):
        return error.problems
    if isinstance(error, OutOfScopeError):
        return {"": gettext("所选内容不在您的权限范围内，未保存")}
    if isinstance(error, StaleDataError):
        return {"": gettext("他人刚刚修改了同一记录，请核对后再保存")}
    return {"": str(error)}


def explain(error: IntegrityError, model: type[Any]) -> InvalidInputError:
    """Say in the reader's language which rule of the database was broken, beside its field."""
    text = str(error.orig)
    for columns in _unique_columns(inspect(model).local_table):
        if _names_columns(text, model, columns):
            names = [_attribute_of(model, column) for column in columns]
            known = attributes(model)
            labels = gettext("、").join(
                gettext(known[name].label) for name in names if name in known
            )
            field = next((name for name in reversed(names) if name in known), "")
            return InvalidInputError(
                {field: gettext("已有相同的记录，请换一个：%(labels)s", labels=labels)}
            )
    if "foreign key" in text.lower():
        return InvalidInputError({"": gettext("所选的记录已不存在，请重新选择")})
    return InvalidInputError({"": gettext("数据不符合规则，未保存，请检查各项内容")})


def _unique_columns(table: Any) -> Iterator[tuple[str, ...]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)
    for index in table.indexes:
        if index.unique:
            yield tuple(column.name for column in index.columns)


def _names_columns(text: str, model: type[Any], columns: tuple[str, ...]) -> bool:
    """Recognise a constraint by PostgreSQL's name for it or by SQLite's list of its columns."""
    table = model.__tablename__
    listed = ", ".join(f"{table}.{column}" for column in columns)
    return f'"uq_{table}_{"_".join(columns)}"' in text or text.endswith(
        f"constraint failed: {listed}"
    )


def _attribute_of(model: type[Any], column: str) -> str:
    for attribute in attributes(model).values():
        if attribute.foreign_key == column:
            return attribute.name
    return column


def in_use(row: Any) -> list[str]:
    """Say what still refers to a row or holds it (`held`), as sentences; empty when nothing does.

    Counted over all rows, seen or not: what a person may not see still holds the row.
    """
    table: Table = inspect(type(row)).local_table
    names = {inspect(model).local_table: gettext(model.__panel__.name) for model in entities()}
    found = list(row.held()) if hasattr(row, "held") else []
    for other in table.metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table is not table or other.info.get("goes_along"):
                continue
            count = db.session.connection().scalar(
                select(func.count())
                .select_from(other)
                .where(key.parent == getattr(row, key.column.key))
            )
            if count:
                found.append(
                    ngettext(
                        "有 %(num)d 条“%(name)s”正在使用它",
                        "有 %(num)d 条“%(name)s”正在使用它",
                        count,
                        name=names.get(other) or gettext("关联记录"),
                    )
                )
    return found
