"""`run.py calendar`: show a year, import a file, correct clocks; `run.py deadline`: explain one."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask.cli import ScriptInfo, pass_script_info, with_appcontext
from sqlalchemy.exc import DBAPIError

from app.core import clock, scope
from app.core.language import gettext as _
from app.core.parameters import CLOCK_TIME, INSTANT, ZONE
from app.core.transaction import transaction
from app.deadlines import queries
from app.deadlines.calendar import differences, replace_years
from app.deadlines.calendar_file import calendar_from, read
from app.deadlines.clock import explain
from app.deadlines.correction import correct, shifts
from app.deadlines.hours import Hours
from app.deadlines.statutory import default_calendar

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.deadlines.workdays import WorkCalendar

JSON = click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
APPLY = click.option("--apply", "apply", is_flag=True, help=_("确认执行；不加则只预览"))


@click.group(help=_("工作日历：查看、导入、更正在办时限"))
def calendar() -> None:
    """Hold the commands of the calendar."""


@calendar.command(help=_("列出一年中与周一至周五不同的日子"))
@click.argument("year", type=click.IntRange(2000, 2100))
@JSON
@with_appcontext
def show(year: int, *, as_json: bool) -> None:
    """List the unusual days of a year."""
    with scope.everything():
        days = queries.calendar()
    first = date(year, 1, 1)
    all_days = [
        days.day(first + timedelta(index)) for index in range((date(year + 1, 1, 1) - first).days)
    ]
    saturday = 5
    unusual = [
        day
        for day in all_days
        if day.working != (day.date.weekday() < saturday)
        or day.source not in {"weekday", "weekend"}
    ]
    final = days.is_final(first)
    if as_json:
        _print(
            {
                "year": year,
                "final": final,
                "revision": days.revision,
                "working_days": sum(day.working for day in all_days),
                "days": [
                    {
                        "date": day.date,
                        "working": day.working,
                        "name": day.name,
                        "source": day.source,
                    }
                    for day in unusual
                ],
            }
        )
        return
    click.echo(
        _(
            "%(year)d 年（%(state)s），工作日 %(count)d 天",
            year=year,
            state=_("已定") if final else _("暂定"),
            count=sum(day.working for day in all_days),
        )
    )
    for day in unusual:
        word = _("上班") if day.working else _("休息")
        click.echo(f"{day.date:%Y-%m-%d}  {word}  {day.name}")


@calendar.command("import", help=_("导入日历文件（CSV：日期,是否上班,名称）；提到的年份整年替换"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@APPLY
@JSON
@with_appcontext
def import_file(file: Path, *, apply: bool, as_json: bool) -> None:
    """Preview or import a calendar file."""
    days, years = read(file)
    with scope.everything(), transaction():
        found = differences(days, years)
        if apply:
            replace_years(days, years, notice=_("导入文件：%(name)s", name=file.name[:100]))
        told = [
            {"date": item.date, "before": _state(item.before), "after": _state(item.after)}
            for item in found
        ]
        number = queries.revision()
    if as_json:
        _print({"years": sorted(years), "applied": apply, "revision": number, "changes": told})
        return
    for change in told:
        click.echo(f"{change['date']}  {change['before']} → {change['after']}")
    click.echo(
        _(
            "改变 %(count)d 天。%(state)s",
            count=len(told),
            state=_("已导入") if apply else _("这是预览，加 --apply 才导入"),
        )
    )


def _state(day: Any) -> str:
    if day is None:
        return _("按周一至周五")
    return f"{_('上班') if day.working else _('休息')} {day.name}"


@calendar.command(help=_("按现行日历更正在办的时限、申诉期限和整改期限；会变成超期的留给督查确认"))
@APPLY
@JSON
@with_appcontext
def recompute(*, apply: bool, as_json: bool) -> None:
    """Preview or make the correction of open clocks."""
    now = clock.now()
    with scope.everything() as person:
        found = [
            {
                "kind": shift.kind,
                "number": shift.number,
                "what": shift.what,
                "old_due": shift.old_due.isoformat(),
                "new_due": shift.new_due.isoformat(),
                "needs_confirmation": bool(shift.held),
            }
            for shift in shifts(now)
        ]
        applied = 0
        if apply:
            with transaction():
                applied = correct(actor=person, now=now).applied
    if as_json:
        _print({"applied": applied, "changes": found})
        return
    for change in found:
        held = _("（须由督查确认）") if change["needs_confirmation"] else ""
        said = f"{change['number']}  {change['what']}"
        click.echo(f"{said}  {change['old_due']} → {change['new_due']}{held}")
    click.echo(_("需更正 %(found)d 个，已更正 %(applied)d 个", found=len(found), applied=applied))


@click.command(help=_("推算到期时间并逐日说明，输出 JSON"))
@click.option("--start", required=True, type=INSTANT, help=_("起算时间"))
@click.option("--days", required=True, type=int, help=_("工作日数"))
@click.option(
    "--calendar",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("只用这个日历文件（CSV）"),
)
@click.option("--closing", default="17:30", show_default=True, type=CLOCK_TIME, help=_("下班时间"))
@click.option("--tz", default="Asia/Shanghai", show_default=True, type=ZONE, help=_("时区"))
@pass_script_info
def deadline(
    script: ScriptInfo, start: datetime, days: int, file: Path | None, closing: time, tz: ZoneInfo
) -> None:
    """Explain a deadline; a file needs no application."""
    known = calendar_from(file) if file is not None else _calendar_of(script)
    hours = Hours(min(time(9), closing) if closing > time(9) else time(0), closing, tz)
    _print(explain(known, start if start.tzinfo else start.replace(tzinfo=tz), days, hours))


def _calendar_of(script: ScriptInfo) -> WorkCalendar:
    """Return the database's calendar; the published one where there is no database yet."""
    app = script.load_app()
    if app.config["EMBEDDED"] and not (app.config["INSTANCE"] / "bancheng.db").exists():
        return default_calendar()
    with app.app_context(), scope.everything():
        try:
            return queries.calendar() if queries.revision() else default_calendar()
        except DBAPIError:
            return default_calendar()


def _print(result: Any) -> None:
    click.echo(json.dumps(result, ensure_ascii=False, default=str))
