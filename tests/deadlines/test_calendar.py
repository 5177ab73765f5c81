"""The calendar as data: every change on any path is a revision, and the next answer knows it."""

from __future__ import annotations

import io
import threading
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.calendar import differences, replace_years, seed
from app.deadlines.calendar_models import CalendarDay, CalendarRevision, CalendarYear
from app.deadlines.models import DeadlineRule
from app.deadlines.queries import calendar, missing_year, revision
from app.deadlines.workdays import Day, Source
from tests.core import screens

pytestmark = pytest.mark.usefixtures("unlimited")

SHANGHAI = ZoneInfo("Asia/Shanghai")
TYPED = {"date": "2027-03-03", "name": "停电", "source": "local"}
FILE = "日期,是否上班,名称\n2027-01-01,0,元旦\n2027-01-02,1,调休上班\n2027-03-03,0,停电\n"


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


def latest():
    db.session.rollback()
    return db.session.get(CalendarRevision, revision())


def works(day):
    db.session.rollback()
    return calendar().is_workday(day)


def upload(client, text=FILE, name="2027.csv", **typed):
    body = text if isinstance(text, bytes) else text.encode()
    return client.post(
        "/calendar-days/import",
        data={**typed, "file": (io.BytesIO(body), name)},
        content_type="multipart/form-data",
    )


# --- seed ----------------------------------------------------------------------------------------


def test_a_new_database_has_the_published_years_and_linqings_rules(app):
    years = db.session.scalars(select(CalendarYear.year).where(CalendarYear.final)).all()
    assert sorted(years) == list(range(2019, 2027))
    assert works(date(2026, 9, 20))
    assert not works(date(2026, 10, 1))
    rules = db.session.execute(select(DeadlineRule.kind, DeadlineRule.working_days)).all()
    assert sorted(rules) == [
        ("callback", 3),
        ("contact", 0),
        ("reply", 2),
        ("resolve", 3),
        ("sign", 1),
    ]


def test_seeding_again_changes_nothing_and_keeps_what_was_edited(app):
    with transaction():
        db.session.add(
            CalendarDay(date=date(2026, 3, 3), working=False, name="停电", source="local")
        )
        db.session.scalars(select(DeadlineRule)).first().working_days = 9
    before, days = revision(), db.session.scalar(select(func.count(CalendarDay.id)))
    with transaction():
        seed()
    assert (revision(), db.session.scalar(select(func.count(CalendarDay.id)))) == (before, days)
    assert not works(date(2026, 3, 3))
    assert 9 in db.session.scalars(select(DeadlineRule.working_days)).all()


# --- revisions -----------------------------------------------------------------------------------


def test_the_form_makes_a_revision_by_whoever_it_was(admin):
    day, before = date(2027, 3, 3), revision()
    db.session.remove()
    assert works(day)
    assert admin.post("/calendar-days/add", data=TYPED).status_code == 302
    assert not works(day)
    assert latest().id > before
    assert (latest().actor, latest().what) == ("系统管理员", "2027-03-03 停电")
    number = db.session.scalar(select(CalendarDay.id).where(CalendarDay.date == day))
    before = revision()
    db.session.remove()
    form = screens.typed(admin.get(f"/calendar-days/edit/{number}"))
    assert (
        admin.post(f"/calendar-days/edit/{number}", data={**form, "working": "y"}).status_code
        == 302
    )
    assert works(day)
    assert latest().id > before
    before = revision()
    db.session.remove()
    assert admin.post(f"/calendar-days/delete/{number}").status_code == 302
    assert works(day)
    assert latest().id > before


def test_an_edit_that_changes_nothing_makes_no_revision(admin):
    admin.post("/calendar-days/add", data=TYPED)
    before = latest().id
    number = db.session.scalar(select(CalendarDay.id).where(CalendarDay.name == "停电"))
    db.session.remove()
    form = screens.typed(admin.get(f"/calendar-days/edit/{number}"))
    assert admin.post(f"/calendar-days/edit/{number}", data=form).status_code == 302
    assert latest().id == before


def test_a_year_makes_a_revision(admin):
    before = revision()
    db.session.remove()
    assert (
        admin.post(
            "/calendar-years/add", data={"year": "2027", "final": "y", "notice": "某号文"}
        ).status_code
        == 302
    )
    assert latest().id > before
    assert calendar().is_final(date(2027, 5, 1))


def test_rest_makes_a_revision(demo, token, admin):
    headers, program = token(demo, "admin"), demo.test_client()
    numbers = [latest().id]
    made = program.post(
        "/api/v1/calendar-days/",
        headers=headers,
        json={"date": "2027-03-03", "name": "停电", "working": False, "source": "local"},
    )
    assert made.status_code == 201, made.json
    assert not works(date(2027, 3, 3))
    address = f"/api/v1/calendar-days/{made.json['id']}"
    numbers.append(latest().id)
    assert program.put(address, headers=headers, json={"working": True}).status_code == 200
    assert works(date(2027, 3, 3))
    numbers.append(latest().id)
    assert program.delete(address, headers=headers).status_code == 200
    numbers.append(latest().id)
    assert len(set(numbers)) == 4


def test_a_change_that_is_rolled_back_leaves_no_trace(app):
    before = revision()

    def change():
        with transaction():
            db.session.add(
                CalendarDay(date=date(2027, 3, 3), working=False, name="停电", source="local")
            )
            db.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert revision() == before
    assert works(date(2027, 3, 3))


def test_of_two_changes_at_once_the_latest_calendar_has_both(app):
    def add(day):
        db.session.add(CalendarDay(date=day, working=False, name="停电", source="local"))
        db.session.flush()

    def other():
        with app.app_context(), scope.everything():
            with transaction():
                add(date(2027, 3, 4))
            db.session.remove()

    second = threading.Thread(target=other)
    with transaction():
        add(date(2027, 3, 3))
        second.start()
        second.join(1)
        reader = threading.Thread(target=lambda: _look(app))
        reader.start()
        reader.join(30)
    second.join(60)
    assert not works(date(2027, 3, 3))
    assert not works(date(2027, 3, 4))


def _look(app):
    with app.app_context(), scope.everything():
        calendar()
        db.session.remove()


# --- import --------------------------------------------------------------------------------------


def test_the_page_previews_a_file_and_changes_nothing(admin):
    before = latest().id
    answer = upload(admin)
    assert answer.status_code == 200
    assert screens.rows(answer) == [
        ["2027-01-01", "按周一至周五", "休息 · 元旦"],
        ["2027-01-02", "按周一至周五", "上班 · 调休上班"],
        ["2027-03-03", "按周一至周五", "休息 · 停电"],
    ]
    assert latest().id == before
    assert not calendar().is_final(date(2027, 1, 1))


def test_the_page_imports_a_file_when_told_to(admin):
    before = latest().id
    assert upload(admin, apply="y").status_code == 302
    db.session.rollback()
    days = calendar()
    assert days.is_final(date(2027, 1, 1))
    assert days.is_workday(date(2027, 1, 2))
    assert not days.is_workday(date(2027, 3, 3))
    assert latest().id == before + 1
    assert "2027" in latest().what
    year = db.session.scalars(select(CalendarYear).where(CalendarYear.year == 2027)).one()
    assert "2027.csv" in year.notice
    db.session.remove()
    assert screens.rows(upload(admin)) == [] or "没有变化" in screens.text_of(upload(admin))


def test_a_year_that_is_imported_is_replaced_whole(admin):
    upload(admin, apply="y")
    upload(admin, "2027-05-05,0,另一天\n", apply="y")
    assert works(date(2027, 3, 3))
    assert not works(date(2027, 1, 2))
    assert not works(date(2027, 5, 5))
    assert not works(date(2026, 10, 1))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n",
        b"\x00\x01",
        b"PK\x03\x04rubbish",
        "日期,是否上班\n2027-02-30,0\n".encode(),
        b"2027-01-01,maybe,x\n",
        b"2027-01-01,0,a\n2027-01-01,1,b\n",
        f"2027-01-01,0,{'名' * 65}\n".encode(),
        b'2027-01-01,0,"open\n',
        b"1850-01-01,0,x\n",
    ],
    ids=[
        "empty",
        "blank",
        "binary",
        "a-workbook",
        "no-such-day",
        "neither",
        "contradiction",
        "long-name",
        "open-quote",
        "too-early",
    ],
)
def test_a_bad_file_is_refused_and_changes_nothing(admin, body):
    before = latest().id
    answer = upload(admin, body, apply="y")
    assert answer.status_code == 422
    assert screens.summary(answer)
    assert latest().id == before
    no_file = admin.post("/calendar-days/import", data={"apply": "y"})
    assert no_file.status_code == 422


def test_a_name_of_the_greatest_length_is_kept(admin):
    assert upload(admin, f"2027-01-01,0,{'名' * 64}\n", apply="y").status_code == 302
    db.session.rollback()
    assert (
        db.session.scalar(select(CalendarDay.name).where(CalendarDay.date == date(2027, 1, 1)))
        == "名" * 64
    )


def test_a_hostile_file_name_is_only_text(admin):
    assert upload(admin, name="<script>alert(1)</script>" * 20, apply="y").status_code == 302
    page = admin.get("/calendar-years/list/")
    assert "<script>alert" not in page.text


def test_only_the_administrator_imports(demo, login):
    for username in ("clerk.linqing", "supervisor.linqing", "inspector.liaocheng"):
        client = login(demo, username)
        assert client.get("/calendar-days/import").status_code == 403
        assert upload(client, apply="y").status_code == 403
    assert works(date(2027, 3, 3))


def test_differences_name_what_appears_changes_and_goes(app):
    with transaction():
        replace_years(
            [
                Day(date(2027, 1, 1), working=False, name="元旦", source=Source.HOLIDAY),
                Day(date(2027, 3, 3), working=False, name="停电", source=Source.HOLIDAY),
            ],
            [2027],
            notice="x",
        )
    found = differences(
        [
            Day(date(2027, 1, 1), working=False, name="元旦", source=Source.HOLIDAY),
            Day(date(2027, 3, 3), working=False, name="停水", source=Source.HOLIDAY),
            Day(date(2027, 3, 4), working=True, name="工作日", source=Source.WEEKDAY),
            Day(date(2027, 3, 6), working=True, name="调休上班", source=Source.MAKE_UP),
        ],
        [2027],
    )
    assert [
        (item.date, item.before and item.before.name, item.after and item.after.name)
        for item in found
    ] == [(date(2027, 3, 3), "停电", "停水"), (date(2027, 3, 6), None, "调休上班")]
    gone = differences([], [2027])
    assert [item.after for item in gone] == [None, None]


# --- the coming year -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 10, 31, 23, 59, tzinfo=SHANGHAI), None),
        (datetime(2026, 11, 1, tzinfo=SHANGHAI), 2027),
        (datetime(2026, 12, 31, tzinfo=SHANGHAI), 2027),
        (datetime(2025, 11, 1, tzinfo=SHANGHAI), None),
    ],
)
def test_next_years_notice_is_missed_from_november_on(app, now, expected):
    assert missing_year(now) == expected


def test_the_administrator_is_warned_until_the_notice_is_in(demo, login, admin, monkeypatch):
    monkeypatch.setattr("app.core.clock.now", lambda: datetime(2026, 11, 1, tzinfo=UTC))
    words = "2027 年的放假安排尚未录入"
    assert words in admin.get("/").text
    assert words in admin.get("/halls/list/").text
    assert words not in login(demo, "clerk.linqing").get("/").text
    upload(admin, apply="y")
    assert words not in admin.get("/").text
