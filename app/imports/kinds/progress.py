"""What a department did, filled in offline: it comes back through the table of moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases import operations
from app.cases.filled import checked
from app.cases.guards import why_not
from app.cases.models import Case
from app.cases.moves import MOVE
from app.cases.standing import Standing
from app.core import scope, timeline
from app.core.crud.present import local
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import N_, gettext
from app.core.timeline import Event
from app.departments.models import Department
from app.imports.kinds.base import Kind, digest_of
from app.imports.models import ImportLine
from app.imports.queries import came_before, cases_numbered
from app.imports.returning import AT, COLUMNS, MOVED, sequences, stamp
from app.imports.rules import LineKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.imports.kinds.base import Judged
    from app.imports.models import ImportRun

FILLED = tuple(column.name for column in COLUMNS if column.fill_in)
MOST_SINCE = 3


class ProgressTaking:
    """One reading of a file that a department filled in."""

    def __init__(self, person: Person, now: datetime) -> None:
        """Keep who brings it."""
        self.person, self.now = person, now
        self.notes: list[str] = []

    def judge(self, lines: Sequence[Judged]) -> None:
        """Say of every row whether its moves can be made, were made, or what stands against it."""
        cases = cases_numbered({it.values.get("number", "") for it in lines})
        last = sequences([case.id for case in cases.values()])
        for it in lines:
            filled = {name: it.values[name] for name in FILLED if it.values.get(name)}
            it.digest = digest_of({**filled, "stamp": it.values.get("stamp", "")})
            it.row = cases.get(it.values.get("number", ""))
            if it.problems:
                continue
            if not filled:
                it.known, it.blank = gettext("没有填写，不受影响"), True
            elif it.row is None:
                it.wrong("number", gettext("没有这个编号的事项，或不在您的权限范围内"))
            elif it.values["stamp"].partition(AT)[0] != it.row.number:
                it.wrong("number", gettext("编号与核对码不是同一件事项，请不要移动或改动左边的列"))
        self._leave_known([it for it in lines if it.row is not None and not it.blank])
        for it in lines:
            if it.row is not None and not it.problems and not it.known:
                self._check(it, last.get(it.row.id, 0))

    def _leave_known(self, lines: Sequence[Judged]) -> None:
        known = came_before(LineKind.PROGRESS, {it.digest for it in lines})
        for it in lines:
            if (came := known.get(it.digest)) is not None:
                it.known = gettext(
                    "%(when)s 已由 %(who)s 导入",
                    when=f"{local(came.at):%Y-%m-%d %H:%M}",
                    who=came.by,
                )

    def _check(self, it: Judged, sequence: int) -> None:
        """Check the moves of a row as their forms would."""
        case: Case = it.row
        it.hall_id = case.hall_id
        if it.values["stamp"] != stamp(case, sequence):
            it.wrong("number", _since(case, it.values["stamp"]))
            return
        met = Standing(case, self.person, self.now)
        for verb, values in _moves(it):
            refusal = why_not(MOVE[verb], met)
            if refusal:
                it.wrong(_column(verb), refusal)
                continue
            try:
                checked(MOVE[verb], values)
            except InvalidInputError as error:
                for name, text in error.problems.items():
                    it.wrong(name, text)

    def turn(self, judged: Judged) -> int:
        """Go by the numbers of the cases, as whoever locks several does."""
        return int(judged.row.id)

    def add(self, judged: Judged, run: ImportRun) -> str:
        """Make the moves, unless the case moved on while one waited for it."""
        case: Case = judged.row
        operations.lock(case)
        if judged.values["stamp"] != stamp(case, sequences([case.id]).get(case.id, 0)):
            raise DomainError(_since(case, judged.values["stamp"]))
        for verb, values in _moves(judged):
            operations.move(case, verb, values, actor=self.person, now=self.now)
        line = judged.line
        timeline.record(
            case,
            "imported",
            actor=self.person,
            now=self.now,
            file=run.file_name,
            row=gettext("“%(page)s”第 %(row)d 行", page=line.page, row=line.number),
        )
        db.session.add(
            ImportLine(
                run=run,
                kind=LineKind.PROGRESS,
                digest=judged.digest,
                case_id=case.id,
                page=line.page,
                row=line.number,
            )
        )
        return case.number

    def finish(self, run: ImportRun) -> None:
        """Nothing goes with the rows as a whole."""


def _moves(it: Judged) -> list[tuple[str, dict[str, Any]]]:
    """Return the moves that a row means: progress, then a result or a reply with reasons."""
    told = it.values
    found: list[tuple[str, dict[str, Any]]] = []
    if told.get("note"):
        found.append(("progress", {"note": told["note"]}))
    reply = {name: told.get(name) or None for name in ("reasons", "legal_basis")}
    if told.get("result") and told.get("reasons"):
        it.wrong("reasons", gettext("办理结果和不能办理的原因只能填一项"))
    elif told.get("result"):
        found.append(("resolve", {"result": told["result"]}))
    elif any(reply.values()) or told.get("decision"):
        found.append(("reply", {**reply, "decision": bool(told.get("decision"))}))
    return found


def _column(verb: str) -> str:
    return {"progress": "note", "resolve": "result", "reply": "reasons"}[verb]


def _since(case: Case, old: str) -> str:
    """Say what happened to a case since a file was made."""
    number = old.rpartition(AT)[2]
    before = int(number) if number.isdecimal() and len(number) < 10 else 0  # noqa: PLR2004
    events = db.session.scalars(
        select(Event)
        .where(Event.case_id == case.id, Event.sequence > before, Event.kind.in_(MOVED))
        .order_by(Event.sequence.desc())
        .limit(MOST_SINCE)
    ).all()
    told = gettext("；").join(
        gettext(
            "%(when)s %(who)s %(what)s",
            when=f"{local(it.at, case.hall.timezone):%m-%d %H:%M}",
            who=it.actor,
            what=gettext(timeline.KINDS.get(it.kind, it.kind)),
        )
        for it in reversed(events)
    )
    return gettext(
        "文件生成后这件事项已有变动（%(told)s），没有导入；请下载新的表格核对", told=told
    )


def _files() -> list[tuple[str, str]]:
    """Offer the ledger of each department that the person handles for."""
    own = scope.current().departments("handler")
    rows = db.session.scalars(select(Department).where(Department.id.in_(sorted(own))))
    return [
        (
            gettext("下载%(name)s在办事项", name=it.name),
            f"/imports/progress/ledger?department={it.id}",
        )
        for it in rows
    ]


KIND = Kind(
    "progress",
    N_("办理反馈"),
    N_("下载本科室的在办事项，离线填写进展、结果或不能办理的原因，传回来逐行办理"),
    "cases",
    COLUMNS,
    ProgressTaking,
    Case,
    role="handler",
    template=False,
    further=_files,
)
