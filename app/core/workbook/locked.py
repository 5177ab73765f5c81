"""Lock a workbook with a password: encrypted OOXML (ECMA-376 agile, [MS-OFFCRYPTO] 2.3.4.10).

Excel, WPS and LibreOffice ask for the password. The clear workbook is in memory alone, whole: the
file on disk is encrypted from its first byte, so that a crash leaves nothing to read.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from io import BytesIO
from typing import IO, TYPE_CHECKING

from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile

from app.core.errors import DomainError
from app.core.language import gettext
from app.core.workbook.errors import WorkbookError, told_plainly

if TYPE_CHECKING:
    from pathlib import Path

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""How the compound file begins in which an encrypted workbook lies."""

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters of a password: none that is taken for another when it is read out."""

GROUPS, IN_GROUP = 4, 5


@dataclass(frozen=True)
class Lock:
    """What protects a workbook: its password, and what stands on every printed page."""

    password: str
    watermark: str


def new_password() -> str:
    """Make a password: four groups of five characters, 99 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(IN_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def lock(clear: IO[bytes], password: str, file: IO[bytes]) -> None:
    """Write a workbook encrypted to an open file."""
    OOXMLFile(clear).encrypt(password, file)


def is_locked(path: Path) -> bool:
    """Say whether a file is locked with a password; WorkbookError when it can't be read."""
    with told_plainly(), path.open("rb") as file:
        return file.read(len(COMPOUND)) == COMPOUND


def unlocked(path: Path, password: str) -> BytesIO:
    """Return the workbook in a locked file.

    DomainError for another password, WorkbookError when it is no workbook, or damaged.
    """
    clear = BytesIO()
    with told_plainly(), path.open("rb") as file:
        try:
            locked = OOXMLFile(file)
            locked.load_key(password=password, verify_password=True)
            locked.decrypt(clear, verify_integrity=True)
        except InvalidKeyError as error:
            raise DomainError(gettext("口令不对，或者文件已被改动")) from error
        except (DecryptionError, FileFormatError, IndexError, KeyError, ValueError) as error:
            raise WorkbookError(gettext("这个文件不是可以读取的 Excel 工作簿。")) from error
    clear.seek(0)
    return clear
