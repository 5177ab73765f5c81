"""Move the clock of a case: extension, pause, reclassification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.effects.clocks import finish, refresh, told_of
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.deadlines import adjustment
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.operations import replace, start_clock, start_telling
from app.deadlines.queries import hours_of, rule_for
from app.deadlines.rules import Classification, ClockKind

if TYPE_CHECKING:
    from app.cases.models import Case
    from app.cases.standing import Standing


def _ask_extension(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    return _ask(Extension, filled, met)


def _ask_pause(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    return _ask(Pause, filled, met)


def _ask(kind: type[adjustment.Request], filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    clock: Any = met.clock
    adjustment.ask(clock, kind, filled["days"], filled["note"], actor=met.actor, now=met.now)
    return {"days": filled["days"], "reason": filled["note"]}


def _grant_extension(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    clock, request = _asked(met, met.extension)
    old = clock.due_at
    adjustment.grant_extension(
        clock, request, days=filled["days"], note=filled["note"], actor=met.actor, now=met.now
    )
    begun = []
    if met.open_clock(ClockKind.TELLING) is None:  # one that runs still is of the first due time
        begun = [told_of(start_telling(clock, case, old_due=old, now=met.now))]
    refresh(case)
    return {"days": request.days, **_due(clock, old), "note": filled["note"], "clocks": begun}


def _decline_extension(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    return _decline(met.extension, filled, met)


def _decline_pause(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    return _decline(met.pause, filled, met)


def _decline(
    request: adjustment.Request | None, filled: dict[str, Any], met: Standing
) -> dict[str, Any]:
    _, asked = _asked(met, request)
    adjustment.decide(asked, granted=False, note=filled["note"], actor=met.actor, now=met.now)
    return {"note": filled["note"]}


def _tell_applicant(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    told = {"note": filled["note"], "means": filled["means"]}
    return {**told, **finish(met, ClockKind.TELLING)}


def _grant_pause(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    clock, request = _asked(met, met.pause)
    old = clock.due_at
    adjustment.grant_pause(
        clock, request, days=filled["days"], note=filled["note"], actor=met.actor, now=met.now
    )
    refresh(case)
    return {
        "days": request.days,
        "until": request.until.isoformat(),
        **_due(clock, old),
        "note": filled["note"],
    }


def _resume(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    clock: Any = met.clock
    old = clock.due_at
    pause = adjustment.resume(clock, by=met.actor.name, at=met.now, now=met.now)
    refresh(case)
    return {**told_of_pause(clock, pause), **_due(clock, old), "note": filled["note"]}


def told_of_pause(clock: Any, pause: Pause) -> dict[str, Any]:
    """Tell of a pause that ended: since when, and the working time that it kept."""
    began: Any = pause.began_at
    return {"began": began.isoformat(), "seconds": clock.evidence["pauses"][-1]["seconds"]}


def _reclassify(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    wanted, before = Classification(filled["classification"]), case.classification
    if wanted is before:
        raise InvalidInputError({"classification": gettext("分类没有变化")})
    case.classification = wanted
    told: dict[str, Any] = {
        "classification": wanted.value,
        "before": before.value if before else None,
        "note": filled["note"],
    }
    old = met.clock
    if old is None or _same_rule(case, old, met):
        return told
    adjustment.withdraw(old)
    if (telling := met.open_clock(ClockKind.TELLING)) is not None:
        replace(telling, now=met.now)
    told["verdict"] = replace(old, now=met.now).value
    db.session.flush()
    fresh = start_clock(case, now=met.now, event="reclassified", previous=old)
    refresh(case)
    return {**told, "clocks": [told_of(fresh)]}


def _same_rule(case: Case, old: Any, met: Standing) -> bool:
    """Say whether the new class runs on the very clock that runs already."""
    wanted: Any = case.classification
    day = hours_of(case.hall).local(met.now).date()
    rule = rule_for(case.hall_id, wanted.clock, wanted, day)
    return rule is not None and rule.id == old.rule_id


def _asked(met: Standing, request: Any) -> tuple[Any, Any]:
    """Return the running clock and what was asked about it; the guard has seen that both are."""
    return met.clock, request


def _due(clock: Any, old: Any) -> dict[str, str]:
    return {"old_due": old.isoformat(), "new_due": clock.due_at.isoformat()}


EFFECTS = {
    "ask_extension": _ask_extension,
    "grant_extension": _grant_extension,
    "decline_extension": _decline_extension,
    "tell_applicant": _tell_applicant,
    "ask_pause": _ask_pause,
    "grant_pause": _grant_pause,
    "decline_pause": _decline_pause,
    "resume": _resume,
    "reclassify": _reclassify,
}
