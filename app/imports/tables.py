"""Find the table in a workbook as people make it: below titles, merged, reordered, half hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from app.core.language import gettext, wordings
from app.core.sheets.grid import Cell, is_blank
from app.imports.columns import headings
from app.imports.rules import folded, folded_heading
from app.imports.words import LISTS, NOTES, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.core.sheets.grid import Book, Page
    from app.imports.columns import Column

DEPTH = 30
"""How many rows with something in them may stand above the header, itself included."""

LEAST = 2
"""How many headings a header has at least."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: a cell, a row (column 0), or the whole file (row 0)."""

    page: str
    row: int
    column: int
    heading: str
    text: str

    @property
    def cell(self) -> str:
        """The name that Excel gives the cell."""
        return f"{get_column_letter(self.column or 1)}{self.row}" if self.row else ""


@dataclass
class Line:
    """One row of the table: the cells of the known columns, and where they stand."""

    page: str
    number: int
    cells: dict[str, Cell]
    at: dict[str, int]
    since_1904: bool = False
    hidden: bool = False
    torn: dict[str, str] = field(default_factory=dict)
    """Columns whose cell is merged with that of another, and why that can't be read."""


@dataclass
class Found:
    """The tables of a workbook, joined: rows, what was left aside, what is wrong before any row."""

    lines: list[Line] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    """Known column → its heading in the file."""
    ignored: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find(book: Book, kind: str, columns: tuple[Column, ...]) -> Found:
    """Return the rows of every visible sheet that has the table, and what is missing of it."""
    found, known = Found(), headings(kind, columns)
    for page in book.pages:
        if page.hidden or _ours(page):
            if page.rows and not _ours(page):
                found.skipped.append(page.title)
            continue
        spread = _spread(page)
        header = _header(page, spread, known)
        if header is None:
            if page.rows:
                found.skipped.append(page.title)
            continue
        _take(page, spread, header, found, columns)
    if not found.lines and not found.problems:
        headed = bool(found.columns)
        text = gettext("表头下面没有数据") if headed else _no_header(columns)
        found.problems.append(Problem(book.pages[0].title if book.pages else "", 0, 0, "", text))
    return found


def _ours(page: Page) -> bool:
    """Say whether a sheet is one that we put beside the table ourselves."""
    return any(folded(page.title) in map(folded, wordings(it)) for it in (NOTES, LISTS, PROBLEMS))


def _no_header(columns: tuple[Column, ...]) -> str:
    needed = gettext("、").join(gettext(it.label) for it in columns if it.required)
    return gettext("没有找到表头；第一行应写明列名，至少要有：%(names)s", names=needed)


def _spread(page: Page) -> dict[int, dict[int, Cell]]:
    """Return what merged areas give to the cells below their first: row → column → cell.

    An area over several rows says the same of each; one over several columns belongs to the first.
    """
    found: dict[int, dict[int, Cell]] = {}
    last = max(page.rows, default=0)
    for area in page.merged:
        cell = page.rows.get(area.top, {}).get(area.left)
        if cell is None:
            continue
        for row in range(area.top + 1, min(area.bottom, last) + 1):
            found.setdefault(row, {})[area.left] = cell
    return found


def _headings_of(
    cells: dict[int, Cell], known: dict[str, Column]
) -> list[tuple[int, str, Column | None]]:
    """Return the headings of a row: where, what it says, which column it means."""
    found = []
    for at, cell in sorted(cells.items()):
        if cell.kind == "text":
            whole, bare = folded_heading(cell.value)
            found.append((at, cell.value.strip(), known.get(whole) or known.get(bare)))
    return found


def _header(
    page: Page, spread: dict[int, dict[int, Cell]], known: dict[str, Column]
) -> tuple[int, list[tuple[int, str, Column | None]]] | None:
    """Return the row with most known headings; of two alike the lower, if merged areas fill it."""
    best: tuple[int, int, list[tuple[int, str, Column | None]]] | None = None
    for row in sorted(page.rows)[:DEPTH]:
        heads = _headings_of({**spread.get(row, {}), **page.rows[row]}, known)
        many = len({column.name for _, _, column in heads if column is not None})
        if many >= LEAST and (best is None or many > best[0] or _repeats(row, best, many, spread)):
            best = (many, row, heads)
    return best[1:] if best is not None else None


def _repeats(
    row: int,
    best: tuple[int, int, list[tuple[int, str, Column | None]]],
    many: int,
    spread: dict[int, dict[int, Cell]],
) -> bool:
    """Say whether a row is the lower half of the header above it."""
    return many == best[0] and row == best[1] + 1 and bool(spread.get(row))


def _take(
    page: Page,
    spread: dict[int, dict[int, Cell]],
    header: tuple[int, list[tuple[int, str, Column | None]]],
    found: Found,
    columns: tuple[Column, ...],
) -> None:
    """Add the rows below a header."""
    row, heads = header
    at: dict[str, int] = {}
    for place, text, column in heads:
        if column is None:
            found.ignored.append(text)
        elif column.name in at:
            first = f"{get_column_letter(at[column.name])}{row}"
            wrong = gettext(
                "与 %(cell)s 是同一列“%(name)s”，只能有一列", cell=first, name=gettext(column.label)
            )
            found.problems.append(Problem(page.title, row, place, text, wrong))
        else:
            at[column.name] = place
            found.columns[column.name] = text
    missing = [gettext(it.label) for it in columns if it.required and it.name not in at]
    if missing:
        wrong = gettext("表头缺少：%(names)s", names=gettext("、").join(missing))
        found.problems.append(Problem(page.title, row, 0, "", wrong))
    labels = {column.name: text for _, text, column in heads if column is not None}
    found.lines.extend(_lines(page, spread, row, at, labels))


def _lines(
    page: Page,
    spread: dict[int, dict[int, Cell]],
    header: int,
    at: dict[str, int],
    labels: dict[str, str],
) -> Iterator[Line]:
    """Yield the rows that have something in a known column; a header that comes again is none."""
    wide = [area for area in page.merged if area.right > area.left and area.bottom > header]
    hidden = set(page.hidden_rows)
    for row in sorted(number for number in page.rows if number > header):
        own = {name: page.rows[row][it] for name, it in at.items() if it in page.rows[row]}
        if not own or _is_header(own, labels):
            continue
        given = {
            name: spread[row][it] for name, it in at.items()
            if row in spread and it in spread[row] and not _holds(own, name)
        }  # fmt: skip
        torn = {
            name: gettext("与旁边的列合并了，请取消合并后分别填写")
            for area in wide if area.top <= row <= area.bottom
            for name, it in at.items()
            if area.left <= it <= area.right
            and sum(area.left <= other <= area.right for other in at.values()) > 1
        }  # fmt: skip
        yield Line(page.title, row, {**own, **given}, at, page.since_1904, row in hidden, torn)


def _holds(cells: dict[str, Cell], name: str) -> bool:
    return name in cells and not is_blank(cells[name])


def _is_header(own: dict[str, Cell], labels: dict[str, str]) -> bool:
    """Say whether a row only repeats the headings, as tables that were printed by the page do."""
    return all(
        cell.kind == "text" and cell.value.strip() == labels[name] for name, cell in own.items()
    )
