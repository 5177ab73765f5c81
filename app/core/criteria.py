# ruff: noqa: SLF001 - SQLAlchemy asks for the key of an option by a method that begins with _
"""The rules of all scoped models as one option of a statement.

Each of them is an option of SQLAlchemy's own (`with_loader_criteria`) and goes with every ORM
statement. What the cache of compiled statements asks of an option, its key, is reckoned here once
for a person, not for each statement anew: there are more than fifty rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql._util_cy import anon_map
from sqlalchemy.sql.cache_key import NO_CACHE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter

_structures: dict[Any, int] = {}
"""What rules look like, whatever halls and departments they name → its number."""


class Criteria(CriteriaOption):
    """Rules that narrow a statement, what it joins, and what is loaded for its rows later."""

    __slots__ = ("_binds", "_key", "_options")

    propagate_to_loaders = True

    def __init__(self, options: Iterable[Any]) -> None:
        self._options = tuple(options)
        self._binds: list[BindParameter[Any]] = []
        known = anon_map()
        structure = tuple(option._gen_cache_key(known, self._binds) for option in self._options)
        if NO_CACHE in known:
            raise TypeError("a rule that can't be cached")
        self._key = (type(self), _structures.setdefault(structure, len(_structures)))

    def _gen_cache_key(self, _known: Any, binds: list[BindParameter[Any]]) -> tuple[Any, ...]:
        """Return what the compiled statement is kept under; add the values that it is run with."""
        binds.extend(self._binds)
        return self._key

    def process_compile_state(self, compile_state: Any) -> None:
        """Narrow a statement that is being compiled."""
        self.get_global_criteria(compile_state.global_attributes)

    def process_compile_state_replaced_entities(self, compile_state: Any, _entities: Any) -> None:
        """Narrow a statement whose entities were replaced, as those of a count are."""
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Add the rules to those that a statement is compiled with."""
        for option in self._options:
            option.get_global_criteria(attributes)

    def added_to(self, statement: Any) -> Any:
        """Return a statement with the rules; what loaded the row may have brought them already."""
        given = any(option is self for option in statement._with_options)
        return statement if given else statement.options(self)
