"""Words of the organisation: levels of halls, ends of the day, the five roles."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from app.core.words import N_, Choice

CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*")
"""What a code may look like: it stands in commands, URLs and file names."""

PREFIX = re.compile(r"[A-Z]{1,6}")
"""What a hall's case numbers may begin with."""


class HallLevel(Choice):
    """The level of government that runs a hall."""

    PROVINCE = "province", N_("省级")
    CITY = "city", N_("市级")
    COUNTY = "county", N_("县级")
    TOWN = "town", N_("乡镇级")


class DayEnd(Choice):
    """When the last day of a period ends (Civil Code of the PRC, art. 203)."""

    CLOSING = "closing", N_("下班时间")
    MIDNIGHT = "midnight", N_("24 时")


class Role(Choice):
    """What a person is in a hall or a department (app/access.py says what each may do)."""

    CLERK = "clerk", N_("窗口人员")
    HANDLER = "handler", N_("科室经办人")
    SUPERVISOR = "supervisor", N_("督查/分管领导")
    INSPECTOR = "inspector", N_("纪检监察/审计")
    ADMIN = "admin", N_("系统管理员")


def is_time_zone(name: str) -> bool:
    """Say whether a time zone of this name exists."""
    return name in available_timezones()


STAND_IN = "@localhost"
"""What the mail address of somebody who has none ends with: the table of people asks for one."""

ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
"""What a mail address may look like."""


def real_address(text: str | None) -> str | None:
    """Return a mail address, or None when it only stands in for one."""
    return None if not text or text.endswith(STAND_IN) else text


LEAST_PASSWORD = 8
"""How many characters a password has at least."""
