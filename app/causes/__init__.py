"""Why it could not be done: the tree of causes, as data. A case closes with at least one of them.

Change here: what an empty database begins with (`seed.json`), how a cause is called (`models`).
"""

from __future__ import annotations

from typing import Any

from app.causes import visibility
from app.causes.models import Cause
from app.core import crud

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, Cause)
