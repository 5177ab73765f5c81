"""Facts of paper: which type fits onto a page, and what a code looks like."""

from __future__ import annotations

import pytest

from app.papers.rules import ALPHABET, CODE_LENGTH, TYPES, as_meant, fitting, grouped, new_code

AROUND = 14


def points(*texts):
    found = fitting(texts, AROUND)
    return found.points if found else None


def test_the_type_shrinks_with_the_text_and_never_below_the_smallest():
    sizes = [points("字" * length) for length in range(0, 9001, 100)]
    assert sizes[0] == TYPES[0].points
    assert sizes[-1] is None
    kept = [size for size in sizes if size]
    assert kept == sorted(kept, reverse=True)
    assert set(kept) == {size.points for size in TYPES}


def test_short_lines_take_room_as_long_ones_do():
    assert points("字\n" * 20) < points("字" * 40)
    assert points("\n" * 200) is None


def test_letters_are_narrower_than_characters_but_capitals_hardly():
    size = TYPES[0]
    assert size.lines("a" * 300) < size.lines("A" * 300) == size.lines("字" * 300)
    assert size.lines("") == 1


def test_the_styles_say_the_same_sizes_as_the_rules():
    from config import ROOT

    css = (ROOT / "app/static/bancheng/papers.css").read_text(encoding="utf-8")
    for size in TYPES:
        assert f".{size.name} {{ --type: {size.points}pt; --leading: {size.leading} }}" in css


def test_a_code_is_long_and_of_letters_that_nobody_mistakes():
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) == set(ALPHABET)
    assert not set("01OIL") & set(ALPHABET)
    assert len(ALPHABET) ** CODE_LENGTH > 2**49
    assert grouped("ABCDE23456") == "ABCDE 23456"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" lq-2026-000318\n", "LQ-2026-000318"),
        ("ＬＱ－２０２６－０００３１８", "LQ-2026-000318"),
        ("abcde　23456", "ABCDE23456"),
        ("a\0b", "AB"),
        ("x" * 10_000, "X" * 64),
        ("", ""),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(typed, meant):
    assert as_meant(typed) == meant
