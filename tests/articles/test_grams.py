"""By what texts are found: pairs of Han characters, words of other letters."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.articles.rules import LONGEST_GRAM, grams, indexed, telling, weighed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("人脸识别", ["人脸", "脸识", "识别"]),
        ("人脸识别，识别人脸", ["人脸", "脸识", "识别", "别人"]),
        ("办", ["办"]),
        ("打不开APP", ["打不", "不开", "开a", "ap", "pp"]),
        ("ＡＰＰ 12345 热线", ["ap", "pp", "12", "23", "34", "45", "热线"]),
        ("3天", ["3天"]),
        ("3 天", ["3", "天"]),
        ("Ａ证", ["a证"]),
        ("x" * 99, ["xx"]),
        ("二〇二六", ["二〇", "〇二", "二六"]),
        ("a_b", ["a", "b"]),
        ("，。！ \n\t", []),
        ("", []),
        ("𠮷野家", ["𠮷野", "野家"]),
    ],
)
def test_a_text_is_cut(text, found):
    assert grams(text) == found


def test_any_two_neighbouring_characters_of_a_text_find_it():
    text = "3天内凭A证、app或12345热线办结，家里老人没有 5G手机无法在 APP 上完成人脸识别"
    every = indexed(text)
    assert all(set(grams(text[at : at + 2])) <= every for at in range(len(text) - 1))
    closed = text.replace(" ", "")
    assert all(set(grams(closed[at : at + 2])) <= every for at in range(len(closed) - 1))


@given(st.text(alphabet="天证办3A9bＡ， \n_é", max_size=30))
def test_every_pair_of_any_text_finds_it(text):
    every = indexed(text)
    assert all(set(grams(text[at : at + 2])) <= every for at in range(len(text) - 1))
    assert set(telling(text)) <= every


def test_what_fits_in_the_index_is_no_longer_than_its_column():
    assert max(map(len, indexed("x" * 99 + "税"))) == LONGEST_GRAM


def test_two_figures_of_a_telephone_number_tell_nothing():
    assert telling("电话13812342046，3天") == [
        "电话", "话1", "3天", "13812342046",
    ]  # fmt: skip


def test_a_gram_weighs_what_it_weighs_where_it_tells_most():
    found = weighed({"question": "人脸识别", "solution": "人脸识别由工作人员上门"})
    assert found["人脸"] > found["上门"]
