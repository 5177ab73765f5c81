"""What belongs to an article, as lists on its page: files, cases, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort
from sqlalchemy import select

from app.cases.models import Case
from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import local
from app.core.db import db
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.articles.models import Article, ArticleFile


def file_of(among: Sequence[ArticleFile], number: int) -> ArticleFile:
    """Return the file of this number among those of an article or a version."""
    found = [it for it in among if it.id == number]
    if not found:
        abort(404)
    return found[0]


def _listing(heads: Iterable[str], rows: list[Row], empty: str) -> Listing:
    columns = [Col(str(index), label) for index, label in enumerate(heads)]
    return Listing(columns=columns, rows=rows, total=len(rows), empty=empty)


def files(among: Sequence[ArticleFile], base: str, *, removable: bool = False) -> Listing:
    """List the files of an article or a version; each leads to its bytes."""
    rows = [
        Row(it.id, [Cell(it.name, url=f"{base}/{it.id}"), Cell(it.uploaded_by),
                    Cell(f"{local(it.uploaded_at):%Y-%m-%d %H:%M}", "datetime"),
                    *[Cell(gettext("移除"), url=f"{base}/{it.id}/remove")][:removable]])
        for it in among
    ]  # fmt: skip
    heads = [gettext("文件名"), gettext("上传人"), gettext("上传时间")]
    if removable:
        heads.append(gettext("操作"))
    return _listing(heads, rows, gettext("没有附件"))


def cases(linked: Iterable[Case]) -> Listing:
    """List cases, as far as the person may see them."""
    known = select(Case).where(Case.id.in_([it.id for it in linked])).order_by(Case.id)
    rows = [
        Row(it.id, [Cell(it.number, url=f"/cases/show/{it.id}"), Cell(it.matter),
                    Cell(gettext(it.status.label))])
        for it in db.session.scalars(known)
    ]  # fmt: skip
    heads = (gettext("编号"), gettext("事项名称"), gettext("状态"))
    return _listing(heads, rows, gettext("还没有关联的事项"))


def versions(article: Article) -> Listing:
    """List what was published of an article, the latest first."""
    rows = [
        Row(it.id, [Cell(str(it.number), "number", f"/knowledge/show/{it.id}"),
                    Cell(f"{local(it.published_at):%Y-%m-%d %H:%M}", "datetime"),
                    Cell(it.written_by), Cell(it.reviewed_by), Cell(it.published_by)])
        for it in article.versions
    ]  # fmt: skip
    heads = (
        gettext("版本"),
        gettext("发布时间"),
        gettext("撰写人"),
        gettext("审核人"),
        gettext("发布人"),
    )
    return _listing(heads, rows, gettext("还没有发布过"))
