"""Facts of referrals: to whom, with which outcome."""

from __future__ import annotations

from app.core.words import N_, Choice


class Body(Choice):
    """Who looks into it."""

    DISCIPLINE = "discipline", N_("纪检监察机关")
    INSTITUTION = "institution", N_("公共机构自身管理部门")


class Conclusion(Choice):
    """What came of a referral."""

    NOT_UPHELD = "not_upheld", N_("查无失职")
    TALK = "talk", N_("谈话提醒")
    CRITICISM = "criticism", N_("批评教育")
    RECTIFICATION = "rectification", N_("责令整改")
    DISCIPLINARY = "disciplinary", N_("党纪政务处分")
    OTHER = "other", N_("其他处理")


RECORDED = ("outcome", "findings", "concluded_at", "concluded_by", "concluded_by_id")
"""What an inspector alone records, all at once and once."""
