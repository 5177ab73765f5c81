"""The papers of a case, behind the log-in; and the look-up of its progress, before it."""

from __future__ import annotations

from typing import Any

import segno
from flask import abort, current_app, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import force_locale
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.exceptions import TooManyRequests

from app.cases.models import Case
from app.core import clock, scope
from app.core.crud.base import MOST_ID
from app.core.crud.pages import Page
from app.core.crud.present import local
from app.core.db import db, writing
from app.core.language import gettext
from app.core.outside import count, spoken
from app.core.transaction import transaction
from app.papers import contents, progress
from app.papers.offers import applies, gives_receipt
from app.papers.operations import issue_code
from app.papers.queries import looked_up
from app.papers.rules import PaperKind, as_meant, grouped
from app.rulebook.documents.reading.page import address


class PaperView(BaseView):
    """What can be printed about a case; permissions and rows are those of cases."""

    route_base = "/papers"
    class_permission_name = "cases"
    base_permissions = ["can_show", "can_edit"]
    default_view = "paper"

    @expose("/<int:pk>/<kind>")
    @has_access
    @permission_name("show")
    def paper(self, pk: int, kind: str) -> Any:
        """Show a paper as it is printed."""
        case, person = _case(pk), scope.current()
        if kind not in set(PaperKind) or not applies(PaperKind(kind), case):
            abort(404)
        if kind == PaperKind.FILE:
            told = _in_chinese(lambda: contents.whole_file(case, person, clock.now()))
            return self._printed("papers/file.html", case, [], **told)
        letter = _in_chinese(lambda: contents.letter(PaperKind(kind), case, person))
        long = gettext("文字较多，一页排不下，将打印为多页。")
        notes = [] if letter.fits else [long]
        rules = rules_address(case) if letter.facts["rules_open"] else ""
        return self._printed(f"papers/{kind}.html", case, notes, rules=rules, **vars(letter))

    @expose("/<int:pk>/receipt", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def receipt(self, pk: int) -> Any:
        """Ask, then print a receipt with a fresh code: it is shown this once."""
        case, person, now = _case(pk), scope.current(), clock.now()
        if not gives_receipt(case, person, now):
            abort(404)
        if request.method == "GET":
            return self._question(case)
        with transaction():
            code = issue_code(case, actor=person, now=now)
        notes = [gettext("查询码只显示这一次，请现在打印；关闭后只能重新生成。")]
        return self._printed(
            "papers/receipt.html",
            case,
            notes,
            title=_in_chinese(lambda: gettext(PaperKind.RECEIPT.label)),
            hall=case.hall.name,
            number=case.number,
            registered=local(case.registered_at, case.hall.timezone).date(),
            code=grouped(code),
            address=f"{_base()}/progress",
            rules=rules_address(case) if case.hall.public_rules else "",
            qr=_drawn(f"{_base()}/progress?case={case.number}#{code}"),
        )

    def _question(self, case: Case) -> Any:
        back = f"/cases/show/{case.id}"
        title = gettext("打印回执")
        details = [gettext("将生成一个新的查询码，只在回执上显示一次，系统中不留存原码。")]
        if case.progress_hash:
            details.append(gettext("以前打印的回执上的查询码将随即失效。"))
        return self.render_template(
            "panel/confirm.html",
            page=Page(title, crumbs=[(case.number, back), (title, None)]),
            question=gettext("要为 %(number)s 打印回执吗？", number=case.number),
            details=details,
            action=request.path,
            submit_label=title,
            cancel_url=back,
        )

    def _printed(self, template: str, case: Case, notes: list[str], **given: Any) -> Any:
        """Render a paper in Chinese, under a bar in the reader's language."""
        bar = {
            "back": gettext("返回事项"),
            "print": gettext("打印"),
            "url": f"/cases/show/{case.id}",
            "notes": notes,
        }
        return self.render_template(template, bar=bar, **given)


def _case(pk: int) -> Case:
    """Return the case, or answer that there is none: a foreign one is none."""
    found = db.session.get(Case, pk) if 0 < pk <= MOST_ID else None
    if found is None:
        abort(404)
    return found


def _in_chinese(made: Any) -> Any:
    """Return what is made while the labels of the panel are Chinese."""
    with force_locale("zh"):
        return made()


def _base() -> str:
    """Return the address at which the public reaches the panel."""
    public: str = current_app.config["PUBLIC_URL"]
    return public or request.url_root.rstrip("/")


def rules_address(case: Case) -> str:
    """Return where the public reads the rules of a case's hall."""
    return _base() + address(case.hall)


def _drawn(text: str) -> Markup:
    """Return a QR code as a drawing; it holds nothing of what it says but modules."""
    drawing = segno.make(text, error="m", micro=False)
    return Markup(drawing.svg_inline(border=2, omitsize=True, svgclass="qr"))  # noqa: S704


# --- the look-up -----------------------------------------------------------------------------


class ProgressView(BaseView):
    """Where a case stands, for whoever holds its receipt; nothing personal, no log-in."""

    route_base = ""
    default_view = "progress"

    @expose("/progress", methods=["GET", "POST"])
    def progress(self) -> Any:
        """Ask for number and code; answer with the state, or with one sentence for all else."""
        number = as_meant(request.values.get("case", ""))
        back = f"/progress?case={number}" if number else "/progress"
        if (turned := spoken(back)) is not None:
            return turned
        if request.method == "GET":
            return self._page(number)
        db.session.rollback()
        writing.set(False)  # a POST begins as a writer; this only reads, and anybody may send it
        try:
            most = current_app.config["PROGRESS_LIMIT"]
            count(self.appbuilder.sm.limiter, most, "progress", [f"case {number}"])
        except TooManyRequests:
            return self._page(number, gettext("查询太频繁，请稍等一分钟再试。")), 429
        now = clock.now()
        case = looked_up(number, request.form.get("code", ""), now)
        if case is None:
            return self._page(number, gettext("编号或查询码不正确，或者该事项不能查询。")), 422
        with scope.everything():
            told = progress.told(case)
        return self.render_template("papers/progress.html", found=told, number=number, error="")

    def _page(self, number: str, error: str = "") -> Any:
        return self.render_template(
            "papers/progress.html", found=None, number=number, error=error, form=FlaskForm()
        )
