"""Numbers that people and companies are known by: are they well-formed, does the check digit fit.

A resident's number has 18 characters (GB 11643), a company's unified social credit code too
(GB 32100). What an individual shows instead (a passport, a permit) begins with a letter.
"""

from __future__ import annotations

import re
from datetime import date

from app.core.words import N_, Choice

RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
RESIDENT = re.compile(r"[1-9]\d{16}[\dX]")
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT = re.compile(rf"[{CREDIT_ALPHABET}]{{18}}")
OTHER_PAPER = re.compile(r"[A-Z][A-Z0-9]{6,11}")
PHONE = re.compile(r"(?:\+86)?[\d \-()\uff08\uff09]+")
LEAST_DIGITS, MOST_DIGITS = 7, 20


class AgentRelation(Choice):
    """What somebody who reports for another is to them."""

    RELATIVE = "relative", N_("本人亲属")
    OFFICER = "officer", N_("单位经办人")
    VILLAGE = "village", N_("村（社区）工作人员")
    OTHER = "other", N_("其他", "relation")


def plain(text: str) -> str:
    """Return a number without what people put between its characters."""
    return re.sub(r"[\s\-]+", "", text).upper()


def resident_problem(text: str) -> str:
    """Say what is wrong with an individual's number, as a message; empty when nothing is."""
    number = plain(text)
    if OTHER_PAPER.fullmatch(number):
        return ""
    if not RESIDENT.fullmatch(number):
        return N_("居民身份证号应为 18 位（17 位数字加 1 位数字或 X）；护照等证件以字母开头")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return N_("身份证号中的出生日期不存在，请核对")
    weighed = zip(number[:17], RESIDENT_WEIGHTS, strict=True)
    total = sum(int(digit) * weight for digit, weight in weighed)
    if RESIDENT_CHECKS[total % 11] != number[17]:
        return N_("身份证号的校验位不对，可能有一位抄错，请核对")
    return ""


def credit_problem(text: str) -> str:
    """Say what is wrong with a unified social credit code, as a message; empty when nothing is."""
    code = plain(text)
    if not CREDIT.fullmatch(code):
        return N_("统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）")
    total = sum(CREDIT_ALPHABET.index(it) * pow(3, at, 31) for at, it in enumerate(code[:17]))
    if CREDIT_ALPHABET[-total % 31] != code[17]:
        return N_("统一社会信用代码的校验位不对，可能有一位抄错，请核对")
    return ""


def phone_problem(text: str) -> str:
    """Say what is wrong with a telephone number, as a message; empty when nothing is."""
    if not PHONE.fullmatch(text.strip()):
        return N_("电话只能用数字，可加 +86、空格和短横线；有几个号码时请只填一个")
    digits = len(re.sub(r"\D", "", text))
    if not LEAST_DIGITS <= digits <= MOST_DIGITS:
        return N_("电话应为 7 至 20 位数字")
    return ""


def phone_forms(text: str) -> tuple[str, ...]:
    """Return the ways in which one number may have been taken down: with and without +86."""
    digits = re.sub(r"[^\d+]", "", text)
    bare = digits.removeprefix("+86") if digits.startswith("+86") else digits
    return (bare, f"+86{bare}")
