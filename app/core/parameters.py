"""What commands are given, read from text: instants, times of day, time zones."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from app.core.language import N_, gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable


class Parsed(click.ParamType[Any]):
    """A value that a function reads from text; what it can't read is told in a sentence."""

    def __init__(self, name: str, read: Callable[[str], Any], wrong: str) -> None:
        """Keep how it is named in the help, read, and refused."""
        self.name, self._read, self._wrong = name, read, wrong

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Read the text; a default may be read already."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except (ValueError, LookupError, OSError):
            self.fail(_(self._wrong, value=value), param, ctx)


INSTANT = Parsed("ISO", datetime.fromisoformat, N_("不是 ISO 格式的日期时间：%(value)s"))
"""A date and time; without an offset it is the wall clock of the time zone."""

CLOCK_TIME = Parsed("HH:MM", time.fromisoformat, N_("不是 HH:MM 格式的时刻：%(value)s"))
ZONE = Parsed("NAME", ZoneInfo, N_("没有这个时区：%(value)s"))
