"""Published rule documents: the city's for all halls, the halls' own, one in two versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.core.db import db
from app.departments.models import Hall, Staff
from app.departments.queries import person_of
from app.rulebook.documents import operations
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.rules import EVERYWHERE, DocumentKind, midnight, unfilled

if TYPE_CHECKING:
    from datetime import date

FILLED = {
    "制定机关": "聊城市行政审批服务局",
    "咨询电话": "0635-12345",
    "监督电话": "0635-12345",
    "单位名称": "聊城市行政审批服务局",
    "联系电话": "0635-12345",
    "牵头科室": "行政审批科",
}
"""What the invented city fills into the templates."""

ON_THE_SPOT = (
    "\n4. 潘庄镇等偏远乡镇的老年人、残疾人，窗口可以请在当地检查的执法人员顺路上门，"
    "协助完成实名核验和电子签名。"
)
TWO_WORKING_DAYS = "\n3. 两个以上科室都认为不归自己管的，窗口在 2 个工作日内提请分管领导明确。"


@dataclass(frozen=True)
class Told:
    """A version: which template, in which hall (None: all), how long ago, what it adds where."""

    kind: DocumentKind
    hall: str | None
    days: int
    source: str
    before: str = ""
    added: str = ""
    published: bool = True


CITY, LINQING = "聊审服发〔2026〕1 号（虚构）", "临审服发〔2026〕8 号（虚构）"
DOCUMENTS = (
    Told(DocumentKind.CRITERIA, None, 120, CITY),
    Told(DocumentKind.PROCEDURE, None, 120, CITY),
    Told(DocumentKind.PRIVACY, None, 120, CITY),
    Told(DocumentKind.RESPONSIBILITIES, "liaocheng", 120, CITY),
    Told(DocumentKind.RESPONSIBILITIES, "yanggu", 120, "阳审服发〔2026〕3 号（虚构）"),
    Told(DocumentKind.RESPONSIBILITIES, "linqing", 120, LINQING),
    Told(DocumentKind.PROCEDURE, "linqing", 45, LINQING, "\n\n## 五、", ON_THE_SPOT),
    Told(DocumentKind.RESPONSIBILITIES, "linqing", 15, LINQING, "", TWO_WORKING_DAYS),
    Told(DocumentKind.CRITERIA, "linqing", 0, LINQING, published=False),
)


def publish(now: datetime) -> None:
    """Publish the documents through the same operations as the panel, each at its time."""
    halls = {hall.code: hall for hall in db.session.scalars(select(Hall))}
    people = {person.username: person_of(person) for person in db.session.scalars(select(Staff))}
    templates = {
        row.kind: row
        for row in db.session.scalars(select(RuleDocument).where(RuleDocument.number.is_(None)))
    }
    for told in DOCUMENTS:
        at = now - timedelta(days=told.days)
        hall = halls[told.hall] if told.hall else None
        actor = people[f"supervisor.{told.hall}" if told.hall else "admin"]
        row = _drafted(told, templates[told.kind], hall, _day(at))
        operations.write(row, actor=actor)
        db.session.add(row)
        db.session.flush()
        if told.published:
            operations.publish(row, actor=actor, now=midnight(_day(at), EVERYWHERE))


def _drafted(told: Told, template: RuleDocument, hall: Hall | None, day: date) -> RuleDocument:
    body = template.body
    for blank in unfilled(body):
        body = body.replace(blank, FILLED[blank.removeprefix("【待填：").removesuffix("】")])
    place, found, rest = body.rpartition(told.before) if told.before else (body, "", "")
    return RuleDocument(
        kind=told.kind,
        hall=hall,
        title=template.title.removesuffix("（范本）"),
        source=told.source,
        body=f"{place}{told.added}{found}{rest}",
        valid_from=day,
    )


def _day(at: datetime) -> date:
    return at.astimezone(midnight(at.date(), EVERYWHERE).tzinfo).date()
