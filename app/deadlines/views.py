"""The pages of the calendar: its days with an import, and the correction of open clocks."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField

from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.forms import drawn
from app.core.crud.pages import Button, Cell, Col, FormPage, Listing, Page, Row
from app.core.crud.present import local
from app.core.language import gettext
from app.core.problems import problem
from app.core.security import holders, may
from app.core.transaction import transaction
from app.deadlines.calendar import differences, replace_years
from app.deadlines.calendar_file import CalendarFileError, read
from app.deadlines.correction import Shift, correct, shifts
from app.deadlines.evidence_in_words import reason_in_words
from app.deadlines.queries import calendar
from app.deadlines.visibility import governs_all_halls
from app.deadlines.workdays import FIRST, LAST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.crud.address import Address
    from app.deadlines.calendar import Difference

MOST_SHOWN = 200


class WorkdaysView(BaseView):
    """What a box for a date marks in its month; whoever may log in may know it."""

    route_base = "/workdays"
    default_view = "of"

    @expose("/of")
    def of(self) -> Any:
        """Answer the listed days of a `year`: date to [name, working]; and if they are `final`."""
        if scope.current().id is None:
            return redirect("/login/")
        year = request.args.get("year", type=int)
        if year is None or not FIRST.year <= year <= LAST.year:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, gettext("没有这一年的日历"))
        known = calendar()
        days = {str(it.date): [reason_in_words(it.name), it.working] for it in known.listed(year)}
        return jsonify({"days": days, "final": year in known.final_years})


class CalendarDayView(EntityView):
    """Days that differ from Monday–Friday, one by one or from a file."""

    def list_buttons(self, address: Address) -> Sequence[Button]:
        more = []
        if may("recompute", "r"):
            more.append(Button(gettext("更正在办时限"), "/recompute/preview"))
        if may(self.panel.code, "a"):
            more.append(Button(gettext("导入日历"), f"{self.route_base}/import"))
        return [*more, *super().list_buttons(address)]

    @expose("/import", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def import_file(self) -> Any:
        """Read a CSV file, show what it would change, and change it when told to."""
        form = _import_form()
        errors: list[tuple[str, str]] = []
        listing = None
        if request.method == "POST":
            try:
                listing = self._read(form)
            except CalendarFileError as error:
                errors = [("f-file", problem) for problem in error.problems]
        if listing is not None and form["apply"].data:
            flash(gettext("日历已更新，请到“更正在办时限”核对受影响的事项"), "success")
            return redirect("/recompute/preview" if may("recompute", "r") else self.url)
        hint = gettext(
            "逗号分隔的文件：日期,是否上班（1 或 0）,名称。文件提到的年份将整年替换并定为正式。"
        )
        page = FormPage(
            sections=[(hint, [drawn(form["file"]), drawn(form["apply"])])],
            action=request.path,
            submit_label=gettext("导入"),
            cancel_url=self.url,
            errors=errors,
        )
        title = self._page(gettext("导入日历"))
        related = [(gettext("将要改变的日子"), listing)] if listing is not None else []
        status = 422 if errors else 200
        return self.render_template(
            "deadlines/import.html", page=title, form=page, related=related
        ), status

    def _read(self, form: FlaskForm) -> Listing:
        storage = form["file"].data
        days, years = read(storage.read() if storage else b"")
        found = differences(days, years)
        if form["apply"].data:
            with transaction():
                replace_years(
                    days,
                    years,
                    notice=gettext("导入文件：%(name)s", name=(storage.filename or "")[:100]),
                )
        return _listing_of(found)


def _import_form() -> FlaskForm:
    fields = {
        "file": FileField(gettext("日历文件（CSV）")),
        "apply": BooleanField(
            gettext("确认导入"), description=gettext("不勾选时只预览，不改变日历")
        ),
    }
    return type("ImportForm", (FlaskForm,), fields)()


def _listing_of(found: list[Difference]) -> Listing:
    def words(day: Any) -> str:
        if day is None:
            return gettext("按周一至周五")
        return f"{gettext('上班') if day.working else gettext('休息')} · {day.name}"

    rows = [
        Row(
            index,
            [Cell(f"{item.date:%Y-%m-%d}"), Cell(words(item.before)), Cell(words(item.after))],
        )
        for index, item in enumerate(found)
    ]
    heads = [gettext("日期"), gettext("现在"), gettext("导入后")]
    return Listing(
        [Col(head, head) for head in heads],
        rows,
        total=len(rows),
        empty=gettext("与现有日历相同，没有变化"),
    )


class RecomputeView(BaseView):
    """Open clocks that the present calendar would move: preview, then confirm."""

    route_base = "/recompute"
    class_permission_name = "recompute"
    base_permissions = ["can_list", "can_edit"]
    default_view = "preview"

    @expose("/preview", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def preview(self) -> Any:
        """List number, clock, old due, new due; an administrator confirms the harmless ones.

        What would turn overdue after the fact waits for a supervisor of the hall.
        """
        person, now = scope.current(), clock.now()
        general = may("recompute", "e") and governs_all_halls(person)
        if request.method == "POST":
            with transaction():
                done = self._correct(general=general)
            flash(
                gettext(
                    "已更正 %(applied)d 个时限；%(held)d 个须由督查确认",
                    applied=done.applied,
                    held=done.held,
                ),
                "success",
            )
            return redirect("/recompute/preview")
        with scope.everything() if general else scope.working_for(_overseeing(person)):
            found = list(shifts(now))
        mine = [shift for shift in found if general != bool(shift.held)]
        return self.render_template("panel/preview.html", **_preview(found, mine, general=general))

    def _correct(self, *, general: bool) -> Any:
        person, now = scope.current(), clock.now()
        if not general:
            with scope.working_for(_overseeing(person)):
                return correct(actor=person, now=now, confirming=True)
        with scope.everything():
            return correct(actor=person, now=now)


def _overseeing(person: scope.Person) -> scope.Person:
    """Return a person with the roles alone that may confirm: a clerk elsewhere only looks on."""
    return person.only(holders("recompute", "r"))


def _preview(found: list[Shift], mine: list[Shift], *, general: bool) -> dict[str, Any]:
    shown = sorted(found, key=lambda it: (not it.held, it.kind == "clock"))[:MOST_SHOWN]
    rows = [
        Row(
            index,
            [
                Cell(shift.number),
                Cell(shift.what),
                Cell(_when(shift.old_due)),
                Cell(_when(shift.new_due)),
                Cell(_remark(shift), tone="late" if shift.held else ""),
            ],
        )
        for index, shift in enumerate(shown)
    ]
    heads = (
        *(gettext("编号"), gettext("时限")),
        *(gettext("原到期时间"), gettext("新到期时间"), gettext("说明")),
    )
    summary = gettext(
        "按现行日历，%(all)d 个在办时限需要更正，其中 %(mine)d 个由您确认。",
        all=len(found),
        mine=len(mine),
    )
    title = gettext("更正在办时限")
    return {
        "page": Page(
            title, crumbs=[(gettext("日历特殊日"), "/calendar-days/list/"), (title, None)]
        ),
        "summary": summary,
        "action": "/recompute/preview" if mine else "",
        "submit_label": gettext("确认更正") if general else gettext("确认更正（须由督查确认的）"),
        "listing": Listing(
            [Col(head, head) for head in heads],
            rows,
            total=len(found),
            first=1,
            last=len(rows),
            empty=gettext("没有需要更正的时限"),
        ),
        "blocked": [],
        "cancel_url": "/calendar-days/list/",
    }


def _remark(shift: Shift) -> str:
    """Say why a supervisor must confirm, or what is corrected where the due time stays."""
    if shift.held:
        return gettext(shift.held)
    if shift.old_due == shift.new_due:
        return gettext("到期时间不变，更正预警、提级时间或暂定标记")
    return ""


def _when(instant: Any) -> str:
    return f"{local(instant):%Y-%m-%d %H:%M}"
