"""Words of imports, and how headings and choices are compared: standard library only."""

from __future__ import annotations

import re
import unicodedata

from app.core.words import N_, Choice

KEPT_DAYS = 3
"""How many days an uploaded file is kept, encrypted, to be confirmed or marked."""

MOST_NAME = 200
MOST_TOLD = 300
"""Problems that a page lists; the marked file has all of them."""

MOST_SHOWN = 20
"""Rows of the preview."""

TITLES: dict[str, str] = {}
"""Kind of import → what it is called; filled from the table of kinds."""

_BLANK = re.compile(r"[\s\u200b\ufeff]+")
_REMARK = re.compile(r"(?:[(\[【][^)\]】]*[)\]】])$")
_SIGNS = re.compile(r"(?:[*:,.、。;_/\-])+")


class ImportState(Choice):
    """How an import stands."""

    CHECKED = "checked", N_("待确认")
    DONE = "done", N_("已导入")


class Verdict(Choice):
    """What becomes of a row."""

    NEW = "new", N_("可导入")
    KNOWN = "known", N_("无需导入")
    WRONG = "wrong", N_("有问题")


class LineKind(Choice):
    """Whose rows are remembered by their content."""

    CASES = "cases", N_("事项")
    PROGRESS = "progress", N_("办理反馈")


def tidy(text: str) -> str:
    """Take away the blanks that nobody sees: around a text, and the kinds that Excel brings."""
    plain = text.replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "")
    return plain.replace("\r\n", "\n").replace("\r", "\n").strip()


def narrow(text: str) -> str:
    """Return a text with full-width digits, letters and signs made plain."""
    return unicodedata.normalize("NFKC", tidy(text)).strip()


def folded(text: str) -> str:
    """Return what two writings of one word share: case, width, blanks and signs set aside."""
    return _SIGNS.sub("", _BLANK.sub("", narrow(text))).casefold()


def folded_heading(text: str) -> tuple[str, str]:
    """Return a heading folded: as it is, and without a remark in brackets at its end."""
    plain = _BLANK.sub("", narrow(text))
    bare = _REMARK.sub("", plain.rstrip("*"))
    return folded(plain), folded(bare)
