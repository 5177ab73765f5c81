"""How far invented cases have come, how many of each kind there are, and when their steps fall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from app.demo.diary import Diary

LIMITS = {"should_be_done": 3, "unlawful": 2, "infeasible": 2}
"""Working days in which a case of this classification should be answered (Linqing's rule)."""

MENDED = timedelta(days=62)
"""How long ago the improvement item was completed of which the effect is shown."""

_SAME_DAY = 0.85
"""How often a department signs on the day of the dispatch, so that it calls that day too."""


@dataclass(frozen=True)
class Course:
    """How far cases of one kind have come, and how many in a hundred are of it.

    `when` says how long ago they came in: recent, inside the limit, due today, overdue, ever, or
    before what they tell of was mended.
    `days` are the working days from the registration to each verb, where they are not drawn.
    "answer" stands for resolve or reply, "close" for what leads from the callback to the end.
    `about` is the hall, matter and cause of what comes back so often that it is a frequent problem;
    of others all three are drawn.
    """

    share: int
    verbs: tuple[str, ...]
    when: str
    late: bool = False
    days: tuple[int, ...] = ()
    about: tuple[str, str, str] | None = None

    @property
    def solved(self) -> bool:
        """Whether only a matter that can be done takes this course."""
        return "reopen" in self.verbs

    @property
    def returns(self) -> int:
        """How many departments say that it is not theirs."""
        return sum(verb in {"return", "return_again"} for verb in self.verbs)


_SENT = ("accept", "dispatch")
_TAKEN = (*_SENT, "sign", "contact")
_CLOSED = (*_TAKEN, "answer", "close")
_RETURNED = (*_SENT, "return")
_DISPUTED = (*_RETURNED, "dispatch", "return_again")
_LONGER = ("ask_extension", "grant_extension", "tell_applicant")
_STOPPED = ("ask_pause", "grant_pause")

COURSES = (
    Course(6, (), "recent"),
    Course(4, ("accept",), "recent"),
    Course(4, _SENT, "recent"),
    Course(1, _SENT, "overdue"),
    Course(1, _RETURNED, "recent", days=(0,) * 3),
    Course(1, _DISPUTED, "recent", days=(0,) * 5),
    Course(8, _TAKEN, "inside"),
    Course(4, _TAKEN, "today"),
    Course(4, _TAKEN, "overdue"),
    Course(1, (*_TAKEN, "ask_extension"), "inside", days=(0,) * 5),
    Course(1, (*_TAKEN, *_LONGER), "inside", days=(0,) * 7),
    Course(1, (*_TAKEN, *_STOPPED), "recent", days=(0,) * 6),
    Course(4, ("refuse",), "ever"),
    Course(6, ("close_on_the_spot",), "ever"),
    Course(4, (*_TAKEN, "answer"), "recent"),
    Course(14, _CLOSED, "ever"),
    Course(8, _CLOSED, "mended", about=("linqing", "scjg-03", "0104")),
    Course(4, _CLOSED, "ever", about=("linqing", "scjg-02", "0301")),
    Course(4, _CLOSED, "ever", about=("yanggu", "sbk-03", "0703")),
    Course(5, _CLOSED, "ever", late=True),
    Course(6, (*_CLOSED, "archive"), "ever"),
    Course(2, (*_RETURNED, *_CLOSED[1:]), "ever", days=(0, 0, 0, 0, 0, 0, 2, 2)),
    Course(2, (*_DISPUTED, "settle", *_CLOSED[2:]), "ever", days=(0,) * 8 + (2, 2)),
    Course(2, (*_TAKEN, *_LONGER, "answer", "close"), "ever", days=(0, 0, 0, 0, 1, 1, 1, 4, 4)),
    Course(1, (*_TAKEN, *_STOPPED, "resume", "answer", "close"), "ever",
           days=(0, 0, 0, 0, 1, 1, 3, 4, 4)),
    Course(2, (*_TAKEN, "answer", "callback", "reopen", *_CLOSED[2:]), "ever",
           days=(0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2)),
)  # fmt: skip


def spread(cases: int) -> list[Course]:
    """Share the cases out over the courses, exactly and not by chance."""
    hundred = [course for course in COURSES for _ in range(course.share)]
    return [hundred[(2 * case + 1) * len(hundred) // (2 * cases)] for case in range(cases)]


def ending(satisfaction: int | None) -> tuple[str, ...]:
    """Return the verbs that close a case after such a callback; none: nobody answered."""
    if satisfaction is None:
        return ("no_answer", "no_answer", "no_answer", "close_unreached")
    return ("callback", "explain", "close") if satisfaction < 3 else ("callback", "close")  # noqa: PLR2004 - dissatisfied


def pace(
    rng: Random, pages: Diary, course: Course, limit: int, last: tuple[str, ...]
) -> tuple[int, list[str], list[int]]:
    """Draw the age of the registration, the verbs, and working days from there to each verb.

    `last` are the verbs that close the case.
    """
    answered = limit + rng.randint(1, 5) if course.late else rng.randint(0, limit)
    answered = answered if "answer" in course.verbs else 0
    closed = answered + rng.randint(0, 1) if "close" in course.verbs else answered
    end = {"answer": answered, "close": closed, "archive": closed + rng.randint(1, 5)}
    latest = max((*course.days, *(end.get(verb, 0) for verb in course.verbs if not course.days), 0))
    age = _age(rng, pages, course.when, limit, latest)
    room = answered if "answer" in course.verbs else age - pages.first
    signed = int(rng.random() > _SAME_DAY and room > 0)
    verbs: list[str] = []
    offsets: list[int] = []
    for number, verb in enumerate(course.verbs):
        drawn = {"sign": signed, "contact": signed, **end}.get(verb, 0)
        offset = course.days[number] if course.days else drawn
        meant = last if verb == "close" else (verb,)
        verbs += meant
        offsets += [offset] * len(meant)
        if verb == "contact" and not course.days:
            notes = sorted(rng.randint(signed, room) for _ in range(rng.randint(0, 2)))
            verbs += ["progress"] * len(notes)
            offsets += notes
    return age, verbs, offsets


def _age(rng: Random, pages: Diary, when: str, limit: int, last: int) -> int:
    """Draw how many working days ago a case came in whose last step was `last` days later."""
    newest = pages.first + last
    if when == "mended":
        return rng.randint(pages.age_of(MENDED) + last, pages.horizon)
    return {
        "recent": newest + rng.randint(0, 1),
        "inside": rng.randint(pages.first, max(pages.first, limit - 1)),
        "today": limit,
        "overdue": limit + rng.randint(1, 7),
        "ever": rng.randint(newest, pages.horizon),
    }[when]
