"""A rule document: one row for each version of it, in a hall or in all of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.departments.models import Hall
from app.rulebook.documents.rules import (
    EVERYWHERE,
    MOST_BODY,
    DocumentKind,
    DocumentStatus,
    last_day,
)
from app.rulebook.rules import has_stray_brace, unknown_placeholders

PLACEHOLDERS = (N_("受理标准"), N_("不予受理标准"), N_("权责清单"), N_("办理时限"), N_("救济途径"))
"""What stands for data of the rulebook between braces; `expansion` puts it in."""

WHOLE = ("number", "text", "published_at", "published_by", "in_force_from")
"""What a published version has and a draft has not."""


def _one_of_a_kind(name: str, *columns: str, where: str) -> tuple[Index, Index]:
    """Hold something once in a hall, and once for all halls: to a key, two NULLs differ."""

    def index(suffix: str, hall: tuple[str, ...], which: str) -> Index:
        condition = text(f"{where} AND hall_id IS {which}NULL")
        return Index(
            f"uq_rule_document_{name}_{suffix}",
            "kind",
            *hall,
            *columns,
            unique=True,
            postgresql_where=condition,
            sqlite_where=condition,
        )

    return index("of_hall", ("hall_id",), "NOT "), index("of_all", (), "")


class RuleDocument(Entity):
    """A version of a document. Once published it never changes, and is never deleted.

    `body` is what was written, with placeholders; `text` what was published, with the data of that
    day in their place. The triggers of the migration hold this against whoever writes.
    """

    __tablename__ = "rule_document"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
        CheckConstraint(
            " AND ".join(f"(status = 'draft') = ({name} IS NULL)" for name in WHOLE),
            name="published_whole",
        ),
        CheckConstraint(
            "in_force_until IS NULL OR in_force_until >= in_force_from", name="ends_after_beginning"
        ),
        CheckConstraint(
            "(status = 'superseded') = (ended_by IS NOT NULL) "
            "AND (ended_by IS NULL OR in_force_until IS NOT NULL)",
            name="superseded_by_somebody",
        ),
        *_one_of_a_kind("published", where="status = 'published'"),
        *_one_of_a_kind("number", "number", where="number IS NOT NULL"),
    )
    __panel__ = Panel(
        N_("规则文件"),
        "rule-documents",
        columns=("title", "kind", "hall", "number", "status", "in_force_from", "in_force_until"),
        form=(
            (N_("规则文件"), ("kind", "hall", "title", "source")),
            (N_("正文"), ("body",)),
            (N_("施行"), ("valid_from", "valid_to")),
        ),
        search=("title", "source", "body"),
        filters=("kind", "hall", "status"),
        order=("kind", "-id"),
        frozen=("kind", "hall"),
    )

    kind: Mapped[DocumentKind] = field(DocumentKind, label=N_("种类"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(
        label=N_("大厅"), hint=N_("不选表示全部大厅；大厅有自己的文件时以自己的为准")
    )
    title: Mapped[str] = field(String(128), label=N_("标题"), nullable=False)
    source: Mapped[str] = field(
        String(255), label=N_("制定机关与依据"), nullable=False, hint=N_("发文机关、文号或法律依据")
    )
    body: Mapped[str] = field(
        Text,
        label=N_("正文"),
        most=MOST_BODY,
        nullable=False,
        hint=N_(
            "“# ”开头是标题，“1. ”开头是编号列表，“- ”开头是列表，空一行分段。花括号内的占位符"
            "在发布时换成当时的数据并固定下来：受理标准、不予受理标准、权责清单、办理时限、救济途径"
        ),
    )
    text: Mapped[str | None] = field(Text, label=N_("发布文本"))
    valid_from: Mapped[dt.date] = field(
        Date, label=N_("施行日期"), nullable=False, hint=N_("不能早于发布之日；当天发布的即时施行")
    )
    valid_to: Mapped[dt.date | None] = field(
        Date, label=N_("有效期至"), hint=N_("不填表示直到被取代或废止")
    )
    status: Mapped[DocumentStatus] = field(
        DocumentStatus, label=N_("状态"), nullable=False, default=DocumentStatus.DRAFT
    )
    number: Mapped[int | None] = field(Integer, label=N_("版本"))
    written_by: Mapped[str | None] = field(String(64), label=N_("起草人"))
    published_at: Mapped[dt.datetime | None] = field(Instant, label=N_("发布时间"))
    published_by: Mapped[str | None] = field(String(64), label=N_("发布人"))
    in_force_from: Mapped[dt.datetime | None] = field(Instant, label=N_("施行起"))
    in_force_until: Mapped[dt.datetime | None] = field(Instant, label=N_("施行止"))
    ended_by: Mapped[str | None] = field(String(64), label=N_("取代或废止人"))

    @property
    def zone(self) -> str:
        """The zone whose midnight begins and ends it."""
        return self.hall.timezone if self.hall is not None else EVERYWHERE

    @property
    def ended_on(self) -> dt.date | None:
        """The last day on which it held; None while no end is known, or when it never held."""
        until = self.in_force_until
        return last_day(until, self.zone) if until and until != self.in_force_from else None

    def problems(self) -> dict[str, str]:
        """Check that it may still be written, its length, its validity and its placeholders."""
        if self.status not in {None, DocumentStatus.DRAFT}:
            return {"": gettext("已发布的文件不能修改；请起草新版本")}
        found = {}
        body = self.body or ""
        if len(body) > MOST_BODY:
            found["body"] = gettext("最多 %(most)d 个字", most=MOST_BODY)
        elif unknown := unknown_placeholders(body, PLACEHOLDERS):
            found["body"] = gettext(
                "没有这样的占位符：%(unknown)s。可用的有：%(known)s",
                unknown=" ".join(f"{{{name}}}" for name in unknown),
                known=" ".join(f"{{{name}}}" for name in PLACEHOLDERS),
            )
        elif has_stray_brace(body):
            found["body"] = gettext("有不成对的花括号：每个占位符须前后各有一个")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            found["valid_to"] = gettext("有效期不能早于施行日期")
        return found

    def held(self) -> list[str]:
        """Say why it can't be deleted."""
        if self.status is DocumentStatus.DRAFT:
            return []
        return [gettext("已发布的文件是办件的依据，不能删除；不再施行的可以废止")]

    def __str__(self) -> str:
        """Name the version."""
        if self.number is None:
            return gettext("%(title)s（草稿）", title=self.title)
        return gettext("%(title)s（第 %(number)d 版）", title=self.title, number=self.number)
