"""What must hold between what was seen before a step and after it: one predicate each."""

from __future__ import annotations

from collections import Counter

from tests.cases.life.law import LAW
from tests.cases.life.looking import moment


def old_events_stay(before, after, _step, _world):
    return after.events[: len(before.events)] == before.events


def verdicts_stay(before, after, _step, _world):
    judged = [row for row in before.clocks if row["verdict"] is not None]
    now = {row["id"]: row for row in after.clocks}
    kept = ("verdict", "met_at", "start", "due_at", "days_late", "due_version", "evidence")
    return all(row[name] == now[row["id"]][name] for row in judged for name in kept)


def decisions_stay(before, after, _step, _world):
    for sooner, later in ((before.extensions, after.extensions), (before.pauses, after.pauses)):
        now = {row["id"]: row for row in later}
        for row in sooner:
            kept = ("state", "days", "decided_by", "decided_at")
            if row["state"] != "asked" and any(row[n] != now[row["id"]][n] for n in kept):
                return False
    return True


def flags_stay(before, after, _step, _world):
    return after.flags[: len(before.flags)] == before.flags


def the_rule_allows_it(_before, after, _step, world):
    for rows, times, days in (
        (after.extensions, "extensions", "extension_days"),
        (after.pauses, "pauses", "pause_days"),
    ):
        used = Counter(row["deadline_id"] for row in rows if row["state"] in ("asked", "granted"))
        rules = {row["id"]: world.rules[row["rule_id"]] for row in after.clocks}
        if any(number > rules[clock][times] for clock, number in used.items()):
            return False
        if any(row["days"] > rules[row["deadline_id"]][days] for row in rows):
            return False
    return True


PASSAGE = (old_events_stay, verdicts_stay, decisions_stay, flags_stay, the_rule_allows_it)
"""What must hold between before and after, whatever happened."""


def the_step_is_in_the_table(before, after, step, _world):
    line = LAW[step.verb]
    return before.status in line.sources and after.status == (line.target or before.status)


def the_mover_was_entitled(before, _after, step, world):
    case, running = before.case[0], before.running()
    parties = {
        "lead": {row["department_id"] for row in running if row["role"] == "lead"},
        "assist": {row["department_id"] for row in running if row["role"] == "assist"},
        "party": {row["department_id"] for row in running},
    }
    above = world.above[case["hall_id"]]
    for role, hall, department in world.held[step.who]:
        for who in LAW[step.verb].who:
            if who in parties and role == "handler" and department in parties[who]:
                return True
            if who == role == "clerk" and hall == case["hall_id"]:
                return True
            if who == role == "supervisor" and hall in above:
                return True
    return False


def the_mover_signs_the_last_event(before, after, step, world):
    if len(after.events) <= len(before.events):
        return False
    last = after.events[-1]
    return (last["actor"], last["actor_id"]) == (world.names[step.who], world.ids[step.who]) and (
        moment(last["at"]) == moment(last["recorded_at"]) == step.at
    )


def what_is_surely_wrong_was_not_taken(_before, _after, step, _world):
    return not step.spoiled


def no_pause_outlives_its_limit(_before, after, step, _world):
    return all(
        row["paused_until"] is None or moment(row["paused_until"]) > step.at for row in after.clocks
    )


def a_changed_status_is_a_new_version(before, after, _step, _world):
    same = before.status == after.status
    return same or after.case[0]["version"] > before.case[0]["version"]


MOVED = (
    the_step_is_in_the_table,
    the_mover_was_entitled,
    the_mover_signs_the_last_event,
    what_is_surely_wrong_was_not_taken,
    no_pause_outlives_its_limit,
    a_changed_status_is_a_new_version,
)
"""What must hold of a move that was made."""


def only_the_clock_ran(before, after, _step, _world):
    named = ("resumed", "warning", "overdue", "escalated")
    fresh = after.events[len(before.events) :]
    alike = ("case", "assignments", "visits", "callbacks", "extensions", "causes")
    return all(row["kind"] in named and row["actor_id"] is None for row in fresh) and all(
        getattr(before, name) == getattr(after, name) for name in alike
    )


HOUSEKEPT = (only_the_clock_ran,)
"""What must hold of flagging, and of a pause that ended by itself."""
