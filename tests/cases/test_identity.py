"""Numbers with a check digit: right ones pass, one wrong character is told. All are invented."""

from __future__ import annotations

import pytest

from app.cases.identity import credit_problem, phone_forms, phone_problem, resident_problem


def finished(digits):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(one) * weight for one, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


@pytest.mark.parametrize("birth", ["19020304", "19040229", "20001231"])
def test_a_residents_number_passes_and_every_single_slip_is_found(birth):
    number = finished(f"371599{birth}001")
    assert resident_problem(number) == ""
    assert resident_problem(f" {number[:6]} {number[6:14]}-{number[14:].lower()} ") == ""
    for at in range(17):
        slip = str((int(number[at]) + 1) % 10)
        assert resident_problem(number[:at] + slip + number[at + 1 :]), at


def test_the_published_example_of_the_standard_passes():
    assert resident_problem("11010519491231002X") == ""
    assert resident_problem("11010519491231002x") == ""
    assert "校验位" in resident_problem("110105194912310021")


@pytest.mark.parametrize("birth", ["19021304", "19030229", "19020431", "00000101"])
def test_a_day_that_never_was_is_told(birth):
    assert "出生日期" in resident_problem(finished(f"371599{birth}001"))


@pytest.mark.parametrize(
    "text", ["1", "37159919020304001", "3715991902030400190", "护照", "12345678"]
)
def test_what_has_the_wrong_shape_is_told(text):
    assert "18 位" in resident_problem(text)


@pytest.mark.parametrize("text", ["E12345678", "H1234567890", "EA1234567"])
def test_a_passport_or_a_permit_is_let_through(text):
    assert resident_problem(text) == ""


def test_a_credit_code_passes_and_every_single_slip_is_found():
    good = next(
        f"91371599MA0000000{check}"
        for check in "0123456789ABCDEFGHJKLMNPQRTUWXY"
        if not credit_problem(f"91371599MA0000000{check}")
    )
    assert credit_problem(good.lower()) == ""
    for at, letter in enumerate(good):
        slip = "1" if letter != "1" else "2"
        assert "校验位" in credit_problem(good[:at] + slip + good[at + 1 :]), at


def test_a_known_credit_code_passes():
    assert credit_problem("91350100M000100Y43") == ""
    assert "校验位" in credit_problem("91350100M000100Y44")


@pytest.mark.parametrize("text", ["", "91350100M000100Y4", "9135010OM000100Y43", "张三"])
def test_a_credit_code_of_the_wrong_shape_is_told(text):
    assert "18 位" in credit_problem(text)


@pytest.mark.parametrize(
    "text",
    [
        "13812342046",
        "138 1234 2046",
        "+86 138-1234-2046",
        "0635-8888888",
        "（0635）8888888",
        "8888888",
    ],
)
def test_a_phone_is_taken_as_people_write_it(text):
    assert phone_problem(text) == ""


@pytest.mark.parametrize(
    "text", ["123456", "1" * 21, "138x", "13812342046/13812342047", "+1 2125550100", "--------"]
)
def test_what_is_no_phone_is_told(text):
    assert phone_problem(text)


def test_the_country_code_makes_no_other_number():
    assert phone_forms("+86 138-1234-2046") == phone_forms("138 1234 2046")
