"""By what texts are found: pairs of Han characters, words of other letters."""

from __future__ import annotations

import pytest

from app.articles.rules import LONGEST_GRAM, grams, weighed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("人脸识别", ["人脸", "脸识", "识别"]),
        ("人脸识别，识别人脸", ["人脸", "脸识", "识别", "别人"]),
        ("办", ["办"]),
        ("打不开APP", ["打不", "不开", "app"]),
        ("ＡＰＰ 12345 热线", ["app", "12345", "热线"]),
        ("x" * 99, ["x" * LONGEST_GRAM]),
        ("，。！ \n\t", []),
        ("", []),
        ("𠮷野家", ["𠮷野", "野家"]),
    ],
)
def test_a_text_is_cut(text, found):
    assert grams(text) == found


def test_any_two_neighbouring_characters_of_a_text_find_it():
    text = "家里老人没有智能手机无法完成人脸识别"
    every = set(grams(text))
    assert all(set(grams(text[at : at + 2])) <= every for at in range(len(text) - 1))


def test_a_gram_weighs_what_it_weighs_where_it_tells_most():
    found = weighed({"question": "人脸识别", "solution": "人脸识别由工作人员上门"})
    assert found["人脸"] > found["上门"]
