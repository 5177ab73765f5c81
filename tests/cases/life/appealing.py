"""Appeals in a walk: sought, and decided by somebody who had no part in deciding the case."""

from __future__ import annotations

from app.appeals import operations
from app.appeals.models import Appeal
from app.appeals.rules import AppealOutcome
from app.core import scope
from app.core.db import db
from app.rulebook.rules import RemedyKind
from tests.cases.life.looking import moment
from tests.cases.life.stepping import local

SEEK, DECIDE = "seek", "decide"

DECIDES = (
    *("refused", "closed_on_the_spot", "resolved", "replied", "settled", "instructed"),
    *("explained", "reclassified", "extension_granted", "extension_declined"),
    *("pause_granted", "pause_declined"),
)
"""The events that decide a case or rule on it."""

UPHELD = ("upheld", "partly")
OUTCOMES = ("upheld", "upheld", "partly", "rejected", "withdrawn")


def deciders(seen, apart_from=0):
    """Return the numbers of those who decided a case, or a complaint about it."""
    return {row["actor_id"] for row in seen.events if row["kind"] in DECIDES} | {
        row["concluded_by_id"]
        for row in seen.appeals
        if row["id"] != apart_from
        and row["kind"] == "complaint"
        and row["outcome"] in (*UPHELD, "rejected")
    }


def waiting(seen):
    """Return the appeal that has no outcome yet, or None."""
    return next((row for row in seen.appeals if row["outcome"] is None), None)


def decided_at(seen):
    """Return when what stands was told: a result, a reply or a refusal; None where nothing does."""
    case = seen.case[0]
    if case["outcome"] is not None:
        return moment(case["finished_at"])
    if seen.status in ("refused", "archived") and case["refusal_reason"]:
        return max(moment(row["at"]) for row in seen.events if row["kind"] == "refused")
    return None


def verb_of(seen, appeal):
    """Return what an appeal does once it is upheld."""
    if decided_at(seen) != moment(appeal["told_at"]):
        return "mark_wrong"
    return "overturn" if seen.case[0]["outcome"] else "overturn_refusal"


def comes_to_mind(seen):
    """Return what may be done about appeals now, or an empty string."""
    if waiting(seen):
        return DECIDE
    at = decided_at(seen)
    sought = any(moment(row["told_at"]) == at for row in seen.appeals)
    return SEEK if at is not None and not sought else ""


def chosen(chooser, seen, at, verb):
    """Return who does it, and what is filled in; now and then somebody who may not."""
    dice, world, window = chooser.dice, chooser.world, chooser.window
    wild = dice.random() < chooser.wild
    if verb == DECIDE:
        row = waiting(seen)
        names = {number: name for name, number in world.ids.items()}
        who = dice.choice([*world.people]) if wild else names[row["handler_id"]]
        filled = chooser.usual("dispatch", seen, at).filled
        return who, {
            "appeal": row["id"],
            "outcome": "upheld" if row["accepted_on"] is None else dice.choice(OUTCOMES),
            "lead_department": filled["lead_department"],
        }
    above = [f"supervisor.{window}", "supervisor.liaocheng"]
    clerks = [name for name in world.people if name.startswith(f"clerk.{window}")]
    out = set() if wild else deciders(seen)
    handler = dice.choice([it for it in clerks if world.ids[it] not in out] or above)
    boss = dice.choice([it for it in above if world.ids[it] not in out] or above)
    answered = seen.case[0]["outcome"] == "replied"
    kind = dice.choice(("complaint", "reconsideration")) if answered else "complaint"
    return boss, {"kind": kind, "handler": handler}


def sought(case, world, window, step):
    """Register an appeal as the window does, give it to its handler and take it on."""
    today, filled = local(step.at).date(), step.filled
    clerk, boss, handler = (
        world.people[name] for name in (f"clerk.{window}", step.who, filled["handler"])
    )
    with scope.working_for(clerk):
        row = operations.register(
            case, RemedyKind(filled["kind"]), filed_on=today, grounds="不服，请求重新核实",
            actor=clerk, now=step.at,
        )  # fmt: skip
    with scope.working_for(boss):
        operations.assign(row, world.staff[filled["handler"]], actor=boss, now=step.at)
    if row.accepted_on is None:
        with scope.working_for(handler):
            operations.accept(row, today, simplified=False, actor=handler, now=step.at)


def decided(world, step):
    """Record the outcome of an appeal."""
    row, actor = db.session.get_one(Appeal, step.filled["appeal"]), world.people[step.who]
    told = {
        "decided_on": local(step.at).date(), "decided_by": "督查室",
        "document": "复决〔2026〕1 号", "findings": "原答复依据有误",
        "lead_department": step.filled["lead_department"],
    }  # fmt: skip
    with scope.working_for(actor):
        operations.decide(
            row, AppealOutcome(step.filled["outcome"]), told, actor=actor, now=step.at
        )
