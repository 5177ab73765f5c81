"""The REST resource of a move for many cases: POST …/moves/<verb>."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_appbuilder.api import expose, permission_name, protect, safe

from app.cases.api import values_for
from app.cases.bulk.operations import Order, carry_out
from app.cases.bulk.rules import BULK
from app.cases.moves import MOVE
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.errors import InvalidInputError
from app.core.language import gettext, ngettext
from app.core.problems import problem

if TYPE_CHECKING:
    from app.cases.bulk.operations import Line
    from app.cases.moves import Move

BODY = {"ids", "values", "all_or_nothing"}


class BulkApi(EntityApi):
    """Moves for many cases."""

    @expose("/moves/<verb>", methods=["POST"])
    @protect()
    @safe
    @permission_name("get")
    def move_all(self, verb: str) -> Response:
        """Make a move for many cases: `ids`, `values`, `all_or_nothing` (true without a word)."""
        if verb not in BULK:
            return self.response_404()
        step = MOVE[verb]
        if not scope.current().roles.intersection(step.roles):
            return self.response_403()
        try:
            report = carry_out(
                _order(step, request.get_json(silent=True)), actor=scope.current(), now=clock.now()
            )
        except InvalidInputError as error:
            return problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, str(error), errors=_named(error.problems)
            )
        rows = [_told(line, kept=report.kept) for line in report.lines]
        if report.kept:
            return self.answer(HTTPStatus.OK, done=len(report.done), rows=rows)
        count = len(report.refused)
        title = ngettext(
            "有 %(num)d 件不能办理，所以一件也没有改动",
            "有 %(num)d 件不能办理，所以一件也没有改动",
            count,
        )
        return problem(HTTPStatus.CONFLICT, title, rows=rows)


def _named(problems: dict[str, str]) -> dict[str, str]:
    return {name or "ids": text for name, text in problems.items()}


def _order(step: Move, body: Any) -> Order:
    """Read the body; what is not understood is refused."""
    if not isinstance(body, dict):
        raise InvalidInputError({"": gettext("请求须为 JSON 对象")})
    unknown = sorted(set(body) - BODY)
    if unknown:
        raise InvalidInputError(dict.fromkeys(unknown, gettext("没有这个字段")))
    ids, together = body.get("ids"), body.get("all_or_nothing", True)
    if not isinstance(ids, list) or not all(type(it) is int and it > 0 for it in ids):
        raise InvalidInputError({"ids": gettext("应为事项的数字编号列表")})
    if not isinstance(together, bool):
        raise InvalidInputError({"all_or_nothing": gettext("应为 true 或 false")})
    return Order(step, ids, values_for(step, body.get("values") or {}), together)


def _told(line: Line, *, kept: bool) -> dict[str, Any]:
    return {
        "id": line.id,
        "number": line.number or None,
        "done": kept and not line.reason,
        "reason": line.reason or None,
    }
