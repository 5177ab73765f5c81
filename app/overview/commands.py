"""`run.py overview`: count cases anew, and say whether what is kept was right."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from app.core import clock, scope
from app.core.errors import DomainError
from app.core.language import gettext as _
from app.overview.operations import check, fold

if TYPE_CHECKING:
    from datetime import datetime


@click.group(help=_("办件统计：重新统计并核对"))
def overview() -> None:
    """Hold the commands of the overview."""


@overview.command(help=_("逐件重新统计，与保存的数字核对；不加 --apply 只核对，有出入时退出码为 1"))
@click.option("--apply", "mend", is_flag=True, help=_("改正有出入的数字"))
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
@with_appcontext
def recount(*, mend: bool, as_json: bool) -> None:
    """Count everything anew; raise DomainError where something differs and was not mended."""
    now: datetime = clock.now()
    with scope.everything():
        if mend:
            fold(now)
        found = check(now, mend=mend)
    told = {"cases": found.cases, "cases_wrong": found.wrong_cases, "sums_wrong": found.wrong_sums}
    if as_json:
        click.echo(json.dumps({**told, "ok": found.right, "mended": mend and not found.right}))
    words = _(
        "已核对 %(cases)d 件：%(wrong_cases)d 件、%(wrong_sums)d 处合计有出入", **asdict(found)
    )
    if not found.right and not mend:
        raise DomainError(words)
    if not as_json:
        click.echo(words if found.right else _("%(words)s，已改正", words=words))
