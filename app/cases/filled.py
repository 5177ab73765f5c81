"""Check what a move was filled in with, against what the table says that it asks for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.cases.asked import ASKED, Asked
from app.cases.models import Case
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.words import unprintable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.cases.moves import Move


def checked(step: Move, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in; raise InvalidInputError for what is missing or can't be."""
    names = (*step.required, *step.optional)
    filled = {name: values.get(name) for name in names}
    for name, value in filled.items():
        if isinstance(value, str):
            filled[name] = value.strip() or None
        elif ASKED[name].kind == "rows" and value in ([], ()):
            filled[name] = None
    problems = {name: gettext("必填") for name in step.required if filled[name] is None}
    problems |= {
        name: wrong
        for name, value in filled.items()
        if value is not None and (wrong := _wrong(ASKED[name], value))
    }
    if problems:
        raise InvalidInputError(problems)
    return filled


def _wrong(asked: Asked, value: Any) -> str:
    """Say what is wrong with what one field was filled in with; empty when nothing is."""
    return CHECKS[asked.kind](asked, value)


def _text(asked: Asked, value: Any) -> str:
    if not isinstance(value, str):
        return gettext("应为文字")
    if len(value) > asked.most:
        return gettext("最多 %(most)d 个字", most=asked.most)
    return gettext("含有无法显示的控制字符，请删除后再提交") if unprintable(value) else ""


def _known(*, known: bool) -> str:
    return "" if known else gettext("没有这个选项，请重新选择")


def _days(asked: Asked, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= asked.most:
        return ""
    return gettext("应为 1 至 %(most)d 的整数", most=asked.most)


def _instant(_asked: Asked, value: Any) -> str:
    aware = isinstance(value, datetime) and value.tzinfo is not None
    return "" if aware else gettext("应为日期和时间")


CHECKS: dict[str, Callable[[Asked, Any], str]] = {
    "long": _text,
    "text": _text,
    "days": _days,
    "instant": _instant,
    "yes": lambda _, value: "" if isinstance(value, bool) else gettext("应为是或否"),
    "choice": lambda asked, value: _known(
        known=isinstance(value, str) and value in set(asked.choices or ())
    ),
    "row": lambda asked, value: _known(known=isinstance(value, asked.target or object)),
    "rows": lambda asked, value: _known(
        known=isinstance(value, (list, tuple))
        and all(isinstance(row, asked.target or object) for row in value)
    ),
    "case": lambda _, value: "" if isinstance(value, Case) else gettext("没有这件事项"),
}
"""Kind of field → what is wrong with a value."""
