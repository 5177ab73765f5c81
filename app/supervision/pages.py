"""What the pages of supervision share: a form that writes once, and what a case page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.cases.models import Case
from app.core.crud.base import MOST_ID
from app.core.crud.forms import drawn
from app.core.crud.pages import Button, Fact, FormPage
from app.core.crud.present import EMPTY, local
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.security import may
from app.core.transaction import transaction
from app.supervision.queries import cards_of
from app.supervision.rules import TONES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask_wtf import FlaskForm

    from app.core.scope import Person
    from app.supervision.models import SupervisionCard


def case_at(pk: str) -> Case:
    """Return the case of a number in an address; a foreign one is none."""
    number = int(pk) if pk.isdecimal() and len(pk) <= len(str(MOST_ID)) else 0
    case = db.session.get(Case, number) if 0 < number <= MOST_ID else None
    if case is None:
        abort(404)
    return case


def attempt(form: FlaskForm, work: Callable[[], Any]) -> dict[str, str] | None:
    """Do what a posted form asks for, in one transaction; return what is wrong, None when done."""
    if request.method != "POST":
        return {}
    if not form.validate():
        return {"": ""}
    try:
        with transaction():
            work()
    except OutOfScopeError:
        raise
    except InvalidInputError as error:
        return error.problems
    except (IntegrityError, StaleDataError):
        return {"": gettext("他人刚刚修改了同一记录，请核对后再操作")}
    except DomainError as error:
        return {"": str(error)}
    return None


def form_page(
    form: FlaskForm, submit: str, problems: dict[str, str], cancel_url: str
) -> tuple[FormPage, int]:
    """Return a form as it is drawn, with what is wrong, and the status of its page."""
    for name, text in problems.items():
        if name in form:
            form[name].errors = [*form[name].errors, text]
    errors = [
        (f"f-{field.name}", gettext("%(label)s：%(text)s", label=field.label.text, text=error))
        for field in form
        for error in field.errors
    ]
    errors += [("", text) for name, text in problems.items() if text and name not in form]
    fields = [drawn(field) for field in form if field.name != "csrf_token"]
    page = FormPage([("", fields)], request.path, submit, cancel_url, errors=errors)
    return page, 422 if errors else 200


# --- standing of a card --------------------------------------------------------------------------


def standing(card: SupervisionCard, now: datetime) -> tuple[str, str]:
    """Return how a card stands, as tone and text of its lamp."""
    if card.withdrawn_at is not None:
        return "idle", gettext("已撤销")
    late = card.late(now)
    if card.replied_at is not None:
        return ("warn", gettext("逾期回复")) if late else ("ok", gettext("已回复"))
    return ("late", gettext("逾期未回复")) if late else ("warn", gettext("待回复"))


def cards_on_page(case: Case, _actor: Person, now: datetime) -> list[tuple[str, list[list[Fact]]]]:
    """Return the cards of a case for its page; nothing where there are none."""
    rows = [_told(card, case.hall.timezone, now) for card in cards_of(case)]
    return [(gettext("督办"), rows)] if rows else []


def _told(card: SupervisionCard, zone: str, now: datetime) -> list[Fact]:
    def when(instant: datetime | None, who: str | None = "") -> str:
        return f"{local(instant, zone):%Y-%m-%d %H:%M} {who or ''}".strip() if instant else EMPTY

    tone, text = standing(card, now)
    facts = [
        Fact(gettext("督办种类"), gettext(card.kind.label), "lamp", tone=TONES[card.kind]),
        Fact(gettext("督办单号"), card.number, "mono", url=f"/supervision-cards/show/{card.id}"),
        Fact(gettext("被督办科室"), card.department.name),
        Fact(gettext("下发时间"), when(card.issued_at, card.issued_by), "mono"),
        Fact(gettext("回复期限"), when(card.reply_due), "mono"),
        Fact(gettext("督办状态"), text, "lamp", tone=tone),
    ]
    if card.reply:
        facts.append(Fact(gettext("回复内容"), card.reply, "long"))
    if card.withdrawn_reason:
        facts.append(Fact(gettext("撤销理由"), card.withdrawn_reason, "long"))
    return facts


def buttons_on_page(case: Case, _actor: Person, _now: datetime) -> list[Button]:
    """Return the way to what may be done about a case by those who oversee it."""
    if not may("accountability", "r", None):
        return []
    return [Button(gettext("督办与追责"), f"/accountability/{case.id}")]
