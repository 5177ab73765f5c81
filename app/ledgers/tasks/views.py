"""The pages of ledgers in the making: one's list, the page of one with its bar, and its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, jsonify, redirect, request, send_file
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.address import Address
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Fact
from app.core.crud.present import local
from app.core.errors import DomainError
from app.core.language import N_, gettext, ngettext
from app.core.security import may
from app.core.storage import exports
from app.core.transaction import transaction
from app.ledgers.listing import LIST, listed_url, narrowing
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order
from app.ledgers.tasks.asking import ask_on_page
from app.ledgers.tasks.models import LedgerTask
from app.ledgers.tasks.operations import cancel, retry
from app.ledgers.tasks.rules import UNDER_WAY, TaskState, percent, seconds_left
from app.ledgers.tasks.workers import hand_over
from app.ledgers.unmasked.operations import fetch, of_task, show_password

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.ledgers.unmasked.models import UnmaskedLedger

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDED_BADLY = {TaskState.FAILED, TaskState.CANCELLED}
TONES = {
    TaskState.QUEUED: "idle",
    TaskState.RUNNING: "idle",
    TaskState.DONE: "ok",
    TaskState.FAILED: "late",
    TaskState.CANCELLED: "idle",
}


class LedgerTaskView(EntityView):
    """Ledgers in the making."""

    own_routes = ("listed", "state", "cancel", "retry", "password", "file")
    tabs = {
        "": TabRule(N_("我的台账"), lambda _now: LedgerTask.actor_id == scope.current().id),
        "all": TabRule(N_("全部")),
    }

    def list_buttons(self, address: Address) -> Sequence[Button]:
        if not may("ledgers", "x"):
            return super().list_buttons(address)
        take = Button(gettext("生成台账"), "/ledgers/take", "main", "N")
        return [*super().list_buttons(address), take]

    def cell(self, name: str, row: LedgerTask) -> Cell:
        if name == "state":
            return Cell(gettext(row.state.label), "lamp", tone=TONES[row.state])
        return super().cell(name, row)

    @expose("/listed", methods=["GET", "POST"])
    @has_access
    @permission_name("export")
    def listed(self) -> Any:
        """Ask for the ledger of a filtered list of cases, whose address this one repeats."""
        if not may("cases", "x"):
            abort(403)
        address = Address.read(LIST, request.args)
        order = Order(LedgerKind.CASES, listed=narrowing(address))
        urls: dict[str, Any] = {"cancel_url": address.url(LIST), "action": listed_url(address)}
        return ask_on_page(self, order, gettext("导出办不成事台账"), **urls)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Show how far a ledger is."""
        return self._shown(pk)

    def _shown(self, pk: str, password: str = "") -> Any:
        """Show a ledger; its password, when it was just asked for."""
        row: LedgerTask = self.find(pk)
        now = clock.now()
        private = of_task(row.id)
        mine = row.actor_id == scope.current().id
        html = self.render_template(
            "ledgers/task.html",
            page=self._page(str(row), row.about),
            told=told(row, now),
            private=private,
            password=password,
            facts=_facts(row),
            mine=mine,
            may_retry=row.state in ENDED_BADLY,
            ready=row.state is TaskState.DONE and not _expired(row, now),
            base=f"{self.route_base}/{row.id}",
            page_url=self.row_url(row),
            list_url=self.url,
        )
        return html, 200, {"Cache-Control": "no-store"}

    @expose("/<pk>/state", methods=["GET"])
    @has_access
    @permission_name("show")
    def state(self, pk: str) -> Any:
        """Answer how far a ledger is."""
        answer = jsonify(told(self.find(pk), clock.now()))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<pk>/cancel", methods=["POST"])
    @has_access
    @permission_name("export")
    def cancel(self, pk: str) -> Any:
        """Stop the making."""
        row = self._own(pk)
        with transaction():
            stopped = cancel(row.id, actor=scope.current(), now=clock.now())
        if stopped:
            flash(gettext("已取消，没有留下文件"), "success")
        else:
            flash(gettext("这份台账已经结束，没有什么可取消的"), "info")
        return redirect(f"{self.route_base}/show/{row.id}")

    @expose("/<pk>/retry", methods=["POST"])
    @has_access
    @permission_name("export")
    def retry(self, pk: str) -> Any:
        """Queue a ledger anew."""
        number = self._own(pk).id
        with transaction():
            queued = retry(number, actor=scope.current())
        if queued:
            hand_over(number)
        return redirect(f"{self.route_base}/show/{number}")

    @expose("/<pk>/password", methods=["POST"])
    @has_access
    @permission_name("export")
    def password(self, pk: str) -> Any:
        """Show the password of an unmasked ledger, once."""
        number, person, now = self._own(pk).id, scope.current(), clock.now()
        try:
            with transaction():
                if (private := of_task(number)) is None:
                    abort(404)
                password = show_password(private, actor=person, now=now)
        except DomainError as error:
            flash(str(error), "warning")
            return redirect(f"{self.route_base}/show/{number}")
        return self._shown(pk, password)

    @expose("/<pk>/file", methods=["GET", "POST"])
    @has_access
    @permission_name("export")
    def file(self, pk: str) -> Any:
        """Send the file to whoever asked for it; an unmasked one once, and only for a press."""
        row = self._own(pk)
        private = of_task(row.id)
        if private is not None and (private.fetched_at is not None or request.method != "POST"):
            flash(_used(private) or gettext("请在本页按“下载”，只能下载一次"), "warning")
            return redirect(f"{self.route_base}/show/{row.id}")
        file = None
        if row.file_key is not None and not _expired(row, clock.now()):
            file = exports().open(row.file_key)
        if file is None:
            flash(gettext("文件已过保留期或已被清理，请重新生成一份"), "warning")
            return redirect(f"{self.route_base}/show/{row.id}")
        name, key = row.file_name, row.file_key
        if private is not None:
            try:
                with transaction():
                    fetch(private, actor=scope.current(), now=clock.now())
                    row.file_key = None
            except DomainError as error:
                file.close()
                flash(str(error), "warning")
                return redirect(f"{self.route_base}/show/{pk}")
            exports().drop(str(key))
        answer = send_file(file, EXCEL, as_attachment=True, download_name=name)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _own(self, pk: str) -> LedgerTask:
        """Return what the person asked for; another's is none."""
        row: LedgerTask = self.find(pk)
        if row.actor_id != scope.current().id:
            abort(404)
        return row


def told(row: LedgerTask, now: datetime) -> dict[str, Any]:
    """Say how far a ledger is: for the page, and for the script that keeps it up to date."""
    done = percent(row.rows_done, row.rows_expected)
    return {
        "state": row.state.value,
        "label": gettext(row.state.label),
        "tone": TONES[row.state],
        "under_way": row.state in UNDER_WAY,
        "percent": done,
        "sentence": _sentence(row, now),
    }


def _sentence(row: LedgerTask, now: datetime) -> str:
    if row.state is TaskState.QUEUED:
        return gettext("正在排队，轮到后自动开始，可以离开本页")
    if row.state is TaskState.RUNNING:
        return _in_rows(row, now)
    if row.state in ENDED_BADLY:
        return row.reason or gettext("已取消，没有留下文件")
    if (private := of_task(row.id)) is not None and private.fetched_at is not None:
        return _used(private)
    if _expired(row, now):
        return gettext("文件已过保留期或已被清理，请重新生成一份")
    until = f"{local(row.expires_at):%Y-%m-%d %H:%M}" if row.expires_at else ""
    return gettext("共 %(rows)d 行，文件保留至 %(until)s", rows=row.rows_done, until=until)


def _used(private: UnmaskedLedger) -> str:
    """Say when an unmasked ledger was fetched; nothing while it was not."""
    if private.fetched_at is None:
        return ""
    at = f"{local(private.fetched_at):%Y-%m-%d %H:%M:%S}"
    return gettext("下载链接已于 %(at)s 使用；未脱敏的台账只能下载一次，需要时请重新申请", at=at)


def _in_rows(row: LedgerTask, now: datetime) -> str:
    if row.rows_expected is None or row.started_at is None:
        return gettext("正在清点行数")
    sentence = gettext(
        "已写 %(done)d 行，共 %(expected)d 行", done=row.rows_done, expected=row.rows_expected
    )
    elapsed = (now - row.started_at).total_seconds()
    left = seconds_left(row.rows_done, row.rows_expected, elapsed)
    return sentence if left is None else gettext("，").join([sentence, _in_words(left)])


def _in_words(left: int) -> str:
    if left < 60:  # noqa: PLR2004 - seconds
        return ngettext("约剩 %(num)d 秒", "约剩 %(num)d 秒", max(1, left))
    return ngettext("约剩 %(num)d 分钟", "约剩 %(num)d 分钟", round(left / 60))


def _expired(row: LedgerTask, now: datetime) -> bool:
    return row.file_key is None or row.expires_at is None or row.expires_at < now


def _facts(row: LedgerTask) -> list[Fact]:
    times = {
        gettext("申请时间"): row.requested_at,
        gettext("开始时间"): row.started_at,
        gettext("结束时间"): row.ended_at,
    }
    return [
        Fact(gettext(N_("申请人", "ledger")), row.actor),
        *(
            Fact(label, f"{local(at):%Y-%m-%d %H:%M:%S}" if at else "", "mono")
            for label, at in times.items()
        ),
        Fact(gettext("文件"), row.file_name or ""),
        Fact(gettext("数据校验码（SHA-256）"), row.checksum or "", "mono"),
    ]
