"""Recognise a file by what is in it, never by its name.

puremagic says what the first and last bytes look like; what it can't tell apart (what is inside a
ZIP or an OLE container, what is text) is looked up here. A file that is two things at once, such
as a picture with an archive behind it, is neither.
"""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
from typing import TYPE_CHECKING

import puremagic

from app.cases.documents.rules import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

HEAD = 4096
SIGNATURES: tuple[tuple[str, bytes, int], ...] = (
    ("pdf", b"%PDF-", 0),
    ("jpg", b"\xff\xd8\xff", 0),
    ("png", b"\x89PNG\r\n\x1a\n", 0),
    ("gif", b"GIF8", 0),
    ("webp", b"WEBP", 8),
)
"""Type → bytes and where they must stand: no allowance is made for anything in front of them."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARTS = (
    ("docx", {"[Content_Types].xml", "word/document.xml"}),
    ("xlsx", {"[Content_Types].xml", "xl/workbook.xml"}),
    ("ofd", {"OFD.xml"}),
    ("pptx", {"[Content_Types].xml", "ppt/presentation.xml"}),
    ("apk", {"AndroidManifest.xml"}),
    ("jar", {"META-INF/MANIFEST.MF"}),
)
MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|iframe|svg)\b", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
END_OF_CHAIN, MOST_SECTORS = 0xFFFFFFFA, 1 << 17
ENTRY = 128


def recognise(path: Path) -> str:
    """Return the code of what a file is: one of `rules.KINDS`, or of what is not taken."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(ZIP):
        return _in_zip(path)
    if head.startswith(OLE):
        return _in_ole(path)
    code = next((code for code, mark, at in SIGNATURES if head[at:].startswith(mark)), "")
    guessed = _guessed(path)
    if code and _agreed(code, guessed):
        return "mixed" if _holds_more(path, head) else code
    return _text(path) or guessed or "unknown"


def _guessed(path: Path) -> str:
    """Return the extension that puremagic finds most likely; empty when it finds none."""
    try:
        found = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError):
        return ""
    best = found[0] if found else None
    if best is None:
        return ""
    return "elf" if best.name.startswith("ELF") else best.extension.lstrip(".").lower()


def _agreed(code: str, guessed: str) -> bool:
    return guessed in KIND[code].extensions


def _holds_more(path: Path, head: bytes) -> bool:
    """Say whether an archive hangs behind the file, or a page hides in front of its content."""
    return zipfile.is_zipfile(path) or MARKUP.search(head) is not None


# --- ZIP containers --------------------------------------------------------------------------


def _in_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError, OSError, struct.error):
        return "zip"
    code = next((code for code, parts in PARTS if parts <= names), "zip")
    if code in KIND and any(name.lower().endswith("vbaproject.bin") for name in names):
        return "macro"
    if code in KIND and any(name.lower().endswith((".exe", ".dll")) for name in names):
        return "mixed"
    return code


# --- OLE containers (MS-CFB) -----------------------------------------------------------------


def _in_ole(path: Path) -> str:
    with path.open("rb") as file:
        try:
            names = set(_entries(file))
        except (struct.error, IndexError, ValueError):
            return "ole"
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        return "locked"
    if names & {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"}:
        return "macro"
    if "WordDocument" in names:
        return "doc"
    return "xls" if names & {"Workbook", "Book"} else "ole"


def _entries(file: BinaryIO) -> Iterator[str]:
    """Return the names in the directory of an OLE file."""
    header = file.read(512)
    shift = struct.unpack_from("<H", header, 30)[0]
    if shift not in (9, 12):
        raise ValueError(shift)
    size = 1 << shift
    table = _allocation(file, header, size)
    sector = struct.unpack_from("<I", header, 48)[0]
    for _ in range(MOST_SECTORS):
        if sector >= END_OF_CHAIN:
            return
        block = _sector(file, sector, size)
        for at in range(0, size, ENTRY):
            length = struct.unpack_from("<H", block, at + 64)[0]
            if 2 <= length <= 64:  # noqa: PLR2004 - bytes of a name, its closing zero included
                yield block[at : at + length - 2].decode("utf-16-le", "replace")
        sector = table[sector]


def _allocation(file: BinaryIO, header: bytes, size: int) -> list[int]:
    """Return the chain of the sectors: for each the one that follows it."""
    places = list(struct.unpack_from("<109I", header, 76))
    further, most = struct.unpack_from("<II", header, 68)
    for _ in range(min(most, MOST_SECTORS)):
        if further >= END_OF_CHAIN:
            break
        block = struct.unpack(f"<{size // 4}I", _sector(file, further, size))
        places.extend(block[:-1])
        further = block[-1]
    table: list[int] = []
    for place in places:
        if place < END_OF_CHAIN:
            table.extend(struct.unpack(f"<{size // 4}I", _sector(file, place, size)))
    return table


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number + 1) * size)
    return file.read(size)


# --- text ------------------------------------------------------------------------------------


def _text(path: Path) -> str:
    """Return what a text is: plain, a page, a script; empty when it is no text at all."""
    if not any(_decodes(path, encoding) for encoding in ("utf-8-sig", "gb18030")):
        return ""
    raw = path.read_bytes()
    start = raw.removeprefix(codecs.BOM_UTF8).lstrip()
    if b"<svg" in raw.lower():
        return "svg"
    if MARKUP.search(raw):
        return "html"
    if start.startswith(b"<?xml"):
        return "xml"
    return "script" if start.startswith((b"#!", b"<?", b"<%")) else "txt"


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            return not any(CONTROL.search(piece) for piece in iter(lambda: file.read(1 << 16), ""))
    except UnicodeDecodeError:
        return False
