"""The axis: where its marks stand."""

from __future__ import annotations

from math import ceil, floor, log10

MARKS = 5
"""About so many marks above zero."""

STEPS = (1, 2, 5, 10)


def marks(most: float, *, whole: bool = True, top: float | None = None) -> list[float]:
    """Return the marks of an axis from 0 to at least `most`, or to `top`; round steps."""
    reach = top if top is not None else most
    if reach <= 0:
        return [0, 1]
    rough = reach / MARKS
    power = 10 ** floor(log10(rough))
    step = next(it * power for it in STEPS if it * power >= rough * (1 - 1e-9))
    if whole:
        step = max(1, round(step))
    count = max(1, ceil(reach / step - 1e-9))
    return [round(step * it, 10) for it in range(count + 1)]
