"""Read a work calendar from a CSV file: `date,working,name`, as people really save it.

UTF-8 with or without a byte order mark, or GBK; a header line or none. Every mistake is reported
with its line, all at once. The years that the file mentions are final, all others provisional; a
day that it does not list follows Monday-Friday.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import date
from pathlib import Path

from app.core.language import gettext
from app.deadlines.workdays import FIRST, LAST, CalendarError, Day, Source, WorkCalendar

MAX_BYTES = 2 * 1024 * 1024
MAX_NAME = 64

HEADERS = frozenset({"date", "day", "日期"})
WORKING = dict.fromkeys(("1", "是", "班", "上班", "yes", "true"), True) | dict.fromkeys(
    ("0", "否", "休", "放假", "no", "false"), False
)

_DATE = re.compile(
    r"(?P<y>\d{4})(?:(?P<m>\d\d)(?P<d>\d\d)"
    r"|(?P<sep>[-/.])(?P<m1>\d{1,2})(?P=sep)(?P<d1>\d{1,2})"
    r"|\s*年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*日)",
    re.ASCII,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SHOWN = 20
_SATURDAY = 5


class CalendarFileError(CalendarError):
    """Raise when a file is no work calendar; `problems` has one sentence for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        """Show the first problems and say how many more there are."""
        self.problems = problems
        text = gettext("；").join(problems[:_SHOWN])
        if len(problems) > _SHOWN:
            text += gettext("；另有 %(count)d 处问题", count=len(problems) - _SHOWN)
        super().__init__(text)


def read(source: Path | str | bytes) -> tuple[list[Day], frozenset[int]]:
    """Read the days of a file (a path, or its bytes) and the years that they make final.

    Raises CalendarFileError with every problem found.
    """
    problems: list[str] = []
    days: dict[date, tuple[int, Day]] = {}
    for line, cells in _lines(_decode(_load(source)), problems):
        try:
            day = _day(cells)
        except CalendarError as problem:
            problems.append(_at(line, str(problem)))
            continue
        earlier, known = days.setdefault(day.date, (line, day))
        if known.working != day.working:
            contradiction = gettext("%(date)s 与第 %(line)d 行矛盾", date=day.date, line=earlier)
            problems.append(_at(line, contradiction))
    if not days and not problems:
        problems.append(gettext("文件里没有任何日期"))
    if problems:
        raise CalendarFileError(problems)
    return [days[d][1] for d in sorted(days)], frozenset(d.year for d in days)


def calendar_from(source: Path | str | bytes, revision: int = 0) -> WorkCalendar:
    """Build a calendar from a file alone, without estimated holidays."""
    days, years = read(source)
    return WorkCalendar(days, years, revision)


def _load(source: Path | str | bytes) -> bytes:
    """Fetch the bytes of a file, but never a huge one."""
    if isinstance(source, bytes):
        data = source
    else:
        try:
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            raise CalendarFileError(
                [gettext("无法读取文件 %(name)s", name=Path(source).name)]
            ) from error
    if len(data) > MAX_BYTES:
        raise CalendarFileError(
            [gettext("文件超过 %(most)d MB，不是工作日历", most=MAX_BYTES // 1024**2)]
        )
    if not data.strip():
        raise CalendarFileError([gettext("文件是空的")])
    return data


def _decode(data: bytes) -> str:
    """Turn bytes into text; a workbook, a picture or the like is refused by name."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise CalendarFileError([gettext("这是 Excel 等文档，请另存为 CSV 后再导入")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise CalendarFileError([gettext("这不是文本文件，请用 UTF-8 或 GBK 编码的 CSV")])


def _lines(text: str, problems: list[str]) -> list[tuple[int, list[str]]]:
    """Split the text into numbered rows of cells, without blank rows and the header."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            clean = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
            if any(clean):
                rows.append((reader.line_num, clean))
    except csv.Error:
        problems.append(_at(reader.line_num, gettext("引号或分隔符不完整")))
    if rows and rows[0][1][0].lower() in HEADERS:
        del rows[0]
    return rows


def _day(cells: list[str]) -> Day:
    """Turn one row into a day; CalendarError says what is wrong with it."""
    if len(cells) < 2 or any(cells[3:]):  # noqa: PLR2004 - a date and whether it is worked
        raise CalendarError(gettext("应为“日期,是否上班,名称”三列"))
    d, working = _date(cells[0]), WORKING.get(cells[1].lower())
    if working is None:
        raise CalendarError(gettext("“%(text)s”应为 1（上班）或 0（休息）", text=cells[1][:20]))
    name = cells[2] if len(cells) > 2 else ""  # noqa: PLR2004 - the name may be left out
    if len(name) > MAX_NAME:
        raise CalendarError(gettext("名称超过 %(most)d 个字", most=MAX_NAME))
    if not working:
        return Day(d, working=False, name=name or "节假日", source=Source.HOLIDAY)
    if d.weekday() >= _SATURDAY:
        return Day(d, working=True, name=name or "调休上班", source=Source.MAKE_UP)
    return Day(d, working=True, name=name or "工作日", source=Source.WEEKDAY)


def _date(text: str) -> date:
    """Read a date in one of the ways in which it is written in China."""
    match = _DATE.fullmatch(text)
    if not match:
        raise CalendarError(gettext("无法识别日期“%(text)s”，应写作 2026-05-09", text=text[:20]))
    year, month, day = (
        int(next(v for k in keys if (v := match[k])))
        for keys in (("y",), ("m", "m1", "m2"), ("d", "d1", "d2"))
    )
    try:
        d = date(year, month, day)
    except ValueError:
        raise CalendarError(gettext("没有“%(text)s”这一天", text=text)) from None
    if not FIRST <= d <= LAST:
        raise CalendarError(gettext("日期应在 %(first)s 至 %(last)s 之间", first=FIRST, last=LAST))
    return d


def _at(line: int, problem: str) -> str:
    """Put the line's number before a problem."""
    return gettext("第 %(line)d 行：%(problem)s", line=line, problem=problem)
