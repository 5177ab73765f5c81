"""`run.py timeline`: verify that nobody changed what happened."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.cases.models import Case
from app.core import chain, scope, sealed
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext as _


@click.group(help=_("办理过程：核对记录链"))
def timeline() -> None:
    """Hold the commands of the timeline."""


@timeline.command(
    help=_(
        "核对办理过程的记录链，指出第一处被改动、缺失或调换的记录；"
        "给出 FILE 时核对密封卷宗，不需要数据库"
    )
)
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--case", "number", help=_("只核对这一事项（编号）"))
@click.option("--seal", default="", help=_("移交时告知的封签，与卷宗的封签比对"))
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def verify(file: Path | None, number: str | None, seal: str, *, as_json: bool) -> None:
    """Walk the chains; raise DomainError, which names it, for the first broken link."""
    if file is None and seal:
        raise click.UsageError(_("--seal 只用于核对密封卷宗"))
    if file is not None and number is not None:
        raise click.UsageError(_("密封卷宗只有一个事项，不用 --case"))
    if file is not None:
        _check_file(file, seal, as_json=as_json)
    else:
        _walk(number, as_json=as_json)


def _check_file(file: Path, seal: str, *, as_json: bool) -> None:
    """Check a sealed file, with neither a database nor the settings of one."""
    done = sealed.check(file, seal)
    if as_json:
        click.echo(json.dumps({"ok": True, **asdict(done)}, ensure_ascii=False))
        return
    click.echo(
        _(
            "%(name)s：%(files)d 个文件、%(events)d 条记录全部完好。封签 %(seal)s",
            name=done.name,
            files=done.files,
            events=done.events,
            seal=done.seal,
        )
    )


@with_appcontext
def _walk(number: str | None, *, as_json: bool) -> None:
    """Walk the chains in the database: of all cases, or of one."""
    with scope.everything():
        if (
            number is not None
            and db.session.scalar(select(Case.id).filter_by(number=number)) is None
        ):
            raise DomainError(_("没有这个编号的事项：%(number)s", number=number))
        walk = chain.first_break(number)
    told = {"events": walk.events, "cases": walk.cases, "ok": walk.broken is None}
    if walk.broken is not None:
        found = walk.broken
        if as_json:
            where = {"case": found.case, "sequence": found.sequence, "problem": found.problem}
            click.echo(json.dumps({**told, **where}, ensure_ascii=False))
        raise DomainError(
            _(
                "%(case)s 第 %(sequence)d 条：%(problem)s",
                case=found.case,
                sequence=found.sequence,
                problem=_(chain.PROBLEMS[found.problem]),
            )
        )
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo(_("已核对 %(cases)d 件事项的 %(events)d 条记录，全部完好", **told))
