"""The pages of ledgers: what was produced on time, one to take at once, and the cases' export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, send_file
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import form_page
from app.core.crud.pages import Button, Cell
from app.core.crud.present import local
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.core.security import may
from app.core.storage import exports
from app.ledgers.forms import reason_of, take_form
from app.ledgers.listing import listed_url, narrowing
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order, days_asked
from app.ledgers.production import check
from app.ledgers.tasks.taking import is_long, only_read, send_or_queue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask_wtf import FlaskForm

    from app.core.crud.address import Address
    from app.core.crud.listing import Query
    from app.core.scope import Person
    from app.ledgers.models import LedgerRun

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class LedgerView(EntityView):
    """Ledgers."""

    own_routes = ("file", "take")

    def list_buttons(self, address: Address) -> Sequence[Button]:
        if not may(self.panel.code, "x"):
            return super().list_buttons(address)
        take = Button(gettext("生成台账"), f"{self.route_base}/take", "main", "N")
        return [*super().list_buttons(address), take]

    def cell(self, name: str, row: LedgerRun) -> Cell:
        if name == "file_name" and may(self.panel.code, "x"):
            return Cell(row.file_name, url=f"{self.route_base}/{row.id}/file")
        return super().cell(name, row)

    @expose("/<pk>/file")
    @has_access
    @permission_name("export")
    def file(self, pk: str) -> Any:
        """Send the file of a ledger that was produced on time."""
        row = self.find(pk)
        file = exports().open(row.file_name)
        if file is None:
            flash(
                gettext("台账文件“%(name)s”已不在服务器上，可以重新生成一份", name=row.file_name),
                "warning",
            )
            return redirect(self.url)
        return send_file(file, EXCEL, as_attachment=True, download_name=row.file_name)

    @expose("/take", methods=["GET", "POST"])
    @has_access
    @permission_name("export")
    def take(self) -> Any:
        """Ask which ledger; send it at once, or go to the page of its making."""
        form = take_form()
        problems: dict[str, str] = {}
        if request.method == "POST" and form.validate():
            try:
                return _taken(form)
            except InvalidInputError as error:
                problems = error.problems
            except DomainError as error:
                problems = {"": str(error)}
        page, status = form_page(
            form, problems, submit=gettext("生成并下载"), cancel_url=self.url, action=request.path
        )
        html = self.render_template(
            "panel/form.html", page=self._page(gettext("生成台账")), form=page, brief=True
        )
        return html, status


def _taken(form: FlaskForm) -> Any:
    """Send the ledger that a form asks for; one of many rows is made in the background."""
    hall = form["hall"].row
    today = local(clock.now()).date()
    since, until = days_asked(form["period"].data, form["since"].data, form["until"].data, today)
    order = Order(
        form["kind"].data,
        since=since,
        until=until,
        hall=hall.code if hall is not None else None,
        roll_up=form["roll_up"].data,
        unmasked=(reason := reason_of(form)) is not None,
        as_of=form["as_of"].data,
    )
    now = clock.now()
    check(order, now)
    return send_or_queue(order, person=scope.current(), now=now, reason=reason or "")


def export_cases(query: Query, person: Person, now: datetime) -> Any:
    """Send the cases' ledger of exactly the rows that a filtered list means.

    A long one is asked for from a page of its own: following a link makes nothing that lasts.
    """
    order = Order(LedgerKind.CASES, listed=narrowing(query.address))
    only_read()
    if is_long(order, person=person, now=now):
        return redirect(listed_url(query.address))
    return send_or_queue(order, person=person, now=now)
