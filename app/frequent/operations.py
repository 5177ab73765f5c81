"""Find the frequent problems of a night, and decide about one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.articles import operations as articles
from app.articles.models import LONGEST_QUESTION, MAX_TEXT, Article
from app.cases.models import Case
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.departments.models import Hall
from app.departments.queries import halls_below
from app.frequent.models import PROBLEM_CASE, FrequencyRule, FrequentProblem
from app.frequent.queries import done_at, groups, improving, returned, rule_for
from app.frequent.rules import USUAL_CASES, USUAL_DAYS, Decision
from app.improvements import operations as improvements

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person
    from app.frequent.queries import Group
    from app.improvements.models import Improvement

DECIDERS = ("supervisor",)


def seed() -> None:
    """Give an empty database the general setting; repeatable."""
    if db.session.scalar(select(FrequencyRule.id).limit(1)) is None:
        db.session.add(FrequencyRule(cases=USUAL_CASES, days=USUAL_DAYS, active=True))
        db.session.flush()


def find(hall: Hall, *, now: datetime) -> int:
    """Write down the problems of a hall that are frequent now; return how many are new.

    One that is open already gets the cases that came to it. One that was decided is proposed again
    only by cases that were registered since; what is being improved is not proposed meanwhile.
    Who looks at the same hall at the same time waits for the lock on it.
    """
    rule = rule_for(hall)
    if rule is None:
        return 0
    db.session.execute(select(Hall.id).where(Hall.id == hall.id).with_for_update(key_share=True))
    since = now - timedelta(days=rule.days)
    grown: set[int] = set()
    new = 0
    at_work = {(item.matter, item.cause_id) for item in improving(hall)}
    for group in groups(hall, since):
        if at_work & {(group.matter, group.cause_id), (group.matter, None)}:
            continue
        row = _open(hall, group, grown)
        fresh = _fresh(hall, group)
        if row is not None:
            grown.add(row.id)
            _rest_on(row, {*(case.id for case in row.cases), *fresh})
        elif len(fresh) >= rule.cases:
            row = FrequentProblem(
                hall=hall,
                matter=group.matter,
                cause_id=group.cause_id,
                anchor_id=min(fresh) if group.cause_id is None else None,
                days=rule.days,
                found_at=now,
                number=0,
            )
            db.session.add(row)
            _rest_on(row, fresh)
            db.session.flush()
            grown.add(row.id)
            new += 1
    db.session.flush()
    return new


def accept(
    problem: FrequentProblem, question: str, solution: str, *, actor: Person, now: datetime
) -> Article:
    """Take a problem up: an article about it is begun, which rests on its cases."""
    _take(problem, actor)
    missing = {"question": question, "solution": solution}
    problems = {name: gettext("必填") for name, text in missing.items() if not text.strip()}
    if len(question.strip()) > LONGEST_QUESTION:
        problems["question"] = gettext("最多 %(most)d 个字", most=LONGEST_QUESTION)
    if len(solution.strip()) > MAX_TEXT:
        problems["solution"] = gettext("最多 %(most)d 个字", most=MAX_TEXT)
    if problems:
        raise InvalidInputError(problems)
    article = Article(
        hall=problem.hall,
        matter=problem.matter,
        question=question.strip(),
        solution=solution.strip(),
    )
    article.causes = [problem.cause] if problem.cause else []
    article.cases = list(problem.cases)
    articles.write(article, actor=actor)
    db.session.add(article)
    problem.article = article
    _decide(problem, Decision.ACCEPTED, actor, now)
    return article


def improve(
    problem: FrequentProblem, item: Improvement, *, days: int, actor: Person, now: datetime
) -> Improvement:
    """Take a problem up: an improvement item is opened, which rests on its cases.

    The item says what is wrong, what is to be done and which department owes it.
    """
    _take(problem, actor)
    item.hall, item.matter, item.cause = problem.hall, problem.matter, problem.cause
    improvements.open_item(item, days=days, cases=problem.cases, actor=actor, now=now)
    problem.improvement = item
    _decide(problem, Decision.ACCEPTED, actor, now)
    return item


def reopen_returned(hall: Hall, *, now: datetime) -> int:
    """Reopen the improvement items of a hall whose problem is back; return how many.

    The same rule says when: so many cases in so many days, of those that came after the completion
    in the hall and all halls below it together, which is what an item is measured by.
    """
    rule = rule_for(hall)
    if rule is None:
        return 0
    halls = halls_below(hall.id)
    place = hall.name
    if len(halls) > 1:
        place = gettext("%(hall)s及下级大厅", hall=hall.name)
    done = 0
    for item in done_at(hall):
        since = max(now - timedelta(days=rule.days), item.completed_at or now)
        cases = returned(item, halls, since)
        if len(cases) >= rule.cases:
            told = gettext(
                "完成整改后，%(hall)s在 %(days)d 天内又有 %(number)d 件，达到“%(rule)s”的标准",
                hall=place,
                days=rule.days,
                number=len(cases),
                rule=str(rule),
            )
            done += improvements.recur(item, cases, told, now=now)
    return done


def dismiss(problem: FrequentProblem, note: str, *, actor: Person, now: datetime) -> None:
    """Let a problem be, and say why."""
    _take(problem, actor)
    if not note.strip():
        raise InvalidInputError({"note": gettext("必填")})
    problem.note = note.strip()
    _decide(problem, Decision.DISMISSED, actor, now)


# --- what they share -----------------------------------------------------------------------------


def _same(hall: Hall, group: Group) -> tuple[object, ...]:
    cause = FrequentProblem.cause_id
    return (
        FrequentProblem.hall_id == hall.id,
        FrequentProblem.matter == group.matter,
        cause.is_(None) if group.cause_id is None else cause == group.cause_id,
    )


def _open(hall: Hall, group: Group, grown: set[int]) -> FrequentProblem | None:
    """Return the open problem that a group tells of.

    Without a cause it is the one that rests on most of the same cases, and that no larger group
    has made grow already.
    """
    found = db.session.scalars(
        select(FrequentProblem)
        .where(*_same(hall, group), FrequentProblem.state == Decision.OPEN)  # type: ignore[arg-type]
        .order_by(FrequentProblem.id)
        .with_for_update(of=FrequentProblem, key_share=True)
    ).all()
    if group.cause_id is not None:
        return found[0] if found else None
    numbers = set(group.cases)
    shared = {row.id: len(numbers & {case.id for case in row.cases}) for row in found}
    alike = [row for row in found if shared[row.id] and row.id not in grown]
    return max(alike, key=lambda row: shared[row.id], default=None)


def _fresh(hall: Hall, group: Group) -> set[int]:
    """Return the cases of a group that were registered after it was decided about last.

    Without a cause: those that no problem of the matter rests on yet, open or decided.
    """
    if group.cause_id is None:
        told = (
            select(PROBLEM_CASE.c.case_id)
            .join(FrequentProblem, FrequentProblem.id == PROBLEM_CASE.c.problem_id)
            .where(*_same(hall, group), PROBLEM_CASE.c.case_id.in_(group.cases))  # type: ignore[arg-type]
        )
        return set(group.cases) - set(db.session.scalars(told))
    decided = db.session.scalar(
        select(FrequentProblem.decided_at)
        .where(*_same(hall, group), FrequentProblem.state != Decision.OPEN)  # type: ignore[arg-type]
        .order_by(FrequentProblem.decided_at.desc())
        .limit(1)
    )
    if decided is None:
        return set(group.cases)
    later = select(Case.id).where(Case.id.in_(group.cases), Case.registered_at > decided)
    return set(db.session.scalars(later))


def _rest_on(row: FrequentProblem, numbers: set[int]) -> None:
    if numbers != {case.id for case in row.cases}:
        found = select(Case).where(Case.id.in_(sorted(numbers))).order_by(Case.id)
        row.cases = list(db.session.scalars(found))
        row.number = len(numbers)


def _take(problem: FrequentProblem, actor: Person) -> None:
    """Lock a problem that is still open, for somebody who may decide."""
    db.session.refresh(problem, with_for_update={"key_share": True, "of": FrequentProblem})
    halls = actor.halls(*DECIDERS)
    if halls is not None and problem.hall_id not in halls:
        raise OutOfScopeError(FrequentProblem.__tablename__)
    if problem.state is not Decision.OPEN:
        raise DomainError(gettext("这个高频问题已经处理过了"))


def _decide(problem: FrequentProblem, state: Decision, actor: Person, now: datetime) -> None:
    problem.state, problem.decided_at, problem.decided_by = state, now, actor.name
    db.session.flush()
