"""Write an article, have it reviewed by another, publish it, take it out of use; note its use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.articles.models import Article, ArticleFile, ArticleGram, ArticleUse, ArticleVersion
from app.articles.queries import files_of
from app.articles.rules import MOST_FILES, REVIEW_AFTER, WEIGHTS, ArticleStatus, weighed
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.deadlines.queries import hours_of
from app.departments.models import Staff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.cases.documents.receiving import Paper
    from app.cases.models import Case
    from app.core.scope import Person

WRITERS = ("clerk", "handler", "supervisor")
REVIEWERS = ("supervisor",)


def write(article: Article, *, actor: Person) -> None:
    """Take over what somebody wrote: it begins as a draft again, and they don't review it.

    Not to be flushed before: the database refuses new texts that stand as reviewed.
    """
    with db.session.no_autoflush:
        _require(article, actor, WRITERS)
        if actor.id is not None:
            article.writers = sorted({*(article.writers or []), actor.id})
            article.written_by = db.session.get(Staff, actor.id)
        article.status, article.reviewed_by, article.note = ArticleStatus.DRAFT, None, None


def submit(article: Article, *, actor: Person) -> None:
    """Hand a draft to the reviewers; it must name its causes."""
    _take(article, actor, WRITERS, ArticleStatus.DRAFT)
    if not article.causes:
        raise DomainError(gettext("请先选择这个问题的原因"))
    article.status = ArticleStatus.SUBMITTED


def approve(article: Article, *, actor: Person) -> None:
    """Find an article right; nobody who wrote at it may."""
    _take(article, actor, REVIEWERS, ArticleStatus.SUBMITTED)
    if actor.id is None or actor.id in article.writers or actor.id == article.written_by_id:
        raise DomainError(gettext("撰写或修改过这篇文章的人不能审核它，请由其他人审核"))
    article.reviewed_by, article.note = db.session.get(Staff, actor.id), None
    article.status = ArticleStatus.REVIEWED


def send_back(article: Article, note: str, *, actor: Person) -> None:
    """Give an article back to those who wrote it, and say why."""
    _take(article, actor, REVIEWERS, ArticleStatus.SUBMITTED, ArticleStatus.REVIEWED)
    article.note = _said(note)
    article.status, article.reviewed_by = ArticleStatus.DRAFT, None


def publish(article: Article, *, actor: Person, now: datetime) -> ArticleVersion:
    """Make a reviewed article what everybody reads and finds: a version that never changes.

    The version is flushed while its article still names who wrote and who reviewed it: the database
    asks that they are not the same (app/core/guards/reviewed.py).
    """
    _take(article, actor, REVIEWERS, ArticleStatus.REVIEWED)
    before = _withdraw(article)
    version = ArticleVersion(
        article=article,
        hall=article.hall,
        number=(article.published_version or 0) + 1,
        current=True,
        question=article.question,
        matter=article.matter,
        causes="、".join(str(cause) for cause in article.causes),
        departments="、".join(row.name for row in article.departments) or None,
        solution=article.solution,
        legal_basis=article.legal_basis,
        published_at=now,
        published_by=actor.name,
        reviewed_by=article.reviewed_by.name if article.reviewed_by else "",
        written_by=article.written_by.name if article.written_by else "",
        shown=before.shown if before else 0,
        used=before.used if before else 0,
        files=list(files_of(article.id)),
    )
    db.session.add(version)
    db.session.flush()
    article.published_version, article.status = version.number, ArticleStatus.PUBLISHED
    article.writers = []
    _put_off(article, now)
    parts = {name: getattr(version, name) or "" for name in WEIGHTS}
    db.session.add_all(
        ArticleGram(gram=gram, version_id=version.id, weight=weight)
        for gram, weight in weighed(parts).items()
    )
    db.session.flush()
    return version


def confirm(article: Article, *, actor: Person, now: datetime) -> None:
    """Say after a review that an article still holds; the next review is a year from now."""
    _take(article, actor, REVIEWERS, ArticleStatus.PUBLISHED)
    if actor.id is None or actor.id == article.written_by_id:
        raise DomainError(gettext("撰写这篇文章的人不能复审它，请由其他人复审"))
    _put_off(article, now)


def retire(article: Article, note: str, *, actor: Person) -> None:
    """Take an article out of use: it is found no more, its versions stay."""
    _take(article, actor, REVIEWERS, *(it for it in ArticleStatus if it != ArticleStatus.RETIRED))
    article.note, article.status = _said(note), ArticleStatus.RETIRED
    _withdraw(article)


def link(article: Article, case: Case, *, actor: Person) -> None:
    """Say from which case an article comes."""
    _require(article, actor, WRITERS)
    if case not in article.cases:
        article.cases.append(case)


def attach(
    article: Article, papers: Sequence[Paper], *, actor: Person, now: datetime
) -> list[ArticleFile]:
    """Add received files to an article, which is a draft again, as with a new text.

    Each is in its place before its row is committed.
    """
    _write_anew(article, actor)
    if len(files_of(article.id)) + len(papers) > MOST_FILES:
        raise DomainError(gettext("一篇文章最多 %(most)d 个附件，未保存", most=MOST_FILES))
    rows = []
    for paper in papers:
        paper.draft.keep()
        rows.append(
            ArticleFile(
                article=article,
                name=paper.name,
                media_type=paper.kind.media_type,
                size=paper.draft.size,
                sha256=paper.draft.sha256,
                uploaded_at=now,
                uploaded_by=actor.name,
            )
        )
    db.session.add_all(rows)
    db.session.flush()
    return rows


def remove(article: Article, row: ArticleFile, *, actor: Person, now: datetime) -> None:
    """Take a file off an article, which is a draft again; published versions keep theirs."""
    _write_anew(article, actor)
    if row.article_id != article.id or row.removed_at is not None:
        raise OutOfScopeError(ArticleFile.__tablename__)
    row.removed_at, row.removed_by = now, actor.name


def show(versions: Sequence[ArticleVersion], case: Case, *, now: datetime) -> None:
    """Note that articles were shown to somebody who works on a case: once for each case."""
    for version in versions:
        if _noted(version, case, now):
            _count(version, "shown")


def use(version: ArticleVersion, case: Case, *, actor: Person, now: datetime) -> None:
    """Note that an article was put into an answer: once for each case."""
    show([version], case, now=now)
    used = ArticleUse.__table__
    told = (
        used.update()
        .where(
            used.c.article_id == version.article_id,
            used.c.case_id == case.id,
            used.c.used_at.is_(None),
        )
        .values(used_at=now, used_by=actor.name)
    )
    if db.session.connection().execute(told).rowcount:
        _count(version, "used")


# --- what they share -----------------------------------------------------------------------------


def _require(article: Article, actor: Person, roles: tuple[str, ...]) -> None:
    """Refuse whoever doesn't hold one of the roles in the hall of the article."""
    halls = actor.halls(*roles)
    number = article.hall_id or (article.hall.id if article.hall else None)
    if halls is not None and number not in halls:
        raise OutOfScopeError(Article.__tablename__)


def _take(article: Article, actor: Person, roles: tuple[str, ...], *sources: ArticleStatus) -> None:
    """Lock an article that stands at one of these states, for somebody who may."""
    db.session.refresh(article, with_for_update={"key_share": True, "of": Article})
    _require(article, actor, roles)
    if article.status not in sources:
        told = gettext(article.status.label)
        raise DomainError(gettext("这篇文章现在是“%(status)s”，不能这样操作", status=told))


def _write_anew(article: Article, actor: Person) -> None:
    """Make an article a draft, under its lock: nobody publishes it in the meantime."""
    db.session.refresh(article, with_for_update={"key_share": True, "of": Article})
    write(article, actor=actor)
    db.session.flush()


def _said(note: str) -> str:
    if not note.strip():
        raise InvalidInputError({"note": gettext("必填")})
    return note.strip()


def _put_off(article: Article, now: datetime) -> None:
    today = hours_of(article.hall).local(now).date()
    article.review_due = today + timedelta(days=REVIEW_AFTER)


def _withdraw(article: Article) -> ArticleVersion | None:
    """Let what is published be found no more; return it."""
    version = db.session.scalar(
        select(ArticleVersion).where(
            ArticleVersion.article_id == article.id, ArticleVersion.current
        )
    )
    if version is not None:
        version.current = False
        db.session.execute(delete(ArticleGram).where(ArticleGram.version_id == version.id))
        db.session.flush()
    return version


def _noted(version: ArticleVersion, case: Case, now: datetime) -> bool:
    """Add the row of an article and a case; say whether it is a new one."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = dialect.insert(ArticleUse).values(
        article_id=version.article_id, case_id=case.id, shown_at=now
    )
    added = row.on_conflict_do_nothing().returning(ArticleUse.article_id)
    return db.session.execute(added).scalar_one_or_none() is not None


def _count(version: ArticleVersion, name: str) -> None:
    """Count one up, whoever counts at the same time."""
    table = ArticleVersion.__table__
    counted = table.update().where(table.c.id == version.id).values({name: table.c[name] + 1})
    db.session.connection().execute(counted)
