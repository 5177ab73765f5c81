"""What goes wrong outside the program while a workbook is written or read, as a sentence."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.core.errors import DomainError
from app.core.language import N_, gettext

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = N_("磁盘空间不足，表格没有写成，原有文件没有变动。")
_FORBIDDEN = N_("没有读写该文件或文件夹的权限。")
_MISSING = N_("文件或文件夹不存在。")
_FAILED = N_("文件读写失败，原有文件没有变动：%(reason)s")
_SENTENCES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.ENOENT: _MISSING,
    errno.ENOTDIR: _MISSING,
}


class WorkbookError(DomainError):
    """Raise when a workbook can't be written or read for a reason outside the program."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what the operating system refuses into a WorkbookError."""
    try:
        yield
    except OSError as error:
        raise WorkbookError(_sentence(error.errno, error.strerror)) from error


def _sentence(code: int | None, reason: str | None) -> str:
    """Choose the sentence for an error number."""
    known = _SENTENCES.get(code) if code else None
    return gettext(known) if known else gettext(_FAILED, reason=reason or "?")
