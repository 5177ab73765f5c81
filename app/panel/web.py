"""What surrounds every request: for whom it works, what goes wrong, what the templates may ask."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import current_app, g, render_template, request, url_for
from flask_babel import get_locale
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from app.cases.queries import counts
from app.core import clock, scope
from app.core.crud.present import local
from app.core.db import db, writing
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import N_, gettext
from app.core.problems import problem
from app.core.security import asking_user, may
from app.deadlines.queries import missing_year
from app.departments.models import Hall
from app.departments.queries import person_of
from app.departments.rules import Role
from app.notices.queries import dead_count, unread_count
from app.panel.menu import menu
from app.panel.packing import ASSETS, digest, kept, pack
from app.panel.saved.views import saved_views
from app.roster.queries import waiting_for

if TYPE_CHECKING:
    from flask import Flask, Response

READING = {"GET", "HEAD", "OPTIONS"}
PLAIN = (ASSETS, "/healthz", "/static/")
"""Addresses that need nobody and no database."""

TOKENS = "/api/v1/security/"
"""Where tokens are given out: whoever asks there is nobody yet, whatever old one they bring."""

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)

SENTENCES: dict[int, tuple[str, str]] = {
    400: (N_("请求不正确"), N_("网址或提交的内容不正确，请返回后重试。")),
    401: (N_("尚未登录"), N_("请先登录。")),
    403: (N_("没有权限"), N_("您的角色不能进行这项操作。")),
    404: (N_("没有找到"), N_("没有这个页面或这条记录，或者它不在您的权限范围内。")),
    405: (N_("请求不正确"), N_("这个网址不接受这种操作。")),
    413: (N_("文件过大"), N_("一次上传的内容过大，没有保存。请返回上一页，减少文件或分几次上传。")),
    429: (N_("操作太频繁"), N_("请稍等一分钟再试。")),
    500: (N_("系统出错了"), N_("您的操作没有保存。请稍后重试；若仍出错，请联系系统管理员。")),
    503: (N_("系统忙"), N_("数据库暂时不可用，您的操作没有保存，请稍后重试。")),
}


def wire(app: Flask) -> None:
    """Attach everything to the application."""
    app.before_request(_begin)
    app.teardown_request(_end)
    app.after_request(_headers)
    app.after_request(pack)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(SecurityError, _host_error)
    app.register_error_handler(OutOfScopeError, lambda _error: _tell(HTTPStatus.NOT_FOUND))
    app.register_error_handler(InvalidInputError, _refused)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _failed)
    app.jinja_env.globals.update(
        asset=asset, shell=shell, help_url=help_url, saved_views=saved_views
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.context_processor(lambda: {"lang": "en" if str(get_locale()) == "en" else "zh-CN"})


def _begin() -> None:
    """Find out for whom the request works, before anything is read."""
    if request.path.startswith(PLAIN):
        return
    g.writing = writing.set(request.method not in READING)
    g.scope = scope.enter(scope.NOBODY)
    if request.path.startswith(TOKENS):
        return
    user = asking_user(rest=request.path.startswith("/api/"))
    if user is not None and user.is_active:
        scope.enter(person_of(user))


def _end(_error: BaseException | None = None) -> None:
    db.session.rollback()
    if "scope" in g:
        scope.leave(g.pop("scope"))
    if "writing" in g:
        writing.reset(g.pop("writing"))


def _headers(response: Response) -> Response:
    """Keep pages out of caches and frames, and scripts to our own."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.path.startswith(ASSETS):
        response.headers["Cache-Control"] = kept(response)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


# --- errors --------------------------------------------------------------------------------


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    return _tell(error.code)


def _host_error(_error: SecurityError) -> Response:
    """Refuse a host that the panel doesn't answer to; without one, no page can be drawn."""
    return problem(HTTPStatus.BAD_REQUEST, gettext("请求不正确"))


def _csrf_error(_error: CSRFError) -> Any:
    """Say that the page was open too long; what was typed can be sent again from it."""
    return _tell(
        HTTPStatus.BAD_REQUEST,
        gettext("页面已过期（可能已重新登录）。请返回上一页，复制填写的内容，刷新后再提交。"),
    )


def _refused(error: DomainError) -> Any:
    status = HTTPStatus.BAD_REQUEST if isinstance(error, InvalidInputError) else HTTPStatus.CONFLICT
    return _tell(status, str(error))


def _database_error(error: DBAPIError) -> Any:
    current_app.logger.error("database: %s", error)
    return _tell(HTTPStatus.SERVICE_UNAVAILABLE)


def _failed(error: Exception) -> Any:
    current_app.logger.error("failed: %s %s", request.method, request.path, exc_info=error)
    return _tell(HTTPStatus.INTERNAL_SERVER_ERROR)


def _tell(status: int, sentence: str = "") -> Any:
    """Answer a person with a page and a program with problem details."""
    title, usual = SENTENCES.get(int(status), SENTENCES[500])
    text = sentence or gettext(usual)
    if request.path.startswith("/api/"):
        return problem(int(status), gettext(title), detail=text)
    return render_template(
        "panel/error.html", title=gettext(title), sentence=text, home_url="/"
    ), int(status)


# --- what templates may ask ------------------------------------------------------------------


def asset(name: str) -> str:
    """Return the address of a file of ours, with its content in it: it may be cached for good."""
    path = Path(str(current_app.static_folder)) / "bancheng" / name
    return url_for("static", filename=f"bancheng/{name}", v=digest(path))


def help_url() -> str:
    """Return where the help of this screen is; empty for help itself, and before the log-in."""
    if scope.current().id is None or request.path.startswith(("/help", "/guide/")):
        return ""
    told = {"path": request.path, "tab": request.args.get("tab", "")}
    return f"/help?{urlencode({name: value for name, value in told.items() if value}, safe='/')}"


@dataclass(frozen=True)
class Shell:
    """What the frame around a page shows."""

    product: str
    place: str
    person: str
    role: str
    groups: list[Any]
    notices: list[tuple[str, Markup]]
    unread: int = 0
    inbox_url: str = "/notices/"
    find_url: str = "/cases/list/"
    guide_url: str = "/guide/"
    login_url: str = "/login/"
    logout_url: str = "/logout/"
    password_url: str = "/password"  # noqa: S105 - an address


def shell() -> Shell:
    """Return the frame of this request."""
    person = scope.current()
    if person.id is None:
        return Shell(gettext("办成"), "", "", "", [], [], find_url="")
    waiting = counts(clock.now()) if may("cases", "r") else {}
    if may("swaps", "r"):
        waiting["swaps"] = waiting_for(person, local(clock.now()).date())
    if may("deliveries", "r"):
        waiting["dead"] = dead_count()
    waiting["unread"] = unread = unread_count(person.id)
    address = request.full_path.rstrip("?") if request.args else request.path
    roles = gettext("、").join(gettext(role.label) for role in Role if role.value in person.roles)
    return Shell(
        gettext("办成"),
        _place(person),
        person.name,
        roles,
        menu(address, waiting),
        _notices(),
        unread,
        find_url="/cases/list/" if may("cases", "r") else "",
    )


def _place(person: scope.Person) -> str:
    halls = person.halls()
    if halls is None:
        return ""
    top = db.session.query(Hall).filter(Hall.id.in_(sorted(halls))).order_by(Hall.id).first()
    return top.name if top is not None else ""


def _notices() -> list[tuple[str, Markup]]:
    """Warn the administrator that next year's calendar is still missing."""
    if not may("calendar-years", "a"):
        return []
    year = missing_year(local(clock.now()))
    if year is None:
        return []
    text = gettext("%(year)d 年的放假安排尚未录入，涉及该年的时限均为暂定。", year=year)
    link = Markup('<a href="/calendar-days/import">%s</a>') % gettext("导入日历")
    return [("warning", Markup("%s %s") % (escape(text), link))]
