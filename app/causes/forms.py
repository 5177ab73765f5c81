"""How the tree of causes is chosen from: a line for each kind, what is below it beside it."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.crud.fields import LinksField


def as_tree(field: LinksField) -> None:
    """Let a field of causes show them as the tree that they are."""
    field.say = attrgetter("name")
    field.heads = lambda cause: cause.parent_id is None
