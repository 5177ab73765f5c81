"""What must hold between what was seen before a step and after it: one predicate each."""

from __future__ import annotations

from collections import Counter

from tests.cases.life.appealing import DECIDE, UPHELD, deciders, verb_of, waiting
from tests.cases.life.law import LAW, ON_APPEAL
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


def _founded(step):
    return step.verb == DECIDE and step.filled["outcome"] in UPHELD


def an_upheld_appeal_does_what_the_table_says(before, after, step, _world):
    if not _founded(step):
        return True
    verb = verb_of(before, waiting(before))
    line, fresh = ON_APPEAL[verb], after.events[len(before.events) :]
    told = [row["kind"] for row in fresh if row["kind"] in ("overturned", "appeal_decided")]
    return (
        before.status in line.sources
        and after.status == (line.target or before.status)
        and told == ["overturned", "appeal_decided"]
        and moment(after.case[0]["overturned_at"]) == step.at
    )


def what_was_answered_wrongly_begins_anew(before, after, step, _world):
    if not _founded(step) or verb_of(before, waiting(before)) != "overturn":
        return True
    case, old = after.case[0], [row["id"] for row in before.clocks if row["current"]]
    return (
        case["lead_department_id"] == step.filled["lead_department"].id
        and case["outcome"] is None
        and case["archived_at"] is None
        and moment(after.main["start"]) == step.at
        and [after.main["previous_id"]] == old
    )


def any_other_step_of_an_appeal_leaves_the_case(before, after, step, _world):
    alike = ("case", "assignments", "clocks", "visits", "callbacks", "causes", "pauses", "flags")
    if _founded(step):
        marked = verb_of(before, waiting(before)) == "mark_wrong"
        alike = ("assignments", "visits", "callbacks", "causes") if marked else ("causes",)
    return all(getattr(before, name) == getattr(after, name) for name in alike)


def whoever_decided_the_case_has_no_part_in_it(before, after, step, world):
    row = after.appeals[-1] if step.verb != DECIDE else waiting(before)
    people = {world.ids[step.who], row["handler_id"], row["assigned_by_id"]}
    taking = {world.ids[step.who]} if step.verb == DECIDE else people
    own = step.verb != DECIDE or world.ids[step.who] == row["handler_id"]
    return own and not taking & deciders(before, row["id"])


APPEALED = (
    an_upheld_appeal_does_what_the_table_says,
    what_was_answered_wrongly_begins_anew,
    any_other_step_of_an_appeal_leaves_the_case,
    whoever_decided_the_case_has_no_part_in_it,
)
"""What must hold of a step of an appeal."""


def only_due_times_moved(before, after, _step, _world):
    fresh = after.events[len(before.events) :]
    alike = ("case", "assignments", "visits", "callbacks", "extensions", "pauses", "causes")
    of_appeals = ("appeal_recomputed", "appeal_warning", "appeal_overdue")
    named = ("recomputed", "warning", "overdue", "escalated", *of_appeals)
    return all(row["kind"] in named for row in fresh) and all(
        getattr(before, name) == getattr(after, name) for name in alike
    )


CORRECTED = (only_due_times_moved,)
"""What must hold of a correction of the calendar."""

BY_KIND = {"move": MOVED, "appeal": APPEALED, "correct": CORRECTED}
"""Kind of a step → what must hold of it; of any other, `HOUSEKEPT`."""
