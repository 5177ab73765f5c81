"""The REST resource of articles; a step is POST …/<id>/steps/<step>."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_appbuilder.api import expose, permission_name, protect, safe

from app.articles import operations
from app.articles.steps import STEPS
from app.causes.models import Cause
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.schemas import linked
from app.core.db import db
from app.core.errors import InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.departments.models import Department

if TYPE_CHECKING:
    from app.articles.models import Article

LISTS = {"causes": Cause, "departments": Department}


class ArticleApi(EntityApi):
    """Articles: read, written, taken step by step; never deleted."""

    exclude_route_methods = {"delete"}

    def create(self, row: Article) -> None:
        operations.write(row, actor=scope.current())
        super().create(row)

    def update(self, row: Article) -> None:
        operations.write(row, actor=scope.current())

    def _load(self, body: Any, row: Any = None) -> Any:
        """Read causes and departments beside the fields: lists of numbers."""
        lists = {}
        if isinstance(body, dict):
            lists = {name: _rows(name, body.pop(name)) for name in LISTS if name in body}
        found = super()._load(body, row)
        with db.session.no_autoflush:  # new texts are not to be written before they are a draft
            for name, rows in lists.items():
                setattr(found, name, rows)
        return found

    @expose("/<pk>/steps/<step>", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def step(self, pk: str, step: str) -> Response:
        """Make a step of the table; the body holds the note, where one is asked for."""

        def work() -> Response:
            row, taken = self._find(pk, "e"), STEPS.get(step)
            if taken is None:
                raise OutOfScopeError(step)
            body: Any = request.get_json(silent=True) if request.get_data() else {}
            note = body.get("note", "") if isinstance(body, dict) else None
            if not isinstance(note, str):
                raise InvalidInputError({"note": gettext("应为文字")})
            taken.work(row, note, scope.current(), clock.now())
            return self.answer(HTTPStatus.OK, id=row.id, result=self._dump(row))

        return self._write(work)


def _rows(name: str, value: Any) -> list[Any]:
    rows = [linked(LISTS[name], item) for item in value] if isinstance(value, list) else [None]
    if None in rows:
        raise InvalidInputError({name: gettext("没有这个选项，请重新选择")})
    return rows
