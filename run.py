"""The command line: serve, scheduler, worker, setup, demo, flag-overdue; features bring more.

Every command exits 0 when it did what it was asked, 1 with one plain line on stderr when it could
not, 2 when it was called wrongly.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from flask.cli import ScriptInfo, with_appcontext

from app.core.errors import DomainError
from app.core.language import console, gettext as _
from app.core.parameters import INSTANT

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

console()


def _create_app() -> Flask:
    from app.factory import create_app

    return create_app()


class Commands(click.Group):
    """The commands; without a word, `serve`. A plain error is one line on stderr."""

    def main(self, args: Any = None, *rest: Any, **options: Any) -> Any:
        """Turn a sentence of ours into exit code 1."""
        words = list(sys.argv[1:] if args is None else args)
        options["obj"] = ScriptInfo(create_app=_create_app)
        try:
            return super().main(words or ["serve"], *rest, **options)
        except (DomainError, ValueError) as error:
            click.echo(" ".join(str(error).split()), err=True)
            sys.exit(1)
        except Exception as error:
            from sqlalchemy.exc import OperationalError

            if not isinstance(error, OperationalError):
                raise
            why = " ".join(str(error.orig).split())
            click.echo(_("数据库不可用：%(why)s", why=why), err=True)
            sys.exit(1)


JSON = click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))


def _print(result: Any) -> None:
    click.echo(json.dumps(result, ensure_ascii=False, default=str))


@click.group(
    cls=Commands, help=_("办成：“办不成事”窗口的登记、派发、时限与台账。不带命令时等于 serve。")
)
def cli() -> None:
    """Hold the commands."""


@cli.command(help=_("启动网页服务（默认连同定时任务）；SQLite 首次启动时自动建库"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听地址"))
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help=_("监听端口")
)
@click.option("--no-scheduler", is_flag=True, help=_("不运行定时任务"))
@with_appcontext
def serve(host: str, port: int, *, no_scheduler: bool) -> None:
    """Serve the panel."""
    from flask import current_app
    from waitress import create_server

    from app import scheduler
    from app.ledgers.tasks import workers

    if current_app.config["EMBEDDED"]:
        _tell_administrator(_prepared(None))
    app = _ready()
    try:
        server = create_server(app, host=host, port=port, threads=8, ident="")
    except OSError as error:
        raise DomainError(
            _(
                "无法监听 %(host)s:%(port)d：%(why)s",
                host=host,
                port=port,
                why=error.strerror or error,
            )
        ) from error
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(0))
    ticking = None if no_scheduler else scheduler.start(app)
    making = None if no_scheduler else workers.start(app)
    click.echo(_("办成已启动：http://%(host)s:%(port)d/", host=host, port=port))
    try:
        server.run()
    finally:
        if making is not None:
            making.stop()
        if ticking is not None:
            ticking.shutdown(wait=True)


@cli.command(help=_("只运行定时任务；可以在多台机器上同时运行"))
@with_appcontext
def scheduler() -> None:
    """Run the timed jobs alone."""
    from app import scheduler as jobs
    from app.ledgers.tasks import workers

    app = _ready()
    ticking, making = jobs.start(app), workers.start(app)
    click.echo(_("定时任务已启动"))
    _told_to_stop().wait()
    if making is not None:
        making.stop()
    ticking.shutdown(wait=True)


@cli.command(help=_("只在后台生成台账；可以同时运行多个，设了 BANCHENG_BROKER_URL 时由它分派"))
@with_appcontext
def worker() -> None:
    """Make ledgers and nothing else."""
    from app.ledgers.tasks import workers

    app = _ready()
    click.echo(_("台账生成进程已启动"))
    making = workers.start(app)
    if making is None:
        workers.work(app)
        return
    _told_to_stop().wait()
    making.stop()


def _ready() -> Flask:
    """Return the application; DomainError when its database is not of this version."""
    from flask import current_app

    from app.panel.readiness import schema_is_current

    if not schema_is_current():
        raise DomainError(_("数据库结构不是最新版本，请先运行 run.py setup"))
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    return app


def _told_to_stop() -> threading.Event:
    """Return what is set when the process is told to end."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: stopped.set())
    return stopped


@cli.command(help=_("准备数据库：结构、角色、管理员、基础数据；可重复运行"))
@click.option("--admin-password", help=_("首个管理员的密码；不给则随机生成并只显示一次"))
@with_appcontext
def setup(admin_password: str | None) -> None:
    """Prepare the database."""
    _tell_administrator(_prepared(admin_password), shown=admin_password is None)
    click.echo(_("数据库已就绪"))


def _prepared(password: str | None) -> str | None:
    from app.setup import prepare

    return prepare(password)


def _tell_administrator(password: str | None, *, shown: bool = True) -> None:
    if password is not None:
        text = password if shown else "********"
        click.echo(_("管理员 admin，密码（只显示这一次）：%(password)s", password=text))


@cli.group(help=_("演示数据"))
def demo() -> None:
    """Hold the commands of the invented data."""


@demo.command("load", help=_("载入虚构的大厅、科室、人员与事项；相同种子得到相同数据"))
@click.option(
    "--cases", default=200, show_default=True, type=click.IntRange(1, 100_000), help=_("事项件数")
)
@click.option("--seed", default=1, show_default=True, help=_("随机种子"))
@click.option("--password", help=_("演示人员的密码；不给则随机生成并只显示一次"))
@click.option("--now", type=INSTANT, help=_("以此刻为准编排事项（默认为现在）"))
@JSON
@with_appcontext
def demo_load(
    cases: int, seed: int, password: str | None, now: datetime | None, *, as_json: bool
) -> None:
    """Load invented data."""
    from app.demo.loader import load

    done = load(cases=cases, seed=seed, password=password, now=_instant(now))
    if as_json:
        _print(done)
        return
    click.echo(
        _(
            "已载入演示数据（均为虚构）：%(cases)d 件事项。人员密码：%(password)s",
            cases=done["cases"],
            password=done["password"] if not password else "********",
        )
    )


@cli.command("flag-overdue", help=_("标记临期、超期和提级的事项，输出 JSON"))
@click.option("--now", type=INSTANT, help=_("以此刻为准（默认为现在）"))
@with_appcontext
def flag_overdue(now: datetime | None) -> None:
    """Flag what is due soon and overdue."""
    from app.scheduler import flag_by_hand

    instant = _instant(now)
    _print({"now": instant.isoformat(), **flag_by_hand(instant)})


def _instant(moment: datetime | None) -> datetime:
    from flask import current_app

    from app.core import clock

    if moment is None:
        return clock.now()
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _commands() -> None:
    """Add the commands that features and libraries bring along."""
    from flask_migrate.cli import db

    from app.cases.commands import timeline
    from app.deadlines.commands import calendar, deadline
    from app.imports.commands import cases
    from app.ledgers.commands import ledger
    from app.overview.commands import overview
    from app.panel.commands import backup

    _translate(db)
    for command in (backup, db, calendar, cases, deadline, ledger, overview, timeline):
        cli.add_command(command)


def _translate(command: click.Command) -> None:
    """Put the help of a library's command into the language of the command line."""
    helped: list[Any] = [command, *(one for one in command.params if isinstance(one, click.Option))]
    for told in helped:
        if told.help:
            text = " ".join(told.help.split())
            told.help = _(text)
    for below in getattr(command, "commands", {}).values():
        _translate(below)


_commands()

if __name__ == "__main__":
    cli.main()
