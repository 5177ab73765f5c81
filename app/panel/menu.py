"""The left menu, by task: each entry with the entity and letter that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.language import N_, gettext
from app.core.security import may

if TYPE_CHECKING:
    from collections.abc import Mapping

MENU: tuple[tuple[str, tuple[tuple[str, str, str, str, str], ...]], ...] = (
    ("", ((N_("工作台"), "/", "", "", ""), (N_("消息", "menu"), "/notices/", "", "", "unread"))),
    (
        N_("办件"),
        (
            (N_("登记事项"), "/cases/add", "cases", "a", ""),
            (N_("待受理"), "/cases/list/?tab=registered", "cases", "r", "registered"),
            (N_("待派发"), "/cases/list/?tab=accepted", "cases", "r", "accepted"),
            (N_("待签收"), "/cases/list/?tab=dispatched", "cases", "r", "dispatched"),
            (N_("办理中"), "/cases/list/?tab=signed", "cases", "r", "signed"),
            (N_("已退回"), "/cases/list/?tab=returned", "cases", "r", "returned"),
            (N_("待裁定"), "/cases/list/?tab=disputed", "cases", "r", "disputed"),
            (N_("待回访"), "/cases/list/?tab=finished", "cases", "r", "finished"),
            (N_("待结案"), "/cases/list/?tab=called_back", "cases", "r", "called_back"),
            (N_("移交经办"), "/cases/handover", "handover", "r", ""),
            (N_("全部事项"), "/cases/list/", "cases", "r", ""),
        ),
    ),
    (
        N_("值班"),
        (
            (N_("值班表"), "/roster/", "duties", "r", ""),
            (N_("换班", "menu"), "/swaps/list/", "swaps", "r", "swaps"),
            (N_("值班窗口"), "/windows/list/", "windows", "r", ""),
        ),
    ),
    (
        N_("时限与督办"),
        (
            (N_("临期预警"), "/cases/list/?tab=warning", "cases", "r", "warning"),
            (N_("超期督办"), "/cases/list/?tab=overdue", "cases", "r", "overdue"),
            (N_("督办单"), "/supervision-cards/list/", "supervision-cards", "r", ""),
            (N_("申诉与复议"), "/appeals/list/", "appeals", "r", ""),
            (N_("移交追责"), "/referrals/list/", "referrals", "r", ""),
            (N_("时限一览"), "/deadlines/list/", "deadlines", "r", ""),
            (N_("办理过程"), "/events/list/", "events", "x", ""),
        ),
    ),
    (
        N_("知识库"),
        (
            (N_("查找办法"), "/knowledge/list/", "knowledge", "r", ""),
            (N_("撰写与审核"), "/articles/list/", "articles", "r", ""),
            (N_("高频问题"), "/frequent-problems/list/", "frequent-problems", "r", ""),
            (N_("整改事项"), "/improvements/list/", "improvements", "r", ""),
        ),
    ),
    (
        N_("台账与统计"),
        (
            (N_("台账中心"), "/ledgers/list/", "ledgers", "r", ""),
            (N_("台账模板"), "/ledger-templates/list/", "ledger-templates", "r", ""),
            (N_("我的台账"), "/ledger-tasks/list/", "ledger-tasks", "r", ""),
            (N_("台账订阅"), "/ledger-subscriptions/list/", "ledger-subscriptions", "r", ""),
            (N_("台账发送记录"), "/ledger-sendings/list/", "ledger-sendings", "r", ""),
            (N_("未脱敏台账"), "/unmasked-ledgers/list/", "unmasked-ledgers", "r", ""),
            (N_("办件统计"), "/overview/", "overview", "r", ""),
            (N_("导入表格"), "/imports/", "imports", "a", ""),
            (N_("导入记录"), "/imports/list/", "imports", "r", ""),
        ),
    ),
    (
        N_("资料"),
        (
            (N_("事项的流转"), "/cases/moves", "cases", "r", ""),
            (N_("规则文件"), "/rule-documents/list/", "rule-documents", "r", ""),
            (N_("权责清单"), "/responsibilities/list/", "responsibilities", "r", ""),
            (N_("大厅", "menu"), "/halls/list/", "halls", "r", ""),
            (N_("科室", "menu"), "/departments/list/", "departments", "r", ""),
            (N_("时限规则"), "/deadline-rules/list/", "deadline-rules", "r", ""),
            (N_("督办规则"), "/supervision-rules/list/", "supervision-rules", "r", ""),
            (N_("受理标准"), "/criteria/list/", "criteria", "r", ""),
            (N_("办不成的原因"), "/causes/list/", "causes", "r", ""),
            (N_("高频问题标准"), "/frequency-rules/list/", "frequency-rules", "r", ""),
            (N_("救济途径"), "/remedy-rules/list/", "remedy-rules", "r", ""),
            (N_("救济办理期限"), "/remedy-periods/list/", "remedy-periods", "r", ""),
            (N_("文书模板"), "/text-templates/list/", "text-templates", "r", ""),
            (N_("工作日历"), "/calendar-days/list/", "calendar-days", "r", ""),
            (N_("日历年度"), "/calendar-years/list/", "calendar-years", "a", ""),
            (N_("更正在办时限"), "/recompute/preview", "recompute", "r", ""),
        ),
    ),
    (
        N_("管理"),
        (
            (N_("人员", "menu"), "/staff/list/", "staff", "r", ""),
            (N_("任职", "menu"), "/memberships/list/", "memberships", "r", ""),
            (N_("变更记录"), "/changes/list/", "changes", "r", ""),
            (N_("通知规则"), "/notice-rules/list/", "notice-rules", "r", ""),
            (N_("通知渠道"), "/notice-targets/list/", "notice-targets", "r", ""),
            (N_("发送记录"), "/deliveries/list/", "deliveries", "r", "dead"),
            (N_("定时任务"), "/jobs/list/", "jobs", "r", ""),
            (N_("日历修订"), "/calendar-revisions/list/", "calendar-revisions", "r", ""),
        ),
    ),
)
"""Heading → (label, address, entity, letter, name of its count)."""

TONES = {"warning": "warn", "overdue": "late", "dead": "late"}


@dataclass(frozen=True)
class Item:
    """One entry of the menu."""

    label: str
    url: str
    active: bool
    count: int | None
    tone: str


def menu(path: str, counts: Mapping[str, int]) -> list[tuple[str, list[Item]]]:
    """Return the menu of the person, with the entry of this address marked."""
    best = _best(path)
    groups = []
    for heading, entries in MENU:
        items = [
            Item(gettext(label), url, url == best, counts.get(count), TONES.get(count, ""))
            for label, url, code, letter, count in entries
            if not code or may(code, letter)
        ]
        if items:
            groups.append((gettext(heading) if heading else "", items))
    return groups


def _best(path: str) -> str:
    """Find the entry that an address belongs to: itself, or the list of its entity."""
    urls = [url for _, entries in MENU for _, url, *_ in entries]
    if path in urls:
        return path
    plain = path.partition("?")[0]
    if plain in urls:
        return plain
    root = plain.split("/")[1] if "/" in plain else ""
    return f"/{root}/list/"
