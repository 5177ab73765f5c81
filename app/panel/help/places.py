"""Which part of the guide belongs to which screen, as data."""

from __future__ import annotations

LIFE, FINDING, CLOCKS = "README#一件事从登记到结案", "README#查找、筛选和导出", "README#时限"
KNOWLEDGE, IMPROVING, LEDGERS = "README#知识库", "README#整改", "README#台账"
WATCHING, APPEALS, ROSTER = "README#督办与追责", "README#申诉与复议", "README#值班"
RULES, IMPORTS, MESSAGES = "README#规则文件", "README#从表格导入", "README#消息"
ADMIN, SUPERVISOR, PRIVACY = "README#系统管理员", "README#督查人员", "README#个人信息"
CAUSES, BOTH, BENCH = "README#办不成的原因", "README#两个人同时改一件事", "README#工作台"

PLACES: dict[str, tuple[str, ...]] = {
    "/": (BENCH, LIFE),
    "/notices": (MESSAGES,),
    "/password": (ADMIN,),
    # cases
    "/cases": (LIFE, CLOCKS, PRIVACY, BOTH),
    "/cases/add": (LIFE, "yanggu#1. 登记", "linqing#2. 登记和分类"),
    "/cases/columns": (FINDING,),
    "/views": (FINDING,),
    "/cases/list": (FINDING, LIFE),
    "/cases/list?tab=registered": (LIFE, "linqing#2. 登记和分类", FINDING),
    "/cases/list?tab=accepted": (LIFE, "yanggu#3. 转给责任科室", FINDING),
    "/cases/list?tab=dispatched": (LIFE, FINDING),
    "/cases/list?tab=signed": (LIFE, CLOCKS, FINDING),
    "/cases/list?tab=returned": (LIFE, FINDING),
    "/cases/list?tab=disputed": (LIFE, SUPERVISOR, FINDING),
    "/cases/list?tab=finished": (LIFE, "linqing#7. 回访和结案", FINDING),
    "/cases/list?tab=called_back": (LIFE, CAUSES, FINDING),
    "/cases/list?tab=warning": (CLOCKS, FINDING),
    "/cases/list?tab=overdue": (WATCHING, "linqing#9. 超期和督办", FINDING),
    "/cases/handover": (LIFE,),
    "/cases/moves": (LIFE,),
    "/attachments": (LIFE,),
    "/papers": ("README#文书和公开查询",),
    # duty
    "/roster": (ROSTER, "linqing#1. 值班表"),
    "/swaps": (ROSTER,),
    "/windows": (ROSTER,),
    "/duties": (ROSTER,),
    # time and supervision
    "/supervision-cards": (WATCHING, "linqing#9. 超期和督办"),
    "/appeals": (APPEALS, "rule-of-law#7. 申诉、行政复议、行政诉讼"),
    "/referrals": (WATCHING, "rule-of-law#5. 责任和移交"),
    "/accountability": (WATCHING, "rule-of-law#5. 责任和移交"),
    "/deadlines": (CLOCKS, "linqing#4. 时限"),
    "/events": (LIFE, PRIVACY),
    # knowledge
    "/knowledge": (KNOWLEDGE, "yanggu#4. 知识库"),
    "/articles": (KNOWLEDGE, "yanggu#6. 写出解决办法"),
    "/frequent-problems": (KNOWLEDGE, "yanggu#5. 高频问题"),
    "/improvements": (IMPROVING, "liaocheng#7. 从短板到整改", "liaocheng#8. 有没有改好"),
    # ledgers and figures
    "/ledgers": (LEDGERS, SUPERVISOR, "linqing#10. 台账"),
    "/ledger-templates": (LEDGERS, SUPERVISOR),
    "/ledger-tasks": (LEDGERS,),
    "/ledger-subscriptions": (SUPERVISOR, LEDGERS),
    "/ledger-sendings": (SUPERVISOR, LEDGERS),
    "/unmasked-ledgers": (LEDGERS, PRIVACY),
    "/overview": (
        "README#办件统计",
        "liaocheng#2. 全市的数字",
        "liaocheng#3. 排名：哪里慢，卡在哪里",
    ),
    "/imports": (IMPORTS,),
    # reference data
    "/rule-documents": (RULES, "rule-of-law#2. 受理有标准，规则公开"),
    "/responsibilities": (ADMIN, "linqing#3. 权责清单"),
    "/halls": (ADMIN,),
    "/departments": (ADMIN,),
    "/deadline-rules": (CLOCKS,),
    "/supervision-rules": (WATCHING,),
    "/criteria": ("rule-of-law#2. 受理有标准，规则公开", LIFE),
    "/causes": (CAUSES, "liaocheng#6. 原因"),
    "/frequency-rules": (KNOWLEDGE,),
    "/remedy-rules": (APPEALS, "rule-of-law#6. 答复书写明救济途径"),
    "/remedy-periods": (APPEALS,),
    "/text-templates": (LIFE, "README#文书和公开查询"),
    "/calendar-days": (ADMIN, CLOCKS),
    "/calendar-years": (ADMIN, CLOCKS),
    "/calendar-revisions": (ADMIN, CLOCKS),
    "/recompute": (CLOCKS, SUPERVISOR),
    # administration
    "/staff": (ADMIN,),
    "/memberships": (ADMIN,),
    "/changes": (BOTH, ADMIN),
    "/notice-rules": (MESSAGES,),
    "/notice-targets": (MESSAGES,),
    "/deliveries": (MESSAGES,),
    "/jobs": ("README#备份", ADMIN),
}
"""Address → page and heading of the guide; the longest address that a screen begins with counts."""


def parts_of(path: str, tab: str = "") -> tuple[str, ...]:
    """Return the parts that belong to a screen; none where nothing is said of it."""
    plain = path.rstrip("/")
    if not plain:
        return PLACES["/"]
    steps = plain.split("/")
    asked = [f"{plain}?tab={tab}", *("/".join(steps[:end]) for end in range(len(steps), 1, -1))]
    return next((PLACES[place] for place in asked if place in PLACES), ())
