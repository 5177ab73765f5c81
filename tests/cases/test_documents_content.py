"""What a file is, is said by what is in it."""

from __future__ import annotations

import pytest

from app.cases.documents.content import recognise
from app.cases.documents.rules import ACCEPT, KINDS, MOST_NAME, cleaned, in_words
from tests.cases.paper import (
    DOCX,
    EXE,
    GIF,
    GOOD,
    HTML,
    JPG,
    OFD,
    PDF,
    PNG,
    SVG,
    TEXT,
    WEBP,
    archive,
    container,
)

OFFICE = "[Content_Types].xml"


def short(value):
    """Name an example by its type, or by how long it is."""
    return value if isinstance(value, str) else str(len(value))


@pytest.fixture
def told(tmp_path):
    def tell(content):
        path = tmp_path / "draft"
        path.write_bytes(content)
        return recognise(path)

    return tell


def test_every_type_that_is_taken_is_tried_here():
    assert set(GOOD) == {kind.code for kind in KINDS}
    assert all(f".{code}" in ACCEPT.split(",") for code in GOOD)


@pytest.mark.parametrize("code", GOOD)
def test_a_good_file_is_what_it_is(told, code):
    assert told(GOOD[code]) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (EXE, "exe"),
        (HTML, "html"),
        (b"\xef\xbb\xbf  " + HTML, "html"),
        (b"hello <ScRipT>alert(1)</script>", "html"),
        (SVG, "svg"),
        (b"#!/bin/sh\nrm -rf /\n", "script"),
        (b"<?php system('id'); ?>", "script"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "elf"),
        (archive("a.txt"), "zip"),
        (archive("META-INF/MANIFEST.MF", "A.class"), "jar"),
        (archive(OFFICE, "ppt/presentation.xml"), "pptx"),
        (archive(OFFICE, "word/document.xml", "word/vbaProject.bin"), "macro"),
        (archive("OFD.xml", "run.exe"), "mixed"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(30), "rar"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(30), "heif"),
        (container("EncryptedPackage"), "locked"),
        (container("WordDocument", "Macros", "VBA"), "macro"),
        (container("Property"), "ole"),
    ],
    ids=short,
)
def test_what_is_not_taken_is_called_by_its_name(told, content, code):
    assert told(content) == code


@pytest.mark.parametrize("picture", [PDF, JPG, PNG, GIF, WEBP], ids=short)
def test_two_things_at_once_are_neither(told, picture):
    assert told(picture + archive("a.class")) == "mixed"
    head = picture[:64] + b"<html><script>alert(1)</script>" + picture[64:]
    assert told(head) in {"mixed", "html"}


@pytest.mark.parametrize("code", ["docx", "xlsx", "ofd"])
def test_nothing_may_stand_in_front_of_a_document(told, code):
    assert told(EXE + GOOD[code]) == "exe"
    assert told(JPG + GOOD[code]) == "mixed"


def test_a_text_is_read_in_either_encoding(told):
    assert told("办成，办成\t第二栏\n".encode("gb18030")) == "txt"
    assert told("办成".encode("utf-8-sig")) == "txt"
    assert told("%PDF 不是我".encode()) == "txt"
    assert told(TEXT + b"\x00\x01") not in GOOD
    assert told(b"\xff\xfe\xfa\xfb\x01" * 9) not in GOOD


@pytest.mark.parametrize(
    "broken",
    [
        DOCX[:40],
        OFD[: len(OFD) // 2],
        container("WordDocument")[:540],
        container("WordDocument")[:30],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600,
        b"\xff\xd8",
        b"PK\x03\x04",
        b"\x00",
    ],
    ids=short,
)
def test_what_is_cut_off_is_nothing_and_no_fault(told, broken):
    assert told(broken) not in GOOD


def test_a_chain_without_end_ends(told):
    looped = bytearray(container("a", "b", "c", "d", "e"))
    looped[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")
    assert told(bytes(looped)) == "ole"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("身份证.jpg", "身份证.jpg"),
        ("..\\..\\windows\\系统.pdf", "系统.pdf"),
        ("/etc/passwd", "passwd"),
        ("../../a.txt", "a.txt"),
        ("合同\r\nX-Header: 1.pdf", "合同X-Header: 1.pdf"),
        ("看起来\u202efdp.exe", "看起来fdp.exe"),
        ("  .隐藏.pdf ", "隐藏.pdf"),
        ("e\u0301.txt", "é.txt"),
        ("\x00", ""),
    ],
)
def test_a_name_is_cleaned(given, name):
    assert cleaned(given) == name


def test_a_long_name_keeps_its_extension():
    name = cleaned("长" * 300 + ".docx")
    assert len(name) == MOST_NAME
    assert name.endswith("长.docx")


def test_sizes_in_words():
    assert [in_words(size) for size in (0, 1023, 2048, 3 * 2**20)] == [
        "0 B",
        "1023 B",
        "2 KB",
        "3.0 MB",
    ]
