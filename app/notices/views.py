"""The pages of notices: one's own inbox, the rules, the channels, what became of each message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from wtforms import SelectField, validators
from wtforms.fields import SelectChoice

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.address import MOST_PAGES
from app.core.crud.forms import drawn, form_class
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact, Page, Tab
from app.core.crud.present import EMPTY, local
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import N_, gettext, ngettext
from app.core.security import may
from app.core.transaction import transaction
from app.departments.models import Staff
from app.notices import operations, queries, sending
from app.notices.kinds import KINDS
from app.notices.models import Notice
from app.notices.rules import STUCK, State, TargetKind, Way

if TYPE_CHECKING:
    from flask_wtf import FlaskForm

    from app.core.crud.pages import Input
    from app.notices.models import NoticeTarget

PAGE_SIZE = 25
TONES = {
    State.PENDING: "idle",
    State.SENDING: "warn",
    State.SENT: "ok",
    State.DEAD: "late",
    State.UNKNOWN: "warn",
}
STAGE_TONES = {"warning": "warn", "overdue": "late", "escalated": "late"}
"""How a kind of event looks that ends like this."""


class InboxView(BaseView):
    """One's own messages."""

    route_base = "/notices"
    default_view = "inbox"

    @expose("/")
    def inbox(self) -> Any:
        """List one's own messages, unread ones first."""
        person = scope.current()
        if person.id is None:
            return redirect("/login/?next=/notices/")
        unread, number = request.args.get("tab") == "unread", _page_number()
        asked = queries.inbox(person.id, unread=unread)
        found = db.session.scalars(asked.limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE))
        rows = found.all()
        seen = queries.in_sight((row.about, row.row_id) for row in rows)
        waiting = queries.unread_count(person.id)
        tab = "&tab=unread" if unread else ""
        return self.render_template(
            "notices/inbox.html",
            page=Page(gettext("消息"), _waiting_in_words(waiting)),
            tabs=[
                Tab(gettext("全部"), "/notices/", not unread),
                Tab(gettext("未读"), "/notices/?tab=unread", unread, waiting),
            ],
            items=[_item(row, linked=(row.about, row.row_id) in seen) for row in rows[:PAGE_SIZE]],
            waiting=waiting,
            read_url="/notices/read",
            previous_url=f"/notices/?page={number - 1}{tab}" if number > 1 else None,
            next_url=f"/notices/?page={number + 1}{tab}" if len(rows) > PAGE_SIZE else None,
        )

    @expose("/read", methods=["POST"])
    def read(self) -> Any:
        """Mark one message as read, and go to its case if that was asked for; or all of them."""
        person, now = scope.current(), clock.now()
        if person.id is None:
            return redirect("/login/?next=/notices/")
        if request.form.get("all"):
            with transaction():
                operations.read_all(person, now=now)
            return redirect("/notices/")
        notice = _own(request.form.get("id", ""), person)
        with transaction():
            operations.read(notice, now=now)
        if request.form.get("then") == "case":
            return redirect(notice.url)
        return redirect("/notices/?tab=unread" if request.form.get("tab") else "/notices/")


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isdecimal() and 0 < int(text[:9]) <= MOST_PAGES):
        raise InvalidInputError({"": gettext("网址中的页码或每页条数不正确")})
    return int(text)


def _own(text: str, person: scope.Person) -> Notice:
    """Return a message of one's own; a foreign one is no message."""
    if not text:
        raise InvalidInputError({"": gettext("请选择一条消息")})
    number = int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004
    own = select(Notice).where(
        Notice.id == number, Notice.user_id == person.id, Notice.way == Way.INBOX
    )
    found: Notice | None = db.session.scalar(own)
    if found is None:
        abort(404)
    return found


def _waiting_in_words(number: int) -> str:
    if not number:
        return gettext("没有未读消息")
    if number >= queries.COUNT_UP_TO:
        return gettext("未读消息很多，只数到 %(most)d 条", most=number)
    return ngettext("%(num)d 条未读", "%(num)d 条未读", number)


def _item(row: Notice, *, linked: bool) -> dict[str, Any]:
    """Return a message as the page draws it; one about what is out of sight leads nowhere."""
    return {
        "id": row.id,
        "title": row.title,
        "lines": [line for line in row.body.split("\n")[1:] if not _in_title(line, row)],
        "at": f"{local(row.created_at):%Y-%m-%d %H:%M}",
        "unread": row.read_at is None,
        "url": row.url if linked else "",
        "tone": STAGE_TONES.get(row.kind.rpartition("_")[2], ""),
    }


def _in_title(line: str, row: Notice) -> bool:
    """Say whether a line tells no more than the title does: until when."""
    return line[-16:] in row.title


class NoticeRuleView(EntityView):
    """Who is told what."""

    def form(self, *, editing: bool) -> type[FlaskForm]:
        return form_class(self.model, editing=editing, extra={"kind": _kind_field()})

    def draw(self, field: Any, row: Any) -> Input:
        return drawn(field, row) if field.name == "kind" else super().draw(field, row)


def _kind_field() -> SelectField:
    choices = [SelectChoice(code, gettext(label)) for code, label in KINDS.items()]
    return SelectField(
        gettext("事件"),
        [validators.InputRequired(gettext("必填"))],
        choices=[SelectChoice("", gettext("请选择")), *choices],
    )


class NoticeTargetView(EntityView):
    """Channels, which can be tried."""

    def buttons_of(self, row: NoticeTarget) -> list[Button]:
        found = super().buttons_of(row)
        if may(self.panel.code, "e", row):
            address = f"{self.route_base}/{row.id}/test"
            found.insert(0, Button(gettext("发送测试"), address, method="post"))
        return found

    @expose("/<pk>/test", methods=["POST"])
    @has_access
    @permission_name("edit")
    def test(self, pk: str) -> Any:
        """Send a test message, and say what became of it."""
        row = self.find(pk)
        if not may(self.panel.code, "e", row):
            abort(404)
        back = self.row_url(row) or self.url
        try:
            url = _test_address(row)
            db.session.rollback()  # a server may take its time: nothing is held meanwhile
            sending.send(url, gettext("“办成”测试消息"), gettext("收到这条消息，说明渠道可用。"))
        except DomainError as error:
            flash(gettext("测试消息没有发出：%(reason)s", reason=str(error)), "danger")
        else:
            flash(gettext("测试消息已发出，请到对应的群或邮箱查看"), "success")
        return redirect(back)


def _test_address(row: NoticeTarget) -> str:
    """Return where a test goes to: for a mail server, to whoever tries it."""
    if row.kind is not TargetKind.MAIL:
        return row.address
    me = db.session.get(Staff, scope.current().id)
    address = queries.address_of(me) if me is not None else None
    if address is None:
        raise DomainError(gettext("请先在“人员”中填写您自己的电子邮箱"))
    return sending.mail_to(row.address, address)


class DeliveryView(EntityView):
    """What became of each message."""

    own_routes = ("resend",)
    tabs = {
        "all": TabRule(N_("全部")),
        "pending": TabRule(N_("待发送"), lambda _now: _in(State.PENDING, State.SENDING)),
        "sent": TabRule(N_("已发送"), lambda _now: _in(State.SENT)),
        "dead": TabRule(N_("发送失败"), lambda _now: _in(State.DEAD)),
        "unknown": TabRule(N_("可能已送达"), lambda _now: _in(State.UNKNOWN)),
    }

    def list_title_of(self, address: Any) -> str:
        return gettext(self.panel.name)

    def cell(self, name: str, row: Notice) -> Cell:
        if name == "state":
            return Cell(gettext(row.state.label), "lamp", None, TONES[row.state])
        if name == "last_error":
            return Cell(row.last_error or EMPTY, "wide")
        return super().cell(name, row)

    def facts(self, row: Notice) -> list[tuple[str, list[Fact]]]:
        found = super().facts(row)
        if may(row.about, "r") and queries.in_sight([(row.about, row.row_id)]):
            said = [Fact(gettext("标题"), row.title, url=row.url)]
            found.insert(0, (gettext("内容"), [*said, Fact(gettext("内容"), row.body, "long")]))
        return found

    def buttons_of(self, row: Notice) -> list[Button]:
        if row.state not in STUCK or not may(self.panel.code, "e", row):
            return []
        address = f"{self.route_base}/{row.id}/resend"
        return [Button(gettext("重新发送"), address, "main", method="post")]

    @expose("/<pk>/resend", methods=["POST"])
    @has_access
    @permission_name("edit")
    def resend(self, pk: str) -> Any:
        """Let a stuck message leave once more."""
        row = self.find(pk)
        if not may(self.panel.code, "e", row):
            abort(404)
        with transaction():
            operations.resend(row, actor=scope.current(), now=clock.now())
        flash(gettext("已重新排队，工作时间内发出"), "success")
        return redirect(self.row_url(row) or self.url)


def _in(*states: State) -> Any:
    return Notice.state.in_(states)
