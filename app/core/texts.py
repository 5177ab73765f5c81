"""What somebody typed into a small form or sent to REST, as it is kept."""

from __future__ import annotations

from typing import Any

from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.words import unprintable

MOST_TEXT = 2000
"""Characters of a demand, a reply or a reason: what goes onto one page with the rest."""


def said(name: str, text: Any, most: int = MOST_TEXT) -> str:
    """Return a text as it is kept; raise InvalidInputError for one that is empty or can't be."""
    if not isinstance(text, str):
        raise InvalidInputError({name: gettext("必填") if text is None else gettext("应为文字")})
    kept = text.strip()
    if not kept:
        raise InvalidInputError({name: gettext("必填")})
    if len(kept) > most:
        raise InvalidInputError({name: gettext("最多 %(most)d 个字", most=most)})
    if unprintable(kept):
        raise InvalidInputError({name: gettext("含有无法显示的控制字符，请删除后再提交")})
    return kept
