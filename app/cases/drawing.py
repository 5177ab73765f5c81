"""Draw the table of moves: as a diagram and a table for the panel, as Markdown for docs/moves.md.

Nothing here knows a move: states and edges come from its tables; only where a state stands on the
sheet is said here, and a state that is forgotten fails the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cases.asked import label_of
from app.cases.moves import EVERY, MOVES, Stage
from app.cases.rules import Status
from app.core.language import gettext
from app.departments.rules import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cases.moves import Move

PLACES: dict[Status, tuple[int, int]] = {
    Status.RESOLVED: (4, 0),
    Status.REGISTERED: (0, 1),
    Status.ACCEPTED: (1, 1),
    Status.DISPATCHED: (2, 1),
    Status.SIGNED: (3, 1),
    Status.CALLED_BACK: (5, 1),
    Status.CLOSED: (6, 1),
    Status.REPLIED: (4, 2),
    Status.REFUSED: (0, 3),
    Status.MERGED: (1, 3),
    Status.RETURNED: (2, 3),
    Status.DISPUTED: (3, 3),
    Status.ARCHIVED: (6, 3),
}
"""State → column and row of the sheet."""

COLUMN, ROW, WIDE, HIGH, LEFT, TOP = 200, 130, 112, 44, 40, 190
"""Pixels from column to column and row to row, of a box, and before the first column and row."""

LAST_ROW = 3

NEAR, FAR = 0.3, 0.78
"""How far along a long arrow its words stand: apart from those of the arrows beside it."""


@dataclass(frozen=True)
class Box:
    """A state on the sheet."""

    label: str
    code: str
    x: int
    y: int
    open: bool


@dataclass(frozen=True)
class Arrow:
    """The moves that lead from one state to another."""

    path: str
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """A move as a line of the table, in words."""

    verb: str
    label: str
    sources: str
    target: str
    roles: str
    required: str
    optional: str


@dataclass(frozen=True)
class Sheet:
    """The whole drawing."""

    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]
    chapters: list[tuple[str, list[Line]]]


def sheet() -> Sheet:
    """Return the drawing in the reader's language."""
    return Sheet(
        width=6 * COLUMN + WIDE + 2 * LEFT,
        height=LAST_ROW * ROW + HIGH + TOP + 110,
        boxes=[_box(status) for status in Status],
        arrows=[_arrow(*pair, verbs) for pair, verbs in edges(MOVES).items()],
        chapters=[
            (gettext(stage.label), [_line(step) for step in EVERY if step.stage is stage])
            for stage in Stage
        ],
    )


def edges(steps: Sequence[Move] = EVERY) -> dict[tuple[Status, Status], list[Move]]:
    """Return the moves that change the state, by where from and where to."""
    found: dict[tuple[Status, Status], list[Move]] = {}
    for step in steps:
        if step.target is not None:
            for source in step.sources:
                found.setdefault((source, step.target), []).append(step)
    return found


def _corner(status: Status) -> tuple[int, int]:
    column, row = PLACES[status]
    return LEFT + column * COLUMN, TOP + row * ROW


def _box(status: Status) -> Box:
    ended = {Status.REFUSED, Status.MERGED, Status.CLOSED, Status.ARCHIVED}
    return Box(gettext(status.label), status.value, *_corner(status), open=status not in ended)


def _arrow(source: Status, target: Status, steps: list[Move]) -> Arrow:
    """Draw an arrow: straight to a neighbour, in an arc over what lies between otherwise."""
    (ax, ay), (bx, by) = _corner(source), _corner(target)
    label = gettext("、").join(gettext(step.label) for step in steps)
    columns = (bx - ax) // COLUMN
    if ax == bx:
        down = by > ay
        x, y1, y2 = ax + WIDE // 2 + (12 if down else -12), ay, by
        start, end = (y1 + HIGH, y2) if down else (y1, y2 + HIGH)
        beside = x + (42 if down else -42)
        return Arrow(f"M{x} {start}L{x} {end}", label, beside, start + (end - start) * NEAR)
    if ay == by and abs(columns) > 1:
        return _arc(ax + WIDE // 2, bx + WIDE // 2, ay, label)
    forwards = columns > 0
    x1, x2 = (ax + WIDE, bx) if forwards else (ax, bx + WIDE)
    shift = 8 if forwards else -8
    y1, y2 = ay + HIGH // 2 + shift, by + HIGH // 2 + shift
    part = FAR if forwards and by - ay > ROW else 0.5
    return Arrow(f"M{x1} {y1}L{x2} {y2}", label, x1 + (x2 - x1) * part, y1 + (y2 - y1) * part)


def _arc(x1: int, x2: int, y: int, label: str) -> Arrow:
    """Draw an arc: forwards above the row, backwards and in the last row below it."""
    below = x2 < x1 or y > TOP + 2 * ROW
    edge, way = (y + HIGH, 1) if below else (y, -1)
    far = edge + way * (60 + abs(x2 - x1) * (0.04 if y > TOP + 2 * ROW else 0.28))
    path = f"M{x1} {edge}C{x1} {far:g} {x2} {far:g} {x2} {edge}"
    return Arrow(path, label, (x1 + x2) / 2, edge * 0.25 + far * 0.75)


def _line(step: Move) -> Line:
    def names(fields: tuple[str, ...]) -> str:
        return gettext("、").join(gettext(label_of(step.verb, name)) for name in fields)

    every = len(step.sources) > len(Status) - 2
    return Line(
        step.verb,
        gettext(step.label),
        gettext("任何状态")
        if every
        else gettext("、").join(gettext(status.label) for status in step.sources),
        gettext(step.target.label) if step.target else gettext("不变"),
        gettext("、").join(gettext(Role(role).label) for role in step.roles),
        names(step.required),
        names(step.optional),
    )


def markdown() -> str:
    """Return docs/moves.md: codes for developers beside the words that people read."""
    lines = [
        "# The life of a case",
        "",
        "Made from the table in `app/cases/moves.py` by `make moves`; a test holds both together.",
        "In the panel the same is at `/cases/moves`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> registered",
    ]
    for (source, target), steps in edges().items():
        verbs = ", ".join(step.verb for step in steps)
        lines.append(f"    {source.value} --> {target.value}: {verbs}")
    lines += ["```", ""]
    for stage in Stage:
        lines += [
            f"## {stage.value}",
            "",
            "| verb | Chinese | from | to | who | must be filled in | may be | guard |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [_row(step) for step in EVERY if step.stage is stage]
        lines.append("")
    return "\n".join(lines)


def _row(step: Move) -> str:
    cells = (
        f"`{step.verb}`",
        step.label.partition("\x04")[2] or step.label,
        ", ".join(status.value for status in step.sources),
        step.target.value if step.target else "—",
        ", ".join(step.roles) + (f" ({step.party})" if step.party else ""),
        ", ".join(step.required) or "—",
        ", ".join(step.optional) or "—",
        step.guard or "—",
    )
    return f"| {' | '.join(cells)} |"
