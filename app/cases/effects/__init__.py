"""What each move of the table does to the case, beyond its state and its event.

An effect gets the case, what was filled in and who stands where; it returns what the event tells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.cases.effects import aftercare, clockwork, dispatch, handling, intake, results
from app.cases.models import Case
from app.cases.standing import Standing

Effect = Callable[[Case, dict[str, Any], Standing], dict[str, Any]]

EFFECTS: dict[str, Effect] = {
    **intake.EFFECTS,
    **dispatch.EFFECTS,
    **handling.EFFECTS,
    **clockwork.EFFECTS,
    **results.EFFECTS,
    **aftercare.EFFECTS,
}
"""Verb → effect."""

__all__ = ["EFFECTS", "Effect"]
