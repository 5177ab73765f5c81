"""The process that opens a file: `python -m app.core.sheets.child read|mark FILE [OUT]`.

What it is told comes as JSON on stdin, what it found goes as JSON to stdout. Exit code 0 is done,
3 a refusal with its code. Whatever else happens (an exception, no memory, no time), nobody but the
file's owner is disturbed.
"""

from __future__ import annotations

import contextlib
import json
import sys
import warnings
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import is_zipfile

from app.core.sheets import delimited, xls, xlsx
from app.core.sheets.grid import Book, RefusedError, as_json
from app.core.sheets.marking import Mark, Marks, mark

MEMORY = 200 * 2**20
SECONDS = 4
REFUSED = 3
NO_MEMORY = 1
"""Expat's code for it."""
ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0"
KNOWN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def limit() -> None:
    """Take what the system can limit: memory and processor time."""
    with contextlib.suppress(ImportError):  # Windows has no such limits; the parent's clock stays
        import resource  # noqa: PLC0415 - see above

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


def read(path: Path) -> Book:
    """Read a file by what is in it, never by its name."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise RefusedError("empty")
    if head.startswith(OLE):
        return xls.read(path)
    if head.startswith(ZIP) or is_zipfile(path):
        return xlsx.read(path)
    if head.startswith(KNOWN):
        raise RefusedError("unknown")
    return delimited.read(path)


def _mark(path: Path, out: Path) -> None:
    told = json.load(sys.stdin)
    marks = Marks(told["title"], told["heads"], [Mark(*it) for it in told["marks"]], told["author"])
    book = read(path)
    mark(path, None if book.format == "xlsx" else book, marks, out)


def main(words: list[str]) -> int:
    """Do what was asked; say a refusal as JSON."""
    warnings.simplefilter("ignore")
    limit()
    try:
        if words[0] == "read":
            json.dump(as_json(read(Path(words[1]))), sys.stdout)
        else:
            _mark(Path(words[1]), Path(words[2]))
    except RefusedError as error:
        json.dump({"code": error.code, **error.where}, sys.stdout)
        return REFUSED
    except MemoryError:
        json.dump({"code": "too_much"}, sys.stdout)
        return REFUSED
    except ParseError as error:
        json.dump({"code": "too_much" if error.code == NO_MEMORY else "unreadable"}, sys.stdout)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
