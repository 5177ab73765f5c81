"""Ask the virus scanner that the administrator named. Without one nothing is scanned."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from flask import current_app

from app.core.errors import DomainError
from app.core.language import gettext

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60
"""Seconds that a scan may take."""

CLEAN, INFECTED = 0, 1


def scan(path: Path, name: str) -> None:
    """Raise DomainError when a file is infected, or when that can't be found out."""
    command: list[str] = current_app.config["SCAN"]
    if not command:
        return
    code = _run([part.replace("{file}", str(path)) for part in command])
    if code == INFECTED:
        raise DomainError(gettext("“%(name)s”含有病毒，未保存。请提醒对方查毒", name=name))
    if code != CLEAN:
        raise DomainError(gettext("查毒程序不可用，“%(name)s”未保存，请联系系统管理员", name=name))


def _run(command: list[str]) -> int | None:
    """Run the scanner without a shell; None when it could not be run to its end."""
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, and no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        current_app.logger.error("scanner: %s", type(error).__name__)  # noqa: TRY400 - no fault
        return None
    if done.returncode not in (CLEAN, INFECTED):
        current_app.logger.error("scanner: exit code %d", done.returncode)
    return done.returncode
