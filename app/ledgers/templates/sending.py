"""Who gets a template's ledger and when, as it is said on the page on which one is designed.

It is a subscription like any other, of whoever designs; its own page says more: people, days.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from flask_babel import get_locale
from sqlalchemy import select

from app.core.crud.fields import row_of
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.security import may
from app.departments.models import Hall, Staff
from app.departments.rules import Role
from app.ledgers.subscriptions import operations
from app.ledgers.subscriptions.models import LedgerSubscription
from app.ledgers.subscriptions.queries import of_template
from app.ledgers.subscriptions.rules import Cadence, Language, Span, Weekday

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.scope import Person
    from app.ledgers.templates.models import LedgerTemplate

FIELDS = ("send", "weekday", "nth", "at", "hall", "role", "me", "inbox", "mail")
NAMES = tuple(name if name == "send" else f"send_{name}" for name in FIELDS)
"""The fields of the form; `send` says how often, and nothing that it is not sent."""

BESIDE = {"cadence": "send", "people": "send_me"}
"""Field of a subscription → field of this form, where it is not called alike."""


def allowed() -> bool:
    """Say whether the person may set up subscriptions."""
    return may(LedgerSubscription.__panel__.code, "a")


def own(template: LedgerTemplate, person: Person) -> LedgerSubscription | None:
    """Return the subscription of a template that its page changes: the person's first."""
    return next((row for row in of_template(template.id) if row.owner_id == person.id), None)


def texts_of(row: LedgerSubscription | None, person: Person) -> dict[str, str]:
    """Return what the fields of the form begin with."""
    if row is None:
        halls = person.halls()
        hall = str(next(iter(halls))) if halls is not None and len(halls) == 1 else ""
        usual = {"send_nth": "1", "send_at": "09:00", "send_weekday": "1", "send_hall": hall}
        return {**usual, "send_me": "y", "send_inbox": "y", "send_mail": "y"}
    return {
        "send": row.cadence.value if row.active else "",
        "send_weekday": row.weekday.value,
        "send_nth": str(row.nth),
        "send_at": f"{row.at:%H:%M}",
        "send_hall": str(row.hall_id),
        "send_role": row.role.value if row.role is not None else "",
        "send_me": "y" if person.id in [it.id for it in row.people] else "",
        "send_inbox": "y" if row.inbox else "",
        "send_mail": "y" if row.mail else "",
    }


def keep(
    template: LedgerTemplate, texts: Mapping[str, str], *, actor: Person, now: datetime
) -> None:
    """Keep what the form says of sending; InvalidInputError with the sentences beside its fields.

    In the transaction that saves the template. Who is named on the subscription's own page stays.
    """
    row, cadence = own(template, actor), texts.get("send", "")
    if not cadence:
        if row is not None and row.active:
            operations.switch(row, active=False, now=now)
        return
    try:
        fields = _read(texts)
        with db.session.no_autoflush:
            me = db.session.scalars(select(Staff).where(Staff.id == actor.id)).one()
            people = [it for it in (row.people if row is not None else ()) if it is not me]
            people += [me] if texts.get("send_me") else []
            if row is None:
                english = str(get_locale()) == Language.EN
                fields |= {"span": Span.ALL, "language": Language.EN if english else Language.ZH}
            kept = row if row is not None else LedgerSubscription(template=template)
            _write(kept, fields)
        work = operations.subscribe if row is None else operations.change
        work(kept, people, actor=actor, now=now)
    except InvalidInputError as error:
        told = {BESIDE.get(name, f"send_{name}"): text for name, text in error.problems.items()}
        raise InvalidInputError(told) from error


def _write(row: LedgerSubscription, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    if problems := row.problems():
        raise InvalidInputError(problems)


def _read(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a subscription; InvalidInputError for what can't be read."""
    problems: dict[str, str] = {}
    chosen = gettext("没有这个选项，请重新选择")
    hall = row_of(Hall, texts.get("send_hall", ""))
    if hall is None:
        problems["hall"] = gettext("必填") if not texts.get("send_hall") else chosen
    for name, kind in (("send", Cadence), ("send_weekday", Weekday)):
        if texts.get(name, "") not in list(kind):
            problems["cadence" if name == "send" else "weekday"] = chosen
    role = texts.get("send_role", "")
    if role and role not in list(Role):
        problems["role"] = chosen
    nth = texts.get("send_nth", "")
    if not (nth.isascii() and nth.isdecimal() and len(nth) < 3):  # noqa: PLR2004 - two digits
        problems["nth"] = gettext("请填写数字")
    try:
        at = time.fromisoformat(texts.get("send_at", ""))
    except ValueError:
        at, problems["at"] = time(9), gettext("时间不正确，例如 09:00")
    if problems:
        raise InvalidInputError(problems)
    return {
        "active": True,
        "cadence": Cadence(texts["send"]),
        "weekday": Weekday(texts["send_weekday"]),
        "nth": int(nth),
        "at": at.replace(tzinfo=None),
        "hall": hall,
        "role": Role(role) if role else None,
        "inbox": bool(texts.get("send_inbox")),
        "mail": bool(texts.get("send_mail")),
    }
