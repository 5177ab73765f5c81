"""How an appeal stands, and what pages show of it: the case's, its own, what may be sought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.appeals import operations
from app.appeals.queries import Option, appeals_of, decision_of
from app.appeals.rules import TONES, Lamp, stage
from app.core.crud.pages import Button, Cell, Col, Fact, Listing, Row
from app.core.crud.present import EMPTY, local
from app.core.language import N_, gettext, ngettext
from app.core.security import may
from app.rulebook.rules import PeriodUnit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.appeals.models import Appeal, AppealPeriod
    from app.cases.models import Case
    from app.core.scope import Person

UNITS = {
    PeriodUnit.DAYS: N_("%(number)d 日"),
    PeriodUnit.WORKING_DAYS: N_("%(number)d 个工作日"),
    PeriodUnit.MONTHS: N_("%(number)d 个月"),
}
"""How a period is said."""


def standing(appeal: Appeal, now: datetime) -> tuple[str, str]:
    """Return how an appeal stands, as tone and text of its lamp."""
    if appeal.outcome is not None:
        return TONES[appeal.outcome], gettext(appeal.outcome.label)
    if appeal.late_reason is not None and appeal.late_admitted is None:
        return "warn", gettext("逾期提出，待裁定")
    running = appeal.period
    if running is None or running.met_on is not None:
        return "idle", gettext("办理中")
    tone, text = lamp(appeal, running, now)
    if appeal.handler_id is None:
        return ("late" if tone == "late" else "warn"), gettext("待指派 · %(left)s", left=text)
    return tone, gettext("%(step)s · %(left)s", step=gettext(running.step.label), left=text)


def lamp(appeal: Appeal, period: AppealPeriod, now: datetime) -> tuple[str, str]:
    """Return how a period stands, as tone and words."""
    if period.met_on is not None:
        return ("late", gettext("逾期完成")) if period.late else ("ok", gettext("按期完成"))
    days = (period.last_day - local(now, appeal.hall.timezone).date()).days
    reached = stage(period.warn_at, period.due_at, now)
    if reached is Lamp.OVERDUE:
        late = max(-days, 0)
        if not late:
            return "late", gettext("超期不足 1 日")
        return "late", ngettext("超期 %(num)d 日", "超期 %(num)d 日", late)
    left = ngettext("还剩 %(num)d 日", "还剩 %(num)d 日", days) if days else gettext("今天到期")
    return ("warn" if reached is Lamp.WARNING else "ok"), left


def spans(appeal: Appeal) -> list[Fact]:
    """Return the periods of an appeal, each in a sentence with its law."""
    return [
        Fact(
            gettext(period.step.label),
            gettext(
                "自 %(start)s 起 %(length)s，最后一日 %(last)s%(provisional)s；"
                "%(met)s。依据：%(law)s",
                start=period.begins_on.isoformat(),
                length=gettext(UNITS[PeriodUnit(period.unit)], number=period.number),
                last=period.last_day.isoformat(),
                provisional=gettext("（暂定）") if period.provisional else "",
                met=_met(period),
                law=period.rule.legal_basis,
            ),
            "long",
        )
        for period in appeal.periods
    ]


def _met(period: AppealPeriod) -> str:
    if period.met_on is None:
        return gettext("进行中")
    day = period.met_on.isoformat()
    if period.late:
        return gettext("%(day)s 完成，已逾期", day=day)
    return gettext("%(day)s 完成", day=day)


def buttons_of(appeal: Appeal, person: Person, base: str) -> list[Button]:
    """Return what may be done with an appeal; a disabled one says why."""
    url, found = f"{base}/{appeal.id}", []
    if may("appeal-assignments", "e"):
        if appeal.late_reason is not None:
            refusal = operations.why_not_rule(appeal, person)
            label = gettext("裁定逾期")
            found.append(Button(label, f"{url}/rule", "main", disabled_reason=refusal))
        refusal = operations.why_not_assign(appeal, person)
        label = gettext("改派承办人") if appeal.handler_id else gettext("指派承办人")
        style = "" if appeal.handler_id else "main"
        found.append(Button(label, f"{url}/assign", style, disabled_reason=refusal))
    if may("appeals", "e") and appeal.outcome is None:
        refusal = operations.why_not_handle(appeal, person)
        if appeal.accepted_on is None:
            found.append(Button(gettext("记录受理"), f"{url}/accept", disabled_reason=refusal))
        found += [
            Button(gettext("记录进展"), f"{url}/note", disabled_reason=refusal),
            Button(gettext("记录结果"), f"{url}/decide", "main", disabled_reason=refusal),
        ]
    return [*found, Button(gettext("收件回执"), f"{url}/receipt")]


# --- what may be sought about a case -------------------------------------------------------------


def decision(case: Case) -> list[tuple[str, list[Fact]]]:
    """Return what the applicant was told, if anything stands."""
    stands = decision_of(case)
    if stands is None:
        sentence = gettext("事项还没有答复、办结或不予受理，没有可以申请救济的决定")
        return [(gettext("原答复"), [Fact(gettext("情况"), sentence, "long")])]
    at = f"{local(stands.at, case.hall.timezone):%Y-%m-%d %H:%M}"
    return [
        (
            gettext("原答复"),
            [
                Fact(gettext("针对"), gettext(stands.occasion.label)),
                Fact(gettext("作出时间"), at, "mono"),
                Fact(gettext("内容"), stands.told, "long"),
            ],
        )
    ]


def offered(
    case: Case, found: Sequence[Option], person: Person, now: datetime
) -> list[tuple[str, list[Fact]]]:
    """Return the remedies that the law gives, each in a section of its own."""
    if not found and decision_of(case) is not None:
        none = Fact(gettext("情况"), gettext("法律没有规定救济途径"), "long")
        return [(gettext("可以申请的救济"), [none])]
    return [_option(case, it, person, now) for it in found]


def _option(case: Case, option: Option, person: Person, now: datetime) -> tuple[str, list[Fact]]:
    remedy = option.remedy
    refusal = operations.why_not_register(case, remedy.code, option, person)
    until = remedy.until.isoformat() if remedy.until else gettext("不限期")
    if remedy.provisional:
        until = gettext("%(due)s（暂定）", due=until)
    late = option.late(operations.today(case, now))
    word = gettext("登记（已过期限，须写明理由）") if late else gettext("登记")
    url = None if refusal else f"/appeals/register/{case.id}/{remedy.code.value}"
    return (
        f"{gettext(remedy.code.label)} · {gettext(option.occasion.label)}",
        [
            Fact(gettext("最后一日"), until, "mono"),
            Fact(gettext("法律依据"), remedy.legal_basis),
            Fact(gettext("向谁提出"), remedy.authority, "long"),
            Fact(gettext("现在能否登记"), refusal or word, "long", url),
        ],
    )


def sought(case: Case, now: datetime) -> list[tuple[str, Listing]]:
    """Return the appeals about a case as a list."""
    rows = appeals_of(case)
    titles = (gettext("申诉编号"), gettext("种类"), gettext("提出日期"), gettext("状态"))
    listing = Listing(
        [Col(head, head) for head in titles],
        [_row(row, now) for row in rows],
        total=len(rows),
        empty=gettext("还没有提出过"),
    )
    return [(gettext("已经提出的"), listing)]


def _row(appeal: Appeal, now: datetime) -> Row:
    tone, text = standing(appeal, now)
    url = f"/appeals/show/{appeal.id}"
    return Row(
        appeal.id,
        [
            Cell(appeal.number, url=url),
            Cell(gettext(appeal.kind.label)),
            Cell(appeal.filed_on.isoformat()),
            Cell(text, "lamp", tone=tone),
        ],
        url,
        tone,
    )


# --- on the page of a case -----------------------------------------------------------------------


def cards_on_page(case: Case, _actor: Person, now: datetime) -> list[tuple[str, list[list[Fact]]]]:
    """Return the appeals about a case for its page; nothing where there are none."""
    rows = [_card(row, now) for row in appeals_of(case)]
    return [(gettext("申诉与复议"), rows)] if rows else []


def _card(appeal: Appeal, now: datetime) -> list[Fact]:
    tone, text = standing(appeal, now)
    facts = [
        Fact(gettext("种类"), gettext(appeal.kind.label)),
        Fact(gettext("申诉编号"), appeal.number, "mono", url=f"/appeals/show/{appeal.id}"),
        Fact(gettext("针对"), gettext(appeal.occasion.label)),
        Fact(gettext("提出日期"), appeal.filed_on.isoformat(), "mono"),
        Fact(gettext("承办人"), appeal.handler.name if appeal.handler is not None else EMPTY),
        Fact(gettext("状态"), text, "lamp", tone=tone),
    ]
    if appeal.wrong_at is not None:
        wrong = gettext("认定有误，事项已重新办理")
        facts += [
            Fact(gettext("原答复"), wrong, "lamp", tone="late"),
            Fact(gettext("被认定有误的内容"), appeal.told, "long"),
        ]
    if appeal.findings:
        facts.append(Fact(gettext("决定内容和理由"), appeal.findings, "long"))
    return facts


def buttons_on_page(case: Case, _actor: Person, _now: datetime) -> list[Button]:
    """Return the way to the remedies, once something was decided."""
    if not may("appeals", "r") or decision_of(case) is None:
        return []
    return [Button(gettext("救济途径"), f"/appeals/case/{case.id}")]
