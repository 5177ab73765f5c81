"""The REST resource of files, below the case that they belong to."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask_appbuilder.api import expose, permission_name, protect, safe

from app.cases.documents import operations
from app.cases.documents.models import Attachment
from app.cases.documents.queries import file_for, files_of
from app.cases.documents.receiving import discard, receive
from app.cases.documents.rules import Purpose
from app.cases.documents.serving import send
from app.cases.models import Case
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.schemas import linked
from app.core.db import db
from app.core.errors import InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.problems import problem

if TYPE_CHECKING:
    from app.cases.documents.receiving import Paper


class FileApi(EntityApi):
    """Files of a case: listed, added, downloaded."""

    @expose("/<pk>/attachments", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    def files(self, pk: str) -> Response:
        """List the files of a case."""
        case = _case(pk)
        if case is None:
            return self.response_404()
        rows = [self._dump(row) for row in files_of(case, scope.current())]
        return self.answer(HTTPStatus.OK, count=len(rows), result=rows)

    @expose("/<pk>/attachments", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def attach(self, pk: str) -> Response:
        """Add files, sent as multipart `file` (once or more) with a `purpose`: all or none."""
        case = _case(pk)
        if case is None:
            return self.response_404()
        db.session.rollback()  # no lock is held while files are looked at
        papers, wrong = receive((it.filename or "", it.stream) for it in _sent())
        try:
            if wrong:
                return problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    gettext("；").join(wrong),
                    errors={"file": wrong},
                )
            return self._write(lambda: self._attached(pk, papers))
        finally:
            discard(papers)

    def _attached(self, pk: str, papers: list[Paper]) -> Response:
        purpose, case = request.form.get("purpose", Purpose.MATERIAL.value), _case(pk)
        if case is None:
            raise OutOfScopeError(pk)
        if not papers:
            raise InvalidInputError({"file": gettext("请选择文件")})
        if purpose not in set(Purpose):
            raise InvalidInputError({"purpose": gettext("没有这个选项，请重新选择")})
        rows = operations.attach(
            case, papers, Purpose(purpose), actor=scope.current(), now=clock.now()
        )
        return self.answer(HTTPStatus.CREATED, result=[self._dump(row) for row in rows])

    @expose("/<pk>/attachments/<int:number>", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    def file(self, pk: str, number: int) -> Response:
        """Send a file of a case."""
        row = linked(Attachment, number)
        if row is None or str(row.case_id) != pk or file_for(row.id, scope.current()) is None:
            return self.response_404()

        def sent() -> Response:
            return send(row)

        return self._write(sent)


def _case(pk: str) -> Case | None:
    number = int(pk) if pk.isdecimal() and len(pk) < 11 else 0  # noqa: PLR2004
    found: Case | None = linked(Case, number)
    return found


def _sent() -> list[Any]:
    return [it for it in request.files.getlist("file") if it.filename]
