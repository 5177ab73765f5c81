"""A ledger, a row of it, and texts that mean harm, for the tests of the Excel writer."""

from datetime import date, datetime

from app.core.workbook import Column, Kind, Sheet

MADE = datetime(2025, 4, 1, 9, 30)  # noqa: DTZ001 - local, as a clerk reads it
HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://example.invalid","点我")',
    "+8613800000000",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "第一行\n第二行",
    "#N/A",
    "371581199001011234",
    "00635",
    "张三😀𠮷",
    "\u202eعربي",
    "  两头有空格  ",
    "_x0041__x0042_",
    '<b>&amp;"引号"\'',
]
LEDGER = Sheet(
    "临清市“办不成事”窗口台账",
    [
        Column("编号", 20),
        Column("反映内容", 40),
        Column("受理时间", 18, Kind.DATETIME),
        Column("到期日", 12, Kind.DATE),
        Column("时限", 8, Kind.INTEGER),
        Column("满意度", 8, Kind.NUMBER),
    ],
)
TEXTS = Sheet("文本", [Column("内容", 60)])


def case(number, content="材料反复退回", tone=None):
    received = datetime(2025, 1, 2, 8, 30, 15)  # noqa: DTZ001 - a cell has no zone
    return tone, [f"LQ{number:05}", content, received, date(2025, 1, 9), 5, 4.5]


def no_cover(_):
    return []
