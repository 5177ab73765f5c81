"""A column of a ledger: what it is called, where it comes from, how its value is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func

from app.core.language import N_
from app.core.privacy import masked
from app.core.workbook import Kind, Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Line:
    """What is known about a row while its values are told.

    `late` is None for a case without a clock; `days_late` counts working days, None when not late.
    """

    zone: ZoneInfo
    late: bool | None
    days_late: int | None
    say: Callable[[str], str]
    """Translate a word of ours."""


MASKED = N_("一律脱敏；需要完整信息时请在系统中查看，并说明原因")
"""What a cover says of personal columns that are masked."""


def plain(value: Any, _line: Line) -> Value:
    """Tell a value as it is."""
    told: Value = value
    return told


def label(value: Any, line: Line) -> Value:
    """Tell a code by its label."""
    return line.say(value.label) if value is not None else None


def local(value: Any, line: Line) -> Value:
    """Tell an instant as the wall clock of the hall showed it; Excel knows no time zones."""
    return value.astimezone(line.zone).replace(tzinfo=None) if value is not None else None


def name(value: Any, _line: Line) -> Value:
    """Tell a name masked: a ledger is carried away."""
    return masked("name", value)


def phone(value: Any, _line: Line) -> Value:
    """Tell a telephone number masked."""
    return masked("phone", value)


def late(_value: Any, line: Line) -> Value:
    """Tell whether the case is late; nothing where no clock ever ran."""
    return whether(line.late, line)


def whether(value: Any, line: Line) -> Value:
    """Tell a yes or a no."""
    return None if value is None else line.say(N_("是") if value else N_("否"))


def days_late(_value: Any, line: Line) -> Value:
    """Tell by how many working days the case is late."""
    return line.days_late


def full_name(person: Any) -> Any:
    """Select a person's name, of their table, as `Staff.name` gives it."""
    return func.trim(person.c.first_name + " " + person.c.last_name)


@dataclass(frozen=True)
class LedgerColumn:
    """A column; width in characters of the standard font, two to a Chinese character."""

    code: str
    """Its name for good, once in a ledger: what is kept about a column names it by this."""
    title: str
    source: Any
    width: float
    tell: Callable[[Any, Line], Value] = plain
    kind: Kind = Kind.TEXT

    @property
    def personal(self) -> bool:
        """Whether it tells who somebody is, masked."""
        return self.tell in {name, phone}

    def clear(self) -> LedgerColumn:
        """Return the same column with nothing masked."""
        return replace(self, tell=plain) if self.personal else self
