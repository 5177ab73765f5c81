"""The REST resource of improvement items: read, opened, moved; POST …/<id>/moves/<verb>."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask_appbuilder.api import expose, permission_name, protect, safe

from app.articles.models import Article
from app.cases.models import Case
from app.causes.models import Cause
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.bodies import body_of
from app.core.crud.integrity import check
from app.core.crud.schemas import linked
from app.core.errors import InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.departments.models import Department, Hall
from app.improvements import operations
from app.improvements.models import Improvement
from app.improvements.moves import MOVE, theirs
from app.improvements.rules import MOST_CASES, MOST_MATTER, USUAL_DAYS

if TYPE_CHECKING:
    from flask import Response

NEEDED = {"hall": Hall, "department": Department}
FURTHER = {"cause": Cause, "article": Article}


class ItemApi(EntityApi):
    """What is done with improvement items, by programs."""

    @expose("/", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def open_item(self) -> Response:
        """Open an item: hall, matter, department, problem, measure; cause, article, days, cases."""

        def work() -> Response:
            links, texts = {**NEEDED, **FURTHER}, ("matter", "problem", "measure")
            body = body_of(*links, *texts, "days", "cases")
            chosen = {name: _chosen(name, model, body) for name, model in links.items()}
            row = Improvement(**{name: _text(name, body) for name in texts}, **chosen)
            check(row)
            operations.open_item(
                row,
                days=body.get("days", USUAL_DAYS),
                cases=_cases(body.get("cases", [])),
                actor=scope.current(),
                now=clock.now(),
            )
            return self.answer(HTTPStatus.CREATED, id=row.id, result=self._dump(row))

        return self._write(work)

    @expose("/<pk>/moves/<step>", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def move(self, pk: str, step: str) -> Response:
        """Make a move of the table; the body holds what it asks for. Files come by the page."""

        def work() -> Response:
            row, move = self._find(pk, "r"), MOVE.get(step)
            if move is None or not theirs(move, row, scope.current()):
                raise OutOfScopeError(step)
            body = body_of(*(name for name in move.asks if name != "files"))
            if "department" in body:
                body["department"] = linked(Department, body["department"])
            if "due_on" in body:
                body["due_on"] = _day(body["due_on"])
            operations.move(row, step, body, actor=scope.current(), now=clock.now())
            return self.answer(HTTPStatus.OK, id=row.id, result=self._dump(row))

        return self._write(work)


def _chosen(name: str, model: type[Any], body: dict[str, Any]) -> Any:
    if body.get(name) is None and name in FURTHER:
        return None
    found = linked(model, body.get(name))
    if found is None:
        raise InvalidInputError({name: gettext("没有这个选项，请重新选择")})
    return found


def _text(name: str, body: dict[str, Any]) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError({name: gettext("必填")})
    if name == "matter" and len(text.strip()) > MOST_MATTER:
        raise InvalidInputError({name: gettext("最多 %(most)d 个字", most=MOST_MATTER)})
    return text.strip()


def _cases(numbers: Any) -> list[Case]:
    if not isinstance(numbers, list) or len(numbers) > MOST_CASES:
        raise InvalidInputError({"cases": gettext("最多 %(most)d 件", most=MOST_CASES)})
    rows = [linked(Case, number) for number in numbers]
    if None in rows:
        raise InvalidInputError({"cases": gettext("没有这个选项，请重新选择")})
    return list(dict.fromkeys(rows))


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidInputError({"due_on": gettext("日期不正确")}) from None
