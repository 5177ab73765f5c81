"""The clocks of a case as its page shows them: each with the account of how it was reckoned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cases.lamps import met, running
from app.core.crud.pages import Fact
from app.core.crud.present import local
from app.core.language import gettext
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.evidence_in_words import sentence, table
from app.deadlines.queries import hours_of
from app.deadlines.rules import RequestState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from app.cases.lamps import Lamp
    from app.cases.models import Case
    from app.deadlines.models import Deadline
    from app.deadlines.workdays import WorkCalendar


@dataclass(frozen=True)
class ClockDay:
    """One day of a clock's evidence."""

    date_label: str
    counted: bool
    last: bool
    reason: str


@dataclass(frozen=True)
class ClockCard:
    """A clock with its evidence, as a sentence and day by day."""

    title: str
    lamp_tone: str
    lamp_text: str
    sentence: str
    provisional: bool
    days: list[ClockDay]
    footnote: str
    main: bool


def cards(case: Case, days: WorkCalendar, now: datetime) -> list[ClockCard]:
    """Return a card for each clock: the one that the lamp follows first, then the latest."""
    clocks = sorted(case.clocks, key=lambda clock: (clock.current, clock.id), reverse=True)
    return [_card(case, clock, _lamp(case, clock, days, now)) for clock in clocks]


def _lamp(case: Case, clock: Deadline, days: WorkCalendar, now: datetime) -> Lamp:
    if clock.met_at is not None:
        return met(clock)
    return running(clock, days, hours_of(case.hall), now)


def _card(case: Case, clock: Deadline, shown: Lamp) -> ClockCard:
    account: Any = clock.evidence
    rows = table(account)
    last = len(rows) - 1
    days = [
        ClockDay(
            f"{row.date.day} {row.weekday}",
            row.counted,
            index == last,
            _day_words(row, last=index == last),
        )
        for index, row in enumerate(rows)
    ]
    footnote = gettext(
        "到期 %(due)s · 工作日历第 %(revision)d 版",
        due=f"{local(clock.due_at, case.hall.timezone):%Y-%m-%d %H:%M}",
        revision=clock.calendar_revision,
    )
    title = gettext(clock.kind.label)
    if clock.kind.main and not clock.current:
        title = gettext("%(clock)s（此前）", clock=title)
    return ClockCard(
        title, *shown, sentence(account), clock.provisional, days, footnote, clock.current
    )


def _day_words(row: Any, *, last: bool) -> str:
    if not row.counted:
        return str(row.reason)
    text = gettext("第 %(ordinal)d 日", ordinal=row.ordinal)
    return gettext("%(text)s 到期", text=text) if last else text


def requests(case: Case, asked: Iterable[Extension | Pause]) -> list[list[Fact]]:
    """Return what was asked for about the clocks, the latest first, with what was decided."""
    latest = sorted(asked, key=lambda request: request.asked_at, reverse=True)
    return [_request(case, request) for request in latest]


def _request(case: Case, request: Extension | Pause) -> list[Fact]:
    what = gettext("延期") if isinstance(request, Extension) else gettext("中止计时")
    asked = f"{local(request.asked_at, case.hall.timezone):%Y-%m-%d %H:%M}"
    facts = [
        Fact(
            what,
            gettext("%(days)d 个工作日", days=request.days),
            "lamp" if request.state is RequestState.ASKED else "text",
            tone="warn",
        ),
        Fact(gettext("申请"), f"{asked} {request.asked_by}", "mono"),
        Fact(gettext("理由"), request.reason, "long"),
        Fact(gettext("审批"), _decided(case, request)),
    ]
    if isinstance(request, Pause) and request.ended_at is not None:
        ended = f"{local(request.ended_at, case.hall.timezone):%Y-%m-%d %H:%M}"
        facts.append(Fact(gettext("恢复"), f"{ended} {request.ended_by}", "mono"))
    return facts


def _decided(case: Case, request: Extension | Pause) -> str:
    told = gettext(request.state.label)
    if request.decided_at is not None:
        told += f" {local(request.decided_at, case.hall.timezone):%m-%d %H:%M} {request.decided_by}"
    return gettext("；").join([told, request.decision]) if request.decision else told
