"""The criterion of a decision is one that holds in the hall on the day of the decision."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.transaction import transaction
from app.rulebook.models import Criterion
from app.rulebook.rules import Finding
from tests.cases.window import act, criterion, hall, register

EVENING = datetime(2026, 9, 17, 16, 30, tzinfo=UTC)
"""Half past midnight of the 18th at Linqing, while it is the 17th still by UTC."""

VERBS = {"accept": Finding.ACCEPT, "refuse": Finding.REFUSE}


def kept(finding, valid_from, valid_to=None, code="X1", hall_code="linqing"):
    """Add a criterion of a hall; committed."""
    row = Criterion(
        finding=finding, code=code, name="本地标准", hall=hall(hall_code), text="本地标准的内容",
        remedy="到主管部门办理", source="本地文件", valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip
    with transaction():
        db.session.add(row)
    return row


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("valid_from", "valid_to", "holds"),
    [
        (date(2026, 9, 18), None, True),
        (date(2026, 9, 1), date(2026, 9, 18), True),
        (date(2026, 9, 1), date(2026, 9, 17), False),
        (date(2026, 9, 19), None, False),
    ],
)
def test_a_criterion_applies_on_its_days_alone(demo, unlimited, verb, valid_from, valid_to, holds):
    row, case = kept(VERBS[verb], valid_from, valid_to), register(now=EVENING)
    if holds:
        act(case, verb, EVENING, criterion=row)
        assert case.criterion is row
        return
    with pytest.raises(InvalidInputError) as refused:
        act(case, verb, EVENING, criterion=row)
    assert set(refused.value.problems) == {"criterion"}
    assert (case.status, case.criterion) == (Status.REGISTERED, None)


@pytest.mark.parametrize("verb", VERBS)
def test_another_hall_s_criterion_and_one_for_the_other_finding_are_none(demo, unlimited, verb):
    case, other = register(), next(it for it in VERBS if it != verb)
    for row in (kept(VERBS[verb], date(2026, 1, 1), hall_code="yanggu"), criterion(VERBS[other])):
        with pytest.raises(InvalidInputError):
            act(case, verb, criterion=row)


def test_the_general_criterion_gives_way_to_the_hall_s_own(demo, unlimited):
    general = criterion()
    own = kept(Finding.REFUSE, date(2026, 1, 1), code=general.code)
    with pytest.raises(InvalidInputError):
        act(register(), "refuse", criterion=general)
    assert act(register(), "refuse", criterion=own).criterion is own


@pytest.mark.parametrize("verb", VERBS)
def test_the_form_offers_what_holds_on_the_hall_s_day(demo, login, monkeypatch, verb):
    with scope.everything():
        today = kept(VERBS[verb], date(2026, 9, 18), code="X1").id
        past = kept(VERBS[verb], date(2026, 9, 1), date(2026, 9, 17), code="X2").id
        case = register().id
    monkeypatch.setattr("app.core.clock.now", lambda: EVENING)
    text = login(demo, "clerk.linqing").get(f"/cases/{case}/{verb}").text
    assert f'value="{today}"' in text
    assert f'value="{past}"' not in text
