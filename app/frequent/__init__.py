"""Problems that come back: found every night, proposed as an article, accepted or dismissed.

Change here: what counts as the same problem (`queries.groups`), from how many cases on it is
proposed (a rule in the panel: no code), what accepting does (`operations.accept`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud, scope
from app.frequent import visibility
from app.frequent.models import FrequencyRule, FrequentProblem
from app.frequent.views import FrequentProblemView

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, FrequencyRule)
    crud.register(appbuilder, FrequentProblem, FrequentProblemView, read_only=True)
    scope.let_write(FrequentProblem, {"supervisor"})
