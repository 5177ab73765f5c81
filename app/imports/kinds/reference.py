"""Reference data: responsibilities, deadline rules. What is there is never changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core.db import db
from app.core.language import N_, gettext
from app.core.security import holders
from app.deadlines.models import DeadlineRule
from app.deadlines.visibility import governs_all_halls
from app.departments.models import Responsibility
from app.imports.columns import Column, of_model
from app.imports.kinds.base import Kind, build, differences, said_twice
from app.imports.queries import Places
from app.imports.rules import Verdict, folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.departments.models import Hall
    from app.imports.kinds.base import Judged
    from app.imports.models import ImportRun

HALL = Column("hall", N_("大厅"), "place", hint=N_("只有一个大厅时可以不填"))


class ReferenceTaking(ABC):
    """One reading of a file of reference data; a kind says what its rows are known by."""

    model: type[Any]

    def __init__(self, person: Person, now: datetime) -> None:
        """Read the halls in which the person may add such rows."""
        self.person, self.now = person, now
        self.notes: list[str] = []
        self.places = Places(person, holders(self.model.__panel__.code, "a"))

    def judge(self, lines: Sequence[Judged]) -> None:
        """Say of every row whether it is new, there already, or wrong."""
        for it in lines:
            self.place(it)
        first: dict[Any, Judged] = {}
        kept = self.kept([it for it in lines if not it.problems])
        for it in lines:
            for key in () if it.problems else self.keys(it):
                if key in kept:
                    self._compare(it, kept[key])
                elif key in first:
                    said_twice(it, first[key])
                else:
                    first[key] = it
            if it.verdict is Verdict.NEW:
                build(self.model, it)

    @abstractmethod
    def place(self, it: Judged) -> None:
        """Turn what a row says of halls and departments into those."""

    @abstractmethod
    def keys(self, it: Judged) -> list[Any]:
        """Return what a row is known by: each of it alone tells it apart from all others."""

    @abstractmethod
    def kept(self, lines: Sequence[Judged]) -> dict[Any, Any]:
        """Return the rows that are there, by what they are known by."""

    def _compare(self, it: Judged, row: Any) -> None:
        for name, text in differences(self.model, row, it).items():
            it.wrong(name, text)
        it.known = gettext("已有“%(row)s”，内容相同", row=str(row))

    def _hall(self, it: Judged) -> Hall | None:
        """Find the hall that a row names; the person's only one where it names none."""
        text = it.values.pop("hall", "")
        hall = self.places.hall(text) if text else self.places.only
        if hall is None:
            missing = gettext("您有几个大厅，请填写是哪一个")
            it.wrong("hall", self.places.no_hall(text) if text else missing)
        else:
            it.hall_id = hall.id
        return hall

    def turn(self, judged: Judged) -> int:
        """Go by the order of the file."""
        return judged.line.number

    def add(self, judged: Judged, run: ImportRun) -> str:
        """Add the row; its history tells who did."""
        del run
        db.session.add(judged.row)
        return str(judged.row)

    def finish(self, run: ImportRun) -> None:
        """Nothing goes with the rows as a whole."""
        del run


class ResponsibilityTaking(ReferenceTaking):
    """Lines of the list of powers and responsibilities."""

    model = Responsibility

    def place(self, it: Judged) -> None:
        """Find the department, in its hall."""
        hall, text = self._hall(it), it.values.pop("department", "")
        if hall is None or not text:
            return
        department = self.places.department(hall, text)
        if department is None or not department.active:
            it.wrong("department", self.places.no_department(hall, text))
        else:
            it.values["department"] = department

    def keys(self, it: Judged) -> list[Any]:
        """Return code and matter, each unique in a department."""
        number = it.values["department"].id
        return [("code", number, it.values["code"]), ("matter", number, it.values["matter"])]

    def kept(self, lines: Sequence[Judged]) -> dict[Any, Any]:
        """Return the lines of the departments that the file names."""
        numbers = sorted({it.values["department"].id for it in lines})
        query = select(Responsibility).where(Responsibility.department_id.in_(numbers))
        found: dict[Any, Any] = {}
        for row in db.session.scalars(query):
            found["code", row.department_id, row.code] = row
            found["matter", row.department_id, row.matter] = row
        return found


class RuleTaking(ReferenceTaking):
    """Deadline rules; one without a hall holds in all of them."""

    model = DeadlineRule

    def place(self, it: Judged) -> None:
        """Find the hall; none means all, which is for whoever governs all."""
        text = it.values.pop("hall", "")
        hall = self.places.hall(text) if text else None
        if text and hall is None:
            it.wrong("hall", self.places.no_hall(text))
        elif not text and not governs_all_halls(self.person):
            it.wrong("hall", gettext("适用全部大厅的规则由管理全部大厅的管理员导入，请填写大厅"))
        it.values["hall"] = hall
        it.hall_id = hall.id if hall is not None else None

    def keys(self, it: Judged) -> list[Any]:
        """Return what a rule is about, and since when it holds."""
        told, hall = it.values, it.values["hall"]
        number = hall.id if hall is not None else None
        kind, day = told["kind"], told["valid_from"]
        return [(number, folded(told["name"]), kind, told.get("classification"), day)]

    def kept(self, lines: Sequence[Judged]) -> dict[Any, Any]:
        """Return the rules that there are; there are few."""
        del lines
        rows = db.session.scalars(select(DeadlineRule)).all()
        return {
            (it.hall_id, folded(it.name), it.kind, it.classification, it.valid_from): it
            for it in rows
        }


RESPONSIBILITIES = Kind(
    "responsibilities",
    Responsibility.__panel__.name,
    N_("录入权责清单：哪一事项由哪个科室负责，依据是什么"),
    "responsibilities",
    (
        HALL,
        *of_model(
            Responsibility, code={"kind": "code"}, matter={"width": 24}, legal_basis={"width": 30}
        ),
    ),
    ResponsibilityTaking,
    Responsibility,
)

RULES = Kind(
    "rules",
    DeadlineRule.__panel__.name,
    N_("录入各类时限的天数、预警、延期和依据文件"),
    "deadline-rules",
    of_model(DeadlineRule, name={"width": 22}, source={"width": 30}),
    RuleTaking,
    DeadlineRule,
)
