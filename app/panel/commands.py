"""`run.py backup`: the house in one file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.core import clock, scope
from app.core.errors import DomainError
from app.core.language import gettext as _
from app.panel.backup import back_up, note


@click.command(help=_("备份到一个 zip 文件：数据库、附件，以及 SQLite 自动生成的密钥"))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--elsewhere", is_flag=True, help=_("已用别的办法备份，只记下时间"))
@with_appcontext
def backup(file: Path | None, *, elsewhere: bool) -> None:
    """Back the house up, and write down when."""
    if elsewhere == bool(file):
        raise click.UsageError(_("请给出备份文件的路径，或者 --elsewhere"))
    with scope.everything():
        now = clock.now()
        if file is None:
            note(_("用别的办法备份"), now)
            click.echo(_("已记下备份时间"))
            return
        try:
            size, keys = back_up(file, now)
        except OSError as error:
            raise DomainError(str(error)) from error
    click.echo(_("已备份：%(path)s，%(size)s MB", path=file, size=f"{size / 2**20:.1f}"))
    click.echo(
        _("密钥也在里面，请妥善保管这个文件")
        if keys
        else _("密钥不在里面，请另行保管，没有它就读不出个人信息")
    )
