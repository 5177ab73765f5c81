"""Applicants who do not exist: names, telephones, identity numbers, addresses.

No number can be anyone's: the division 371599 was never assigned, the years of birth are those of
people long dead, and the mobile numbers are of one block of ten thousand.
"""

from dataclasses import dataclass
from random import Random

from app.demo.material import Hall

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾"
_GIVEN = (
    "桂英",
    "秀兰",
    "建华",
    "志刚",
    "海霞",
    "文博",
    "玉珍",
    "国强",
    "春燕",
    "立新",
    "晓峰",
    "淑芳",
    "长顺",
    "雪莲",
    "永康",
    "俊杰",
    "敏",
    "洪涛",
    "丽华",
    "福田",
    "思远",
    "巧云",
    "振东",
    "慧",
    "宝珠",
    "家乐",
    "明轩",
    "月娥",
    "守义",
    "子涵",
    "金凤",
    "德胜",
    "瑞",
    "爱莲",
    "学文",
    "小满",
)
_BRANDS = (
    "禾穗",
    "运河源",
    "鲁西安",
    "青檀",
    "万木春",
    "澄泉",
    "麦香坊",
    "云帆渡",
    "归真",
    "石榴红",
    "半亩田",
    "远山青",
    "晨曦里",
    "知味斋",
    "金水岸",
    "百工匠",
    "暖阳",
    "北斗行",
)
_TRADES = (
    "商贸",
    "食品",
    "轴承制造",
    "农业科技",
    "建筑工程",
    "物流",
    "餐饮管理",
    "纺织",
    "机械设备",
    "电子商务",
    "家政服务",
    "医疗器械",
    "文化传媒",
)
_PLACES = ("和顺村", "安澜社区", "杏林村", "长乐社区", "柳堤村", "丰泽社区", "向阳村", "清源社区")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Applicant:
    """Who says that a matter could not be done; `kind` is individual or company."""

    kind: str
    name: str
    phone: str
    id_number: str
    address: str


def check_character(digits: str) -> str:
    """Compute the last character of an identity number from its first 17 digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def _id_number(rng: Random) -> str:
    digits = f"371599{rng.randint(1900, 1905)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    digits += f"{rng.randint(1, 999):03}"
    return digits + check_character(digits)


def _address(rng: Random, hall: Hall, town: str) -> str:
    return f"{hall.city}{town}{rng.choice(_PLACES)} {rng.randint(1, 320)} 号"


def invent(rng: Random, kind: str, hall: Hall, town: str) -> Applicant:
    """Invent a person or a company of this town; about half leave no identity number."""
    phone = f"1390000{rng.randrange(10_000):04}"
    address = _address(rng, hall, town)
    if kind == "company":
        name = f"{hall.city}{rng.choice(_BRANDS)}{rng.choice(_TRADES)}有限公司"
        return Applicant(kind, name, phone, "", address)
    name = rng.choice(_SURNAMES) + rng.choice(_GIVEN)
    return Applicant(kind, name, phone, rng.choice((_id_number(rng), "")), address)
