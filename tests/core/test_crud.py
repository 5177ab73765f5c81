"""The generated pages of every kind of reference data, as the administrator uses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from app.core import scope
from app.core.crud import writing
from app.core.db import db
from app.core.panel import attributes
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay, CalendarYear
from app.deadlines.models import DeadlineRule
from app.departments.models import Department, Hall, Membership, Responsibility, Staff
from tests.core import screens
from tests.core.rows import count, kept


@dataclass(frozen=True)
class Sample:
    """An entity, a row of it as a person types it, and one change of it."""

    model: type
    typed: dict[str, str]
    found_by: str
    """What finds the new row in the list's search; empty where the list has no search."""
    change: tuple[str, str, object]
    """Field, what is typed there, and what is kept."""
    twice: frozenset[str] = frozenset()
    """The fields of which one says so when the same row is added twice."""

    @property
    def code(self):
        return self.model.__panel__.code


SAMPLES = [
    Sample(
        Hall,
        {
            "name": "东阿县政务服务大厅",
            "code": "donge",
            "prefix": "DE",
            "level": "county",
            "parent": "@聊城市政务服务大厅",
            "active": "y",
            "timezone": "Asia/Shanghai",
            "opening": "08:30",
            "closing": "17:00",
            "day_end": "closing",
        },
        "donge",
        ("name", "东阿县便民中心", "东阿县便民中心"),
        frozenset({"name", "code", "prefix"}),
    ),
    Sample(
        Department,
        {
            "hall": "@临清市政务服务大厅",
            "name": "档案科",
            "code": "dak",
            "active": "y",
            "head": "李四",
            "phone": "0635-1",
        },
        "dak",
        ("head", "王五", "王五"),
        frozenset({"name", "code"}),
    ),
    Sample(
        Responsibility,
        {
            "department": "@档案科室占位",
            "matter": "档案查询",
            "code": "da-1",
            "legal_basis": "《档案法》",
            "active": "y",
        },
        "da-1",
        ("duty", "一次办好", "一次办好"),
        frozenset({"matter", "code"}),
    ),
    Sample(
        Membership,
        {
            "user": "@王秀芝（clerk.linqing）",
            "role": "supervisor",
            "hall": "@临清市政务服务大厅",
            "department": "",
        },
        "",
        ("role", "inspector", "inspector"),
        frozenset({"hall"}),
    ),
    Sample(
        Staff,
        {
            "username": "new.person",
            "first_name": "新人",
            "active": "y",
            "password": "long-enough-1",
        },
        "new.person",
        ("first_name", "老人", "老人"),
        frozenset({"username"}),
    ),
    Sample(
        DeadlineRule,
        {
            "name": "本厅从快",
            "kind": "resolve",
            "hall": "@临清市政务服务大厅",
            "classification": "",
            "working_days": "5",
            "warn_days": "1",
            "warn_time": "10:00",
            "escalate_days": "3",
            "extensions": "1",
            "extension_days": "5",
            "pauses": "1",
            "pause_days": "10",
            "source": "本厅规则",
            "valid_from": "2026-01-01",
            "valid_to": "",
        },
        "本厅从快",
        ("working_days", "6", 6),
    ),
    Sample(
        CalendarYear,
        {"year": "2031", "notice": "某号文"},
        "",
        ("notice", "另一号文", "另一号文"),
        frozenset({"year"}),
    ),
    Sample(
        CalendarDay,
        {"date": "2031-03-03", "name": "本地停电", "source": "local"},
        "本地停电",
        ("name", "本地检修", "本地检修"),
        frozenset({"date"}),
    ),
]


@pytest.fixture(params=SAMPLES, ids=lambda sample: sample.code)
def sample(request):
    return request.param


def typed(admin, sample):
    """Return what is sent to add the sample: `@label` means the choice with that label."""
    form = admin.get(f"/{sample.code}/add")
    chosen = {}
    for name, value in sample.typed.items():
        if value == "@档案科室占位":
            chosen[name] = next(key for key in screens.choices(form, name) if key)
        elif value.startswith("@"):
            chosen[name] = screens.labelled(form, name, value[1:])
        else:
            chosen[name] = value
    return {**screens.typed(form), **chosen}


def add(admin, sample):
    """Add the sample; return its id."""
    answer = admin.post(f"/{sample.code}/add", data=typed(admin, sample))
    assert answer.status_code == 302, screens.summary(answer)
    number = int(answer.headers["Location"].rsplit("/", 1)[1])
    assert kept(sample.model, number) is not None
    return number


# --- every entity ------------------------------------------------------------------------------


def test_a_row_is_added_found_shown_edited_and_deleted(admin, sample):
    base, before = f"/{sample.code}", count(sample.model)
    number = add(admin, sample)
    if sample.found_by:
        assert len(screens.rows(admin.get(f"{base}/list/?q={sample.found_by}"))) == 1
    name, value, expected = sample.change
    shown = screens.text_of(admin.get(f"{base}/show/{number}"))
    for attribute in attributes(sample.model).values():
        assert attribute.many or attribute.label in shown, attribute.name
    form = screens.typed(admin.get(f"{base}/edit/{number}"))
    assert not set(form) & set(sample.model.__panel__.frozen)
    saved = admin.post(f"{base}/edit/{number}", data={**form, name: value})
    assert saved.status_code == 302, screens.summary(saved)
    assert getattr(kept(sample.model, number), name) == expected
    stale = admin.post(f"{base}/edit/{number}", data={**form, name: sample.typed.get(name, "")})
    assert stale.status_code == 409
    assert getattr(kept(sample.model, number), name) == expected
    assert "不能恢复" in screens.text_of(admin.get(f"{base}/delete/{number}"))
    assert admin.post(f"{base}/delete/{number}").status_code == 302
    assert kept(sample.model, number) is None
    assert count(sample.model) == before
    assert admin.get(f"{base}/show/{number}").status_code == 404


def test_the_same_row_twice_is_refused_beside_its_field(admin, sample):
    data = typed(admin, sample)
    assert admin.post(f"/{sample.code}/add", data=data).status_code == 302
    before = count(sample.model)
    again = admin.post(f"/{sample.code}/add", data=data)
    if not sample.twice:  # two rules may say the same
        assert again.status_code == 302
        return
    assert again.status_code == 422
    [(field, [sentence])] = screens.beside(again).items()
    assert field in sample.twice
    assert "已有相同" in sentence
    assert count(sample.model) == before


def test_an_empty_form_says_what_is_missing_and_keeps_quiet_otherwise(admin, sample):
    before = count(sample.model)
    empty = admin.post(f"/{sample.code}/add", data={})
    assert empty.status_code == 422
    missing = set(screens.beside(empty))
    required = {
        name: item.default
        for name, item in attributes(sample.model).items()
        if item.required and name in sample.typed
    }
    assert {name for name, default in required.items() if default is None} <= missing
    assert missing <= {*required, "password"}
    assert count(sample.model) == before


# --- deleting what is in use ----------------------------------------------------------------------


def first(model, **wanted):
    db.session.rollback()
    with scope.everything():
        return db.session.scalars(select(model).filter_by(**wanted)).first().id


def test_what_is_in_use_is_not_deleted_and_says_by_what(admin):
    hall, department = first(Hall, code="linqing"), first(Department, code="scjg")
    for code, model, number, word in (
        ("halls", Hall, hall, "科室"),
        ("departments", Department, department, "权责清单"),
        ("staff", Staff, first(Staff, username="clerk.linqing"), "任职"),
        ("deadline-rules", DeadlineRule, first(DeadlineRule), "时限"),
    ):
        before = count(model)
        asked = admin.get(f"/{code}/delete/{number}")
        assert word in screens.text_of(asked)
        assert "正在使用" in screens.text_of(asked)
        assert not screens.tree(asked).xpath("//form[contains(@action, '/delete/')]")
        assert admin.post(f"/{code}/delete/{number}").status_code == 409
        assert count(model) == before


def test_a_row_that_comes_into_use_while_one_confirms_is_kept(admin, monkeypatch):
    number = add(admin, SAMPLES[0])
    asked = []

    def nothing_yet(row):
        asked.append(row.id)
        return [] if len(asked) == 1 else ["有 1 条“科室”正在使用它"]

    assert admin.get(f"/halls/delete/{number}").status_code == 200
    with scope.everything(), transaction():
        db.session.add(Department(hall_id=number, name="新科室", code="new"))
    monkeypatch.setattr(writing, "in_use", nothing_yet)
    answer = admin.post(f"/halls/delete/{number}")
    assert answer.status_code == 409
    assert "正在使用" in screens.text_of(answer)
    assert kept(Hall, number) is not None
    assert asked == [number, number]


def test_deleting_twice_says_not_found(admin):
    number = add(admin, SAMPLES[1])
    assert admin.post(f"/departments/delete/{number}").status_code == 302
    assert admin.post(f"/departments/delete/{number}").status_code == 404


def test_a_day_says_who_wrote_it(admin):
    number = add(admin, SAMPLES[-1])
    day = kept(CalendarDay, number)
    assert (day.date, day.changed_by, day.version) == (date(2031, 3, 3), "系统管理员", 1)
    assert day.changed_at is not None
