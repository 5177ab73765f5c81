"""Files that mean harm, or are broken: refused in seconds and 200 MB, in a process of its own."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from app.core.sheets import child, reading
from app.core.sheets.grid import MOST_COLUMNS, MOST_ROWS
from app.core.sheets.reading import SENTENCES, SheetError
from tests.imports.files import HEADS, ROW, csv, patched, xls, xlsx

ROOT = Path(__file__).parents[2]
PLAIN = xlsx([HEADS, ROW])
OLD = xls([HEADS, ROW])
MEASURED = """
import json, os, resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "app.core.sheets.child", "read", sys.argv[1]],
                      env={"PATH": os.defpath, "OPENPYXL_DEFUSEDXML": "False"},
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
"""


def rows_of(part, rows):
    return part.replace(b"</sheetData>", rows + b"</sheetData>")


def declared(part):
    head, _, rest = part.partition(b"?>")
    text = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + rest.replace(
        b"<v>0</v>", b"<v>&a;</v>"
    )
    return head + b"?>" + text if rest else b'<!DOCTYPE x [<!ENTITY a "b">]>' + part


def in_utf16(part):
    return declared(part).decode().replace("UTF-8", "UTF-16").encode("utf-16")


def with_member(data, name, content):
    kept = io.BytesIO(data)
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return kept.getvalue()


def locked(data):
    """Mark every member as encrypted, as a ZIP with a password has it."""
    marked = bytearray(data)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + flags] |= 1
            at = marked.find(signature, at + 4)
    return bytes(marked)


HOSTILE = {
    "cut off": (PLAIN[:-400], "unreadable"),
    "half": (PLAIN[: len(PLAIN) // 2], "unreadable"),
    "a billion blanks": (
        patched(PLAIN, lambda part: rows_of(part, b" " * 110_000_000)), "bomb",
    ),
    "declares a type": (patched(PLAIN, declared), "declares"),
    "declares it in UTF-16": (patched(PLAIN, in_utf16), "declares"),
    "declares it elsewhere": (patched(PLAIN, declared, name="xl/workbook.xml"), "declares"),
    "macros": (with_member(PLAIN, "xl/vbaProject.bin", b"x"), "macro"),
    "a password": (locked(PLAIN), "locked"),
    "another document": (
        patched(PLAIN, lambda part: part, name="-").replace(b"xl/", b"ww/"), "no_workbook",
    ),
    "a locked OLE": (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked"),
    "an OLE that is none": (b"\xd0\xcf\x11\xe0" + b"\0" * 4096, "no_workbook"),
    "a broken .xls": (OLD[:1600] + b"\xff" * 1200 + OLD[2800:], "unreadable"),
    "macros in an .xls": (
        b"\xd0\xcf\x11\xe0" + "_VBA_PROJECT_CUR".encode("utf-16-le"), "macro",
    ),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "unknown"),
    "a page": ("<html><table><tr><td>反映人</td></tr></table></html>".encode("gbk"), "markup"),
    "XML of Excel 2003": (b'<?xml version="1.0"?><Workbook/>', "markup"),
    "noise": (bytes(range(128, 256)) * 40, "encoding"),
    "an open quote": (csv([HEADS, ('"张三', "1", "2", "3")]), "quotes"),
    "nothing": (b"", "empty"),
    "too many rows": (csv([HEADS, *[ROW] * MOST_ROWS]), "rows"),
    "too many columns": (csv([HEADS, ("x",) * (MOST_COLUMNS + 1)]), "columns"),
    "a row beyond the last": (
        patched(PLAIN, lambda part: rows_of(part, b'<row r="99999999"/>')), "unreadable",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_name(tmp_path, name):
    data, code = HOSTILE[name]
    path = tmp_path / "file.xlsx"
    path.write_bytes(data)
    with pytest.raises(Exception) as refused:  # noqa: PT011 - whatever ends the child
        child.read(path)
    assert getattr(refused.value, "code", "unreadable") == code


@pytest.mark.parametrize("name", ["cut off", "declares a type", "an open quote"])
def test_a_refusal_is_a_sentence(tmp_path, name):
    data, code = HOSTILE[name]
    path = tmp_path / "file.xlsx"
    path.write_bytes(data)
    with pytest.raises(SheetError) as refused:
        reading.read(path)
    assert str(refused.value).startswith(SENTENCES[code].split("%", maxsplit=1)[0])


BLANK = b'<row r="%d" ht="14"><c r="A%d" s="0"/></row>'
EATERS = {
    "10 million blank rows": lambda part: rows_of(part, b"<row/>" * 10_000_000),
    "half a million blank rows with cells": lambda part: rows_of(
        part, b"".join(BLANK % (at, at) for at in range(3, 500_000))
    ),
    "deep markup": lambda part: rows_of(part, b"<a>" * 1_000_000 + b"</a>" * 1_000_000),
    "one huge text": lambda part: rows_of(
        part, b'<row><c t="inlineStr"><is><t>' + os.urandom(15_000_000).hex().encode()
        + b"</t></is></c></row>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EATERS)
def test_what_eats_time_and_memory_ends_within_five_seconds_and_200_mb(tmp_path, name):
    path = tmp_path / "file.xlsx"
    path.write_bytes(patched(PLAIN, EATERS[name]))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, path], cwd=ROOT, capture_output=True, check=True
    )
    code, seconds, memory = json.loads(done.stdout)
    assert code != 0
    assert seconds <= 5.1
    assert memory <= 200 * 2**20


def test_a_sheet_with_many_styled_blank_rows_is_still_read(tmp_path):
    path = tmp_path / "file.xlsx"
    rows = b"".join(BLANK % (at, at) for at in range(3, 20_000))
    path.write_bytes(patched(PLAIN, lambda part: rows_of(part, rows)))
    assert [len(page.rows) for page in reading.read(path).pages] == [2]


def test_bytes_changed_at_random_are_read_or_refused_never_worse(tmp_path):
    """In this process, so that many can be tried; an exception ends only the child."""
    chance, path = random.Random(7), tmp_path / "file"  # noqa: S311 - the same noise each time
    base = [PLAIN, xls([HEADS, ROW]), csv([HEADS, ROW])]
    for _ in range(150):
        data = bytearray(chance.choice(base))
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data[: chance.randint(len(data) // 2, len(data))]))
        with suppress(Exception):  # whatever it is, it stays in the child
            assert child.read(path).format in {"xlsx", "xls", "csv"}
    path.write_bytes(bytes(chance.randrange(256) for _ in range(2000)))
    with pytest.raises(SheetError):
        reading.read(path)


def test_the_child_is_told_no_secret(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setenv("BANCHENG_DATA_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "secret")
    real = subprocess.run
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda *words, **given: seen.append(given["env"]) or real(*words, **given),
    )
    path = tmp_path / "file"
    path.write_bytes(PLAIN)
    reading.read(path)
    assert "secret" not in seen[0].values()


def test_the_child_limits_itself(monkeypatch):
    taken = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, bounds: taken.append((what, bounds)))
    child.limit()
    assert dict(taken)[resource.RLIMIT_AS][0] == 200 * 2**20
    assert dict(taken)[resource.RLIMIT_CPU][0] <= 5
