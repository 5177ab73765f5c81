"""The REST resources of cases and clocks; a move is POST …/<id>/moves/<verb>."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_appbuilder.api import expose, permission_name, protect, safe

from app.cases import operations
from app.cases.asked import ASKED
from app.cases.moves import MOVE, Move
from app.cases.queries import case_numbered
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.schemas import linked
from app.core.errors import InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.timeline import changes_of

if TYPE_CHECKING:
    from app.cases.models import Case


class CaseApi(EntityApi):
    """Cases: read, registered, edited, moved; never deleted."""

    exclude_route_methods = {"delete"}

    def create(self, row: Case) -> None:
        operations.register(row, actor=scope.current(), now=clock.now())

    def update(self, row: Case) -> None:
        operations.edit(row, changes_of(row), actor=scope.current(), now=clock.now())

    @expose("/<pk>/moves/<verb>", methods=["POST"])
    @protect()
    @safe
    @permission_name("get")
    def move(self, pk: str, verb: str) -> Response:
        """Make a move of the table: the body holds what it asks for."""

        def work() -> Response:
            row, step = self._find(pk, "r"), MOVE.get(verb)
            if step is None:
                raise OutOfScopeError(verb)
            if not scope.current().roles.intersection(step.roles):
                return self.response_403()
            values = values_for(step, _body())
            operations.move(row, verb, values, actor=scope.current(), now=clock.now())
            return self.answer(HTTPStatus.OK, id=row.id, result=self._dump(row))

        return self._write(work)


def _body() -> Any:
    """Return what the request says as JSON; nothing at all is an empty object."""
    return request.get_json(silent=True) if request.get_data() else {}


def values_for(step: Move, body: Any) -> dict[str, Any]:
    """Check that the body names nothing else, and read each value by its kind."""
    names = (*step.required, *step.optional)
    if not isinstance(body, dict):
        raise InvalidInputError({"": gettext("请求须为 JSON 对象")})
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise InvalidInputError(dict.fromkeys(unknown, gettext("没有这个字段")))
    return {name: _read(name, value) for name, value in body.items()}


def _read(name: str, value: Any) -> Any:
    """Read a value as JSON says it: rows by number, a case by its number, instants as ISO 8601."""
    asked, found = ASKED[name], value
    if value is None:
        return None
    if asked.kind == "row":
        found = linked(asked.target or object, value)
    elif asked.kind == "rows":
        rows = [linked(asked.target or object, item) for item in _list(value)]
        found = rows if None not in rows and isinstance(value, list) else None
    elif asked.kind == "case":
        found = case_numbered(value) if isinstance(value, str) else None
    elif asked.kind == "instant":
        found = _instant(value)
    if found is None:
        raise InvalidInputError({name: gettext("没有这个选项，请重新选择")})
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _instant(value: Any) -> datetime | None:
    """Read an instant; None when it is none or says no time zone."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


class DeadlineApi(EntityApi):
    """Clocks, read only."""
