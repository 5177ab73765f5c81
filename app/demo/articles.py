"""Invented articles of the knowledge base of Linqing, each in another state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.articles import operations
from app.articles.models import Article
from app.causes.models import Cause
from app.core.db import db
from app.departments.models import Department, Hall

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person

AUTHOR, REVIEWER = "clerk.linqing", "supervisor.linqing"
STEPS = ("submit", "approve", "publish")


@dataclass(frozen=True)
class Told:
    """An article: how far it came is the number of its steps."""

    question: str
    matter: str
    cause: str
    department: str
    solution: str
    legal_basis: str = ""
    steps: int = 3


ARTICLES = (
    Told(
        "家里老人没有智能手机，注册公司要人脸识别怎么办",
        "公司设立登记",
        "0301",
        "scjg",
        "一、窗口登记后安排就近的工作人员上门，用工作手机协助完成人脸识别。\n"
        "二、识别通过后当场完成电子签名，并核对签名是否提交成功。\n"
        "三、确实无法识别的，由本人持身份证到窗口现场核验后办理。",
        "《中华人民共和国市场主体登记管理条例》",
    ),
    Told(
        "几个窗口都说不归自己管，材料没有人收怎么办",
        "诊所备案",
        "0801",
        "xzsp",
        "一、由行政审批科牵头一次收件，不再让申请人在窗口之间往返。\n"
        "二、需要其他科室提供意见的，由窗口内部流转。\n"
        "三、出具收件凭证，写明办结时间。",
    ),
    Told(
        "两地社保互相说在等对方，转移一直办不下来怎么办",
        "养老保险关系转移接续",
        "0702",
        "sbk",
        "一、与转出地经办机构电话核对联系函是否收到、账户信息是否有误。\n"
        "二、信息有误的，当日更正后重新发函。\n"
        "三、将核对结果和预计到账时间告知申请人。",
    ),
    Told(
        "高龄津贴每年要刷脸认证，老人刷不上停发了怎么办",
        "高龄津贴",
        "0302",
        "mzk",
        "一、由村级网格员上门核验并拍照认证。\n二、恢复发放，停发的月份一并补发。",
        steps=1,
    ),
    Told(
        "个体户注销后系统里还有旧记录，不能重新办照怎么办",
        "个体工商户登记",
        "0703",
        "scjg",
        "一、核对历史注销档案。\n二、提交数据更正申请，同时在窗口先行收件。",
        steps=0,
    ),
)


def write(people: dict[str, Person], now: datetime) -> None:
    """Write the articles through the same operations as the panel."""
    hall = db.session.scalars(select(Hall).where(Hall.code == "linqing")).one()
    author, reviewer = people[AUTHOR], people[REVIEWER]
    for days, told in enumerate(ARTICLES, start=1):
        at = now - timedelta(days=30 * days)
        row = Article(
            hall=hall,
            question=told.question,
            matter=told.matter,
            solution=told.solution,
            legal_basis=told.legal_basis or None,
        )
        row.causes = list(db.session.scalars(select(Cause).where(Cause.code == told.cause)))
        row.departments = list(
            db.session.scalars(
                select(Department).where(
                    Department.hall_id == hall.id, Department.code == told.department
                )
            )
        )
        operations.write(row, actor=author)
        db.session.add(row)
        db.session.flush()
        for step in STEPS[: told.steps]:
            match step:
                case "submit":
                    operations.submit(row, actor=author)
                case "approve":
                    operations.approve(row, actor=reviewer)
                case "publish":
                    operations.publish(row, actor=reviewer, now=at)
            db.session.flush()
