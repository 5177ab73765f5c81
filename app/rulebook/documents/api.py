"""The REST resource of rule documents; publishing is POST …/<id>/publish, ending …/<id>/repeal."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask_appbuilder.api import expose, permission_name, protect, safe

from app.core import clock, scope
from app.core.crud import EntityApi
from app.rulebook.documents import operations

if TYPE_CHECKING:
    from flask import Response

    from app.rulebook.documents.models import RuleDocument


class DocumentApi(EntityApi):
    """Rule documents: drafts are written and deleted, versions published and ended."""

    def create(self, row: RuleDocument) -> None:
        operations.write(row, actor=scope.current())
        super().create(row)

    def update(self, row: RuleDocument) -> None:
        operations.write(row, actor=scope.current())

    @expose("/<pk>/publish", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def publish(self, pk: str) -> Response:
        """Make a draft the version that holds."""
        return self._decided(pk, operations.publish)

    @expose("/<pk>/repeal", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def repeal(self, pk: str) -> Response:
        """End a version without another in its place."""
        return self._decided(pk, operations.repeal)

    def _decided(self, pk: str, work: Any) -> Response:
        def decide() -> Response:
            row = self._find(pk, "e")
            work(row, actor=scope.current(), now=clock.now())
            return self.answer(HTTPStatus.OK, id=row.id, result=self._dump(row))

        return self._write(decide)
