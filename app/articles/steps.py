"""What may be done with an article beyond writing it: one table for buttons, pages and REST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.articles import operations
from app.articles.operations import REVIEWERS, WRITERS
from app.articles.rules import ArticleStatus
from app.core.language import N_

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.articles.models import Article
    from app.core.scope import Person

_DRAFT, _SUBMITTED = ArticleStatus.DRAFT, ArticleStatus.SUBMITTED
_REVIEWED, _PUBLISHED = ArticleStatus.REVIEWED, ArticleStatus.PUBLISHED


@dataclass(frozen=True)
class Step:
    """One step of an article: from which states, by whom, and whether it asks for a note."""

    label: str
    sources: tuple[ArticleStatus, ...]
    roles: tuple[str, ...]
    work: Callable[[Article, str, Person, datetime], Any]
    note: str = ""
    """The label of the note that it asks for; empty: none."""
    style: str = ""


STEPS: dict[str, Step] = {
    "submit": Step(
        N_("提交审核"), (_DRAFT,), WRITERS,
        lambda row, _note, actor, _now: operations.submit(row, actor=actor), style="main",
    ),
    "approve": Step(
        N_("审核通过"), (_SUBMITTED,), REVIEWERS,
        lambda row, _note, actor, _now: operations.approve(row, actor=actor), style="main",
    ),
    "send_back": Step(
        N_("退回修改"), (_SUBMITTED, _REVIEWED), REVIEWERS,
        lambda row, note, actor, _now: operations.send_back(row, note, actor=actor),
        note=N_("审核意见"),
    ),
    "publish": Step(
        N_("发布"), (_REVIEWED,), REVIEWERS,
        lambda row, _note, actor, now: operations.publish(row, actor=actor, now=now), style="main",
    ),
    "confirm": Step(
        N_("复审无误"), (_PUBLISHED,), REVIEWERS,
        lambda row, _note, actor, now: operations.confirm(row, actor=actor, now=now),
    ),
    "retire": Step(
        N_("停用", "article"), (_DRAFT, _SUBMITTED, _REVIEWED, _PUBLISHED), REVIEWERS,
        lambda row, note, actor, _now: operations.retire(row, note, actor=actor),
        note=N_("停用原因"), style="danger",
    ),
}  # fmt: skip


def offered(article: Article, person: Person) -> dict[str, Step]:
    """Return the steps that a person could make with an article now."""
    return {
        verb: step
        for verb, step in STEPS.items()
        if article.status in step.sources
        and ((halls := person.halls(*step.roles)) is None or article.hall_id in halls)
    }
