"""What a check or an import found: counts, problems with their cells, a few rows to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.core.language import gettext
from app.core.privacy import masked
from app.imports.rules import MOST_SHOWN, MOST_TOLD, Verdict, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.imports.kinds import Kind
    from app.imports.kinds.base import Judged
    from app.imports.tables import Found, Problem


@dataclass
class Report:
    """The outcome for every row, and for the file as a whole."""

    kind: Kind
    found: Found
    rows: Sequence[Judged] = ()
    notes: Sequence[str] = ()
    added: list[str] = field(default_factory=list)
    """What the rows became that were taken in."""

    def of(self, verdict: Verdict) -> list[Judged]:
        """Return the rows with one verdict."""
        return [row for row in self.rows if row.verdict is verdict]

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the file."""
        headings = self.found.columns
        rows = (sorted(row.told(headings), key=lambda it: it.column) for row in self.rows)
        return [*self.found.problems, *(it for told in rows for it in told)]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong with any row, nor with the file."""
        return not self.found.problems and not self.of(Verdict.WRONG)

    @property
    def good(self) -> int:
        """How many rows can be taken in; none while the table itself is not understood."""
        return 0 if self.found.problems else len(self.of(Verdict.NEW))

    @property
    def halls(self) -> set[int | None]:
        """The halls that the rows are of."""
        return {row.hall_id for row in self.rows}

    def counts(self) -> dict[str, int]:
        """Count the rows by what becomes of them."""
        return {
            "total": len(self.rows),
            "new": self.good,
            "known": len(self.of(Verdict.KNOWN)),
            "wrong": len(self.of(Verdict.WRONG)) + len(self.found.problems),
            "added": len(self.added),
        }

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with the record of the import, and shown."""
        return {
            **self.counts(),
            "names": self.added[:MOST_TOLD],
            "notes": list(self.notes)[:MOST_TOLD],
            "ignored": [text[:40] for text in self.found.ignored][:40],
            "skipped": self.found.skipped[:40],
            "problems": [told(it) for it in self.problems[:MOST_TOLD]],
            "more_problems": max(len(self.problems) - MOST_TOLD, 0),
            "known_rows": [
                {"sheet": it.line.page, "row": it.line.number, "text": it.known}
                for it in [row for row in self.of(Verdict.KNOWN) if not row.blank][:MOST_SHOWN]
            ],
            "preview": self._preview(),
        }

    def _preview(self) -> dict[str, Any]:
        shown = [it for it in self.kind.columns if it.name in self.found.columns]
        rows = [row for row in self.rows if row.verdict is Verdict.NEW][:MOST_SHOWN]
        return {
            "heads": [gettext(it.label) for it in shown],
            "rows": [
                [str(row.line.number), *(_shown(row, it.name, it.mask) for it in shown)]
                for row in rows
            ],
        }


def told(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON keeps it."""
    return {
        "sheet": problem.page,
        "row": problem.row,
        "cell": problem.cell,
        "column": problem.heading,
        "problem": problem.text,
    }


def _shown(judged: Judged, name: str, mask: str) -> str:
    """Return what was read of a cell, in words; masked as on a screen."""
    value = judged.values.get(name)
    if value is None:
        cell = judged.line.cells.get(name)
        text = tidy(cell.text) if cell is not None else ""
        return masked(mask, text) if mask else text[:60]
    if mask:
        return masked(mask, str(value))
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    label = getattr(value, "label", None)
    return gettext(label) if label else str(value)[:60]
