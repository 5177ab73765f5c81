"""The pages of what is published: found by everybody, and counted where it helped."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import abort
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.articles import operations, queries
from app.articles.listings import file_of, files
from app.articles.models import Article, ArticleVersion
from app.cases.documents.serving import send
from app.cases.models import Case
from app.core import clock, scope
from app.core.crud import EntityView
from app.core.crud.listing import Query, TabRule
from app.core.crud.pages import Button, Fact
from app.core.db import db
from app.core.language import N_, gettext
from app.core.security import may
from app.core.transaction import transaction

if TYPE_CHECKING:
    from app.core.crud.pages import Cell, Listing


class KnowledgeQuery(Query):
    """Published articles, found by any words of theirs."""

    def search(self, q: str) -> Any:
        return queries.found_by(q)


class KnowledgeView(EntityView):
    """What is published."""

    own_routes = ("file", "told")
    query_class = KnowledgeQuery
    tabs = {
        "current": TabRule(N_("现行"), lambda _now: ArticleVersion.current),
        "all": TabRule(N_("含旧版本")),
    }

    def cell(self, name: str, row: ArticleVersion) -> Cell:
        found = super().cell(name, row)
        kind = {"question": "wide", "causes": "text"}.get(name, found.kind)
        return replace(found, kind=kind)

    def _search_hint(self) -> str:
        return gettext("问题、原因或办法里的词，两个字即可")

    def facts(self, row: ArticleVersion) -> list[tuple[str, list[Fact]]]:
        number = queries.solved([row.article_id]).get(row.article_id, 0)
        *sections, (last, facts) = super().facts(row)
        return [*sections, (last, [*facts, Fact(gettext("解决件数"), str(number), "mono")])]

    def buttons_of(self, row: ArticleVersion) -> list[Button]:
        article = db.session.get(Article, row.article_id)
        if article is None or not may("articles", "r", article):
            return []
        return [Button(gettext("文章的撰写与审核"), f"/articles/show/{article.id}")]

    def related(self, row: ArticleVersion) -> list[tuple[str, Listing]]:
        return [(gettext("附件"), files(row.files, f"{self.route_base}/{row.id}/file"))]

    @expose("/<pk>/file/<int:number>", methods=["GET"])
    @has_access
    @permission_name("show")
    def file(self, pk: str, number: int) -> Any:
        """Send a file of what is published."""
        return send(file_of(self.find(pk).files, number))

    @expose("/<pk>/<told>/<int:number>", methods=["POST"])
    @has_access
    @permission_name("show")
    def told(self, pk: str, told: str, number: int) -> Any:
        """Note that an article was shown to, or used by, somebody who works on a case."""
        row, case = self.find(pk), db.session.get(Case, number)
        if case is None or told not in {"shown", "used"}:
            abort(404)
        actor, now = scope.current(), clock.now()
        with transaction():
            if told == "used":
                operations.use(row, case, actor=actor, now=now)
            else:
                operations.show([row], case, now=now)
        return "", HTTPStatus.NO_CONTENT
