"""The writers that are compared: each writes the same invented rows, in the same colours.

Run as a script it lets one of them write and prints what that took; "rows" only makes the rows, so
that their making can be taken off everybody's account.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from app.core.workbook import Column, Kind, Sheet, Tone, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Rows = Iterator[tuple[Tone | None, list[Any]]]

MADE = datetime(2026, 9, 17, 10)  # noqa: DTZ001 - as a cell holds it
MOMENTS, NUMBERS = {3, 12, 14, 15}, {13, 18}
TITLES = [
    "编号", "大厅", "来源渠道", "受理时间", "反映人", "联系电话", "事项名称", "情形", "分类",
    "反映内容", "主办科室", "协办科室", "派发时间", "时限(工作日)", "到期时间", "办结时间", "状态",
    "是否超期", "超期工作日", "办理结果", "满意度",
]  # fmt: skip
WIDTHS = [15, 14, 9, 16.5, 9, 13, 18, 12, 12, 34, 12, 12, 16.5, 8, 16.5, 16.5, 8.5, 6, 7, 30, 9]
KINDS = [
    Kind.DATETIME if at in MOMENTS else Kind.INTEGER if at in NUMBERS else Kind.TEXT
    for at in range(len(TITLES))
]
FORMATS = {Kind.TEXT: "@", Kind.DATETIME: "yyyy-mm-dd hh:mm", Kind.INTEGER: "0"}
SHEET = Sheet("办不成事台账", list(map(Column, TITLES, WIDTHS, KINDS)))
KEYS = {"bench": b"x" * 32}
RED = {"bg_color": "#FDE3E1", "font_color": "#9C0006"}


def invented(rows: int) -> Rows:
    """Yield rows like those of a cases' ledger, 8 % of them late."""
    dice, told = Random(1), "申请人到厅反映，网上提交材料后系统提示人脸识别未通过。" * 4
    for n in range(rows):
        at = MADE - timedelta(seconds=61 * n + dice.randrange(60))
        due = (at + timedelta(days=3)).replace(hour=17, minute=30, second=0)
        late, done = dice.random() < 0.08, n % 4 > 0  # noqa: PLR2004
        yield Tone.LATE if late else None, [
            f"LQ-2026-{n:07}", "临清市政务服务大厅", "窗口", at, "王**", f"139****{n % 10000:04}",
            f"企业设立登记第{n}号", "申请未受理", "应办未办", f"{n}{told}", "市场监管科", None,
            at + timedelta(minutes=n % 90), 3, due,
            at + timedelta(days=1, minutes=n % 500) if done else None,
            "已结案" if done else "办理中", "是" if late else "否", 2 if late else None,
            f"{n}经核实已现场办结，当场发给证照。" if done else None, "非常满意" if done else None,
        ]  # fmt: skip


def only_rows(_path: Path, rows: Rows) -> None:
    """Make the rows and write nothing."""
    for _row in rows:
        pass


def ours(path: Path, rows: Rows) -> None:
    """Write a whole ledger: wrapped rows of the right height, checksum, cover, seal."""
    write(path, SHEET, rows, lambda made: [("校验码", made.checksum)], produced_at=MADE, keys=KEYS)


def openpyxl(path: Path, rows: Rows) -> None:
    """Write with openpyxl's write-only mode, styled cells filled again for every row."""
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415

    book = Workbook(write_only=True)
    page = book.create_sheet("台账")
    page.append(TITLES)
    side = Side("thin")
    cells: dict[Tone | None, list[Any]] = {}
    for tone in (None, Tone.LATE):
        cells[tone] = [WriteOnlyCell(page) for _ in TITLES]
        for cell, kind in zip(cells[tone], KINDS, strict=True):
            cell.number_format = FORMATS[kind]
            cell.border = Border(side, side, side, side)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if tone:
                cell.fill = PatternFill("solid", fgColor="FDE3E1")
                cell.font = Font(color="9C0006")
    for tone, values in rows:
        for cell, value in zip(cells[tone], values, strict=True):
            cell.value = value
        page.append(cells[tone])
    book.save(path)


def xlsxwriter(path: Path, rows: Rows) -> None:
    """Write with XlsxWriter's constant_memory."""
    from xlsxwriter import Workbook  # noqa: PLC0415

    book = Workbook(path, {"constant_memory": True})
    page = book.add_worksheet("台账")
    look = {"border": 1, "text_wrap": True, "valign": "top"}
    formats = {
        (kind, tone): book.add_format(
            {**look, "num_format": FORMATS[kind], **(RED if tone else {})}
        )
        for kind in FORMATS
        for tone in (None, Tone.LATE)
    }
    writers = {
        Kind.TEXT: page.write_string,
        Kind.DATETIME: page.write_datetime,
        Kind.INTEGER: page.write_number,
    }
    page.write_row(0, 0, TITLES)
    for number, (tone, values) in enumerate(rows, 1):
        for place, (kind, value) in enumerate(zip(KINDS, values, strict=True)):
            if value is None:
                page.write_blank(number, place, None, formats[kind, tone])
            else:
                writers[kind](number, place, value, formats[kind, tone])
    book.close()


def rust(path: Path, rows: Rows) -> None:
    """Write with rustpy-xlsxwriter, which takes dicts and knows no colours of single rows."""
    from rustpy_xlsxwriter import write_worksheet  # noqa: PLC0415

    write_worksheet((dict(zip(TITLES, values, strict=True)) for _, values in rows), str(path))


def comma_separated(path: Path, rows: Rows) -> None:
    """Write CSV: no colours, no types."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(TITLES)
        out.writerows(values for _, values in rows)


WRITERS: dict[str, Callable[[Path, Rows], None]] = {
    "rows": only_rows,
    "ours": ours,
    "openpyxl write-only": openpyxl,
    "xlsxwriter constant_memory": xlsxwriter,
    "rustpy-xlsxwriter": rust,
    "csv": comma_separated,
}


def peak() -> float:
    """Return the most memory that this process ever had, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(name: str, rows: int, path: Path) -> None:
    """Let one write, and print what it took as JSON."""
    write_with = WRITERS[name]
    write_with(path.with_suffix(".warm.xlsx"), invented(10))  # imports are nobody's account
    idle, began = peak(), time.process_time()
    write_with(path, invented(rows))
    print(
        json.dumps(
            {
                "cpu": time.process_time() - began,
                "peak": peak(),
                "idle": idle,
                "size": path.stat().st_size / 2**20 if path.exists() else 0,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
