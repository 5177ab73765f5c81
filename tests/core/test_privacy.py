"""Personal data: encrypted at rest, found by equality, masked on the way out."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, strategies as st

from app.core.errors import DomainError
from app.core.privacy import (
    Keyring,
    mask_address,
    mask_id_number,
    mask_name,
    mask_phone,
    masked,
    normalised,
)

OLD, NEW, OTHER = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))


def ring(*keys):
    return Keyring.parse(",".join(keys))


@given(st.text(min_size=1, max_size=200))
def test_what_is_closed_opens_again(text):
    if text.isprintable():
        assert ring(NEW).open(ring(NEW).close(text)) == text


def test_what_is_closed_says_nothing_and_never_the_same():
    first, second = (ring(NEW).close("13812342046") for _ in range(2))
    assert first != second
    assert "2046" not in first


def test_a_new_key_closes_and_the_old_one_still_opens():
    stored = ring(OLD).close("秘密")
    both = ring(NEW, OLD)
    assert both.open(stored) == "秘密"
    assert ring(NEW).open(both.close("秘密")) == "秘密"


def test_without_its_key_it_stays_closed_with_a_sentence():
    stored = ring(OLD).close("秘密")
    for keys in (ring(NEW), ring(NEW, OTHER)):
        with pytest.raises(DomainError, match="密钥"):
            keys.open(stored)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-4] + ("AAA=" if not text.endswith("AAA=") else "BBB="),
        lambda text: text[:12] + text[20:],
        lambda text: text.partition(".")[0] + ".",
        lambda text: text.partition(".")[0] + ".!!!",
        lambda text: "plain text",
        lambda text: "",
        lambda text: ".",
    ],
    ids=["changed", "shortened", "emptied", "no-base64", "plain", "nothing", "a-dot"],
)
def test_what_was_tampered_with_does_not_open(spoil):
    with pytest.raises(DomainError, match="密钥"):
        ring(NEW).open(spoil(ring(NEW).close("13812342046")))


def test_equal_numbers_are_found_however_they_are_written_and_after_a_new_key():
    written = ("138 1234 2046", "138-1234-2046", "（138）12342046", "13812342046")
    assert len({ring(OLD).index(text) for text in written}) == 1
    assert ring(NEW, OLD).index("13812342046") == ring(OLD).index("13812342046")
    assert ring(OLD).index("13812342046") != ring(OLD).index("13812342047")
    assert ring(OLD).index("13812342046") != ring(NEW).index("13812342046")
    assert normalised("37158119500101123x") == "37158119500101123X"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "abc",
        "YWJj",
        "x" * 44,
        f"{NEW},short",
        base64.b64encode(b"1" * 31).decode(),
        "密钥",
    ],
)
def test_a_key_is_32_bytes(text):
    with pytest.raises(ValueError, match="BANCHENG_DATA_KEY"):
        Keyring.parse(text)


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (mask_name, "王秀芝", "王**"),
        (mask_name, "王", "王**"),
        (mask_name, "欧阳震华", "欧**"),
        (mask_name, "潘庄李桂芬", "潘**"),
        (mask_name, "阿卜杜拉·买买提吐尔逊", "阿**"),
        (mask_name, "临清市某某食品有限公司", "临清市某**公司"),
        (mask_name, "", ""),
        (mask_phone, "13812342046", "138****2046"),
        (mask_phone, "0635-5551234", "063****1234"),
        (mask_phone, "1234567", "*******"),
        (mask_phone, "", ""),
        (mask_id_number, "371581195001011234", "3****************4"),
        (mask_id_number, "3", "*"),
        (mask_id_number, "", ""),
        (mask_address, "临清市潘庄镇某村 1 号", "临清市潘庄镇****"),
        (mask_address, "", ""),
    ],
)
def test_masks(mask, text, shown):
    assert mask(text) == shown


@given(st.sampled_from(["name", "phone", "id_number", "address"]), st.text(max_size=40))
def test_a_mask_never_fails(kind, text):
    assert masked(kind, text) == masked(kind, text)
    assert masked(kind, None) == ""
    if len(text) >= 8 and kind in {"phone", "id_number"}:
        assert masked(kind, text).count("*") >= 1
