"""Errors as programs read them: problem details (RFC 9457), in place of the frameworks' shapes."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Any

from flask import Response, json

from app.core.language import gettext


def problem(status: int, title: str, **extra: Any) -> Response:
    """Answer with problem details (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": int(status), **extra}
    return Response(json.dumps(body), status, content_type="application/problem+json")


def unknown_caller(*_told: Any) -> Response:
    """Answer whoever brings no token, or none that can be believed."""
    return problem(HTTPStatus.UNAUTHORIZED, gettext("令牌缺失、无效或已过期，请重新登录"))


class Problems:
    """A REST resource of FAB whose errors are problem details."""

    def response_400(self, message: Any = None) -> Response:
        """Refuse a request that can't be read."""
        return problem(HTTPStatus.BAD_REQUEST, gettext("请求不正确"), detail=str(message or ""))

    def response_401(self) -> Response:
        """Refuse whoever is not known."""
        return problem(HTTPStatus.UNAUTHORIZED, gettext("用户名、密码或令牌不正确"))

    def response_403(self) -> Response:
        """Refuse what the roles of the person don't include."""
        return problem(HTTPStatus.FORBIDDEN, gettext("您的角色不能进行这项操作。"))

    def response_404(self) -> Response:
        """Say that there is no such row; a foreign one is none."""
        return problem(HTTPStatus.NOT_FOUND, gettext("没有这条记录，或者它不在您的权限范围内"))

    def response_500(self, message: Any = None) -> Response:  # noqa: ARG002 - it may tell secrets
        """Hand on what FAB's `safe` has caught: the panel logs it and answers."""
        error = sys.exc_info()[1]
        if error is not None:
            raise error
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, gettext("系统出错了"))
