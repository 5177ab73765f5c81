"""What must hold of a case at any time: one predicate each, given what is seen of the case."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

from tests.cases.life.looking import facts, moment

MAIN = ("resolve", "reply")
ANSWERED = ("resolved", "replied", "called_back", "closed")
UNDISPATCHED = ("registered", "accepted", "refused", "merged")
GIVEN_BACK = ("returned", "disputed")


def one_running_lead(seen):
    return len(seen.running("lead")) <= 1


def a_department_runs_once(seen):
    most = Counter(row["department_id"] for row in seen.running()).most_common(1)
    return not most or most[0][1] == 1


def with_a_department_it_has_its_lead_and_its_clock(seen):
    if seen.status not in ("dispatched", "signed"):
        return True
    lead = seen.case[0]["lead_department_id"]
    leads = [row["department_id"] for row in seen.running("lead")]
    return lead is not None and leads == [lead] and seen.main is not None and seen.main["current"]


def signed_by_its_lead(seen):
    signed = [row["signed_at"] is not None for row in seen.running("lead")]
    return {"dispatched": [False], "signed": [True]}.get(seen.status, []) == signed


def given_back_it_has_no_lead_but_its_clock(seen):
    if seen.status not in GIVEN_BACK:
        return True
    unled = seen.case[0]["lead_department_id"] is None and not seen.running("lead")
    return unled and seen.main is not None and seen.main["current"]


def no_clock_before_it_is_dispatched(seen):
    return seen.status not in UNDISPATCHED or not (seen.clocks or seen.assignments)


def answered_it_has_an_outcome_and_no_main_clock(seen):
    if seen.status not in ANSWERED:
        return True
    case = seen.case[0]
    told = case["reasons"] if case["outcome"] == "replied" else case["result"]
    return bool(case["outcome"] and case["finished_at"] and told) and seen.main is None


def unanswered_it_has_no_outcome(seen):
    if seen.status in (*ANSWERED, "archived"):
        return True
    case = seen.case[0]
    return case["outcome"] is None and case["finished_at"] is None and case["closed_at"] is None


def ended_nobody_works_on_it(seen):
    if seen.status not in (*ANSWERED, "archived", "refused", "merged"):
        return True
    return not seen.running() and seen.main is None


def closed_it_says_when(seen):
    case = seen.case[0]
    if seen.status == "closed":
        return case["closed_at"] is not None
    if seen.status == "archived":
        return case["archived_at"] is not None
    return case["archived_at"] is None


def what_should_be_done_is_not_answered_with_reasons(seen):
    case = seen.case[0]
    return case["outcome"] != "replied" or case["classification"] != "should_be_done"


def closed_it_has_a_cause(seen):
    return seen.status != "closed" or any(row["current"] for row in seen.causes)


def refused_it_says_why_and_what_next(seen):
    case = seen.case[0]
    return seen.status != "refused" or bool(case["refusal_reason"] and case["remedy"])


def merged_into_another(seen):
    case = seen.case[0]
    return seen.status != "merged" or case["merged_into_id"] not in (None, case["id"])


def dissatisfied_and_closed_it_was_explained(seen):
    case = seen.case[0]
    unhappy = seen.status == "closed" and case["satisfaction"] in ("1", "2")
    return not unhappy or bool(case["explanation"])


def one_open_clock_of_a_kind(seen):
    kinds = [row["kind"] for row in seen.open_clocks()]
    return len(kinds) == len(set(kinds)) and sum(kind in MAIN for kind in kinds) <= 1


def one_current_clock(seen):
    current = [row for row in seen.clocks if row["current"]]
    return len(current) == bool(seen.clocks) and all(row["kind"] in MAIN for row in current)


def main_clocks_follow_each_other(seen):
    mains = [row for row in seen.clocks if row["kind"] in MAIN]
    return all(later["previous_id"] == sooner["id"] for sooner, later in pairwise(mains)) and all(
        moment(sooner["met_at"]) <= moment(later["start"]) for sooner, later in pairwise(mains)
    )


def clocks_beside_run_in_their_states_alone(seen):
    states = {
        "sign": ("dispatched",),
        "contact": ("dispatched", "signed", *GIVEN_BACK),
        "telling": ("signed",),
        "callback": ("resolved", "replied"),
    }
    return all(
        seen.status in states[row["kind"]] for row in seen.open_clocks() if row["kind"] in states
    )


def dispatched_it_waits_for_a_signature(seen):
    return seen.status != "dispatched" or len(seen.open_clocks("sign")) == 1


def stages_come_in_order(seen):
    return all(
        moment(row["start"]) < moment(row["due_at"]) < moment(row["escalate_at"])
        and moment(row["start"]) <= moment(row["warn_at"]) <= moment(row["due_at"])
        for row in seen.clocks
    )


def judged_when_met(seen):
    for row in seen.clocks:
        met, late = row["met_at"], row["verdict"] == "breached"
        if (met is None) != (row["verdict"] is None) or (row["days_late"] is not None) != late:
            return False
        if met is not None and late != (moment(met) > moment(row["due_at"])):
            return False
    return True


def pauses_lie_apart(seen):
    spans = [
        (row["deadline_id"], moment(row["began_at"]), moment(row["ended_at"] or row["until"]))
        for row in seen.pauses
        if row["state"] == "granted"
    ]
    return all(
        one[0] != other[0] or one[2] <= other[1] or other[2] <= one[1]
        for one, other in combinations(spans, 2)
    )


def paused_only_while_signed(seen):
    paused = [row for row in seen.clocks if row["paused_at"] is not None]
    return not paused or (seen.status == "signed" and paused == [seen.main])


def a_paused_clock_has_its_open_pause(seen):
    told = [
        (row["deadline_id"], row["began_at"], row["until"])
        for row in seen.pauses
        if row["state"] == "granted" and row["ended_at"] is None
    ]
    kept = [
        (row["id"], row["paused_at"], row["paused_until"])
        for row in seen.clocks
        if row["paused_at"] is not None
    ]
    return told == kept


def requests_wait_only_while_signed(seen):
    waiting = [row for row in (*seen.extensions, *seen.pauses) if row["state"] == "asked"]
    mine = [seen.main["id"]] if seen.main else []
    return not waiting or (
        seen.status == "signed" and [row["deadline_id"] for row in waiting] == mine
    )


def nobody_paused_asks(seen):
    paused = any(row["paused_at"] is not None for row in seen.clocks)
    return not paused or all(row["state"] != "asked" for row in (*seen.extensions, *seen.pauses))


def an_extension_moves_the_due_time_on(seen):
    return all(
        moment(row["old_due"]) < moment(row["new_due"])
        for row in seen.extensions
        if row["state"] == "granted"
    )


def flags_are_single_and_told_once(seen):
    flagged = Counter((row["deadline_id"], row["stage"], row["due_version"]) for row in seen.flags)
    told = Counter(
        (told["deadline_id"], row["kind"], told["due_version"])
        for row in seen.events
        if row["kind"] in ("warning", "overdue", "escalated")
        for told in [facts(row["payload"])]
    )
    return flagged == told and all(number == 1 for number in flagged.values())


def met_late_it_was_flagged(seen):
    flagged = {(row["deadline_id"], row["due_version"], row["stage"]) for row in seen.flags}
    return all(
        (row["id"], row["due_version"], "overdue") in flagged
        for row in seen.clocks
        if row["verdict"] == "breached"
    )


def the_timeline_begins_with_the_intake(seen):
    return seen.events[0]["kind"] == "registered"


def the_timeline_is_written_in_order(seen):
    return all(
        moment(sooner["recorded_at"]) <= moment(later["recorded_at"])
        for sooner, later in pairwise(seen.events)
    ) and all(moment(row["at"]) <= moment(row["recorded_at"]) for row in seen.events)


def marked_wrong_by_the_last_appeal_that_was_upheld(seen):
    wrong = [moment(row["wrong_at"]) for row in seen.appeals if row["wrong_at"]]
    founded = sum(row["outcome"] in ("upheld", "partly") for row in seen.appeals)
    marked, case = moment(seen.case[0]["overturned_at"]), seen.case[0]
    told = sum(row["kind"] == "overturned" for row in seen.events)
    reopened = not wrong or case["reopened_at"] is not None
    return marked == max(wrong, default=None) and reopened and len(wrong) == founded == told


STATE = (
    one_running_lead,
    a_department_runs_once,
    with_a_department_it_has_its_lead_and_its_clock,
    signed_by_its_lead,
    given_back_it_has_no_lead_but_its_clock,
    no_clock_before_it_is_dispatched,
    answered_it_has_an_outcome_and_no_main_clock,
    unanswered_it_has_no_outcome,
    ended_nobody_works_on_it,
    closed_it_says_when,
    what_should_be_done_is_not_answered_with_reasons,
    closed_it_has_a_cause,
    refused_it_says_why_and_what_next,
    merged_into_another,
    dissatisfied_and_closed_it_was_explained,
    one_open_clock_of_a_kind,
    one_current_clock,
    main_clocks_follow_each_other,
    clocks_beside_run_in_their_states_alone,
    dispatched_it_waits_for_a_signature,
    stages_come_in_order,
    judged_when_met,
    pauses_lie_apart,
    paused_only_while_signed,
    a_paused_clock_has_its_open_pause,
    requests_wait_only_while_signed,
    nobody_paused_asks,
    an_extension_moves_the_due_time_on,
    flags_are_single_and_told_once,
    met_late_it_was_flagged,
    the_timeline_begins_with_the_intake,
    the_timeline_is_written_in_order,
    marked_wrong_by_the_last_appeal_that_was_upheld,
)
"""What must hold of a case at any time."""
