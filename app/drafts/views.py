"""Where the script of a form keeps its draft, asks for it and drops it: JSON, one's own alone."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import jsonify, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from sqlalchemy.exc import OperationalError

from app.core import clock, scope
from app.core.crud.present import local
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.problems import problem
from app.core.transaction import transaction
from app.core.words import unprintable
from app.drafts.operations import forget, found, keep

if TYPE_CHECKING:
    from flask import Response

MARK = "draft"
"""The field by which a form says that a draft of it is kept."""

log = logging.getLogger(__name__)


class DraftView(BaseView):
    """One's own drafts; a form is known by its path."""

    route_base = "/drafts"
    default_view = "of"

    @expose("/of")
    def of(self) -> Any:
        """Answer the draft for a path: `fields`, and when it was `saved`; null without one."""
        person, now = scope.current(), clock.now()
        if person.id is None:
            return redirect("/login/")
        path = request.args.get("path", "")
        draft = found(person, path, now=now) if _is_path(path) else None
        if draft is None:
            return jsonify({"fields": None})
        saved, fields = draft
        return jsonify({"fields": fields, "saved": f"{local(saved):%m-%d %H:%M}"})

    @expose("/keep", methods=["POST"])
    def keep(self) -> Any:
        """Keep a draft: `path`, and `fields` as [name, value]."""
        person, now, body = scope.current(), clock.now(), request.get_json(silent=True)
        if person.id is None:
            return redirect("/login/")
        path, fields = _read(body)
        if not path:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, gettext("请求不正确"))
        try:
            with transaction():
                keep(person, path, fields, now=now)
        except InvalidInputError as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error.problems[""]))
        return jsonify({"saved": f"{local(now):%H:%M}"})

    @expose("/drop", methods=["POST"])
    def drop(self) -> Any:
        """Forget the draft for a path."""
        person = scope.current()
        if person.id is None:
            return redirect("/login/")
        path, _ = _read(request.get_json(silent=True))
        with transaction():
            forget(person, path)
        return "", HTTPStatus.NO_CONTENT


def _read(body: Any) -> tuple[str, list[list[str]]]:
    """Return the path and the fields of a request; no path when it is none of a form's."""
    if not isinstance(body, dict) or not isinstance(body.get("path"), str):
        return "", []
    fields = body.get("fields", [])
    whole = isinstance(fields, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(map(_is_text, pair))  # noqa: PLR2004
        for pair in fields
    )
    return (body["path"] if _is_path(body["path"]) and whole else ""), fields


def _is_path(text: str) -> bool:
    return text.startswith("/") and _is_text(text) and not unprintable(text)


def _is_text(value: Any) -> bool:
    """Say whether this can be kept: half of a character that needs two can't be."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def forget_what_was_taken(response: Response) -> Response:
    """Forget the draft of a form that was taken; a form that is refused is answered by 4xx."""
    refused = response.status_code >= HTTPStatus.BAD_REQUEST
    if request.method != "POST" or refused or MARK not in request.form:
        return response
    person = scope.current()
    if person.id is not None:
        db.session.rollback()  # what the request left undone is not to be done here
        try:
            with transaction():
                forget(person, request.script_root + request.path)
        except OperationalError:
            log.exception("a draft stays behind")  # what was sent is taken all the same
    return response
