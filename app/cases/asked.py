"""What moves ask for, field by field: its label, its kind, its bounds.

The form, REST and the checks of `operations.move` read this one table. A field that a case keeps
under the same name takes its label and its length from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cases.models import MAX_TEXT, Case
from app.cases.rules import Means, Satisfaction
from app.causes.models import Cause
from app.core.language import N_
from app.core.panel import attributes
from app.deadlines.models import MAX_WORKING_DAYS
from app.deadlines.rules import Classification
from app.departments.models import Department, Staff
from app.rulebook.models import Criterion

if TYPE_CHECKING:
    from app.core.words import Choice


@dataclass(frozen=True)
class Asked:
    """One field of a move."""

    label: str
    kind: str
    """long, text, days, yes, instant, choice, row or rows."""
    hint: str = ""
    most: int = MAX_TEXT
    choices: type[Choice] | None = None
    target: type[Any] | None = None


def _row(label: str, target: type[Any], hint: str = "", *, many: bool = False) -> Asked:
    return Asked(label, "rows" if many else "row", hint, target=target)


ASKED: dict[str, Asked] = {
    "note": Asked(N_("说明"), "long"),
    "classification": Asked(N_("分类"), "choice", choices=Classification),
    "satisfaction": Asked(N_("满意度"), "choice", choices=Satisfaction),
    "means": Asked(N_("告知方式"), "choice", choices=Means),
    "lead_department": _row(N_("主办科室"), Department),
    "assist_departments": _row(
        N_("协办科室"), Department, N_("可多选；各自签收，各自办理"), many=True
    ),
    "causes": _row(N_("办不成的原因"), Cause, N_("可多选；汇总后用于改进办事流程"), many=True),
    "add_to_list": Asked(N_("同时列入权责清单"), "yes", N_("此后这一事项直接推荐给裁定的科室")),
    "restart_clock": Asked(N_("时限重新起算"), "yes", N_("不勾选则退回期间计时不停，到期时间不变")),
    "criterion": _row(N_("适用标准"), Criterion, N_("不予受理的，理由和救济途径留空时按标准填写")),
    "decision": Asked(
        N_("答复属于行政决定"), "yes", N_("勾选后，答复书写明行政复议和行政诉讼的期限")
    ),
    "handler": _row(N_("经办人"), Staff),
    "other_case": Asked(N_("事项编号"), "case", N_("如 LQ-2026-000318"), most=32),
    "officer": Asked(N_("上门人员"), "text", N_("姓名和单位"), most=64),
    "place": Asked(N_("上门地点"), "text", most=255),
    "visit_at": Asked(N_("上门时间"), "instant"),
    "days": Asked(N_("工作日数"), "days", most=MAX_WORKING_DAYS),
    **{
        name: Asked(known.label, "long", most=known.max_length or MAX_TEXT)
        for name in ("result", "reasons", "legal_basis", "refusal_reason", "remedy")
        for known in (attributes(Case)[name],)
    },
}
"""Every field that a move of the table names."""

SAID_OTHERWISE: dict[tuple[str, str], str] = {
    ("return", "note"): N_("退回理由"),
    ("return_again", "note"): N_("退回理由"),
    ("return_assist", "note"): N_("退回理由"),
    ("settle", "note"): N_("裁定意见"),
    ("contact", "note"): N_("联系情况"),
    ("report_visit", "note"): N_("帮办情况"),
    ("raise", "note"): N_("提级事由"),
    ("instruct", "note"): N_("批示意见"),
    ("remind", "note"): N_("催办内容"),
    ("ask_extension", "note"): N_("延期理由"),
    ("ask_extension", "days"): N_("延长工作日数"),
    ("grant_extension", "days"): N_("同意延长工作日数"),
    ("ask_pause", "note"): N_("中止事由"),
    ("ask_pause", "days"): N_("最长中止工作日数"),
    ("grant_pause", "days"): N_("同意最长中止工作日数"),
    ("tell_applicant", "note"): N_("告知情况与凭证"),
    ("reclassify", "note"): N_("重新分类的理由"),
    ("callback", "note"): N_("反映人意见"),
    ("no_answer", "note"): N_("拨打情况"),
    ("explain", "note"): N_("解释情况"),
    ("reopen", "note"): N_("重新办理的理由"),
}
"""The label of a field where a move asks for something particular in it."""


def label_of(verb: str, name: str) -> str:
    """Return the label, not translated yet, of a field of a move."""
    return SAID_OTHERWISE.get((verb, name)) or ASKED[name].label
