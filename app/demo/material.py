"""The invented halls of Liaocheng: their departments and their people.

Place names are real, as in any example; every person and every telephone number is invented.
"""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class Hall:
    """A hall, its place in the tree and the towns that its applicants come from."""

    code: str
    name: str
    short_name: str
    prefix: str
    level: str
    parent: str | None
    city: str
    towns: tuple[str, ...]
    opening: time = time(9)
    closing: time = time(17, 30)


@dataclass(frozen=True)
class Department:
    """A department of a hall, with its head and the office telephone."""

    hall: str
    code: str
    name: str
    head: str
    phone: str


@dataclass(frozen=True)
class Person:
    """Someone who logs in; a handler belongs to a department, the administrator to no hall."""

    username: str
    name: str
    role: str
    hall: str | None
    department: str | None = None


HALLS = (
    Hall(
        "liaocheng",
        "聊城市政务服务大厅",
        "聊城市",
        "LC",
        "city",
        None,
        "聊城市",
        ("古楼街道", "柳园街道", "新区街道", "湖西街道", "闫寺街道", "蒋官屯街道", "北城街道"),
    ),
    Hall(
        "linqing",
        "临清市政务服务大厅",
        "临清市",
        "LQ",
        "county",
        "liaocheng",
        "临清市",
        (
            "潘庄镇",
            "烟店镇",
            "康庄镇",
            "八岔路镇",
            "尚店镇",
            "老赵庄镇",
            "魏湾镇",
            "松林镇",
            "唐园镇",
            "金郝庄镇",
            "戴湾镇",
            "新华路街道",
            "青年路街道",
            "先锋路街道",
            "大辛庄街道",
        ),
    ),
    Hall(
        "yanggu",
        "阳谷县政务服务大厅",
        "阳谷县",
        "YG",
        "county",
        "liaocheng",
        "阳谷县",
        (
            "侨润街道",
            "博济桥街道",
            "狮子楼街道",
            "阿城镇",
            "七级镇",
            "张秋镇",
            "寿张镇",
            "安乐镇",
            "石佛镇",
            "阎楼镇",
            "李台镇",
            "郭屯镇",
            "定水镇",
        ),
    ),
)

WINDOWS = {
    "liaocheng": {"clerk.liaocheng": "1 号窗口"},
    "linqing": {"clerk.linqing": "1 号窗口", "clerk.linqing.b": "2 号窗口"},
    "yanggu": {"clerk.yanggu": "1 号窗口"},
}
"""Hall → its windows, each under the clerk who begins the week there."""

DEPARTMENT_NAMES = {
    "xzsp": "行政审批科",
    "scjg": "市场监管科",
    "syk": "食药科",
    "bdc": "不动产登记科",
    "ybk": "医保科",
    "sbk": "人社社保科",
    "gahz": "公安户政科",
    "swk": "税务科",
    "zjk": "住建科",
    "ghk": "自然资源规划科",
    "jtk": "交通运输科",
    "mzk": "民政科",
}

_HEADS = {
    "liaocheng": (
        "郑维平",
        "冯守信",
        "韩立群",
        "曹建国",
        "许玉梅",
        "邓春华",
        "萧永康",
        "程敬业",
        "蔡文博",
        "彭志远",
        "潘海涛",
        "袁淑芬",
    ),
    "linqing": (
        "于成林",
        "董国庆",
        "余晓东",
        "苏长河",
        "叶桂兰",
        "吕明德",
        "魏振华",
        "田家和",
        "任福生",
        "沈卫东",
        "姜宝山",
        "范秀云",
    ),
    "yanggu": (
        "石广田",
        "姚立新",
        "谭永胜",
        "廖文清",
        "邹雪梅",
        "熊德厚",
        "金保国",
        "陆志安",
        "郝学文",
        "孔令山",
        "白玉成",
        "崔红霞",
    ),
}

DEPARTMENTS = tuple(
    Department(hall.code, code, name, head, f"0635-555{1 + number}{place:03}")
    for number, hall in enumerate(HALLS)
    for place, ((code, name), head) in enumerate(
        zip(DEPARTMENT_NAMES.items(), _HEADS[hall.code], strict=True), start=1
    )
)

# Linqing is the hall of the story, so all its departments are staffed; the others have enough
# people to show that a hall, and a city above its counties, sees its own work.
_HANDLERS = {
    "liaocheng": {
        "scjg": "宋启明",
        "bdc": "唐雅静",
        "ybk": "罗建军",
        "sbk": "梁晓燕",
        "swk": "谢文涛",
        "zjk": "韦国强",
    },
    "linqing": {
        "xzsp": "孙志强",
        "scjg": "赵海燕",
        "syk": "周立军",
        "bdc": "吴晓丽",
        "ybk": "徐静怡",
        "sbk": "马俊峰",
        "gahz": "朱振国",
        "swk": "胡丽娜",
        "zjk": "郭永亮",
        "ghk": "何景明",
        "jtk": "高少华",
        "mzk": "林素芳",
    },
    "yanggu": {
        "scjg": "贾立新",
        "syk": "丁学武",
        "bdc": "夏慧敏",
        "ybk": "方志敏",
        "sbk": "侯建设",
        "gahz": "段海波",
        "mzk": "秦玉珍",
    },
}

_HANDLER_PEOPLE = tuple(
    Person(f"handler.{hall}.{department}", name, "handler", hall, department)
    for hall, names in _HANDLERS.items()
    for department, name in names.items()
)

PEOPLE = (
    Person("admin", "系统管理员", "admin", None),
    Person("clerk.liaocheng", "刘佳宁", "clerk", "liaocheng"),
    Person("clerk.linqing", "王秀芝", "clerk", "linqing"),
    Person("clerk.yanggu", "张文静", "clerk", "yanggu"),
    Person("supervisor.liaocheng", "陈国栋", "supervisor", "liaocheng"),
    Person("supervisor.linqing", "李卫民", "supervisor", "linqing"),
    Person("supervisor.yanggu", "杨正清", "supervisor", "yanggu"),
    Person("inspector.liaocheng", "黄守正", "inspector", "liaocheng"),
    *_HANDLER_PEOPLE,
    Person("clerk.linqing.b", "邱淑敏", "clerk", "linqing"),
)
