"""Plan invented cases: who came, with what, and what was done about it when.

The same number, seed and instant give the same plan. A plan is what people would have done; it
knows nothing of the database, and whether a step kept its deadline is for the clock to say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from app.demo import phrases
from app.demo.applicants import Applicant, invent
from app.demo.diary import Diary, diary
from app.demo.material import HALLS, PEOPLE
from app.demo.responsibilities import MATTERS
from app.demo.stories import CHANNELS, PANZHUANG, REFUSALS, STORIES
from app.demo.story import Field, Refusal, Story

LIMITS = {"should_be_done": 3, "unlawful": 2, "infeasible": 2}
"""Working days in which a case of this classification should be answered (Linqing's rule)."""

_HALL_SHARES = {"liaocheng": 20, "linqing": 50, "yanggu": 30}
_CHANNEL_SHARES = dict(zip(CHANNELS, (45, 14, 12, 11, 3, 15), strict=True))
_AFTER_HOURS = {"online": 0.3, "mobile": 0.3}
_URGENT = 0.12
_REPLY = ("unlawful", "infeasible")

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


@dataclass(frozen=True)
class _Course:
    """How far cases of one kind have come, and how many in a hundred are of it.

    `when` says how long ago they came in: recent, inside the limit, due today, overdue, ever.
    """

    share: int
    verbs: tuple[str, ...]
    when: str
    late: bool = False


_SENT = ("accept", "dispatch")
_TAKEN = (*_SENT, "sign")
_CLOSED = (*_TAKEN, "answer", "close")

_COURSES = (
    _Course(6, (), "recent"),
    _Course(4, ("accept",), "recent"),
    _Course(4, _SENT, "recent"),
    _Course(1, _SENT, "overdue"),
    _Course(10, _TAKEN, "inside"),
    _Course(4, _TAKEN, "today"),
    _Course(4, _TAKEN, "overdue"),
    _Course(4, ("refuse",), "ever"),
    _Course(6, ("close_on_the_spot",), "ever"),
    _Course(4, (*_TAKEN, "answer"), "recent"),
    _Course(48, _CLOSED, "ever"),
    _Course(5, _CLOSED, "ever", late=True),
)


def plan(
    cases: int, seed: int, now: datetime, workdays: Callable[[date], bool]
) -> Iterator[CasePlan]:
    """Plan this many cases of the 90 days before `now`, oldest first after the Panzhuang story.

    `now` is aware; `workdays` says whether a date is a working day. Raises ValueError when `now`
    has no time zone or no working day is near it.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    if cases < 1:
        return
    rng = Random(seed)
    diaries = {hall.code: diary(hall, now, workdays) for hall in HALLS}
    yield _panzhuang(diaries[PANZHUANG.hall])
    courses = _spread(cases - 1)
    invented = [_case(rng, diaries[_draw(rng, _HALL_SHARES)], course) for course in courses]
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


def _spread(cases: int) -> list[_Course]:
    """Share the cases out over the courses, exactly and not by chance."""
    hundred = [course for course in _COURSES for _ in range(course.share)]
    return [hundred[(2 * case + 1) * len(hundred) // (2 * cases)] for case in range(cases)]


def _case(rng: Random, pages: Diary, course: _Course) -> CasePlan:
    """Invent one case of a hall that went this course."""
    hall, channel = pages.hall, _draw(rng, _CHANNEL_SHARES)
    story, matter = _tale(rng, hall.code, course)
    classification = story.classification if isinstance(story, Story) else None
    limit = LIMITS[classification] if classification else 0
    age, verbs, offsets = _pace(rng, pages, course, limit)
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
            MATTERS[matter].department,
            story,
            course,
            list(zip(verbs, instants, strict=True)),
        ),
    )


def _tale(rng: Random, hall: str, course: _Course) -> tuple[Story | Refusal, str]:
    """Choose a story that this hall has the people for, and one of its matters."""
    staffed = {person.department for person in PEOPLE if person.hall == hall}
    tales: Sequence[Story | Refusal] = REFUSALS if "refuse" in course.verbs else STORIES
    if "close_on_the_spot" in course.verbs:
        tales = [story for story in STORIES if story.on_the_spot]
    choices = [
        (tale, matters)
        for tale in tales
        if (matters := [code for code in tale.matters if MATTERS[code].department in staffed])
    ]
    weights = [tale.weight for tale, _ in choices]
    tale, matters = rng.choices(choices, weights)[0]
    return tale, rng.choice(matters)


def _pace(
    rng: Random, pages: Diary, course: _Course, limit: int
) -> tuple[int, list[str], list[int]]:
    """Draw the age of the registration, the verbs, and working days from there to each verb."""
    answered = limit + rng.randint(1, 5) if course.late else rng.randint(0, limit)
    answered = answered if "answer" in course.verbs else 0
    closed = answered + rng.randint(0, 1) if "close" in course.verbs else answered
    age = _age(rng, pages, course.when, limit, closed)
    room = answered if "answer" in course.verbs else age - pages.first
    verbs, offsets = [], []
    for verb in course.verbs:
        signed = rng.randint(0, min(1, room))
        verbs.append(verb)
        offsets.append({"sign": signed, "answer": answered, "close": closed}.get(verb, 0))
        if verb == "sign":
            notes = sorted(rng.randint(signed, room) for _ in range(rng.randint(0, 2)))
            verbs += ["progress"] * len(notes)
            offsets += notes
    return age, verbs, offsets


def _age(rng: Random, pages: Diary, when: str, limit: int, last: int) -> int:
    """Draw how many working days ago a case came in whose last step was `last` days later."""
    newest = pages.first + last
    return {
        "recent": newest + rng.randint(0, 1),
        "inside": rng.randint(pages.first, max(pages.first, limit - 1)),
        "today": limit,
        "overdue": limit + rng.randint(1, 7),
        "ever": rng.randint(newest, pages.horizon),
    }[when]


def _steps(
    rng: Random,
    hall: str,
    department: str,
    story: Story | Refusal,
    course: _Course,
    timed: Sequence[tuple[str, datetime]],
) -> tuple[Step, ...]:
    """Write down who did what; `answer` becomes resolve or reply."""
    if isinstance(story, Refusal):
        remark = {"reason": story.reason, "remedy": story.remedy}
        return tuple(Step(verb, at, f"clerk.{hall}", remark) for verb, at in timed)
    fields = _fields(rng, department, story, late=course.late)
    answer = "reply" if story.classification in _REPLY else "resolve"
    notes = iter(rng.sample(phrases.PROGRESS, len(phrases.PROGRESS)))
    steps = []
    for name, at in timed:
        verb = answer if name == "answer" else name
        handled = verb in {"sign", "progress", answer}
        actor = f"handler.{hall}.{department}" if handled else f"clerk.{hall}"
        steps.append(
            Step(verb, at, actor, {"note": next(notes)} if verb == "progress" else fields[verb])
        )
    return tuple(steps)


def _fields(
    rng: Random, department: str, story: Story, *, late: bool
) -> dict[str, Mapping[str, Field]]:
    """Fill in what each verb asks for."""
    mood = "late" if late else "reply" if story.classification in _REPLY else "prompt"
    satisfaction = rng.choices((1, 2, 3, 4, 5, None), _SATISFACTION[mood])[0]
    return {
        "accept": {"classification": story.classification},
        "close_on_the_spot": {"classification": story.classification, "result": story.outcome},
        "dispatch": {"department": department, "note": rng.choice(phrases.DISPATCH)},
        "sign": {},
        "resolve": {"result": story.outcome},
        "reply": {"reasons": story.outcome, "legal_basis": story.basis},
        "close": {"satisfaction": satisfaction, "note": phrases.CALLBACK[satisfaction]},
    }


def _draw(rng: Random, shares: Mapping[str, int]) -> str:
    """Draw a key with the chance that its share gives it."""
    return rng.choices(list(shares), list(shares.values()))[0]
