"""What a ledger says, and what it should say, by code that shares nothing with the program's."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from sqlalchemy import text

from app.core.db import db
from app.core.privacy import keyring

HEADER = [
    "编号", "大厅", "来源渠道", "受理时间", "反映人", "联系电话", "事项名称", "情形", "分类",
    "反映内容", "主办科室", "协办科室", "派发时间", "时限(工作日)", "到期时间", "办结时间",
    "状态", "是否超期", "超期工作日", "办理结果", "满意度", "值班人员",
    "原答复认定有误",
]  # fmt: skip

CHANNELS = {
    "window": "窗口", "hotline": "热线", "online": "网上", "mobile": "移动端", "kiosk": "自助终端",
    "transfer": "12345 转办",
}  # fmt: skip
SITUATIONS = {
    "not_accepted": "申请未受理", "not_approved": "申请未通过", "late": "受理或审批超时",
    "repeated_visits": "多次到厅未办成", "attitude": "工作人员态度或推诿",
    "elsewhere": "别处能办此处不能办", "other": "其他合理诉求",
}  # fmt: skip
CLASSES = {
    None: None, "should_be_done": "应办未办", "unlawful": "完全不能（依法不应办）",
    "infeasible": "完全不能（客观办不了）",
}  # fmt: skip
STATES = {
    "registered": "待受理", "accepted": "待派发", "refused": "不予受理", "dispatched": "待签收",
    "signed": "办理中", "resolved": "已办结", "replied": "已答复", "closed": "已结案",
    "returned": "已退回", "disputed": "待裁定", "called_back": "已回访", "merged": "已并入",
    "archived": "已归档",
}  # fmt: skip
GRADES = {
    None: None, "5": "非常满意", "4": "满意", "3": "基本满意", "2": "不满意", "1": "非常不满意",
}  # fmt: skip
LATE, SOON, PLAIN = "00FDE3E1", "00FFF1C9", "00000000"

CASES = """
SELECT c.*, h.name AS hall, h.timezone, d.name AS lead, k.working_days, k.warn_at, k.due_at,
       k.met_at, k.verdict, k.days_late
FROM "case" c JOIN hall h ON h.id = c.hall_id LEFT JOIN department d ON d.id = c.lead_department_id
LEFT JOIN deadline k ON k.case_id = c.id AND k.current
ORDER BY c.hall_id, c.registered_at, c.id
"""
ASSISTING = """
SELECT a.case_id, d.name FROM assignment a JOIN department d ON d.id = a.department_id
WHERE a.role = 'assist' ORDER BY a.id
"""


def table(path):
    """Return the data rows of the first sheet."""
    page = load_workbook(path).worksheets[0]
    return [
        [unescape(cell) if isinstance(cell, str) else cell for cell in row]
        for row in page.iter_rows(min_row=3, values_only=True)
    ]


def column(path, title):
    return [row[HEADER.index(title)] for row in table(path)]


def grounds(path):
    """Return the colour of each data row; a row has one."""
    found = []
    for row in load_workbook(path).worksheets[0].iter_rows(min_row=3):
        (colour,) = {cell.fill.fgColor.rgb for cell in row}
        found.append(colour)
    return found


def cover(path):
    page = load_workbook(path)["说明"]
    return dict(page.iter_rows(values_only=True))


def run(statement, **values):
    """Change the database below the program, which then reads anew."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text(statement), values)


def ask(statement, **values):
    with db.engine.connect() as connection:
        return connection.execute(text(statement), values).mappings().all()


def kept(moment):
    """Return an instant, given as text in UTC, as the database keeps it."""
    value = datetime.fromisoformat(moment)
    return f"{value}.000000" if db.engine.dialect.name == "sqlite" else value.replace(tzinfo=UTC)


def instant(value):
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def expected(now, keep=lambda _case: True):
    """Return the rows that the cases' ledger should have, with the colour of each."""
    holidays = {
        str(row["date"])[:10]: bool(row["working"])
        for row in ask("SELECT date, working FROM calendar_day")
    }
    assisting = {}
    for row in ask(ASSISTING):
        assisting.setdefault(row["case_id"], []).append(row["name"])
    return [_row(case, now, holidays, assisting) for case in ask(CASES) if keep(case)]


def _row(case, now, holidays, assisting):
    def wall(name):
        value = instant(case[name])
        zone = ZoneInfo(case["timezone"])
        local = value.astimezone(zone).replace(tzinfo=None) if value else None
        return local and (local + timedelta(microseconds=500_000)).replace(microsecond=0)

    late, days = _lateness(case, now, holidays)
    soon = late is False and case["met_at"] is None and now >= instant(case["warn_at"])
    name = case["applicant_name"]
    phone = keyring().open(case["phone"]) if case["phone"] else ""
    cells = [
        case["number"], case["hall"], CHANNELS[case["channel"]], wall("accepted_at"),
        f"{name[:4]}**{name[-2:]}" if len(name) > 4 else f"{name[0]}**",
        f"{phone[:3]}****{phone[-4:]}" if phone else None,
        case["matter"], SITUATIONS[case["situation"]], CLASSES[case["classification"]],
        case["description"], case["lead"],
        "、".join(assisting.get(case["id"], [])) or None, wall("dispatched_at"),
        case["working_days"], wall("due_at"), wall("finished_at"), STATES[case["status"]],
        {None: None, True: "是", False: "否"}[late], days, case["result"] or case["reasons"],
        GRADES[case["satisfaction"]], case["on_duty"], wall("overturned_at"),
    ]  # fmt: skip
    return cells, LATE if late else SOON if soon else PLAIN


def _lateness(case, now, holidays):
    if case["due_at"] is None:
        return None, None
    if case["met_at"] is not None:
        late = case["verdict"] == "breached"
        return late, case["days_late"] if late else None
    due = instant(case["due_at"])
    if now <= due:
        return False, None
    zone = ZoneInfo(case["timezone"])
    day, last, days = due.astimezone(zone).date(), now.astimezone(zone).date(), 0
    while day < last:
        day += timedelta(days=1)
        days += holidays.get(day.isoformat(), day.weekday() < 5)
    return True, days
