"""`run.py cases import`: check a file of cases, and register them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask.cli import with_appcontext

from app.core import clock, scope
from app.core.errors import DomainError
from app.core.language import gettext as _
from app.core.transaction import transaction

if TYPE_CHECKING:
    from app.imports.report import Report


@click.group(help=_("事项：从表格导入"))
def cases() -> None:
    """Hold the commands of cases."""


@cases.command(
    "import",
    help=_("从表格（.xlsx、.xls、.csv）登记事项；不加 --apply 只检查，已导入过的行不会重复登记"),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "apply", is_flag=True, help=_("确认执行；不加则只预览"))
@click.option("--good-rows", is_flag=True, help=_("有问题的行除外，其余照常导入；默认全部或全不"))
@click.option("--as", "username", help=_("以此人的名义和权限登记；不给则为系统"))
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("有问题时，把标出问题的表格写到这个文件"),
)
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
@with_appcontext
def import_cases(
    file: Path,
    username: str | None,
    errors: Path | None,
    *,
    apply: bool,
    good_rows: bool,
    as_json: bool,
) -> None:
    """Check a file, and take it in when told to; a problem that stops it is exit code 1."""
    from app.departments.queries import person_named  # noqa: PLC0415 - help is quick without it

    person = scope.SYSTEM if username is None else person_named(username)
    if person is None:
        raise DomainError(_("没有这个人员，或其账号已停用：%(name)s", name=username))
    with scope.working_for(person):
        report, applied = _done(file, person, apply=apply, together=not good_rows, errors=errors)
    if as_json:
        told = {"file": str(file), "applied": applied, **report.as_json()}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _say(report, applied=applied)
    if not report.whole and not applied:
        raise DomainError(
            _("%(count)d 处问题，没有导入任何一行", count=len(report.problems))
            if apply
            else _("%(count)d 处问题", count=len(report.problems))
        )


def _done(
    file: Path, person: Any, *, apply: bool, together: bool, errors: Path | None
) -> tuple[Report, bool]:
    from app.imports.kinds import KINDS  # noqa: PLC0415 - help is quick without it
    from app.imports.marked import write_marked  # noqa: PLC0415 - as above
    from app.imports.operations import examine, keep, received, take_in  # noqa: PLC0415 - as above

    kind, now = KINDS["cases"], clock.now()
    if not kind.open_to(person):
        raise DomainError(_("您的角色不能导入“%(kind)s”", kind=_(kind.title)))
    with file.open("rb") as stream:
        upload = received(file.name, stream.read())
    book = upload.book
    report = examine(kind, book, actor=person, now=now)
    stopped = bool(report.found.problems) or (together and not report.whole)
    applied = False
    if apply and not stopped:
        with transaction():
            run = keep(kind, upload, report, actor=person, now=now)
        taken = take_in(run, book, together=together, actor=person, now=now)
        if taken is not None:
            report, applied = taken, run.applied_at is not None
    if errors is not None and report.problems:
        write_marked(upload, report.problems, errors)
    return report, applied


def _say(report: Report, *, applied: bool) -> None:
    counts = report.counts()
    for it in report.problems:
        place = " ".join(part for part in (it.page, it.cell, it.heading) if part)
        click.echo(f"{place}  {it.text}")
    for text in report.found.ignored:
        click.echo(_("没有使用的列：%(name)s", name=text))
    for text in report.found.skipped:
        click.echo(_("没有读取的工作表：%(name)s", name=text))
    click.echo(
        _(
            "共 %(total)d 行：可导入 %(new)d 行，无需导入 %(known)d 行，有问题 %(wrong)d 行。",
            **counts,
        )
    )
    if applied:
        click.echo(_("已导入 %(added)d 行", added=counts["added"]))
        for name in report.added:
            click.echo(name)
    else:
        click.echo(_("这是预览，加 --apply 才导入"))
