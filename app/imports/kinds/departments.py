"""Departments: one may be below another of the same file, whatever the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.db import db
from app.core.language import N_, gettext
from app.departments.models import Department
from app.imports.columns import of_model
from app.imports.kinds.base import Kind
from app.imports.kinds.reference import HALL, ReferenceTaking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.departments.models import Hall
    from app.imports.kinds.base import Judged

DEEPER = 10_000_000
"""More than there are rows in a sheet."""


class DepartmentTaking(ReferenceTaking):
    """Departments; one may be below another of the same file."""

    model = Department

    def judge(self, lines: Sequence[Judged]) -> None:
        """Judge the rows, then hang each below the department that it names."""
        named = [(it, text) for it in lines if (text := it.values.pop("parent", ""))]
        super().judge(lines)
        fresh = {key: it for it in lines if it.row is not None for key in self.keys(it)}
        for it, text in named:
            self._hang(it, text, fresh)
        self._drop_below_wrong(lines)

    def _hang(self, it: Judged, text: str, fresh: dict[Any, Judged]) -> None:
        """Find what a row names as above it: a department that is there, or another row."""
        hall = it.values.get("hall")
        if hall is not None:
            there = self.places.department(hall, text)
            mine = next((fresh[key] for key in _named(hall, text) if key in fresh), None)
            above = there or (mine.row if mine is not None else None)
            if above is None:
                it.wrong("parent", self.places.no_department(hall, text))
            elif it.row is None and it.known:
                self._compare_above(it, hall, above)
            elif it.row is not None:
                with db.session.no_autoflush:
                    it.row.parent = above

    def _compare_above(self, it: Judged, hall: Hall, above: Any) -> None:
        kept = self.places.department(hall, it.values["code"])
        if kept is not None and kept.parent is not above:
            now = kept.parent.name if kept.parent else gettext("空")
            it.wrong("parent", gettext("已有这个科室，上级科室现为“%(now)s”；没有改动", now=now))

    def _drop_below_wrong(self, lines: Sequence[Judged]) -> None:
        """Refuse what hangs below itself, or below a row that is not taken in."""
        rows = {id(it.row): it for it in lines if it.row is not None}
        for it in rows.values():
            above, seen = it.row.parent, {id(it.row)}
            while above is not None:
                if id(above) in seen:
                    it.wrong("parent", gettext("上级科室不能是它自己或它的下级"))
                    break
                seen.add(id(above))
                above = above.parent
        again = True
        while again:
            again = False
            for it in rows.values():
                above = rows.get(id(it.row.parent)) if it.row is not None else None
                if above is not None and above.problems and not it.problems:
                    it.wrong("parent", gettext("上级科室所在的行有问题，先改正那一行"))
                    again = True
        for it in rows.values():
            it.row = it.row if not it.problems else None

    def turn(self, judged: Judged) -> int:
        """Go from the top: what is below another of the file comes after it."""
        above, depth = judged.row.parent, 0
        while above is not None and above.id is None:
            above, depth = above.parent, depth + 1
        return depth * DEEPER + judged.line.number

    def place(self, it: Judged) -> None:
        """Find the hall; what a row names as above it is found when all are known."""
        if (hall := self._hall(it)) is not None:
            it.values["hall"] = hall

    def keys(self, it: Judged) -> list[Any]:
        """Return code and name, each unique in a hall."""
        hall = it.values["hall"]
        return [("code", hall.id, it.values["code"]), ("name", hall.id, it.values["name"])]

    def kept(self, lines: Sequence[Judged]) -> dict[Any, Any]:
        """Return the departments of those halls."""
        del lines
        found: dict[Any, Any] = {}
        for row in self.places.departments:
            found["code", row.hall_id, row.code] = found["name", row.hall_id, row.name] = row
        return found


def _named(hall: Hall, text: str) -> Iterable[Any]:
    """Return the keys that a text may be: a code or a name."""
    return (("name", hall.id, text), ("code", hall.id, text))


KIND = Kind(
    "departments",
    Department.__panel__.name,
    N_("建立各大厅的科室；上级科室可以在同一个表格里"),
    "departments",
    of_model(
        Department,
        hall={"required": False, "hint": HALL.hint},
        code={"kind": "code"},
        phone={"kind": "phone"},
    ),
    DepartmentTaking,
    Department,
)
