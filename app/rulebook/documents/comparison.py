"""Compare two versions line by line, and what changed within a line: pure, by difflib."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AROUND = 2
"""Lines left standing around a change; what is the same beyond them is folded."""

ALIKE = 0.4
"""From here on two lines count as one that was changed: marked within, not as a whole."""


@dataclass(frozen=True)
class Part:
    """A piece of a line, and whether it is what differs."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the comparison: `sign` is " ", "-", "+", or "…" over `folded` lines alike."""

    sign: str
    parts: tuple[Part, ...] = ()
    folded: int = 0


def compared(old: str, new: str) -> list[Line]:
    """Return the lines of two texts, in order: what stayed, what went, what came."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Line] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for index, (tag, start, end, new_start, new_end) in enumerate(steps):
        if tag == "equal":
            first, last = index == 0, index == len(steps) - 1
            found += _folded(before[start:end], first=first, last=last)
        else:
            found += _changed(before[start:end], after[new_start:new_end])
    return found


def differ(lines: Sequence[Line]) -> bool:
    """Say whether a comparison found anything."""
    return any(line.sign in "+-" for line in lines)


def _folded(lines: list[str], *, first: bool, last: bool) -> Iterator[Line]:
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    hidden = len(lines) - head - tail
    if hidden <= 1:
        head, tail, hidden = len(lines), 0, 0
    yield from (Line(" ", (Part(line),)) for line in lines[:head])
    if hidden:
        yield Line("…", folded=hidden)
    yield from (Line(" ", (Part(line),)) for line in lines[len(lines) - tail :])


def _changed(before: list[str], after: list[str]) -> Iterator[Line]:
    """Yield what a block was and became: pairs of lines that are alike are marked within."""
    went, came = [], []
    for old, new in zip_longest(before, after):
        if old is None or new is None:
            pair: tuple[tuple[Part, ...], tuple[Part, ...]] = (_whole(old), _whole(new))
        else:
            pair = _within(old, new)
        went += [Line("-", pair[0])] if old is not None else []
        came += [Line("+", pair[1])] if new is not None else []
    yield from went
    yield from came


def _whole(line: str | None) -> tuple[Part, ...]:
    return (Part(line, changed=True),) if line else ()


def _within(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return _whole(old), _whole(new)
    went, came = [], []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        went.append(Part(old[start:end], changed=tag != "equal"))
        came.append(Part(new[new_start:new_end], changed=tag != "equal"))
    return tuple(it for it in went if it.text), tuple(it for it in came if it.text)
