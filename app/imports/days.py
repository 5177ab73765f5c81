"""Read dates and times of day as people write them; what has two meanings is refused."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.core.language import gettext
from app.imports.rules import narrow

if TYPE_CHECKING:
    from app.core.sheets.grid import Cell

FIRST_YEAR, LAST_YEAR = 1990, 2100
FIRST_SERIAL, LAST_SERIAL = 32_874, 73_415
"""The serial numbers of those years, since 1900."""
SINCE_1900, SINCE_1904 = date(1899, 12, 30), date(1904, 1, 1)

_CLOCK = r"(?:\s*T?\s*(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})?分?(?:[:]?\d{1,2}秒?)?)?"
_DATE = re.compile(
    r"(?P<y>\d{4})(?:(?P<m>\d\d)(?P<d>\d\d)"
    r"|\s*(?P<sep>[-/.])\s*(?P<m1>\d{1,2})\s*(?P=sep)\s*(?P<d1>\d{1,2})\.?"
    r"|\s*年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*[日号]?)" + _CLOCK,
    re.ASCII,
)
_NO_YEAR = re.compile(r"(?:\d{1,2})\s*(?:[-/.]|月)\s*\d{1,2}\s*[日号]?")
_NO_DAY = re.compile(r"(?:\d{4})\s*(?:[-/.]|年)\s*\d{1,2}\s*月?")
_SHORT = re.compile(r"(?:\d{1,2})[-/.年]\d{1,2}[-/.月]\d{2,4}[日号]?")
_TIME = re.compile(r"(?P<hour>\d{1,2})[:点时](?P<minute>\d{1,2})?分?(?:[:]\d{1,2})?", re.ASCII)


class WrongError(ValueError):
    """Raise when a cell can't be taken; the message is a sentence for whoever filled it in."""


def day(cell: Cell, *, since_1904: bool) -> date:
    """Read a date in any of the ways in which it has one meaning."""
    if cell.kind == "moment":
        found = datetime.fromisoformat(cell.value).date()
    elif cell.kind == "number":
        found = _of_number(cell, since_1904=since_1904)
    elif cell.kind == "text":
        found = _of_text(narrow(cell.value).removeprefix("'"))
    else:
        raise WrongError(_no_date(str(cell.value)))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WrongError(
            gettext(
                "日期应在 %(first)d 年至 %(last)d 年之间，现为 %(day)s",
                first=FIRST_YEAR,
                last=LAST_YEAR,
                day=found.isoformat(),
            )
        )
    return found


def _of_number(cell: Cell, *, since_1904: bool) -> date:
    """Read a number in a column of dates: eight digits, or a serial number of Excel."""
    text, serial = cell.text, float(cell.value)
    if re.fullmatch(r"(?:19|20)\d{6}", text):
        return _of_text(text)
    start = SINCE_1904 if since_1904 else SINCE_1900
    days = serial + (start - SINCE_1900).days
    if FIRST_SERIAL <= days <= LAST_SERIAL:
        return start + timedelta(days=int(serial))
    raise WrongError(_no_date(text))


def _of_text(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise WrongError(_ambiguous(text) or _no_date(text))
    year, month, day = (
        int(next(v for k in keys if (v := match[k])))
        for keys in (("y",), ("m", "m1", "m2"), ("d", "d1", "d2"))
    )
    try:
        return date(year, month, day)
    except ValueError:
        raise WrongError(gettext("没有“%(text)s”这一天", text=text[:20])) from None


def _ambiguous(text: str) -> str:
    """Say which part of a date is missing or may be meant in two ways."""
    if _NO_YEAR.fullmatch(text):
        return gettext("日期“%(text)s”没有年份，请写作 2026-05-07", text=text[:20])
    if _NO_DAY.fullmatch(text):
        return gettext("日期“%(text)s”没有写明哪一日，请写作 2026-05-07", text=text[:20])
    if _SHORT.fullmatch(text):
        return gettext("日期“%(text)s”分不清年月日，请写作 2026-05-07", text=text[:20])
    return ""


def _no_date(text: str) -> str:
    return gettext("无法识别日期“%(text)s”，请写作 2026-05-07", text=text[:20])


def hour(cell: Cell) -> time:
    """Read a time of day."""
    if cell.kind == "time":
        return time.fromisoformat(cell.value).replace(second=0)
    if cell.kind == "number" and 0 <= cell.value < 1:
        minutes = round(float(cell.value) * 1440) % 1440
        return time(minutes // 60, minutes % 60)
    match = _TIME.fullmatch(narrow(cell.value)) if cell.kind == "text" else None
    if match is None:
        raise WrongError(gettext("应为时刻，例如 09:00"))
    try:
        return time(int(match["hour"]), int(match["minute"] or 0))
    except ValueError:
        raise WrongError(gettext("应为时刻，例如 09:00")) from None
