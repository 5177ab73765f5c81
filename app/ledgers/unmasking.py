"""Personal data in clear: what it takes, and what protects the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core.crud.present import local
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.core.security import holders
from app.core.workbook import Lock
from app.core.workbook.locked import new_password

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person

ENTITY = "unmasked-ledgers"
MOST_UNMASKED = 5_000
"""Rows of an unmasked ledger: nobody calls more people up, and the clear file is held in memory."""

LONGEST_REASON = 500


@dataclass(frozen=True)
class Unmasking:
    """A permission that was asked for with a reason: `produce` notes here whose data it told."""

    reason: str
    lock: Lock
    cases: set[int] = field(default_factory=set)
    """The numbers of the cases whose personal data are in the file."""


def unmasking(reason: str, *, person: Person, now: datetime) -> Unmasking:
    """Let a person have personal data in clear; see `require` for what is raised."""
    require(reason, person)
    mark = gettext(
        "仅供%(reader)s（%(username)s）使用，含未脱敏个人信息，%(at)s",
        reader=person.name,
        username=person.username,
        at=f"{local(now):%Y-%m-%d %H:%M:%S}",
    )
    return Unmasking(reason, Lock(new_password(), mark))


def may_unmask(person: Person) -> bool:
    """Say whether a person may ask for personal data in clear; the system itself may not."""
    return bool(holders(ENTITY, "a") & person.roles)


def require(reason: str, person: Person) -> None:
    """Raise DomainError for who has no right, InvalidInputError where no reason is given."""
    if not may_unmask(person):
        raise DomainError(gettext("您没有查看未脱敏台账的权限"))
    if not reason.strip():
        raise InvalidInputError({"reason": gettext("要未脱敏的台账，请填写原因")})
    if len(reason) > LONGEST_REASON:
        message = gettext("最多 %(most)d 个字", most=LONGEST_REASON)
        raise InvalidInputError({"reason": message})


def require_few(rows: int) -> None:
    """Raise DomainError for more rows than are ever told in clear at once."""
    if rows > MOST_UNMASKED:
        sentence = gettext("未脱敏的台账最多 %(most)d 行，请缩小范围", most=MOST_UNMASKED)
        raise DomainError(sentence)
