"""Say whether a sealed workbook is as it was produced, and what was changed since.

Its data is compared, not its bytes: whoever opens and saves it changes nothing. What a cell said
before is known for titles and the cover; for the body, where a value that still stands in its
column, or one near to it, gives the row its sealed digest again: 64 bits, which is proof.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from openpyxl.utils import get_column_letter

from app.core.errors import DomainError
from app.core.language import gettext
from app.core.workbook.checksum import canonical, joined, opened
from app.core.workbook.former import Former, shown
from app.core.workbook.pages import HEAD_ROWS
from app.core.workbook.pairing import Place, Standing, compared
from app.core.workbook.seal import SHEET as SEAL, opened as opened_seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from io import BytesIO
    from pathlib import Path

    from openpyxl import Workbook

    from app.core.workbook.seal import Noted

MOST_NOTES = 1_000
"""Rows below the cover's that are looked at."""
FORMULA = "\x1d="
"""Before what a formula says: no text begins like this here."""


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was; `was` is None where it can't be known.

    `what` is cell, added (beside the table), row-added, row-missing, order (`now` is how many rows
    stand elsewhere), sheet-added, sheet-missing or sheet-renamed.
    """

    what: str
    sheet: str
    cell: str = ""
    was: str | None = None
    now: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What came out: nothing was changed, or what was; `untouched` when not even saved again."""

    title: str
    made: str
    checksum: str
    rows: int
    untouched: bool
    cover: list[list[str]]
    changes: list[Change] = field(default_factory=list)


def verify(path: Path | BytesIO, keys: Mapping[str, bytes]) -> Verdict:
    """Compare a workbook with its seal.

    WorkbookError when it can't be read, DomainError when it has no seal, none of ours, or one that
    was tampered with.
    """
    with opened(path) as book:
        if SEAL not in book.sheetnames:
            raise DomainError(gettext("文件没有封签：不是本系统生成的，或者封签已被删除"))
        texts = (str(row[0]) for row in book[SEAL].iter_rows(values_only=True) if row and row[0])
        facts, noted = opened_seal(texts, keys)
        checking = _Checking(book, facts)
        changes = [*checking.sheets(), *checking.tables(noted), *checking.cover()]
    first = facts["tables"][0]
    return Verdict(
        title=facts.get("title", first["title"]),
        made=facts["made"],
        checksum=facts["checksum"],
        rows=facts.get("rows", _rows_of(facts["tables"])),
        untouched=not changes and _untouched(path, facts),
        cover=facts["cover"]["facts"],
        changes=changes,
    )


def _rows_of(tables: Sequence[dict[str, Any]]) -> int:
    """Count the rows of tables; older seals do not say it."""
    return sum(sheet["rows"] for table in tables for sheet in table["sheets"])


class _Checking:
    """The comparison of one workbook."""

    def __init__(self, book: Workbook, facts: dict[str, Any]) -> None:
        self._book, self._facts = book, facts
        self._told = [sheet for table in facts["tables"] for sheet in table["sheets"]]
        self._told.append(facts["cover"])
        self._pages = self._found()

    def _found(self) -> dict[str, Any]:
        """Find each sealed sheet: by its name, or in its place under a name that is nobody's."""
        names = [sheet["name"] for sheet in self._told]
        there = dict(zip(self._book.sheetnames, self._book.worksheets, strict=True))
        found = {name: there[name] for name in names if name in there}
        for name, (other, page) in zip(names, there.items(), strict=False):
            if name not in found and other not in names and other != SEAL:
                found[name] = page
        return found

    def sheets(self) -> Iterator[Change]:
        """Yield what became of the sheets themselves."""
        for sheet in self._told:
            page = self._pages.get(sheet["name"])
            if page is None:
                yield Change("sheet-missing", sheet["name"])
            elif page.title != sheet["name"]:
                yield Change("sheet-renamed", page.title, was=sheet["name"], now=page.title)
        ours = {SEAL, *(page.title for page in self._pages.values())}
        yield from (
            Change("sheet-added", name) for name in self._book.sheetnames if name not in ours
        )

    def tables(self, noted: Iterator[Noted]) -> Iterator[Change]:
        """Yield the changes of every table, in the order in which they were sealed."""
        for table in self._facts["tables"]:
            found: list[Change] = []
            former = Former(table["kinds"])
            standing = self._standing(table, former, found)
            differences = compared(_places(table, noted), standing)
            yield from found
            for was, row in differences.changed:
                yield from _cells(was, row, former)
            for place, _ in differences.missing:
                yield Change("row-missing", place.sheet, f"{place.number}:{place.number}")
            for row in differences.added:
                told = map(shown, row.cells, former.kinds)
                cells = gettext("、").join(cell for cell in told if cell)
                where = f"{row.place.number}:{row.place.number}"
                yield Change("row-added", row.place.sheet, where, now=cells)
            if differences.moved:
                first = table["sheets"][0]["name"]
                yield Change("order", first, now=str(differences.moved))

    def _standing(
        self, table: dict[str, Any], former: Former, found: list[Change]
    ) -> Iterator[Standing]:
        """Yield the rows of a table as they stand; note what is wrong with the heads and beside."""
        width = len(table["columns"])
        heads = [[table["title"], *[""] * (width - 1)], table["columns"]]
        for sheet in table["sheets"]:
            page = self._pages.get(sheet["name"])
            if page is None:
                continue
            for number, cells in enumerate(_rows(page), 1):
                inside = (*cells[:width], *[""] * (width - len(cells)))
                if number <= HEAD_ROWS:
                    found += _differing(page.title, number, heads[number - 1], inside)
                found += _differing(page.title, number, [""] * len(cells), cells, width)
                if number > HEAD_ROWS:
                    former.saw(inside)
                    place = Place(sheet["name"], number)
                    yield Standing(place, joined(inside), inside)

    def cover(self) -> Iterator[Change]:
        """Yield the changes of the cover."""
        page = self._pages.get(self._facts["cover"]["name"])
        if page is None:
            return
        told = self._facts["cover"]["facts"]
        rows = list(islice(_rows(page), len(told) + MOST_NOTES))
        for number in range(1, max(len(told), len(rows)) + 1):
            were = told[number - 1] if number <= len(told) else []
            cells = rows[number - 1] if number <= len(rows) else ()
            wide = max(len(were), len(cells))
            yield from _differing(page.title, number, _filled(were, wide), _filled(cells, wide))


def _cells(was: Noted, row: Standing, former: Former) -> Iterator[Change]:
    """Yield the changed cells of a row; the whole row when no single one can be told."""
    tags = row.tags
    places = [at for at, tag in enumerate(tags) if tag != was.tags[at]]
    if not places:
        last = get_column_letter(len(tags))
        yield Change("cell", row.place.sheet, f"A{row.place.number}:{last}{row.place.number}")
    values = former.of(was, row, places)
    for at, value in zip(places, values, strict=True):
        cell = f"{get_column_letter(at + 1)}{row.place.number}"
        told = None if value is None else shown(value, former.kinds[at])
        yield Change("cell", row.place.sheet, cell, told, shown(row.cells[at], former.kinds[at]))


def _differing(
    sheet: str, number: int, were: Sequence[str], are: Sequence[str], first: int = 0
) -> Iterator[Change]:
    """Yield the cells of a row, from a column on, that are not as they were."""
    for at in range(first, len(are)):
        if were[at] != are[at]:
            what = "cell" if were[at] else "added"
            cell = f"{get_column_letter(at + 1)}{number}"
            yield Change(what, sheet, cell, shown(were[at]), shown(are[at]))


def _filled(cells: Sequence[str], wide: int) -> list[str]:
    return [*cells, *[""] * (wide - len(cells))]


def _rows(page: Any) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a sheet as the checksum sees them; a formula is what it says."""
    page.reset_dimensions()
    for row in page.iter_rows():
        yield tuple(
            FORMULA + str(cell.value).removeprefix("=")
            if cell.data_type == "f"
            else canonical(cell.value)
            for cell in row
        )


def _places(table: dict[str, Any], noted: Iterator[Noted]) -> Iterator[tuple[Place, Noted]]:
    """Yield the sealed rows of a table with where they stood."""
    for sheet in table["sheets"]:
        for number in range(HEAD_ROWS + 1, HEAD_ROWS + 1 + sheet["rows"]):
            row = next(noted, None)
            if row is None:
                raise DomainError(gettext("封签已被改动"))
            yield Place(sheet["name"], number), row


def _untouched(path: Path | BytesIO, facts: dict[str, Any]) -> bool:
    """Say whether the sheets are still those that were written, byte for byte."""
    with ZipFile(path) as archive:
        there = {(info.CRC, info.file_size) for info in archive.infolist()}
    sheets = [sheet for table in facts["tables"] for sheet in table["sheets"]]
    return all((sheet["crc"], sheet["size"]) in there for sheet in [*sheets, facts["cover"]])
