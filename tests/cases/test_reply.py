"""Reasons answer what can't be done; what should have been done is done, or classified anew."""

from __future__ import annotations

import pytest

from app.cases.rules import Outcome, Status
from app.core.errors import DomainError
from app.deadlines.rules import Classification
from tests.cases.ways import SIGNED, WAYS, unlawful
from tests.cases.window import LATER, act, led, made, made_for

LAWFUL_REMEDIES = {
    "unlawful": ["complaint", "reconsideration", "litigation"],
    "infeasible": ["complaint"],
}


def signed(classification):
    return led((("accept", {"classification": classification}), *SIGNED[1:]))


@pytest.mark.parametrize("classification", list(Classification))
def test_no_reply_goes_out_without_a_remedy(demo, unlimited, classification):
    case = signed(classification.value)
    if classification is Classification.SHOULD_BE_DONE:
        with pytest.raises(DomainError, match="“应办未办”的事项应当办结"):
            act(case, "reply", LATER)
        assert (case.status, case.outcome, case.remedies) == (Status.SIGNED, None, None)
        act(case, "reclassify", LATER, classification="unlawful")
        classification = Classification.UNLAWFUL
    act(case, "reply", LATER)
    assert case.outcome is Outcome.REPLIED
    assert [it["code"] for it in case.remedies] == LAWFUL_REMEDIES[classification.value]


@pytest.mark.parametrize("classification", list(Classification))
def test_whatever_its_class_a_case_can_be_done(demo, unlimited, classification):
    case = signed(classification.value)
    act(case, "resolve", LATER)
    assert case.outcome is Outcome.RESOLVED
    assert [it["code"] for it in case.remedies] == ["complaint"]


def test_a_reply_waits_for_what_a_result_waits_for(demo, unlimited):
    for verb, words in {
        "resume": "已中止",
        "report_visit": "先填写上门",
        "tell_applicant": "告知",
        "finish_assist": "协办科室还没有办完",
    }.items():
        case = led(unlawful(WAYS[verb]))
        for answer in ("resolve", "reply"):
            with pytest.raises(DomainError, match=words):
                act(case, answer, LATER)


def test_the_button_says_why_it_is_idle(handler, at_now):
    text = handler.get(f"/cases/show/{made(Status.SIGNED)}").text
    assert "应当办结；确实不能办的，请窗口或督查人员先重新分类" in text
    assert "应当办结；" not in handler.get(f"/cases/show/{made_for('reply')}").text
