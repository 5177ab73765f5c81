"""Which rows a person may see and write: one function of the person, on every path.

Each scoped model says its rule once, as a criterion over its own columns (`rows_of`). The rule is
added to every ORM SELECT, UPDATE and DELETE, and what a flush touches is counted against the same
rule before and after it, narrowed to the roles that may write the entity. A statement that reads
scoped rows while nobody said for whom raises `ScopeMissingError`; jobs and commands say
`with everything():` in so many words.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, event, func, inspect, select, true
from sqlalchemy.orm import Session, object_session, with_loader_criteria
from sqlalchemy.sql import visitors

from app.core.criteria import Criteria
from app.core.errors import OutOfScopeError, ScopeMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sqlalchemy.orm import ORMExecuteState, UOWTransaction

    RowRule = Callable[["Person"], ColumnElement[bool]]


@dataclass(frozen=True)
class Grant:
    """One role that a person holds: in which halls (None: in all), for which departments."""

    role: str
    halls: frozenset[int] | None = frozenset()
    departments: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Person:
    """Whoever is asking. `unlimited` is for jobs and commands alone."""

    id: int | None
    username: str
    name: str
    grants: tuple[Grant, ...] = ()
    unlimited: bool = False

    @cached_property
    def roles(self) -> frozenset[str]:
        """The codes of the roles held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def only(self, roles: Iterable[str]) -> Person:
        """Return the same person with nothing but these roles."""
        kept = tuple(grant for grant in self.grants if grant.role in roles)
        return self if kept == self.grants else replace(self, grants=kept)

    def halls(self, *roles: str) -> frozenset[int] | None:
        """Return the halls in which one of the roles (any, when none is named) is held."""
        held = [grant.halls for grant in self.grants if not roles or grant.role in roles]
        if None in held:
            return None
        return frozenset[int]().union(*(halls for halls in held if halls))

    def departments(self, *roles: str) -> frozenset[int]:
        """Return the departments for which one of the roles is held."""
        held = (grant.departments for grant in self.grants if not roles or grant.role in roles)
        return frozenset[int]().union(*held)

    def in_halls(self, column: Any, *roles: str) -> ColumnElement[bool]:
        """Return the criterion that a column names one of the halls."""
        halls = self.halls(*roles)
        criterion: ColumnElement[bool] = true() if halls is None else column.in_(sorted(halls))
        return criterion


NOBODY = Person(None, "", "")
"""Who asks before the log-in: sees no scoped row at all."""

SYSTEM = Person(None, "system", "系统", unlimited=True)

_rules: dict[type[Any], Callable[[Person], ColumnElement[bool]]] = {}
_writers: dict[type[Any], frozenset[str]] = {}
_current: ContextVar[Person | None] = ContextVar("scope", default=None)
_answers: ContextVar[dict[Any, bool] | None] = ContextVar("answers", default=None)
_settled: ContextVar[frozenset[type[Any]]] = ContextVar("settled", default=frozenset())


def rows_of(model: type[Any]) -> Callable[[RowRule], RowRule]:
    """Declare the decorated function as the rule of a model's rows."""

    def declare(rule: RowRule) -> RowRule:
        _rules[model] = rule
        _criterion.cache_clear()
        _criteria.cache_clear()
        return rule

    return declare


@lru_cache(maxsize=256)
def _criterion(model: Any, person: Person) -> ColumnElement[bool]:
    """Put the rule of a model together for a person, who asks for rows of it again and again."""
    return _rules[model](person)


@lru_cache(maxsize=256)
def _criteria(person: Person, settled: frozenset[type[Any]]) -> Criteria:
    """Put the rules of all models but some together."""
    return Criteria(
        with_loader_criteria(model, rule(person), include_aliases=True)
        for model, rule in _rules.items()
        if model not in settled
    )


def scoped_models() -> frozenset[type[Any]]:
    """Return every model that has a rule."""
    return frozenset(_rules)


def let_write(model: type[Any], roles: Iterable[str]) -> None:
    """Let these roles, and no others, write rows of a model; without a word, whoever sees one may.

    Said more than once, it adds up: the roles of the generated pages, the roles of the moves.
    """
    _writers[model] = _writers.get(model, frozenset()) | frozenset(roles)


def current() -> Person:
    """Return for whom the program works now; raise ScopeMissingError when nobody said."""
    person = _current.get()
    if person is None:
        msg = "no scope: enter a person, or say scope.everything()"
        raise ScopeMissingError(msg)
    return person


def enter(person: Person) -> Token[Person | None]:
    """Work for this person from now on; give the token to `leave`."""
    return _current.set(person)


def leave(token: Token[Person | None]) -> None:
    """Return to whoever it was before."""
    _current.reset(token)


@contextmanager
def working_for(person: Person) -> Iterator[Person]:
    """Work for a person inside the block."""
    token = enter(person)
    try:
        yield person
    finally:
        leave(token)


def everything() -> Any:
    """Work for nobody in particular, with all rows in sight: jobs, commands, the log-in."""
    return working_for(SYSTEM)


@contextmanager
def reading() -> Iterator[None]:
    """Ask only once whether a person sees a row, while a page is drawn and nothing is written.

    Whoever writes asks each time: what was so before a lock need not be so behind it.
    """
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def criterion(model: type[Any], person: Person) -> ColumnElement[bool]:
    """Return the criterion of the rows of a model that a person sees."""
    free = person.unlimited or model not in _rules
    return true() if free else _criterion(cast("Any", model), person)


@contextmanager
def settled(models: Iterable[type[Any]]) -> Iterator[None]:
    """Ask for rows of some models without their rules: only what is in sight is there to read.

    Who may read a row is said by today's rows, which are not at hand while the past is read.
    """
    token = _settled.set(frozenset(models))
    try:
        yield
    finally:
        _settled.reset(token)


def within(person: Person, row: Any) -> bool:
    """Say whether a row that is kept is in sight of a person."""
    model = type(row)
    if person.unlimited or model not in _rules:
        return True
    answers = _answers.get()
    known, key = {} if answers is None else answers, (model, row.id, person)
    if key not in known:
        known[key] = _count(object_session(row), model, {row.id}, person) == 1
    return known[key]


def within_as(person: Person, roles: Collection[str], row: Any) -> bool:
    """Say whether a row is in sight of a person by one of these roles; nobody else is asked for."""
    held = person.unlimited or not person.roles.isdisjoint(roles)
    return held and within(person.only(roles), row)


def _count(session: Any, model: type[Any], ids: set[int], person: Person) -> int:
    """Count how many of the rows are in sight of a person, past the session's own state."""
    table = inspect(model).local_table
    seen = session.connection().scalar(
        select(func.count())
        .select_from(table)
        .where(table.c.id.in_(sorted(ids)), _criterion(cast("Any", model), person))
    )
    return int(seen or 0)


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    """Add the rules of the scoped models to a statement."""
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    person = _current.get()
    if person is None:
        scoped = {inspect(model).local_table for model in _rules}
        statement: Any = state.statement
        if not scoped.isdisjoint(visitors.iterate(statement)):
            current()
        return
    if not person.unlimited:
        state.statement = _criteria(person, _settled.get()).added_to(state.statement)


@event.listens_for(Session, "before_flush")
def _check_before(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to change or delete a row that was out of sight."""
    if (answers := _answers.get()) is not None:
        answers.clear()
    changed = [row for row in session.dirty if session.is_modified(row)]
    _require(session, [*changed, *session.deleted])


@event.listens_for(Session, "after_flush")
def _check_after(session: Session, _context: UOWTransaction) -> None:
    """Refuse to have written a row into somewhere out of sight."""
    _require(session, [*session.new, *session.dirty])


def _require(session: Session, rows: list[Any]) -> None:
    person = _current.get()
    if person is not None and person.unlimited:
        return
    keys: dict[type[Any], set[int]] = defaultdict(set)
    for row in rows:
        if type(row) in _rules and (identity := inspect(row).identity or (row.id,)):
            keys[type(row)].add(identity[0])
    for model, ids in keys.items():
        who = current()
        writer = who.only(_writers[model]) if model in _writers else who
        if _count(session, model, ids, writer) != len(ids):
            raise OutOfScopeError(model.__tablename__)
