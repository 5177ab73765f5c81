import unicodedata
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from app.cases.moves import MOVE
from app.demo.applicants import check_character
from app.demo.courses import LIMITS, MENDED
from app.demo.diary import diary
from app.demo.material import DEPARTMENTS, HALLS, PEOPLE
from app.demo.plan import CRITERIA, plan
from app.demo.responsibilities import MATTERS, RESPONSIBILITIES
from app.demo.stories import CHANNELS, CLASSIFICATIONS, PANZHUANG, REFUSALS, SITUATIONS, STORIES
from app.frequent.rules import USUAL_CASES, USUAL_DAYS

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 23, 14, 40, tzinfo=SHANGHAI)
HOLIDAYS = {date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}
MAKE_UP_DAYS = {date(2026, 9, 20), date(2026, 10, 10)}
FIELDS = {
    "accept": {"classification", "criterion"},
    "refuse": {"reason", "remedy", "criterion"},
    "close_on_the_spot": {"classification", "result", "cause"},
    "dispatch": {"department", "note"},
    "sign": set(),
    "contact": {"note"},
    "progress": {"note"},
    "raise": {"note"},
    "instruct": {"note"},
    "plan_visit": {"officer", "place", "visit_at", "note"},
    "sign_assist": set(),
    "report_visit": {"note"},
    "finish_assist": {"note"},
    "return": {"note"},
    "return_again": {"note"},
    "settle": {"department", "note"},
    "ask_extension": {"days", "note"},
    "grant_extension": {"note"},
    "tell_applicant": {"means", "note"},
    "ask_pause": {"days", "note"},
    "grant_pause": {"note"},
    "resume": {"note"},
    "resolve": {"result"},
    "reply": {"reasons", "legal_basis"},
    "callback": {"satisfaction", "note"},
    "no_answer": {"note"},
    "explain": {"note"},
    "close": {"cause"},
    "close_unreached": {"note", "cause"},
    "reopen": {"department", "note"},
    "archive": set(),
}
CLOSINGS = {
    ("callback", "close"),
    ("callback", "explain", "close"),
    ("no_answer", "no_answer", "no_answer", "close_unreached"),
}
INSTANTS = [
    NOW,
    datetime(2026, 9, 23, 8, 0, tzinfo=SHANGHAI),
    datetime(2026, 9, 23, 9, 10, tzinfo=SHANGHAI),
    datetime(2026, 9, 23, 9, 30, tzinfo=SHANGHAI),
    datetime(2026, 9, 23, 17, 30, tzinfo=SHANGHAI),
    datetime(2026, 9, 23, 23, 50, tzinfo=SHANGHAI),
    datetime(2026, 9, 26, 11, 0, tzinfo=SHANGHAI),
    datetime(2026, 10, 5, 11, 0, tzinfo=SHANGHAI),
    datetime(2026, 9, 23, 2, 0, tzinfo=ZoneInfo("UTC")),
]


def is_workday(day):
    return day in MAKE_UP_DAYS or (day.weekday() < 5 and day not in HOLIDAYS)


def planned(cases=200, seed=1, now=NOW):
    return list(plan(cases, seed, now, is_workday))


def verbs(case):
    return [step.verb for step in case.steps if step.verb not in {"progress", "contact"}]


def step_of(case, *names):
    return next((step for step in case.steps if step.verb in names), None)


def workdays_between(start, end):
    """Working days after `start`, up to and including `end`."""
    days = (end.date() - start.date()).days
    return sum(is_workday(start.date() + timedelta(days=n)) for n in range(1, days + 1))


def texts(case):
    yield case.applicant.name
    yield case.applicant.address
    yield case.description
    yield case.demand
    for step in case.steps:
        yield from (value for value in step.fields.values() if isinstance(value, str))


def test_the_same_seed_and_instant_give_the_same_plan():
    assert planned(120, 7) == planned(120, 7)


def test_another_seed_gives_other_cases():
    assert planned(50, 1)[1:] != planned(50, 2)[1:]


@pytest.mark.parametrize("cases", [0, 1, 2, 37, 200])
def test_the_plan_has_as_many_cases_as_were_asked_for(cases):
    assert len(planned(cases)) == cases


def test_a_now_without_a_time_zone_is_an_error():
    with pytest.raises(ValueError, match="time zone"):
        list(plan(3, 1, NOW.replace(tzinfo=None), is_workday))


def test_a_calendar_without_working_days_is_an_error():
    with pytest.raises(ValueError, match="working day"):
        list(plan(3, 1, NOW, lambda _day: False))


def test_cases_come_in_order_after_the_story_of_panzhuang():
    times = [case.registered_at for case in planned()[1:]]
    assert times == sorted(times)


@pytest.mark.parametrize("now", INSTANTS)
def test_steps_follow_each_other_and_none_lies_ahead_of_now(now):
    for case in planned(now=now):
        instants = [case.registered_at, *(step.at for step in case.steps)]
        assert all(earlier < later for earlier, later in pairwise(instants))
        assert instants[-1] <= now
        assert now - instants[0] <= timedelta(days=91) or mended(case, now)


def mended(case, now):
    """Say whether a case tells of what was mended since, and came before that."""
    closed = step_of(case, "close", "close_unreached")
    if closed is None or closed.at >= now - MENDED:
        return False
    return (case.hall, case.matter, closed.fields["cause"]) == ("linqing", "scjg-03", "0104")


@pytest.mark.parametrize("now", INSTANTS)
def test_steps_are_taken_in_the_hours_of_working_days(now):
    halls = {hall.code: hall for hall in HALLS}
    for case in planned(now=now):
        hall = halls[case.hall]
        for step in case.steps:
            local = step.at.astimezone(SHANGHAI)
            assert is_workday(local.date())
            assert hall.opening <= local.time() < hall.closing


def test_most_people_come_while_the_hall_is_open_and_some_write_in_the_evening():
    cases = planned(400)
    away = [case for case in cases if case.registered_at.hour >= 18]
    assert 0 < len(away) < 40
    assert {case.channel for case in away} <= {"online", "mobile"}


@pytest.mark.parametrize("now", INSTANTS)
def test_every_shape_of_a_case_is_there_in_its_share(now):
    found = Counter(told_shortly(case) for case in planned(400, now=now))
    taken = ("accept", "dispatch", "sign")
    longer = ("ask_extension", "grant_extension", "tell_applicant")
    back = ("accept", "dispatch", "return", "dispatch")
    share = {
        (): 6,
        ("accept",): 4,
        ("accept", "dispatch"): 5,
        ("accept", "dispatch", "return"): 1,
        (*back, "return_again"): 1,
        taken: 16,
        (*taken, "ask_extension"): 1,
        (*taken, *longer): 1,
        (*taken, "ask_pause", "grant_pause"): 1,
        ("refuse",): 4,
        ("close_on_the_spot",): 6,
        (*taken, "answer"): 4,
        (*taken, "answer", "closing"): 35,
        (*taken, "answer", "closing", "archive"): 6,
        (*back, "sign", "answer", "closing"): 2,
        (*back, "return_again", "settle", "sign", "answer", "closing"): 2,
        (*taken, *longer, "answer", "closing"): 2,
        (*taken, "ask_pause", "grant_pause", "resume", "answer", "closing"): 1,
        (*taken, "answer", "callback", "reopen", "sign", "answer", "closing"): 2,
    }
    assert sum(share.values()) == 100
    for shape, percent in share.items():
        assert found.pop(shape) == pytest.approx(percent * 4, abs=3), shape
    assert [shape[-1] for shape in found] == ["closing"], "the story of Panzhuang alone"


def told_shortly(case):
    """Return the verbs of a case, an answer of either kind and a closing of any as one."""
    told = ["answer" if verb in {"resolve", "reply"} else verb for verb in verbs(case)]
    for closing in CLOSINGS:
        for start in range(len(told)):
            if tuple(told[start : start + len(closing)]) == closing:
                told[start : start + len(closing)] = ["closing"]
    return tuple(told)


@pytest.mark.parametrize("now", INSTANTS)
def test_what_was_mended_was_told_of_for_half_a_year_before(now):
    told = [case for case in planned(200, now=now) if mended(case, now)]
    ages = [(now - MENDED - case.registered_at) // timedelta(days=30) for case in told]
    assert len(told) >= 16
    assert set(ages) <= set(range(6))
    assert len(set(ages)) >= 5


@pytest.mark.parametrize("now", INSTANTS)
def test_a_problem_comes_back_often_enough_in_each_county(now):
    told = Counter()
    for case in planned(200, now=now):
        closed = step_of(case, "close", "close_unreached", "close_on_the_spot")
        if closed and now - case.registered_at < timedelta(days=USUAL_DAYS):
            told[case.hall, case.matter, closed.fields["cause"]] += 1
    assert told["linqing", "scjg-02", "0301"] >= USUAL_CASES
    assert told["yanggu", "sbk-03", "0703"] >= USUAL_CASES


def test_about_one_case_in_ten_is_late():
    late = 0
    for case in planned(400):
        sent = step_of(case, "dispatch")
        if sent and not step_of(case, "grant_extension", "grant_pause"):
            end = step_of(case, "resolve", "reply")
            spent = workdays_between(sent.at, end.at if end else NOW)
            late += spent > LIMITS[case.classification]
    assert 32 <= late <= 48


def test_some_open_cases_are_due_today():
    due = [
        case
        for case in planned()
        if "sign" in verbs(case)
        and not step_of(case, "resolve", "reply")
        and workdays_between(step_of(case, "dispatch").at, NOW) == LIMITS[case.classification]
    ]
    assert len(due) >= 5


def test_half_of_the_cases_are_of_linqing():
    halls = Counter(case.hall for case in planned(1000))
    assert halls["linqing"] == pytest.approx(500, abs=70)
    assert halls["yanggu"] == pytest.approx(300, abs=70)
    assert halls["liaocheng"] == pytest.approx(200, abs=70)


def test_whoever_acts_exists_and_may_and_acts_for_the_department_that_has_the_case():
    people = {person.username: person for person in PEOPLE}
    for case in planned(400)[1:]:
        holder = None
        for step in case.steps:
            actor, move = people[step.actor], MOVE[step.verb]
            assert actor.hall == case.hall
            assert actor.role in move.roles
            if actor.role == "handler":
                assert actor.department == holder
            holder = step.fields.get("department", holder)


def test_a_case_is_returned_by_others_and_ends_with_the_department_that_owns_it():
    returned = [case for case in planned(400) if "return" in verbs(case)]
    assert returned
    for case in returned:
        own = MATTERS[case.matter].department
        given = [step.fields["department"] for step in case.steps if "department" in step.fields]
        sent_back = sum(verb in {"return", "return_again"} for verb in verbs(case))
        assert own not in given[:sent_back]
        assert given[sent_back:] == ([own] if len(given) > sent_back else [])


def test_a_case_is_accepted_and_refused_by_the_criterion_that_fits():
    reasons = {story.reason: story.criterion for story in REFUSALS}
    for case in planned(400):
        accepted, refused = step_of(case, "accept"), step_of(case, "refuse")
        if accepted:
            assert accepted.fields["criterion"] == CRITERIA[case.situation]
        if refused:
            assert refused.fields["criterion"] == reasons[refused.fields["reason"]]
    assert CRITERIA["not_accepted"] == "S1"
    assert CRITERIA["other"] == "S7"
    assert {story.criterion for story in REFUSALS} == {"B1", "B2", "B3", "B4"}


def test_a_case_goes_to_the_department_that_owns_its_matter():
    departments = {(department.hall, department.code) for department in DEPARTMENTS}
    for case in planned(400):
        sent = step_of(case, "dispatch")
        assert case.matter in MATTERS
        if sent:
            assert (case.hall, sent.fields["department"]) in departments
        if sent and "return" not in verbs(case):
            assert sent.fields["department"] == MATTERS[case.matter].department


def test_every_verb_brings_its_fields():
    seen = set()
    for case in planned(400):
        for step in case.steps:
            assert set(step.fields) - {"assist"} == FIELDS[step.verb]
            seen.add(step.verb)
            assert all(step.fields.values())
            if step.verb == "callback":
                assert step.fields["satisfaction"] in {1, 2, 3, 4, 5}
    assert seen == set(FIELDS)


def test_a_classification_is_there_as_soon_as_someone_made_it():
    for case in planned(400):
        made = step_of(case, "accept", "close_on_the_spot")
        assert case.classification == (made.fields["classification"] if made else None)


def test_only_what_cannot_be_done_is_answered_with_reasons():
    for case in planned(400):
        if step_of(case, "reply"):
            assert case.classification in {"unlawful", "infeasible"}
        if step_of(case, "resolve"):
            assert case.classification == "should_be_done"


def test_words_of_a_case_are_of_the_tables():
    for case in planned(400):
        assert case.channel in CHANNELS
        assert case.situation in SITUATIONS
        assert case.urgency in {"normal", "urgent"}
        assert case.applicant.kind in {"individual", "company"}
    assert {case.channel for case in planned(400)} == set(CHANNELS)
    assert {case.situation for case in planned(400)} == set(SITUATIONS)
    assert {case.classification for case in planned(400)} == {None, *CLASSIFICATIONS}


def test_who_came_several_times_is_counted_so():
    visits = [case.visits for case in planned(400) if case.situation == "repeated_visits"]
    assert visits
    assert min(visits) >= 3


def test_an_identity_number_checks_out_and_can_be_nobodys():
    numbers = [case.applicant.id_number for case in planned(400)]
    given = [number for number in numbers if number]
    assert 80 < len(given) < 320
    for number in given:
        assert len(number) == 18
        assert number[:6] == "371599"
        assert 1900 <= date.fromisoformat(number[6:14]).year <= 1905
        assert number[-1] == check_character(number[:17])


def test_the_check_character_is_that_of_the_standard():
    # The worked examples of GB 11643-1999.
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


def test_telephones_are_of_the_invented_block():
    assert all(case.applicant.phone[:7] == "1390000" for case in planned(200))
    assert all(len(case.applicant.phone) == 11 for case in planned(200))


def test_texts_are_clean_and_of_a_length_that_fits():
    for case in planned(400):
        assert 0 < len(case.applicant.name) <= 64
        assert len(case.applicant.address) <= 128
        assert 40 <= len(case.description) <= 4000
        assert 0 < len(case.demand) <= 1000
        for text in texts(case):
            assert not any(unicodedata.category(letter) == "Cc" for letter in text)
            assert "{" not in text
            assert text == text.strip() != ""


def test_cases_do_not_read_alike():
    cases = planned(200)
    assert len({case.description for case in cases}) > 120
    assert max(Counter(case.applicant.name for case in cases).values()) <= 5


@pytest.mark.parametrize("now", INSTANTS)
def test_the_story_of_panzhuang_comes_first_and_ends_inside_its_clock(now):
    case = planned(5, now=now)[0]
    assert (case.hall, case.matter, case.classification) == ("linqing", "scjg-01", "should_be_done")
    assert "潘庄镇" in case.description
    assert "智能手机" in case.description
    assert verbs(case) == [
        *("accept", "dispatch", "sign", "raise", "instruct", "plan_visit", "sign_assist"),
        *("report_visit", "finish_assist", "resolve", "callback", "close"),
    ]
    assert step_of(case, "dispatch").fields["assist"] == "syk"
    sent, resolved, closed = (step_of(case, verb) for verb in ("dispatch", "resolve", "close"))
    assert workdays_between(sent.at, resolved.at) <= 3
    assert workdays_between(sent.at, closed.at) <= 3
    assert step_of(case, "callback").fields["satisfaction"] == 5


def test_the_story_of_panzhuang_is_of_the_week_before_now():
    case = planned(1)[0]
    assert NOW - case.registered_at < timedelta(days=7)
    assert [step.fields for step in case.steps] == [m.fields for m in PANZHUANG.moments]


def test_people_and_departments_are_named_once():
    names = [person.username for person in PEOPLE]
    assert len(names) == len(set(names))
    assert {
        "admin",
        "clerk.linqing",
        "handler.linqing.scjg",
        "handler.linqing.syk",
        "supervisor.linqing",
        "supervisor.liaocheng",
        "inspector.liaocheng",
        "clerk.yanggu",
    } <= set(names)
    keys = [(department.hall, department.code) for department in DEPARTMENTS]
    titles = [(department.hall, department.name) for department in DEPARTMENTS]
    assert len(set(keys)) == len(set(titles)) == len(keys)
    assert set(Counter(hall for hall, _ in keys).values()) == {12}
    phones = [department.phone for department in DEPARTMENTS]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("0635-555") and len(phone) == 12 for phone in phones)


def test_people_belong_to_halls_and_departments_that_exist():
    halls = {hall.code for hall in HALLS}
    departments = {(department.hall, department.code) for department in DEPARTMENTS}
    for person in PEOPLE:
        assert (person.hall in halls) == (person.role != "admin")
        assert (person.role == "handler") == (person.department is not None)
        if person.department:
            assert (person.hall, person.department) in departments


def test_counties_lie_below_the_city():
    assert {hall.code: hall.parent for hall in HALLS} == {
        "liaocheng": None,
        "linqing": "liaocheng",
        "yanggu": "liaocheng",
    }


def test_every_hall_has_the_department_of_every_matter():
    departments = {(department.hall, department.code) for department in DEPARTMENTS}
    assert len(MATTERS) == len(RESPONSIBILITIES) >= 40
    for matter in RESPONSIBILITIES:
        assert all((hall.code, matter.department) in departments for hall in HALLS)
        assert matter.legal_basis.startswith("《")
        assert matter.duty.endswith("。")


def test_there_are_stories_enough_for_every_matter_and_situation():
    assert len(STORIES) >= 45
    assert {code for story in STORIES for code in story.matters} == set(MATTERS)
    assert {story.situation for story in STORIES} == set(SITUATIONS)


@pytest.mark.parametrize("story", [*STORIES, *REFUSALS])
def test_a_story_is_whole(story):
    slots = {name for _, name, _, _ in Formatter().parse(story.description) if name}
    assert slots <= {"matter", "town", "age", "days", "visits", "message"}
    assert set(story.matters) <= set(MATTERS)
    assert story.situation in SITUATIONS
    assert 2 <= story.description.count("。") <= 5


@pytest.mark.parametrize("story", STORIES)
def test_a_story_gives_a_legal_basis_exactly_where_it_says_no(story):
    assert bool(story.basis) == (story.classification != "should_be_done")
    assert not (story.on_the_spot and story.classification != "should_be_done")


def test_a_diary_after_closing_looks_to_the_next_working_day():
    # The 24th is the last day before the Mid-Autumn holiday and the weekend.
    pages = diary(HALLS[1], datetime(2026, 9, 24, 17, 30, tzinfo=SHANGHAI), is_workday)
    assert pages.days[:3] == (date(2026, 9, 28), date(2026, 9, 24), date(2026, 9, 23))
    assert pages.first == 1
    assert all(map(is_workday, pages.days))
