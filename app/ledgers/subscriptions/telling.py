"""Say that a ledger is there, with its figures, or that it could not be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from app.core.crud.present import local
from app.core.db import db
from app.core.language import gettext
from app.departments.models import Hall, Staff
from app.ledgers.subscriptions.models import LedgerSending
from app.ledgers.tasks.models import TITLES, LedgerTask
from app.notices.queries import address_of, mail_server
from app.notices.rules import Way
from app.notices.telling import tell_person
from app.notices.wording import Attached, by_system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

MEGABYTE = 2**20


def tell_recipient(row: LedgerSending, task: LedgerTask, *, now: datetime) -> str:
    """Tell of a ledger that was made, by every way that there is; say which way there is not.

    A letter carries the file, unless it is larger than the setting allows.
    """
    staff, hall = db.session.get_one(Staff, row.user_id), db.session.get_one(Hall, row.hall_id)
    ways, missing = [Way.INBOX] if row.inbox else [], ""
    if row.mail and address_of(staff) is None:
        missing = gettext("没有电子邮箱")
    elif row.mail and mail_server(row.hall_id) is None:
        missing = gettext("没有邮件服务器，请在“通知渠道”中添加")
    elif row.mail:
        ways.append(Way.MAIL)
    title = row.title if "template" in task.asked else gettext(TITLES[task.kind])
    for way in ways:
        fits = (task.file_size or 0) <= current_app.config["MAIL_LIMIT"]
        attached = way is Way.MAIL and fits
        file = Attached(task.file_name or "", task.file_key or "") if attached else None
        told = by_system(
            "ledger_sent",
            now,
            about=(LedgerTask.__panel__.code, task.id),
            number=task.number,
            matter=title,
            hall=hall,
            person_id=staff.id,
            lines=tuple(_lines(task, attached=attached)),
        )
        tell_person(told, staff.name, now=now, ways=(way,), file=file)
    return missing


def tell_owner(row: LedgerSending, reason: str, *, now: datetime) -> None:
    """Tell whoever set up a subscription that somebody got nothing, and why."""
    staff = db.session.get_one(Staff, row.owner_id)
    told = by_system(
        "ledger_not_sent",
        now,
        about=(LedgerSending.__panel__.code, row.id),
        number=row.recipient,
        matter=row.title,
        hall=db.session.get_one(Hall, row.hall_id),
        person_id=staff.id,
        lines=(gettext("%(whom)s：%(reason)s", whom=row.recipient, reason=reason),),
    )
    tell_person(told, staff.name, now=now)


def _lines(task: LedgerTask, *, attached: bool) -> Iterator[str]:
    yield gettext("筛选条件：%(filters)s", filters=task.about)
    yield gettext("共 %(rows)d 行", rows=task.rows_done)
    for label, text in task.figures or ():
        yield gettext("%(label)s：%(text)s", label=label, text=text)
    if attached:
        yield gettext("附件：%(name)s", name=task.file_name)
        return
    yield gettext(
        "文件：%(name)s（%(size)s MB），登录面板后在“我的台账”下载，保留至 %(until)s",
        name=task.file_name,
        size=f"{max(0.1, (task.file_size or 0) / MEGABYTE):.1f}",
        until=f"{local(task.expires_at):%Y-%m-%d}" if task.expires_at else "",
    )
