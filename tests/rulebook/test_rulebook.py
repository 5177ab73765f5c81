"""The rulebook in the database: which rule governs where and when, and who may change it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from app.core import scope
from app.core.db import db
from app.core.errors import OutOfScopeError
from app.core.transaction import transaction
from app.deadlines.rules import Classification
from app.departments.models import Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_of
from app.departments.rules import Role
from app.rulebook import queries
from app.rulebook.models import Criterion, RemedyRule, TextTemplate
from app.rulebook.operations import seed
from app.rulebook.rules import (
    Finding,
    Occasion,
    PeriodUnit,
    RemedyKind,
    TemplateUse,
    unknown_placeholders,
)
from tests.cases.window import hall
from tests.core.screens import beside, typed

TOLD = date(2026, 9, 17)
UNLAWFUL, INFEASIBLE = Classification.UNLAWFUL, Classification.INFEASIBLE


def told(classification, hall_code="linqing", **how):
    return [
        (item.code.value, item.until)
        for item in queries.remedies_for(classification, TOLD, hall(hall_code), **how)
    ]


COMPLAINT = ("complaint", None)
ALL = [COMPLAINT, ("reconsideration", date(2026, 11, 16)), ("litigation", date(2027, 3, 17))]


def test_the_remedies_that_really_apply(demo, unlimited):
    assert told(UNLAWFUL) == ALL
    assert told(INFEASIBLE) == [COMPLAINT]
    assert told(INFEASIBLE, decision=True) == ALL
    assert told(Classification.SHOULD_BE_DONE) == []
    assert told(None, occasion=Occasion.REFUSAL) == [COMPLAINT]


def test_a_last_day_in_a_year_without_its_holidays_is_provisional(demo, unlimited):
    found = queries.remedies_for(UNLAWFUL, TOLD, hall())
    assert [item.provisional for item in found] == [False, False, True]


def test_a_period_that_ends_in_the_holidays_ends_after_them(demo, unlimited):
    [_, reconsideration, _] = queries.remedies_for(UNLAWFUL, date(2026, 8, 4), hall())
    assert reconsideration.until == date(2026, 10, 8)


def test_a_rule_holds_from_its_first_day_to_its_last(demo, unlimited):
    before = queries.remedies_for(UNLAWFUL, date(2023, 12, 31), hall())
    assert [item.code for item in before] == [RemedyKind.COMPLAINT, RemedyKind.LITIGATION]
    rule = db.session.scalars(
        select(RemedyRule).where(RemedyRule.code == RemedyKind.LITIGATION)
    ).first()
    rule.valid_to = TOLD
    db.session.flush()
    assert len(queries.remedies_for(rule.classification, TOLD, hall(), decision=True)) == 3
    after = queries.remedies_for(rule.classification, date(2026, 9, 18), hall(), decision=True)
    assert len(after) == 2


def test_the_hall_s_own_remedy_takes_the_place_of_the_general_one(demo, unlimited):
    db.session.add(
        RemedyRule(
            name="申诉", code=RemedyKind.COMPLAINT, hall=hall(), authority="临清市督查室",
            period_number=15, period_unit=PeriodUnit.DAYS, legal_basis="本市规则",
            valid_from=date(2026, 1, 1),
        )
    )  # fmt: skip
    db.session.flush()
    found = queries.remedies_for(UNLAWFUL, TOLD, hall())
    assert found[0].authority == "临清市督查室"
    assert found[0].until == date(2026, 10, 8)  # 2 October is a holiday
    assert queries.remedies_for(UNLAWFUL, TOLD, hall("yanggu"))[0].authority != "临清市督查室"


# --- criteria and texts ----------------------------------------------------------------------


def codes(finding, code="linqing", day=TOLD):
    return [item.code for item in queries.criteria(hall(code).id, finding, day)]


def test_the_criteria_of_a_hall_on_a_day(demo, unlimited):
    assert codes(Finding.ACCEPT) == ["S1", "S2", "S3", "S4", "S5", "S6", "S7"]
    assert codes(Finding.REFUSE) == ["B1", "B2", "B3", "B4", "B5"]
    assert codes(Finding.REFUSE, day=date(2018, 1, 1)) == []
    own = Criterion(
        finding=Finding.REFUSE, code="B2", name="信访", hall=hall(), text="信访事项",
        remedy="到信访局", source="本地", valid_from=TOLD,
    )  # fmt: skip
    db.session.add(own)
    db.session.flush()
    assert own in queries.criteria(hall().id, Finding.REFUSE, TOLD)
    assert codes(Finding.REFUSE) == ["B1", "B2", "B3", "B4", "B5"]
    assert own not in queries.criteria(hall("yanggu").id, Finding.REFUSE, TOLD)


def test_every_refusal_of_the_beginning_tells_where_to_turn_to(demo, unlimited):
    for item in queries.criteria(hall().id, Finding.REFUSE, TOLD):
        assert item.remedy
        assert item.problems() == {}


def test_every_text_of_the_beginning_is_sound_and_every_use_has_some(demo, unlimited):
    for use in TemplateUse:
        found = queries.templates(hall().id, use)
        assert 2 <= len(found) <= 3
        assert [unknown_placeholders(item.body) for item in found] == [[]] * len(found)


def test_the_hall_s_own_texts_come_first_and_those_put_away_not_at_all(demo, unlimited):
    for name, active in (("本厅", True), ("不用", False)):
        db.session.add(
            TextTemplate(
                name=name, use=TemplateUse.RESULT, hall=hall(), body="已办结", active=active
            )
        )
    db.session.flush()
    names = [item.name for item in queries.templates(hall().id, TemplateUse.RESULT)]
    assert names[:2] == ["本厅", "已办结"]
    assert "不用" not in names
    assert "本厅" not in [item.name for item in queries.templates(None, TemplateUse.RESULT)]


# --- the beginning ---------------------------------------------------------------------------


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_empty_database_begins_with_the_rulebook_and_a_changed_one_keeps_its_own(app, unlimited):
    before = [count(model) for model in (Criterion, RemedyRule, TextTemplate)]
    assert all(before)
    with transaction():
        db.session.execute(delete(TextTemplate).where(TextTemplate.use != TemplateUse.RESULT))
        seed()
    assert count(TextTemplate) == 3
    with transaction():
        db.session.execute(delete(TextTemplate))
        seed()
    assert [count(model) for model in (Criterion, RemedyRule, TextTemplate)] == before


def test_the_database_too_wants_a_remedy_with_a_refusal_and_a_number_with_a_unit(app, unlimited):
    rows = (
        Criterion(
            finding=Finding.REFUSE, code="X", name="x", text="x", remedy="", source="x",
            valid_from=TOLD,
        ),
        RemedyRule(
            name="x", code=RemedyKind.COMPLAINT, authority="x", legal_basis="x",
            period_unit=PeriodUnit.DAYS, valid_from=TOLD,
        ),
        RemedyRule(
            name="x", code=RemedyKind.COMPLAINT, authority="x", legal_basis="x",
            period_unit=PeriodUnit.NONE, period_number=3, valid_from=TOLD,
        ),
    )  # fmt: skip
    for row in rows:
        db.session.add(row)
        with pytest.raises(DBAPIError):
            db.session.flush()
        db.session.rollback()


# --- pages -----------------------------------------------------------------------------------


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


def test_a_template_with_an_unknown_placeholder_is_refused_with_the_known_ones(admin):
    form = {"name": "甲", "use": "reply", "body": "{反映人}，{姓名}", "active": "y"}
    answer = admin.post("/text-templates/add", data=form)
    assert answer.status_code == 422
    [sentence] = beside(answer)["body"]
    assert "{姓名}" in sentence
    assert "{反映人}" in sentence
    assert typed(answer)["body"] == "{反映人}，{姓名}"
    assert admin.post("/text-templates/add", data=form | {"body": "{反映人}"}).status_code == 302


def test_a_refusing_criterion_without_its_remedy_is_refused(admin):
    form = {
        "finding": "refuse", "code": "B9", "name": "甲", "text": "乙", "remedy": "",
        "source": "丙", "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = admin.post("/criteria/add", data=form)
    assert answer.status_code == 422
    assert list(beside(answer)) == ["remedy"]
    assert admin.post("/criteria/add", data=form | {"finding": "accept"}).status_code == 302


@pytest.mark.parametrize(
    ("unit", "number", "wrong"),
    [
        ("days", "", True),
        ("none", "3", True),
        ("days", "0", True),
        ("days", "9999", True),
        ("none", "", False),
        ("months", "6", False),
    ],
)
def test_a_remedy_has_a_number_with_its_unit(admin, unit, number, wrong):
    form = {
        "name": "甲", "code": "complaint", "occasion": "reply", "authority": "乙",
        "period_number": number, "period_unit": unit, "legal_basis": "丙",
        "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = admin.post("/remedy-rules/add", data=form)
    assert answer.status_code == (422 if wrong else 302)
    if wrong:
        assert list(beside(answer)) == ["period_number"]


def test_the_administrator_of_one_hall_changes_its_own_rules_and_no_general_one(demo):
    with scope.everything(), transaction():
        staff = add_staff(Staff(username="admin.lq", first_name="甲", active=True), "pass-2026-x")
        appoint(staff, Role.ADMIN, hall())
        person = person_of(staff)

    def text(where):
        return TextTemplate(name="新", use=TemplateUse.RESULT, hall=where, body="已办结")

    with scope.working_for(person):
        with transaction():
            db.session.add(text(hall()))
        general = queries.templates(None, TemplateUse.RESULT)[0]
        general.body = "改了"
        with pytest.raises(OutOfScopeError):
            db.session.flush()
        db.session.rollback()
        for where in (None, hall("yanggu")):
            db.session.add(text(where))
            with pytest.raises(OutOfScopeError):
                db.session.flush()
            db.session.rollback()
