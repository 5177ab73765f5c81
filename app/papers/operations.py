"""Give out the code of a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cases.operations import lock
from app.core import timeline
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.papers.queries import can_be_looked_up, fingerprint
from app.papers.rules import new_code

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case
    from app.core.scope import Person


def issue_code(case: Case, *, actor: Person, now: datetime) -> str:
    """Return a fresh code for the public look-up; the one given out before is worth nothing now.

    Only its fingerprint is kept: it is shown once, on the receipt.
    """
    lock(case)
    if not can_be_looked_up(case, now):
        raise DomainError(gettext("本大厅未开放网上查询，或事项结束已久，不能打印回执"))
    code = new_code()
    case.progress_hash = fingerprint(case.number, code)
    timeline.record(case, "receipt_printed", actor=actor, now=now)
    db.session.flush()
    return code
