"""Ask on a page of its own for a ledger that is already chosen: as of when, or masked or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import request

from app.core import clock, scope
from app.core.crud.forms import form_page
from app.core.crud.pages import Page
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.ledgers.forms import past_form, reason_of, unmask_form
from app.ledgers.production import check, told_in_words
from app.ledgers.tasks.taking import send_or_queue

if TYPE_CHECKING:
    from app.core.crud import EntityView
    from app.ledgers.orders import Order


def ask_on_page(
    view: EntityView, order: Order, title: str, *, cancel_url: str, action: str, then: bool = False
) -> Any:
    """Show what a ledger is narrowed by; take it when that is pressed, `then` as of an instant."""
    asked: dict[str, Any] = {"person": scope.current(), "now": clock.now()}
    words = told_in_words(order, **asked)
    form = past_form() if then else unmask_form()
    problems: dict[str, str] = {}
    if request.method == "POST" and form.validate():
        reason = reason_of(form)
        try:
            if then:
                wanted = replace(order, as_of=form["as_of"].data)
                check(wanted, asked["now"])
            else:
                wanted = replace(order, unmasked=reason is not None)
            return send_or_queue(wanted, reason=reason or "", **asked)
        except InvalidInputError as error:
            problems = error.problems
        except DomainError as error:
            problems = {"": str(error)}
    submit = gettext("生成台账")
    page, status = form_page(form, problems, submit=submit, cancel_url=cancel_url, action=action)
    head = Page(title, words, [(title, None)])
    return view.render_template("panel/form.html", page=head, form=page, brief=True), status
