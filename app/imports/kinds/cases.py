"""Cases: registered by the same verb as at the window, each row once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases import operations
from app.cases.models import Case
from app.core import timeline
from app.core.crud.present import local
from app.core.db import db
from app.core.language import N_, gettext
from app.departments.models import Staff
from app.imports.columns import Column, of_model
from app.imports.kinds.base import Kind, build, differences, digest_of, said_twice
from app.imports.models import ImportLine
from app.imports.queries import Places, came_before, cases_numbered
from app.imports.rules import LineKind, folded
from app.roster.queries import of_window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.core.scope import Person
    from app.departments.models import Hall
    from app.imports.kinds.base import Judged
    from app.imports.models import ImportRun

COLUMNS = (
    *of_model(
        Case,
        hall={"required": False, "hint": N_("只有一个大厅时可以不填")},
        registrar={"hint": N_("姓名或登录名；不填即为登记时的值班人员")},
        phone={"kind": "phone", "width": 16},
        id_number={"kind": "identity", "width": 22},
        address={"kind": "text", "width": 24},
        agent_phone={"kind": "phone", "width": 16},
        matter={"width": 20},
    ),
    Column(
        "reported_on",
        N_("反映日期"),
        "date",
        hint=N_("实际反映的日期，例如 2026-05-07；记入办理过程，登记时间仍为导入时间"),
    ),
    Column(
        "number",
        N_("编号"),
        "code",
        most=32,
        hint=N_("新事项不填，由系统编号；填了编号的行只与已有事项核对，不会改动"),
        width=18,
    ),
)
STAR = "*"


class CaseTaking:
    """One reading of a file of cases."""

    def __init__(self, person: Person, now: datetime) -> None:
        """Read the halls at whose windows the person works."""
        self.person, self.now = person, now
        self.places = Places(person, ["clerk"])
        self.notes: list[str] = []
        self._clerks: dict[int, Sequence[Staff]] = {}

    def judge(self, lines: Sequence[Judged]) -> None:
        """Say of every row whether it is a new case, a known one, or wrong."""
        numbers = {it.values["number"].upper() for it in lines if it.values.get("number")}
        kept = cases_numbered(numbers)
        for it in lines:
            hall = self._hall(it)
            if number := it.values.pop("number", ""):
                self._compare(it, kept.get(number.upper()))
            elif hall is not None:
                self._check(it, hall)
        self._leave_known([it for it in lines if it.row is not None])

    def _hall(self, it: Judged) -> Hall | None:
        """Find the hall that a row names; the person's only one where it names none."""
        text = it.values.pop("hall", "")
        hall = self.places.hall(text) if text else self.places.only
        if hall is not None:
            it.hall_id = hall.id
        elif text:
            it.wrong("hall", self.places.no_hall(text))
        else:
            it.wrong("hall", gettext("您有几个大厅，请填写是哪一个"))
        return hall

    def _compare(self, it: Judged, case: Case | None) -> None:
        """Compare a row with the case that it names; it is never changed by a file."""
        it.problems.pop("hall", None)
        if case is None:
            wrong = gettext("没有这个编号的事项，或不在您的权限范围内；新事项请不要填写编号")
            it.wrong("number", wrong)
            return
        it.hall_id = case.hall_id
        it.values.pop("reported_on", None)
        name = it.values.pop("registrar", "")
        for column, text in differences(Case, case, it).items():
            it.wrong(column, text)
        if name and (case.registrar is None or not _is_called(case.registrar, name)):
            it.wrong("registrar", gettext("与已有事项的窗口责任人不同；没有改动"))
        it.known = gettext("已有 %(number)s，内容相同", number=case.number)

    def _check(self, it: Judged, hall: Hall) -> None:
        """Check a new case as its form would."""
        reported: date | None = it.values.get("reported_on")
        if reported is not None and reported > local(self.now, hall.timezone).date():
            it.wrong("reported_on", gettext("反映日期在今天之后"))
        for column in COLUMNS:
            if column.mask and STAR in str(it.values.get(column.name, "")):
                it.wrong(column.name, gettext("这是脱敏后的内容（带 * 号），请填写完整"))
        told = {name: str(value) for name, value in it.values.items()} | {"hall": hall.code}
        it.digest = digest_of(told)
        fixed: dict[str, Any] = {"hall": hall}
        if name := it.values.get("registrar"):
            found = self._registrar(hall, name)
            if found is None:
                it.wrong("registrar", gettext("本大厅没有这个窗口人员"))
            fixed["registrar"] = found
        build(Case, it, fixed)

    def _registrar(self, hall: Hall, name: str) -> Staff | None:
        """Find a clerk of the hall by name or log-in name; of two of a name, neither."""
        if hall.id not in self._clerks:
            query = select(Staff).where(Staff.active, Staff.id.in_(of_window([hall.id])))
            self._clerks[hall.id] = db.session.scalars(query.order_by(Staff.id)).all()
        found = [it for it in self._clerks[hall.id] if _is_called(it, name)]
        return found[0] if len(found) == 1 else None

    def _leave_known(self, fresh: Sequence[Judged]) -> None:
        """Leave out what came in before, or comes twice in the file."""
        known = came_before(LineKind.CASES, {it.digest for it in fresh})
        first: dict[str, Judged] = {}
        for it in fresh:
            came = known.get(it.digest)
            if came is not None:
                it.known = gettext(
                    "%(when)s 已由 %(who)s 导入：%(number)s",
                    when=f"{local(came.at):%Y-%m-%d %H:%M}",
                    who=came.by,
                    number=came.number,
                )
            elif it.digest in first:
                said_twice(it, first[it.digest])
            else:
                first[it.digest] = it

    def turn(self, judged: Judged) -> int:
        """Go by the order of the file."""
        return judged.line.number

    def add(self, judged: Judged, run: ImportRun) -> str:
        """Register the case, and write down which row of which file it came from."""
        case = operations.register(judged.row, actor=self.person, now=self.now)
        line, reported = judged.line, judged.values.get("reported_on")
        timeline.record(
            case,
            "imported",
            actor=self.person,
            now=self.now,
            file=run.file_name,
            row=gettext("“%(page)s”第 %(row)d 行", page=line.page, row=line.number),
            **({"reported_on": reported.isoformat()} if reported else {}),
        )
        db.session.add(
            ImportLine(
                run=run,
                kind=LineKind.CASES,
                digest=judged.digest,
                case_id=case.id,
                page=line.page,
                row=line.number,
            )
        )
        return case.number

    def finish(self, run: ImportRun) -> None:
        """Nothing goes with the rows as a whole."""


def _is_called(person: Staff, name: str) -> bool:
    return folded(name) in {folded(person.name), folded(person.username), folded(str(person))}


KIND = Kind(
    "cases",
    Case.__panel__.name,
    N_("把纸质登记簿或其他系统里的事项登记进来，与在窗口登记一样编号、检查和记录"),
    "cases",
    COLUMNS,
    CaseTaking,
    Case,
)
