"""`run.py ledger`: write a ledger to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from app.core import clock, scope
from app.core.errors import DomainError
from app.core.language import gettext as _
from app.departments.queries import person_named
from app.ledgers.models import LedgerKind

if TYPE_CHECKING:
    from datetime import datetime

DAY = click.DateTime(["%Y-%m-%d"])


@click.command(help=_("生成台账：cases（办不成事台账）或 overdue（超期台账）"))
@click.argument("kind", type=click.Choice([kind.value for kind in LedgerKind]))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("写到这个文件")
)
@click.option("--since", type=DAY, help=_("登记日期起"))
@click.option("--until", type=DAY, help=_("登记日期止"))
@click.option("--hall", help=_("大厅代码，含其下级大厅"))
@click.option("--department", help=_("科室代码"))
@click.option("--as", "username", help=_("以此人的权限范围生成；不给则为全部"))
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
@with_appcontext
def ledger(
    kind: str,
    out: Path,
    since: datetime | None,
    until: datetime | None,
    hall: str | None,
    department: str | None,
    username: str | None,
    *,
    as_json: bool,
) -> None:
    """Write a ledger."""
    from app.ledgers.production import produce  # noqa: PLC0415 - help is quick without it

    person = scope.SYSTEM if username is None else person_named(username)
    if person is None:
        raise DomainError(_("没有这个人员，或其账号已停用：%(name)s", name=username))
    with scope.working_for(person):
        done = produce(
            LedgerKind(kind),
            out,
            person=person,
            now=clock.now(),
            since=since.date() if since else None,
            until=until.date() if until else None,
            hall_code=hall,
            department_code=department,
        )
    if as_json:
        told = {"file": str(out), "rows": done.rows, "checksum": done.checksum}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(_("已生成 %(file)s，共 %(rows)d 行", file=out, rows=done.rows))
