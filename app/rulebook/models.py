"""The rules of acceptance, the remedies and the texts, each for one hall or for all."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.deadlines.rules import Classification
from app.departments.models import Hall
from app.rulebook.rules import (
    MOST_PERIOD,
    PLACEHOLDERS,
    Finding,
    Occasion,
    PeriodUnit,
    RemedyKind,
    RemedyStep,
    TemplateUse,
    has_stray_brace,
    unknown_placeholders,
)

HALL_HINT = N_("不选表示全部大厅")
MOST_TEXT = 4000
MOST_TOLD = 1000
"""Characters of what a notice takes over from a criterion: the notice is one page."""


def _order_of_validity(valid_from: dt.date | None, valid_to: dt.date | None) -> dict[str, str]:
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        return {"valid_to": gettext("失效日期不能早于生效日期")}
    return {}


def _too_long(texts: dict[str, str | None], most: int = MOST_TEXT) -> dict[str, str]:
    return {
        name: gettext("最多 %(most)d 个字", most=most)
        for name, text in texts.items()
        if len(text or "") > most
    }


class Criterion(Entity):
    """One criterion by which a matter is accepted, or refused with what the applicant is told."""

    __tablename__ = "criterion"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
        CheckConstraint(
            "finding <> 'refuse' OR coalesce(length(remedy), 0) > 0", name="refused_with_remedy"
        ),
    )
    __panel__ = Panel(
        N_("受理标准"),
        "criteria",
        columns=("code", "name", "finding", "hall", "valid_from", "valid_to"),
        form=(
            (N_("受理标准"), ("finding", "code", "name", "hall", "text", "remedy")),
            (N_("依据与有效期"), ("source", "valid_from", "valid_to")),
        ),
        search=("code", "name", "text"),
        filters=("finding", "hall"),
        order=("finding", "code", "id"),
    )

    finding: Mapped[Finding] = field(Finding, label=N_("适用于"), nullable=False)
    code: Mapped[str] = field(String(32), label=N_("代码"), nullable=False)
    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=HALL_HINT)
    text: Mapped[str] = field(Text, label=N_("标准内容"), nullable=False, most=MOST_TOLD)
    remedy: Mapped[str | None] = field(
        Text,
        label=N_("告知的救济途径"),
        hint=N_("不予受理的标准必填，会印在不予受理通知书上"),
        most=MOST_TOLD,
    )
    source: Mapped[str] = field(String(255), label=N_("依据文件"), nullable=False)
    valid_from: Mapped[dt.date] = field(Date, label=N_("生效日期"), nullable=False)
    valid_to: Mapped[dt.date | None] = field(Date, label=N_("失效日期"))

    def problems(self) -> dict[str, str]:
        """Check that a refusal says where to turn to, and the validity."""
        found = _too_long({"text": self.text, "remedy": self.remedy}, MOST_TOLD)
        if self.finding is Finding.REFUSE and not (self.remedy or "").strip():
            found["remedy"] = gettext("不予受理的标准须写明告知的救济途径")
        return found | _order_of_validity(self.valid_from, self.valid_to)

    def __str__(self) -> str:
        """Name the criterion."""
        return f"{self.code} {self.name}"


class RemedyRule(Entity):
    """A remedy that the law gives: against what, with whom, within which period."""

    __tablename__ = "remedy_rule"
    __table_args__ = (
        CheckConstraint(
            "(period_unit = 'none') = (period_number IS NULL)", name="period_with_its_unit"
        ),
        CheckConstraint(f"period_number BETWEEN 1 AND {MOST_PERIOD}", name="period_in_bounds"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
    )
    __panel__ = Panel(
        N_("救济途径"),
        "remedy-rules",
        columns=(
            "name",
            "code",
            "occasion",
            "classification",
            "hall",
            "period_number",
            "period_unit",
            "valid_from",
            "valid_to",
        ),
        form=(
            (N_("适用"), ("name", "code", "occasion", "classification", "decision_only", "hall")),
            (N_("期限"), ("authority", "period_number", "period_unit")),
            (N_("依据与有效期"), ("legal_basis", "valid_from", "valid_to")),
        ),
        search=("name", "authority", "legal_basis"),
        filters=("code", "occasion", "classification", "hall"),
        order=("occasion", "classification", "id"),
    )

    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    code: Mapped[RemedyKind] = field(RemedyKind, label=N_("种类"), nullable=False)
    occasion: Mapped[Occasion] = field(
        Occasion, label=N_("适用情形"), nullable=False, default=Occasion.REPLY
    )
    classification: Mapped[Classification | None] = field(
        Classification, label=N_("分类"), hint=N_("不选表示全部分类")
    )
    decision_only: Mapped[bool] = field(
        Boolean,
        label=N_("仅限行政决定"),
        nullable=False,
        default=False,
        hint=N_("只有经办人确认答复属于行政决定时才告知"),
    )
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=N_("不选表示全部大厅；本厅规则优先"))
    authority: Mapped[str] = field(String(255), label=N_("向谁提出"), nullable=False)
    period_number: Mapped[int | None] = field(
        Integer, label=N_("期限"), hint=N_("自知道之日起；不限期的不填")
    )
    period_unit: Mapped[PeriodUnit] = field(
        PeriodUnit, label=N_("期限单位"), nullable=False, default=PeriodUnit.DAYS
    )
    legal_basis: Mapped[str] = field(String(255), label=N_("法律依据"), nullable=False)
    valid_from: Mapped[dt.date] = field(Date, label=N_("生效日期"), nullable=False)
    valid_to: Mapped[dt.date | None] = field(Date, label=N_("失效日期"))

    def problems(self) -> dict[str, str]:
        """Check the period and the validity."""
        found = _order_of_validity(self.valid_from, self.valid_to)
        number, limited = self.period_number, self.period_unit is not PeriodUnit.NONE
        if limited and number is None:
            found["period_number"] = gettext("请填写期限，或将单位改为“不限期”")
        elif not limited and number is not None:
            found["period_number"] = gettext("“不限期”不填期限")
        elif number is not None and not 1 <= number <= MOST_PERIOD:
            found["period_number"] = gettext("期限须在 1 至 %(most)d 之间", most=MOST_PERIOD)
        return found

    def __str__(self) -> str:
        """Name the remedy."""
        return self.name


class RemedyPeriod(Entity):
    """How long whoever a remedy is sought from may take for a step of it."""

    __tablename__ = "remedy_period"
    __table_args__ = (
        CheckConstraint(f"number BETWEEN 1 AND {MOST_PERIOD}", name="number_in_bounds"),
        CheckConstraint("unit <> 'none'", name="counted_in_something"),
        CheckConstraint("warn_days >= 0", name="warns_before"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
    )
    __panel__ = Panel(
        N_("救济办理期限"),
        "remedy-periods",
        columns=("code", "step", "hall", "number", "unit", "legal_basis", "valid_from", "valid_to"),
        form=(
            (N_("适用"), ("code", "step", "hall")),
            (N_("期限"), ("number", "unit", "warn_days")),
            (N_("依据与有效期"), ("legal_basis", "valid_from", "valid_to")),
        ),
        search=("legal_basis",),
        filters=("code", "step", "hall"),
        order=("code", "step", "id"),
    )

    code: Mapped[RemedyKind] = field(RemedyKind, label=N_("种类"), nullable=False)
    step: Mapped[RemedyStep] = field(
        RemedyStep,
        label=N_("环节"),
        nullable=False,
        hint=N_("没有“受理审查”期限的种类，登记即视为受理"),
    )
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=N_("不选表示全部大厅；本厅规则优先"))
    number: Mapped[int] = field(Integer, label=N_("期限"), nullable=False)
    unit: Mapped[PeriodUnit] = field(
        PeriodUnit, label=N_("期限单位"), nullable=False, default=PeriodUnit.DAYS
    )
    warn_days: Mapped[int] = field(
        Integer,
        label=N_("提前预警（日）"),
        nullable=False,
        default=0,
        hint=N_("0 表示最后一日当天"),
    )
    legal_basis: Mapped[str] = field(
        String(255), label=N_("法律依据"), nullable=False, hint=N_("本厅自定的，写明是本厅规定")
    )
    valid_from: Mapped[dt.date] = field(Date, label=N_("生效日期"), nullable=False)
    valid_to: Mapped[dt.date | None] = field(Date, label=N_("失效日期"))

    def problems(self) -> dict[str, str]:
        """Check the period and the validity."""
        found = _order_of_validity(self.valid_from, self.valid_to)
        if not 1 <= (self.number or 0) <= MOST_PERIOD:
            found["number"] = gettext("期限须在 1 至 %(most)d 之间", most=MOST_PERIOD)
        if self.unit is PeriodUnit.NONE:
            found["unit"] = gettext("办理期限须有单位")
        if not 0 <= (self.warn_days or 0) <= MOST_PERIOD:
            found["warn_days"] = gettext("须在 0 至 %(most)d 之间", most=MOST_PERIOD)
        return found

    def __str__(self) -> str:
        """Name the remedy and its step."""
        return f"{gettext(self.code.label)} · {gettext(self.step.label)}"


class TextTemplate(Entity):
    """A text to begin with, with placeholders for the facts of a case."""

    __tablename__ = "text_template"
    __panel__ = Panel(
        N_("文书模板"),
        "text-templates",
        columns=("name", "use", "hall", "active"),
        form=((N_("文书模板"), ("name", "use", "hall", "body", "active")),),
        search=("name", "body"),
        filters=("use", "hall", "active"),
        order=("use", "id"),
    )

    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    use: Mapped[TemplateUse] = field(TemplateUse, label=N_("用途"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=HALL_HINT)
    body: Mapped[str] = field(
        Text,
        label=N_("正文"),
        nullable=False,
        hint=N_(
            "花括号内的占位符会换成事项的内容：编号、反映人、事项、诉求、科室、登记时间、到期时间、"
            "今天、大厅"
        ),
    )
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def problems(self) -> dict[str, str]:
        """Check that every placeholder is one."""
        body = self.body or ""
        if unknown := unknown_placeholders(body):
            return {
                "body": gettext(
                    "没有这样的占位符：%(unknown)s。可用的有：%(known)s",
                    unknown=" ".join(f"{{{name}}}" for name in unknown),
                    known=" ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                )
            }
        if has_stray_brace(body):
            return {"body": gettext("有不成对的花括号：每个占位符须前后各有一个")}
        return _too_long({"body": body})

    def __str__(self) -> str:
        """Name the text."""
        return self.name
