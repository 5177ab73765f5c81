"""Plan invented cases: who came, with what, and what was done about it when.

The same number, seed and instant give the same plan. A plan is what people would have done; it
knows nothing of the database, and whether a step kept its deadline is for the clock to say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from app.demo import phrases
from app.demo.applicants import Applicant, invent
from app.demo.courses import LIMITS, Course, ending, pace, spread
from app.demo.diary import Diary, diary
from app.demo.material import HALLS, PEOPLE
from app.demo.responsibilities import MATTERS
from app.demo.stories import CHANNELS, PANZHUANG, REFUSALS, SITUATIONS, STORIES
from app.demo.story import Field, Refusal, Story

_MENDED = timedelta(days=240)
"""How far back the cases go of what was mended since: half a year before that."""

_HALL_SHARES = {"liaocheng": 20, "linqing": 50, "yanggu": 30}
_CHANNEL_SHARES = dict(zip(CHANNELS, (45, 14, 12, 11, 3, 15), strict=True))
_AFTER_HOURS = {"online": 0.3, "mobile": 0.3}
_URGENT = 0.12
_REPLY = ("unlawful", "infeasible")
_HANDING = {"dispatch", "settle", "reopen"}
_ROLES = {
    **dict.fromkeys(("accept", "close_on_the_spot", "dispatch", "reopen", "archive"), "clerk"),
    **dict.fromkeys(("callback", "no_answer", "explain", "close", "close_unreached"), "clerk"),
    **dict.fromkeys(("settle", "grant_extension", "grant_pause"), "supervisor"),
}
"""Verb → who makes it; the department that has the case makes the others."""

CRITERIA = {situation: f"S{number}" for number, situation in enumerate(SITUATIONS, start=1)}
"""Situation → the criterion by which it is accepted."""

# Satisfaction 1 to 5, then nobody answered, by how the case went.
_SATISFACTION = {
    "prompt": (1, 2, 6, 30, 53, 8),
    "late": (12, 20, 30, 22, 8, 8),
    "reply": (7, 13, 30, 30, 12, 8),
}


@dataclass(frozen=True)
class Step:
    """One verb of the life of a case, by a person at an instant, with its fields."""

    verb: str
    at: datetime
    actor: str
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class CasePlan:
    """A case to be registered by the clerk of its hall, and the steps that follow.

    `classification` is None while nobody has made one; instants are aware, in local time.
    """

    hall: str
    channel: str
    registered_at: datetime
    applicant: Applicant
    matter: str
    situation: str
    visits: int
    description: str
    demand: str
    urgency: str
    classification: str | None
    steps: tuple[Step, ...]


def plan(
    cases: int, seed: int, now: datetime, workdays: Callable[[date], bool]
) -> Iterator[CasePlan]:
    """Plan this many cases of the 90 days before `now`, oldest first after the Panzhuang story.

    Some go back further: what they tell of was mended since, as an improvement item shows.

    `now` is aware; `workdays` says whether a date is a working day. Raises ValueError when `now`
    has no time zone or no working day is near it.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    if cases < 1:
        return
    rng = Random(seed)
    diaries = {hall.code: diary(hall, now, workdays) for hall in HALLS}
    before = {hall.code: diary(hall, now, workdays, _MENDED) for hall in HALLS}
    yield _panzhuang(diaries[PANZHUANG.hall])
    courses = spread(cases - 1)
    invented = []
    for course in courses:
        hall = course.about[0] if course.about else _draw(rng, _HALL_SHARES)
        pages = before if course.when == "mended" else diaries
        invented.append(_case(rng, pages[hall], course))
    yield from sorted(invented, key=lambda case: case.registered_at)


def _panzhuang(pages: Diary) -> CasePlan:
    """Place the story of Panzhuang so that it ended on the last full working day."""
    told = PANZHUANG
    age = pages.first + 1 + told.moments[-1].day
    steps = tuple(
        Step(moment.verb, pages.at(age - moment.day, moment.at), moment.actor, moment.fields)
        for moment in told.moments
    )
    applicant = Applicant(told.applicant, told.name, told.phone, "", told.address)
    return CasePlan(
        told.hall,
        told.channel,
        pages.at(age, told.registered),
        applicant,
        told.matter,
        told.situation,
        told.visits,
        told.description,
        told.demand,
        told.urgency,
        told.classification,
        steps,
    )


def _case(rng: Random, pages: Diary, course: Course) -> CasePlan:
    """Invent one case of a hall that went this course."""
    hall, channel = pages.hall, _draw(rng, _CHANNEL_SHARES)
    story, matter = _tale(rng, hall.code, course)
    classification = story.classification if isinstance(story, Story) else None
    limit = LIMITS[classification] if classification else 0
    satisfaction = _satisfaction(rng, story, course)
    age, verbs, offsets = pace(rng, pages, course, limit, ending(satisfaction))
    registered_at, *instants = pages.times(rng, age, (0, *offsets))
    if rng.random() < _AFTER_HOURS.get(channel, 0):
        registered_at = pages.evening_before(rng, age)
    town = rng.choice(hall.towns)
    visits = rng.randint(3, 6) if story.situation == "repeated_visits" else rng.randint(2, 4)
    slots = {
        "matter": MATTERS[matter].name,
        "town": town,
        "age": rng.randint(66, 88),
        "days": rng.randint(6, 35),
        "visits": visits,
        "message": rng.choice(story.messages),
    }
    return CasePlan(
        hall.code,
        channel,
        registered_at,
        invent(rng, story.applicant, hall, town),
        matter,
        story.situation,
        visits,
        story.description.format_map(slots),
        story.demand,
        "urgent" if rng.random() < _URGENT else "normal",
        classification if course.verbs else None,
        _steps(
            rng,
            hall.code,
            (story, matter),
            course,
            satisfaction,
            list(zip(verbs, instants, strict=True)),
        ),
    )


def _staffed(hall: str) -> set[str]:
    """Return the departments of a hall that have somebody."""
    return {person.department for person in PEOPLE if person.hall == hall and person.department}


def _tale(rng: Random, hall: str, course: Course) -> tuple[Story | Refusal, str]:
    """Choose a story that this hall has the people for, and one of its matters."""
    if course.about is not None:
        _, matter, cause = course.about
        told = (it for it in STORIES if matter in it.matters and it.cause == cause)
        return next(told), matter
    staffed = _staffed(hall)
    tales: Sequence[Story | Refusal] = REFUSALS if "refuse" in course.verbs else STORIES
    if "close_on_the_spot" in course.verbs:
        tales = [story for story in STORIES if story.on_the_spot]
    if course.solved:
        tales = [story for story in STORIES if story.classification not in _REPLY]
    choices = [
        (tale, matters)
        for tale in tales
        if (matters := [code for code in tale.matters if MATTERS[code].department in staffed])
    ]
    weights = [tale.weight for tale, _ in choices]
    tale, matters = rng.choices(choices, weights)[0]
    return tale, rng.choice(matters)


def _satisfaction(rng: Random, story: Story | Refusal, course: Course) -> int | None:
    """Draw what the applicant says in the end; none: nobody answers."""
    if "reopen" in course.verbs:
        return 4
    reply = isinstance(story, Story) and story.classification in _REPLY
    mood = "late" if course.late else "reply" if reply else "prompt"
    return rng.choices((1, 2, 3, 4, 5, None), _SATISFACTION[mood])[0]


def _steps(
    rng: Random,
    hall: str,
    tale: tuple[Story | Refusal, str],
    course: Course,
    satisfaction: int | None,
    timed: Sequence[tuple[str, datetime]],
) -> tuple[Step, ...]:
    """Write down who did what; `answer` becomes resolve or reply."""
    story, matter = tale
    if isinstance(story, Refusal):
        refused = {"reason": story.reason, "remedy": story.remedy, "criterion": story.criterion}
        return tuple(Step(verb, at, f"clerk.{hall}", refused) for verb, at in timed)
    own = MATTERS[matter].department
    others = sorted(_staffed(hall) - {own})
    asked = [*rng.sample(others, course.returns), own]
    answer = "reply" if story.classification in _REPLY else "resolve"
    told = _fields(rng, story, satisfaction)
    progress = iter(rng.sample(phrases.PROGRESS, len(phrases.PROGRESS)))
    department, steps = "", []
    for number, (name, at) in enumerate(timed):
        verb = answer if name == "answer" else name
        fields = dict(told[verb])
        if verb in _HANDING:
            department = own if verb in {"settle", "reopen"} else asked.pop(0)
            fields["department"] = department
        if verb == "progress":
            fields["note"] = next(progress)
        if any(later == "reopen" for later, _ in timed[number:]):
            fields |= phrases.BEFORE_REOPENING.get(verb, {})
        role = _ROLES.get(verb, "handler")
        actor = f"{role}.{hall}.{department}" if role == "handler" else f"{role}.{hall}"
        steps.append(Step(verb, at, actor, fields))
    return tuple(steps)


def _fields(rng: Random, story: Story, satisfaction: int | None) -> dict[str, Mapping[str, Field]]:
    """Fill in what each verb asks for, the department that gets a case aside."""
    said = phrases.CALLBACK[satisfaction]
    return {
        "accept": {"classification": story.classification, "criterion": CRITERIA[story.situation]},
        "close_on_the_spot": {
            "classification": story.classification,
            "result": story.outcome,
            "cause": story.cause,
        },
        "dispatch": {"note": rng.choice(phrases.DISPATCH)},
        "settle": {"note": phrases.SETTLED},
        "reopen": {"note": phrases.REOPENED},
        "resolve": {"result": story.outcome},
        "reply": {"reasons": story.outcome, "legal_basis": story.basis},
        "callback": {"satisfaction": satisfaction, "note": said},
        "no_answer": {"note": phrases.NO_ANSWER},
        "close_unreached": {"note": said, "cause": story.cause},
        "close": {"cause": story.cause},
        "ask_extension": {"days": 3, "note": rng.choice(phrases.EXTENSION)},
        "ask_pause": {"days": 5, "note": rng.choice(phrases.PAUSE)},
        **{verb: {} for verb in ("sign", "progress", "archive")},
        **{
            verb: {**phrases.BESIDE.get(verb, {}), "note": rng.choice(texts)}
            for verb, texts in phrases.NOTES.items()
        },
    }


def _draw(rng: Random, shares: Mapping[str, int]) -> str:
    """Draw a key with the chance that its share gives it."""
    return rng.choices(list(shares), list(shares.values()))[0]
