"""Have a file opened by a process of its own, and say in a sentence what it refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.core.sheets.child import REFUSED
from app.core.sheets.grid import Book, from_json

if TYPE_CHECKING:
    from app.core.sheets.marking import Marks

ROOT = Path(__file__).parents[3]
PATIENCE = 30
"""Seconds by the wall clock; the processor's own limit ends a busy child much sooner."""

SENTENCES: dict[str, str] = {
    "empty": N_("文件是空的"),
    "unknown": N_("这不是电子表格，请上传 .xlsx、.xls 或 .csv 文件"),
    "no_workbook": N_("这不是电子表格，请上传 .xlsx、.xls 或 .csv 文件"),
    "markup": N_("这是网页格式的文件，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"),
    "macro": N_("文件带有宏，出于安全不予读取；请另存为不带宏的 .xlsx 再上传"),
    "locked": N_("文件设有打开密码，无法读取；请去掉密码后再上传"),
    "encoding": N_("无法识别文件的文字编码，请另存为 .xlsx 或 UTF-8 编码的 .csv"),
    "quotes": N_("第 %(line)d 行的引号不完整，无法分列；请另存为 .xlsx 再上传"),
    "rows": N_("表格超过 %(most)d 行，请分成几个文件上传"),
    "columns": N_("表格在第 %(most)d 列以后还有内容，请删除多余的列"),
    "bomb": N_("文件解压后过大，可能有问题，未读取"),
    "declares": N_("文件内含有不应有的声明，可能有问题，未读取"),
    "too_much": N_("文件内容过多，无法读取；请删除表格下方和右侧多余的空白行列后再上传"),
    "unreadable": N_("文件已损坏或不完整，无法读取；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"),
}
"""Code of a refusal → its sentence."""

TIMED_OUT = {-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}


class SheetError(DomainError):
    """Raise when a file is not read; nothing of it was used."""


def read(path: Path) -> Book:
    """Return what is in a file; SheetError says why it is not read."""
    return from_json(json.loads(_run("read", path)))


def mark(path: Path, marks: Marks, out: Path) -> None:
    """Write the file with what is wrong in it marked."""
    _run("mark", path, out, told=asdict(marks))


def refusal(code: str, **where: Any) -> SheetError:
    """Return the refusal with a code as an error that says its sentence."""
    return SheetError(gettext(SENTENCES[code], **where))


def _run(*words: str | Path, told: dict[str, Any] | None = None) -> bytes:
    """Start the child with no environment of ours: it gets no key and no address of a database."""
    if told is not None:
        told = {**told, "marks": [list(it.values()) for it in told["marks"]]}
    environment = {
        "PATH": os.defpath,
        "PYTHONUTF8": "1",
        "OPENPYXL_DEFUSEDXML": "False",  # four times slower; what it refuses, xlsx.py has refused
    }
    if "SYSTEMROOT" in os.environ:
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "app.core.sheets.child", *map(str, words)],
            input=json.dumps(told).encode(),
            capture_output=True,
            cwd=ROOT,
            env=environment,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refusal("too_much") from error
    if done.returncode == 0:
        return done.stdout
    if done.returncode == REFUSED:
        where = json.loads(done.stdout)
        raise refusal(where.pop("code"), **where)
    raise refusal("too_much" if done.returncode in TIMED_OUT else "unreadable")
