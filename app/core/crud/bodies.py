"""What a request to REST says as JSON, checked by name and by choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from app.core.errors import InvalidInputError
from app.core.language import gettext

if TYPE_CHECKING:
    from app.core.words import Choice


def body_of(*names: str) -> dict[str, Any]:
    """Return what the request says as JSON; refuse what nobody asked for."""
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise InvalidInputError({"": gettext("请求须为 JSON 对象")})
    if unknown := sorted(set(body) - set(names)):
        raise InvalidInputError(dict.fromkeys(unknown, gettext("没有这个字段")))
    return body


def chosen(body: dict[str, Any], name: str, kind: type[Choice]) -> Any:
    """Return the choice that a body names."""
    value = body.get(name)
    if not isinstance(value, str) or value not in set(kind):
        raise InvalidInputError({name: gettext("没有这个选项，请重新选择")})
    return kind(value)
