"""The REST resources of cases and clocks; a move is POST …/<id>/moves/<verb>."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_appbuilder.api import expose, permission_name, protect, safe

from app.cases import operations
from app.cases.rules import MOVE, Move
from app.cases.views import changes_of
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.schemas import linked
from app.core.errors import InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.departments.models import Department

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
            if step.role not in scope.current().roles:
                return self.response_403()
            values = _values(step, request.get_json(silent=True) or {})
            operations.move(row, verb, values, actor=scope.current(), now=clock.now())
            return self.answer(HTTPStatus.OK, id=row.id, result=self._dump(row))

        return self._write(work)


def _values(step: Move, body: Any) -> dict[str, Any]:
    """Check that the body names nothing else, and look up the department that it names."""
    names = (*step.required, *step.optional)
    if not isinstance(body, dict):
        raise InvalidInputError({"": gettext("请求须为 JSON 对象")})
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise InvalidInputError(dict.fromkeys(unknown, gettext("没有这个字段")))
    values = dict(body)
    if "lead_department" in values:
        found = linked(Department, values["lead_department"])
        if found is None:
            raise InvalidInputError({"lead_department": gettext("没有这个选项，请重新选择")})
        values["lead_department"] = found
    return values


class DeadlineApi(EntityApi):
    """Clocks, read only."""
