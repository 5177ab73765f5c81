"""Turn what stands in a cell into the value of a field, or say what is wrong with it.

Whatever has one meaning is taken, however it is written; what has two is refused. A sentence never
repeats what a masked field holds.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.core.language import gettext, wordings
from app.core.words import unprintable
from app.imports.aliases import MEANT
from app.imports.days import WrongError, day, hour
from app.imports.rules import folded, narrow, tidy

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.sheets.grid import Cell
    from app.core.words import Choice
    from app.imports.columns import Column

MOST_LONG = 4000
MOST_LINE = 255
MOST_INTEGER = 2**31 - 1
SAFE_DIGITS = 15
"""What Excel keeps of a number; digits beyond are gone."""
MOBILE = re.compile(r"1[3-9]\d{9}")
SERVICE = re.compile(r"[48]00\d{7}")

_POWER = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
_COUNT = re.compile(r"(?P<number>[+-]?\d+)(?:\.0+)?\s*(?:次|天|个|日|个工作日|工作日)?", re.ASCII)


def read(cell: Cell, column: Column, *, since_1904: bool = False) -> Any:
    """Return the value of a cell for a column; WrongError says why it has none."""
    if cell.kind == "error":
        raise WrongError(gettext("单元格里是错误值（如 #N/A），请改正"))
    if cell.kind == "formula":
        raise WrongError(gettext("公式没有计算结果，请用 Excel 或 WPS 打开并保存，或者直接填写值"))
    if column.kind == "date":
        return day(cell, since_1904=since_1904)
    return READERS[column.kind](cell, column)


# --- texts ---------------------------------------------------------------------------------------


def _plain(cell: Cell) -> str:
    """Return a text; what Excel has turned into something else is refused."""
    if cell.kind in {"moment", "time"}:
        raise WrongError(gettext("Excel 把它当成了日期，请把单元格设为文本后重新填写"))
    if cell.kind == "boolean":
        raise WrongError(gettext("应为文字，现为 TRUE 或 FALSE"))
    return cell.text


def _line(cell: Cell, column: Column) -> str:
    """Read one line of text."""
    text = " ".join(tidy(_plain(cell)).split())
    return _bounded(text, column.most or MOST_LINE)


def _long(cell: Cell, column: Column) -> str:
    """Read several lines, as they are."""
    return _bounded(tidy(_plain(cell)), column.most or MOST_LONG)


def _code(cell: Cell, column: Column) -> str:
    """Read a code or a number of letters and digits; full width becomes plain."""
    text = narrow(_plain(cell)).removeprefix("'")
    return _bounded(text, column.most or MOST_LINE)


def _bounded(text: str, most: int) -> str:
    if len(text) > most:
        raise WrongError(gettext("最多 %(most)d 个字，现有 %(many)d 个", most=most, many=len(text)))
    if unprintable(text):
        raise WrongError(gettext("含有无法显示的控制字符，请删除"))
    return text


# --- numbers that are names ----------------------------------------------------------------------


def _phone(cell: Cell, column: Column) -> str:
    """Read a telephone number, also one that Excel took for a number."""
    digits = _digits(cell)
    if digits is None:
        return _bounded(narrow(_plain(cell)).removeprefix("'"), column.most or 64)
    if MOBILE.fullmatch(digits) or SERVICE.fullmatch(digits) or len(digits) in (7, 8):
        return digits
    raise WrongError(
        gettext("号码在表格里是数字，开头的 0 可能已丢失；请把单元格设为文本后重新填写")
    )


def _identity(cell: Cell, column: Column) -> str:
    """Read an identity number; one that Excel took for a number has lost its last digits."""
    digits = _digits(cell)
    if digits is None:
        text = narrow(_plain(cell)).removeprefix("'").replace(" ", "").upper()
        return _bounded(text, column.most or 64)
    if len(digits) > SAFE_DIGITS:
        raise WrongError(
            gettext("号码在表格里是数字，末尾几位已丢失；请把单元格设为文本后重新填写")
        )
    return digits


def _digits(cell: Cell) -> str | None:
    """Return the digits of a number, or of a text that shows one; None for any other text.

    A power such as 1.39E+10 in a text is exact only when no digit was left out of it.
    """
    if cell.kind == "number":
        return _whole(Decimal(str(cell.value)))
    if cell.kind != "text":
        return None
    text = narrow(cell.value)
    if _POWER.fullmatch(text):
        number = Decimal(text)
        shown = len(number.as_tuple().digits)
        if shown != number.adjusted() + 1:
            raise WrongError(
                gettext("号码显示为 %(text)s 这样的形式，有几位已丢失；请重新填写", text="1.39E+10")
            )
        return _whole(number)
    if re.fullmatch(r"\d+\.0+", text):
        return text.partition(".")[0]
    return None


def _whole(number: Decimal) -> str:
    if number != number.to_integral_value() or number < 0:
        raise WrongError(gettext("应为号码，现为小数或负数"))
    return f"{number:.0f}"


def _integer(cell: Cell, _column: Column) -> int:
    """Read a whole number, with the unit that people write behind it."""
    text = narrow(cell.text) if cell.kind in {"number", "text"} else ""
    if match := _COUNT.fullmatch(text):
        number = int(match["number"])
        if abs(number) <= MOST_INTEGER:
            return number
    raise WrongError(gettext("应为整数"))


# --- choices -------------------------------------------------------------------------------------


def _choice(cell: Cell, column: Column) -> Any:
    """Read one of a closed list: by its label in either language, its code, or what people say."""
    kind: Any = column.choices
    meant = _meant(kind).get(folded(_plain(cell)))
    if meant is None:
        labels = gettext("、").join(gettext(it.label) for it in kind)
        raise WrongError(
            gettext("没有“%(text)s”这一项，可以是：%(known)s", text=_quoted(cell), known=labels)
        )
    return meant


def _meant(kind: type[Choice]) -> dict[str, Choice]:
    found: dict[str, Choice] = {}
    for it in kind:
        others = MEANT.get(kind.__name__, {}).get(it.value, [])
        for word in (*wordings(it.label), it.value, *others):
            found.setdefault(folded(word), it)
    return found


def _yes(cell: Cell, _column: Column) -> bool:
    """Read yes or no."""
    if cell.kind == "boolean":
        return bool(cell.value)
    text = folded(cell.text)
    for answer, words in ((True, MEANT["Yes"]["yes"]), (False, MEANT["Yes"]["no"])):
        if text in words:
            return answer
    raise WrongError(gettext("应为“是”或“否”"))


def _quoted(cell: Cell) -> str:
    return tidy(cell.text)[:20]


READERS: dict[str, Callable[[Cell, Column], Any]] = {
    "text": _line,
    "long": _long,
    "code": _code,
    "phone": _phone,
    "identity": _identity,
    "integer": _integer,
    "time": lambda cell, _: hour(cell),
    "choice": _choice,
    "boolean": _yes,
    "place": _line,
    "shown": lambda cell, _: cell.text,
}
"""Kind of a column → how its cells are read; a date needs to know its sheet."""

__all__ = ["READERS", "WrongError", "read"]
