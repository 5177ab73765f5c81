"""What commands are given, read from text: instants, times of day, time zones."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from app.core.language import gettext as _


class Instant(click.ParamType[Any]):
    """An ISO 8601 date and time; without an offset it is the wall clock of the time zone."""

    name = "ISO"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Read the text."""
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(_("不是 ISO 格式的日期时间：%(value)s", value=value), param, ctx)


class ClockTime(click.ParamType[Any]):
    """A time of day, HH:MM."""

    name = "HH:MM"

    def convert(self, value: Any, param: Any, ctx: Any) -> time:
        """Read the text."""
        try:
            return value if isinstance(value, time) else time.fromisoformat(value)
        except ValueError:
            self.fail(_("不是 HH:MM 格式的时刻：%(value)s", value=value), param, ctx)


class Zone(click.ParamType[Any]):
    """The name of a time zone."""

    name = "NAME"

    def convert(self, value: Any, param: Any, ctx: Any) -> ZoneInfo:
        """Find the time zone."""
        try:
            return value if isinstance(value, ZoneInfo) else ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(_("没有这个时区：%(value)s", value=value), param, ctx)
