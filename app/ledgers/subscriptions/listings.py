"""What is sent when, what was sent to whom, what became of the messages: as lists on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import scope
from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import EMPTY, local
from app.core.language import gettext
from app.ledgers.subscriptions import queries
from app.ledgers.subscriptions.models import LedgerSending, LedgerSubscription
from app.ledgers.subscriptions.rules import Cadence, SendingState

if TYPE_CHECKING:
    from collections.abc import Sequence

SUBSCRIPTIONS = LedgerSubscription.__panel__.code
TONES = {SendingState.MAKING: "idle", SendingState.SENT: "ok", SendingState.FAILED: "late"}


def sent_on_time(template: int) -> Listing:
    """Return when the ledger of a template is sent, as far as the person sees it."""
    rows = queries.of_template(template)
    heads = (gettext("何时发"), gettext("大厅"), gettext("收件人"), gettext("启用"))
    base = f"/{SUBSCRIPTIONS}/show"
    return Listing(
        [Col(str(at), label) for at, label in enumerate(heads)],
        [
            Row(
                row.id,
                [
                    Cell(when(row), url=f"{base}/{row.id}"),
                    Cell(row.hall.name),
                    Cell(whom(row), "wide"),
                    Cell(gettext("是") if row.active else gettext("否")),
                ],
                f"{base}/{row.id}",
            )
            for row in rows
        ],
        total=len(rows),
        empty=gettext("还没有定时发送"),
    )


def whom(row: LedgerSubscription) -> str:
    """Say to whom a subscription is sent."""
    role = [gettext(row.role.label)] if row.role is not None else []
    return gettext("、").join([*role, *(person.name for person in row.people)]) or EMPTY


def when(row: LedgerSubscription) -> str:
    """Say when a subscription is sent."""
    at = f"{row.at:%H:%M}"
    if row.cadence is Cadence.WEEKLY:
        return gettext("每%(weekday)s %(at)s", weekday=gettext(row.weekday.label), at=at)
    if row.cadence is Cadence.MONTHLY:
        return gettext("每月第 %(nth)d 个工作日 %(at)s", nth=row.nth, at=at)
    return gettext("每个工作日 %(at)s", at=at)


def sendings(rows: Sequence[LedgerSending]) -> Listing:
    """Return the sendings of a subscription as a list."""
    heads = (gettext("计划时间"), gettext("收件人"), gettext("状态"), gettext("未送达的原因"))
    base = f"/{LedgerSending.__panel__.code}/show"
    return Listing(
        [Col(str(at), label) for at, label in enumerate(heads)],
        [
            Row(
                row.id,
                [
                    Cell(f"{local(row.planned_for):%Y-%m-%d %H:%M}", "datetime",
                         f"{base}/{row.id}"),
                    Cell(row.recipient),
                    Cell(gettext(row.state.label), "lamp", tone=TONES[row.state]),
                    Cell(row.reason or EMPTY, "wide"),
                ],
                f"{base}/{row.id}",
            )
            for row in rows
        ],
        total=len(rows),
        empty=gettext("还没有发送过"),
    )  # fmt: skip


def messages(row: LedgerSending) -> Listing:
    """Return what became of the messages: whoever sees the sending may know, and nothing else."""
    with scope.everything():
        told = queries.messages(row)
    heads = (gettext("方式"), gettext("状态"), gettext("发送时间"), gettext("说明"))
    return Listing(
        [Col(str(at), label) for at, label in enumerate(heads)],
        [
            Row(
                it.id,
                [
                    Cell(gettext(it.way.label)),
                    Cell(gettext(it.state.label)),
                    Cell(f"{local(it.sent_at):%Y-%m-%d %H:%M}" if it.sent_at else EMPTY),
                    Cell(it.last_error or EMPTY, "wide"),
                ],
            )
            for it in told
        ],
        total=len(told),
        empty=gettext("还没有消息"),
    )
