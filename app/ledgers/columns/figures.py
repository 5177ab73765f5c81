"""What the ledgers that count have in common: a line with its figures, and their columns.

The figures are those of the overview (`app/overview/rules.py`), under its words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from app.core.language import N_, gettext
from app.core.workbook import Kind, Tone
from app.ledgers.columns.column import LedgerColumn
from app.overview.drill import MEASURES
from app.overview.rules import FEW, Figures

if TYPE_CHECKING:
    from app.core.workbook import Value

RATE_DIGITS = 1


@dataclass(frozen=True)
class Scored:
    """A line: what it is called, column by column, its figures, and what is counted beside them."""

    named: dict[str, str]
    figures: Figures
    more: Counter[str] = field(default_factory=Counter)

    @property
    def tone(self) -> Tone | None:
        """Grey where there are too few cases for a rate."""
        return Tone.FEW if self.figures.few else None


def _named(code: str, line: Scored) -> Value:
    return line.named[code]


def _measured(code: str, line: Scored) -> Value:
    number: int = getattr(line.figures, code)
    return number


def _rated(code: str, line: Scored) -> Value:
    rate: float | None = getattr(line.figures, code)
    return None if rate is None else round(rate, RATE_DIGITS)


def _more(code: str, line: Scored) -> Value:
    return line.more[code]


def _remark(line: Scored) -> Value:
    if not line.figures.few:
        return None
    return gettext("不足 %(few)d 件，不计比率", few=FEW)


def word(code: str, title: str, width: float) -> LedgerColumn:
    """Return a column of what a line is called."""
    return LedgerColumn(code, title, partial(_named, code), width)


def measure(code: str, title: str = "", width: float = 9) -> LedgerColumn:
    """Return a column of a count of the overview."""
    title = title or MEASURES[code]
    return LedgerColumn(code, title, partial(_measured, code), width, kind=Kind.INTEGER)


def beside(code: str, title: str, width: float = 8) -> LedgerColumn:
    """Return a column of what is counted beside the figures."""
    return LedgerColumn(code, title, partial(_more, code), width, kind=Kind.INTEGER)


def rate(code: str, title: str, width: float = 10) -> LedgerColumn:
    """Return a column of a rate or an average; blank where there is none."""
    return LedgerColumn(code, title, partial(_rated, code), width, kind=Kind.NUMBER)


IN_TIME = rate("in_time_rate", N_("按期办结率（%）"))
AVERAGE = rate("average_days", N_("平均用时（工作日）"))
SATISFACTION = rate("satisfaction", N_("满意率（%）"))
REMARK = LedgerColumn("remark", N_("说明"), _remark, 26)

HALL_COLUMNS = (
    word("hall", N_("大厅"), 30),
    *map(measure, ("registered", "taken", "refused", "in_time", "late", "open_late")),
    IN_TIME,
    AVERAGE,
    *map(measure, ("rated", "satisfied")),
    SATISFACTION,
    REMARK,
)
"""The columns of a summary of halls."""

NOTES = (
    (N_("登记日期"), N_("按事项登记的日期筛选，以各大厅当地时间为准")),
    (N_("各项数字"), N_("与办件统计同一口径；超期在办的按截至时间判断")),
    (N_("按期办结率（%）"), N_("按期办结占办结与超期在办之和的百分比")),
    (N_("平均用时（工作日）"), N_("自受理至办结的工作时间，折合工作日，不足 10 件的为空")),
    (N_("满意率（%）"), N_("基本满意及以上占已评价的百分比，已评价不足 10 件的为空")),
    (N_("灰色"), N_("办结与超期在办不足 10 件的，一件之差就会改变一成以上，不计比率")),
)


def values(columns: tuple[LedgerColumn, ...], line: Scored) -> list[Any]:
    """Return the cells of a line."""
    return [column.source(line) for column in columns]
