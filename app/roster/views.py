"""The pages of the roster: a month of the plan, and what changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.fields import row_of
from app.core.crud.pages import Button, Cell, Fact, Page
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext, ngettext
from app.core.security import may
from app.core.transaction import transaction
from app.departments.models import Staff
from app.roster import copying, operations
from app.roster.month import MOST_TOLD, Month
from app.roster.page import (
    address,
    hall_asked,
    hall_coded,
    halls,
    month_in_words,
    refused,
    today_at,
)
from app.roster.rules import Shift, Turn, month_before, month_of, months_around, next_month, spot_of
from app.roster.swapping.operations import shift_over

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.core.crud.address import Address
    from app.departments.models import Hall
    from app.roster.models import Duty
    from app.roster.rules import Spot


URLS = {"month": "/roster/"} | {verb: f"/roster/{verb}" for verb in ("place", "shift", "copy")}


class RosterView(BaseView):
    """Who is at which window when."""

    route_base = "/roster"
    class_permission_name = "duties"
    base_permissions = ["can_list", "can_edit"]
    default_view = "month"

    @expose("/")
    @has_access
    @permission_name("list")
    def month(self) -> Any:
        """Show a month of a hall's plan; to whoever draws it up, with what changes it."""
        hall = hall_asked(request.args.get("hall", ""))
        if hall is None:
            return self._nowhere()
        today, asked = today_at(hall), request.args.get("month", "")
        first = month_of(asked) if asked else today.replace(day=1)
        if first is None:
            raise InvalidInputError({"": gettext("网址中的月份不正确，应如 2026-09")})
        editing = operations.edits(scope.current(), hall)
        page = Month(hall, first, person=scope.current(), today=today, editing=editing)
        return self.render_template(
            "roster/month.html",
            page=Page(gettext("值班表"), f"{hall.name} · {month_in_words(first)}"),
            sheet=page.sheet(),
            most=MOST_TOLD,
            hall=hall.code,
            halls=[(it.code, it.name) for it in halls()],
            month=f"{first:%Y-%m}",
            months=[(f"{it:%Y-%m}", month_in_words(it)) for it in months_around(first)],
            before_url=_month_url(hall, month_before(first)),
            after_url=_month_url(hall, next_month(first)),
            buttons=_buttons(hall),
            people=[(it.id, it.name) for it in page.clerks.values()] if editing else [],
            sources=copying.sources(hall, first) if editing else [],
            editing=editing,
            urls=URLS | {"window": "/windows/add" if may("windows", "a") else ""},
        )

    def _nowhere(self) -> Any:
        """Say that there is no hall yet."""
        return self.render_template(
            "panel/error.html",
            title=gettext("值班表"),
            sentence=gettext("还没有大厅，请先由系统管理员添加"),
        )

    @expose("/place", methods=["POST"])
    @has_access
    @permission_name("edit")
    def place(self) -> Any:
        """Put the person who was chosen into the place that was pressed, or take everybody out."""
        spot = _spot("cell")
        chosen = request.form.get("person", "")
        person = row_of(Staff, chosen) if chosen != "0" else None
        if person is None and chosen != "0":
            return _back(spot, gettext("请先选择一位值班人员，再点要排的班次"))
        half = request.form.get("shift") == "half"
        turn = Turn(spot.window, spot.day, Shift(spot.half.value) if half else Shift.WHOLE)
        seen = dict(zip(Shift.WHOLE.halves, spot.seen, strict=True))
        try:
            with transaction():
                others = operations.place(turn, person, seen=seen, actor=scope.current())
        except DomainError as error:
            return _back(spot, refused(error))
        if person is not None and others:
            names = gettext("、").join(others)
            flash(
                gettext("%(name)s 同时还在%(others)s值班，已排上，请核对",
                        name=person.name, others=names),
                "warning",
            )  # fmt: skip
        return _back(spot)

    @expose("/shift", methods=["POST"])
    @has_access
    @permission_name("edit")
    def shift(self) -> Any:
        """Take somebody from one place to another; two who are there already exchange."""
        one, other = _spot("one"), _spot("other")
        turns = [Turn(it.window, it.day, Shift(it.half.value)) for it in (one, other)]
        try:
            with transaction():
                swap = shift_over(turns[0], turns[1], actor=scope.current(), now=clock.now())
        except DomainError as error:
            return _back(other, refused(error))
        if swap is not None:
            flash(gettext("%(swap)s，已记录", swap=str(swap)), "success")
        return _back(other)

    @expose("/copy", methods=["POST"])
    @has_access
    @permission_name("edit")
    def copy(self) -> Any:
        """Plan a month after last month's days or a week's."""
        hall = hall_coded(request.form.get("hall", ""))
        first = month_of(request.form.get("month", ""))
        if first is None:
            raise InvalidInputError({"": gettext("网址中的月份不正确，应如 2026-09")})
        try:
            with transaction():
                done = copying.copy(
                    hall,
                    first,
                    request.form.get("source", ""),
                    overwrite="overwrite" in request.form,
                    today=today_at(hall),
                    actor=scope.current(),
                )
        except DomainError as error:
            flash(refused(error), "warning")
        else:
            _tell(done)
        return redirect(address(hall, first))


def _month_url(hall: Hall, first: date) -> str | None:
    """Return where a month is, unless the calendar does not reach there."""
    return address(hall, first) if month_of(f"{first:%Y-%m}") else None


def _buttons(hall: Hall) -> list[Button]:
    found = []
    if may("swaps", "a"):
        found.append(Button(gettext("换班"), f"/swaps/add?hall={hall.code}"))
    if may("duties", "x"):
        found.append(Button(gettext("导出"), f"/duties/export?f_hall={hall.id}"))
    return found


def _spot(name: str) -> Spot:
    """Return the place that was pressed; what is none is no page."""
    spot = spot_of(request.form.get(name, ""))
    if spot is None:
        abort(404)
    return spot


def _back(spot: Spot, refusal: str = "") -> Any:
    """Return to the month and the day of a place."""
    window = operations.window_of(spot.window)
    if refusal:
        flash(refusal, "warning")
    where = address(window.hall, spot.day)
    return redirect(f"{where}#d-{spot.day.isoformat()}")


def _tell(done: operations.Copied) -> None:
    """Say what came of copying."""
    said = [ngettext("已排 %(num)d 个班次", "已排 %(num)d 个班次", done.placed)]
    if done.kept:
        said.append(ngettext("%(num)d 个已有人，未动", "%(num)d 个已有人，未动", done.kept))
    if done.left_out:
        names = gettext("、").join(sorted(done.left_out))
        said.append(gettext("%(names)s 已不在窗口，没有照排", names=names))
    flash(gettext("；").join(said), "success" if done.placed else "warning")


class DutyView(EntityView):
    """Duties as a list, to be searched and exported; changed in the plan alone."""

    def cell(self, name: str, row: Duty) -> Cell:
        return Cell(row.staff.name) if name == "staff" else super().cell(name, row)

    def fact(self, name: str, row: Duty) -> Fact:
        return (
            Fact(gettext("值班人员"), row.staff.name)
            if name == "staff"
            else super().fact(name, row)
        )

    def list_buttons(self, address: Address) -> Sequence[Button]:
        return [*super().list_buttons(address), Button(gettext("值班表"), "/roster/", "main")]

    def buttons_of(self, row: Duty) -> list[Button]:
        where = f"{address(row.hall, row.day)}#d-{row.day.isoformat()}"
        return [Button(gettext("值班表"), where, "main")]
