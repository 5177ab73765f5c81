"""`run.py ledger`: write a ledger to a file, and say later whether it is as it was produced."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask.cli import with_appcontext

from app.core import clock, scope
from app.core.crud.present import local
from app.core.errors import DomainError
from app.core.language import N_, gettext as _
from app.core.privacy import seal_keys
from app.departments.queries import person_named
from app.ledgers.models import LedgerKind
from app.ledgers.rules import LedgerPeriod, days_of

if TYPE_CHECKING:
    from datetime import date
    from io import BytesIO

    from app.core.workbook import Produced
    from app.core.workbook.verify import Change, Verdict

DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(
    [f"%Y-%m-%d{between}%H:%M{rest}" for between in (" ", "T") for rest in ("", ":%S", ":%S%z")]
)
AS_OF = click.option(
    "--as-of", type=MOMENT, help=_("截至过去的这一时间，按那时的情况列出；不给则为现在")
)
JSON = click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
REASON = click.option(
    "--unmasked", "reason", help=_("不脱敏，写明原因；文件加密，口令只显示一次；须有 --as")
)
SHOWN = 200
"""Changes that are told in words; JSON has them all."""

WORDS = {
    "cell": N_("%(place)s：原为“%(was)s”，现为“%(now)s”"),
    "added": N_("%(place)s：原为空，现为“%(now)s”"),
    "row-added": N_("%(place)s：增加的行：%(now)s"),
    "row-missing": N_("%(place)s：原来的这一行已被删除"),
    "order": N_("%(place)s：行的次序被改动，涉及 %(now)s 行"),
    "sheet-added": N_("%(place)s：增加的工作表"),
    "sheet-missing": N_("%(place)s：工作表已被删除"),
    "sheet-renamed": N_("%(place)s：工作表改过名，原名“%(was)s”"),
}
"""How a change is told; `%(place)s` is the sheet, and the cell where there is one."""


@click.group(help=_("台账：生成台账，或核对一份台账是否与生成时一致"))
def ledger() -> None:
    """Hold the commands of ledgers."""


def _add(kind: LedgerKind) -> None:
    """Add the command that writes the ledgers of a kind."""

    @ledger.command(kind.value, help=_("生成%(ledger)s", ledger=_(kind.label)))
    @click.option(
        "--out",
        required=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help=_("写到这个文件"),
    )
    @click.option("--since", type=DAY, help=_("登记日期起"))
    @click.option("--until", type=DAY, help=_("登记日期止"))
    @click.option(
        "--period",
        type=click.Choice([it.value for it in LedgerPeriod]),
        help=_("周期：日、周、月、季、年；不与登记日期同时给出"),
    )
    @click.option("--on", "on", type=DAY, help=_("周期所含的一天；不给则为今天"))
    @click.option("--hall", help=_("大厅代码，含其下级大厅"))
    @click.option("--department", help=_("科室代码"))
    @click.option("--roll-up", is_flag=True, help=_("每个大厅一张工作表，前面加一张汇总"))
    @AS_OF
    @click.option("--as", "username", help=_("以此人的权限范围生成；不给则为全部"))
    @REASON
    @JSON
    @with_appcontext
    def take(out: Path, username: str | None, *, as_json: bool, **asked: Any) -> None:
        """Write a ledger."""
        _tell_made(out, *_produced(kind, out, username, **asked), as_json=as_json)


for each in LedgerKind:
    _add(each)


def _tell_made(out: Path, done: Produced, password: str, *, as_json: bool) -> None:
    """Tell what was made, and the password of an unmasked one: it is told here alone."""
    told: dict[str, Any] = {"file": str(out), "rows": done.rows, "checksum": done.checksum}
    if as_json:
        more = {"password": password} if password else {}
        click.echo(json.dumps(told | more, ensure_ascii=False))
        return
    click.echo(_("已生成 %(file)s，共 %(rows)d 行", file=out, rows=done.rows))
    if password:
        click.echo(_("打开文件的口令：%(password)s（只显示这一次）", password=password))


def _produced(
    kind: LedgerKind,
    out: Path,
    username: str | None,
    as_of: datetime | None,
    *,
    reason: str | None,
    **asked: Any,
) -> tuple[Produced, str]:
    """Produce a ledger for a person, or of everything."""
    # Help is quick without them.
    from app.ledgers.orders import Order  # noqa: PLC0415
    from app.ledgers.unmasked.delivery import written  # noqa: PLC0415

    person = scope.SYSTEM if username is None else _person(username)
    plain: dict[str, Any] = {
        name: value.date() if isinstance(value, datetime) else value
        for name, value in asked.items()
    }
    plain |= _days(plain.pop("period"), plain.pop("on"), plain)
    with scope.working_for(person):
        order = Order(kind, **plain, as_of=_moment(as_of))
        return written(order, out, reason, person=person, now=clock.now())


def _moment(typed: datetime | None) -> datetime | None:
    """Return an instant; one without a zone is what the wall clock of the panel showed."""
    if typed is None or typed.tzinfo is not None:
        return typed
    return typed.replace(tzinfo=local(clock.now()).tzinfo)


def _days(period: str | None, on: date | None, plain: dict[str, Any]) -> dict[str, date]:
    """Return the days of a period that is asked for by its name and a day of it."""
    if period is None:
        if on is not None:
            raise DomainError(_("--on 须与 --period 一起给出"))
        return {}
    if plain["since"] is not None or plain["until"] is not None:
        raise DomainError(_("给了 --period，就不要再给 --since 和 --until"))
    since, until = days_of(LedgerPeriod(period), on or local(clock.now()).date())
    return {"since": since, "until": until}


@ledger.command(help=_("按模板生成台账"))
@click.argument("name")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=_("写到这个文件")
)
@AS_OF
@click.option("--as", "username", required=True, help=_("以此人的权限范围生成"))
@REASON
@JSON
@with_appcontext
def template(
    name: str,
    out: Path,
    username: str,
    as_of: datetime | None,
    *,
    reason: str | None,
    as_json: bool,
) -> None:
    """Write the ledger of a template, given by its name or its number."""
    from app.ledgers.orders import Order  # noqa: PLC0415 - as above
    from app.ledgers.templates.queries import find  # noqa: PLC0415
    from app.ledgers.unmasked.delivery import written  # noqa: PLC0415

    person = _person(username)
    with scope.working_for(person):
        row = find(name)
        order = Order(LedgerKind(row.kind), template=(row.id, row.number), as_of=_moment(as_of))
        done, password = written(order, out, reason, person=person, now=clock.now())
    _tell_made(out, done, password, as_json=as_json)


def _person(username: str) -> scope.Person:
    person = person_named(username)
    if person is None:
        raise DomainError(_("没有这个人员，或其账号已停用：%(name)s", name=username))
    return person


@ledger.command(help=_("核对一份台账是否与生成时一致，列出被改动的单元格"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--password", help=_("加密文件的口令；不给则在需要时询问，以免留在命令记录里"))
@JSON
@with_appcontext
def verify(file: Path, password: str | None, *, as_json: bool) -> None:
    """Say whether a ledger is as it was produced."""
    from app.core.workbook.locked import is_locked, unlocked  # noqa: PLC0415 - as above
    from app.core.workbook.verify import verify as verdict_on  # noqa: PLC0415 - as above

    source: Path | BytesIO = file
    if is_locked(file):
        asked = password or click.prompt(_("文件口令"), hide_input=True, err=True)
        source = unlocked(file, asked)
    verdict = verdict_on(source, seal_keys())
    if as_json:
        told = asdict(verdict) | {"file": str(file), "state": _state(verdict)}
        click.echo(json.dumps(told, ensure_ascii=False))
    elif not verdict.changes:
        click.echo(_told(verdict))
    else:
        for change in verdict.changes[:SHOWN]:
            click.echo(_in_words(change))
    if verdict.changes:
        raise DomainError(
            _("台账“%(title)s”在生成之后有 %(number)d 处改动",
              title=verdict.title, number=len(verdict.changes))
        )  # fmt: skip


def _state(verdict: Verdict) -> str:
    if verdict.changes:
        return "changed"
    return "untouched" if verdict.untouched else "saved-again"


def _told(verdict: Verdict) -> str:
    """Say that nothing was changed, and what the ledger is."""
    if verdict.untouched:
        sentence = _("与生成时一致：%(title)s，%(rows)d 行，生成于 %(made)s")
    else:
        sentence = _("内容与生成时一致，文件另存过：%(title)s，%(rows)d 行，生成于 %(made)s")
    made = local(datetime.fromisoformat(verdict.made).replace(tzinfo=UTC))
    return sentence % {
        "title": verdict.title,
        "rows": verdict.rows,
        "made": f"{made:%Y-%m-%d %H:%M:%S}",
    }


def _in_words(change: Change) -> str:
    """Tell a change."""
    place = f"{change.sheet}!{change.cell}" if change.cell else change.sheet
    was = _("（无从得知）") if change.was is None else change.was
    return _(WORDS[change.what], place=place, was=was, now=change.now)
