"""The clock by examples of the trade, and against walks through every day and every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from app.deadlines.clock import Stage, Terms, compute, explain, stage
from app.deadlines.hours import Hours, Remaining, advance, days_late, split, working_seconds
from app.deadlines.statutory import default_calendar
from app.deadlines.workdays import CalendarError, Day, Source, WorkCalendar

CALENDAR = default_calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Shanghai",
        "Asia/Urumqi",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "America/New_York",
    )
]
HALL = Hours(time(9), time(17, 30), SHANGHAI)
MIDNIGHT = Hours(time(9), time(17, 30), SHANGHAI, until_midnight=True)
ONE = timedelta(days=1)

INSTANTS = st.datetimes(datetime(2019, 1, 5), datetime(2030, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
YEAR_ENDS = st.builds(
    lambda year, minutes: datetime(year, 12, 31, tzinfo=UTC) + timedelta(minutes=minutes),
    st.integers(2019, 2029),
    st.integers(-9000, 9000),
)
CLOCK_CHANGES = st.builds(  # Europe and America, spring and autumn of two years
    lambda d, minutes: datetime(d.year, d.month, d.day, tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from([date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)]),
    st.integers(-4000, 4000),
)
ANY = INSTANTS | YEAR_ENDS | CLOCK_CHANGES


@st.composite
def hours(draw):
    opening = draw(st.integers(0, 22 * 60))
    closing = draw(st.integers(opening + 1, 24 * 60 - 1))
    return Hours(
        time(*divmod(opening, 60)),
        time(*divmod(closing, 60)),
        draw(st.sampled_from(ZONES)),
        until_midnight=draw(st.booleans()),
    )


def at(year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def due(start, days, hall=HALL):
    return compute(CALENDAR, start, Terms(days), hall).due_at


# --- when it is due ---------------------------------------------------------------------------


def test_two_working_days_take_in_a_make_up_sunday():
    assert due(at(2026, 9, 17, 10), 2) == at(2026, 9, 20, 17, 30)


def test_a_start_late_on_a_make_up_saturday_is_not_counted():
    assert due(at(2026, 5, 9, 23), 3) == at(2026, 5, 13, 17, 30)


def test_three_working_days_cross_the_national_holiday_to_a_make_up_saturday():
    assert due(at(2026, 9, 30, 16), 3) == at(2026, 10, 10, 17, 30)


def test_a_hall_may_end_its_days_at_midnight():
    assert due(at(2026, 9, 17, 10), 2, MIDNIGHT) == at(2026, 9, 21)


def test_the_date_is_that_of_the_hall_and_not_of_greenwich():
    start = datetime(2026, 9, 16, 16, 30, tzinfo=UTC)  # already the 17th in Shanghai
    assert due(start, 2) == at(2026, 9, 20, 17, 30)


def test_a_period_into_a_year_without_notice_is_provisional():
    term = compute(CALENDAR, at(2026, 12, 30, 10), Terms(3), HALL)
    assert term.provisional
    assert term.due_at == at(2027, 1, 5, 17, 30)
    assert not compute(CALENDAR, at(2026, 12, 30, 10), Terms(1), HALL).provisional


def test_a_start_in_a_year_without_notice_alone_does_not_make_it_provisional():
    calendar = WorkCalendar([], [2026])
    assert not compute(calendar, at(2025, 12, 31, 10), Terms(3), HALL).provisional


@given(ANY, st.integers(1, 25), hours())
def test_the_due_instant_is_the_end_of_the_day_that_a_walk_reaches(start, n, hall):
    d, left = start.astimezone(hall.tz).date(), n
    while left:
        d += ONE
        left -= CALENDAR.is_workday(d)
    term = compute(CALENDAR, start.astimezone(hall.tz), Terms(n, warn_days=n), hall)
    wall = (
        datetime.combine(d + ONE, time(), hall.tz)
        if hall.until_midnight
        else datetime.combine(d, hall.closing, hall.tz)
    )
    assert term.due_at == wall.astimezone(UTC)
    assert start <= term.warn_at <= term.due_at < term.escalate_at
    assert {i.tzinfo for i in (term.start, term.due_at, term.warn_at, term.escalate_at)} == {UTC}


@given(ANY, st.integers(1, 40), hours())
def test_the_account_of_days_is_complete(start, n, hall):
    term = compute(CALENDAR, start, Terms(n), hall)
    lines = term.days
    assert [line.date for line in lines] == [
        term.first + timedelta(days=i) for i in range((term.last - term.first).days + 1)
    ]
    assert lines[0].reason == "起算日不计入"
    assert not lines[0].counted
    assert [line.ordinal for line in lines if line.counted] == list(range(1, n + 1))
    assert all(line.counted == CALENDAR.is_workday(line.date) for line in lines[1:])
    assert all(line.ordinal is None for line in lines if not line.counted)
    assert term.provisional == any(line.provisional for line in lines[1:])


def test_computing_a_due_time_does_not_look_at_single_days(monkeypatch):
    calendar = WorkCalendar([], [2026])
    monkeypatch.setattr(calendar, "day", None)
    term = compute(calendar, at(2026, 1, 5, 10), Terms(3000), HALL)
    assert calendar.count(term.first, term.last) == 3000


# --- warning, escalation, stage ---------------------------------------------------------------


def test_the_warning_falls_in_the_morning_of_the_last_working_day():
    term = compute(CALENDAR, at(2026, 9, 17, 10), Terms(2), HALL)
    assert term.warn_at == at(2026, 9, 20, 9)


def test_a_rule_may_warn_a_working_day_sooner_and_later_in_the_day():
    terms = Terms(2, warn_days=1, warn_time=time(14))
    assert compute(CALENDAR, at(2026, 9, 17, 10), terms, HALL).warn_at == at(2026, 9, 18, 14)


@pytest.mark.parametrize("warn_days", [2, 3, 3650])
def test_a_warning_is_never_before_the_start(warn_days):
    start = at(2026, 9, 17, 10)
    term = compute(CALENDAR, start, Terms(2, warn_days=warn_days), HALL)
    assert term.warn_at == start


def test_a_warning_is_never_after_the_due_time():
    term = compute(CALENDAR, at(2026, 9, 17, 10), Terms(2, warn_time=time(20)), HALL)
    assert term.warn_at == term.due_at


def test_escalation_is_at_closing_time_some_working_days_past_due():
    terms = Terms(2, escalate_days=5)
    term = compute(CALENDAR, at(2026, 9, 17, 10), terms, HALL)
    assert term.escalate_at == at(2026, 9, 28, 17, 30)  # Mid-Autumn holiday on Friday


def test_escalation_may_be_at_once():
    term = compute(CALENDAR, at(2026, 9, 17, 10), Terms(2, escalate_days=0), HALL)
    assert term.escalate_at == term.due_at


def test_stages_change_exactly_at_their_instants():
    warn, end, late = at(2026, 9, 20, 9), at(2026, 9, 20, 17, 30), at(2026, 9, 21, 17, 30)
    tick = timedelta(microseconds=1)
    assert [
        stage(now, warn, end, late)
        for now in (warn - tick, warn, end, end + tick, late, late + tick)
    ] == [
        Stage.ON_TRACK,
        Stage.WARNING,
        Stage.WARNING,
        Stage.OVERDUE,
        Stage.OVERDUE,
        Stage.ESCALATED,
    ]


# --- working time -----------------------------------------------------------------------------


def test_a_pause_from_thursday_evening_to_monday_noon_over_a_friday_holiday():
    holiday = Day(date(2026, 6, 12), working=False, name="放假", source=Source.HOLIDAY)
    calendar = WorkCalendar([holiday], [2026])
    hall = Hours(time(10), time(18), SHANGHAI)
    paused, resumed = at(2026, 6, 11, 17, 50), at(2026, 6, 15, 12, 30)
    assert working_seconds(calendar, hall, paused, resumed) == 160 * 60


def minutes_by_walking(hall, a, b):
    wall = a.astimezone(hall.tz).replace(tzinfo=None)
    end = b.astimezone(hall.tz).replace(tzinfo=None)
    found = 0
    while wall < end:
        open_now = wall.time() >= hall.opening
        open_now = open_now and (hall.until_midnight or wall.time() < hall.closing)
        found += open_now and CALENDAR.is_workday(wall.date())
        wall += timedelta(minutes=1)
    return found


@given(ANY, st.integers(0, 4 * 24 * 60), hours())
def test_working_time_is_what_a_walk_through_the_minutes_finds(start, minutes, hall):
    a = start.replace(second=0, microsecond=0)
    b = a + timedelta(minutes=minutes)
    assert working_seconds(CALENDAR, hall, a, b) == 60 * minutes_by_walking(hall, a, b)


@given(ANY, st.integers(1, 25), hours())
def test_a_whole_period_holds_its_number_of_working_days(start, n, hall):
    term = compute(CALENDAR, start, Terms(n), hall)
    after = hall.end_of(term.first)
    assert split(working_seconds(CALENDAR, hall, after, term.due_at), hall) == Remaining(n, 0, 0)


@pytest.mark.parametrize("earlier", [at(2026, 9, 18, 11), at(2026, 9, 17, 17), at(2026, 1, 1)])
def test_working_time_backwards_is_none(earlier):
    assert working_seconds(CALENDAR, HALL, at(2026, 9, 18, 12), earlier) == 0


def test_the_hour_that_the_wall_clock_shows_twice_is_never_less_than_none():
    hall = Hours(time(0), time(18), ZoneInfo("America/New_York"), until_midnight=True)
    works = Day(date(2026, 11, 1), working=True, name="值班", source=Source.LOCAL)
    calendar = WorkCalendar([works], [2026])
    late_in_the_first = datetime(2026, 11, 1, 5, 50, tzinfo=UTC)
    early_in_the_second = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert working_seconds(calendar, hall, late_in_the_first, early_in_the_second) == 0


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_summer_time_neither_lengthens_nor_shortens_a_working_day(day):
    works = Day(day, working=True, name="值班", source=Source.LOCAL)
    hall = Hours(time(0), time(18), ZoneInfo("Europe/Berlin"))
    calendar = WorkCalendar([works], [2026])
    begin = datetime.combine(day, time(), hall.tz)
    assert working_seconds(calendar, hall, begin, hall.end_of(day)) == 18 * 3600


def test_an_evening_counts_where_the_day_ends_at_midnight():
    evening, end = at(2026, 9, 18, 18), at(2026, 9, 19)
    assert working_seconds(CALENDAR, MIDNIGHT, evening, end) == 6 * 3600
    assert working_seconds(CALENDAR, HALL, evening, end) == 0


def test_the_remaining_time_runs_on_from_where_a_pause_ended():
    term = compute(CALENDAR, at(2026, 9, 17, 10), Terms(2), HALL)
    paused, resumed = at(2026, 9, 18, 15, 30), at(2026, 9, 24, 10)
    left = working_seconds(CALENDAR, HALL, paused, term.due_at)
    # 2 h of Friday and the 8 h 30 min of the make-up Sunday; the 25th to the 27th are a holiday.
    assert split(left, HALL) == Remaining(1, 2, 0)
    assert advance(CALENDAR, HALL, resumed, left) == at(2026, 9, 28, 12)


def test_a_pause_of_no_length_changes_nothing_even_at_midnight_halls():
    for hall in (HALL, MIDNIGHT):
        end = compute(CALENDAR, at(2026, 9, 17, 10), Terms(2), hall).due_at
        now = at(2026, 9, 18, 20)
        left = working_seconds(CALENDAR, hall, now, end)
        assert advance(CALENDAR, hall, now, left) == end


def test_no_time_left_is_due_at_once():
    assert advance(CALENDAR, HALL, at(2026, 9, 19, 12), 0) == at(2026, 9, 19, 12)


@given(ANY, st.integers(1, 20 * 24 * 3600), st.booleans())
def test_advance_undoes_working_seconds(start, seconds, midnight):
    hall = Hours(time(8, 30), time(17), ZoneInfo("Asia/Kathmandu"), until_midnight=midnight)
    begin = start.replace(microsecond=0)
    end = advance(CALENDAR, hall, begin, seconds)
    assert end > begin
    assert working_seconds(CALENDAR, hall, begin, end) == seconds
    assert working_seconds(CALENDAR, hall, begin, end - timedelta(seconds=1)) == seconds - 1


def test_time_left_is_told_in_working_days_hours_and_minutes():
    assert split(8 * 3600 + 1800 + 3 * 3600 + 59, HALL) == Remaining(1, 3, 0)
    assert split(-5, HALL) == Remaining(0, 0, 0)


# --- days late --------------------------------------------------------------------------------


def test_days_late_are_working_days_after_the_due_date():
    end = at(2026, 9, 24, 17, 30)  # the 25th to the 27th are a holiday
    assert days_late(CALENDAR, HALL, end, at(2026, 9, 24, 17, 31)) == 0
    assert days_late(CALENDAR, HALL, end, at(2026, 9, 27, 12)) == 0
    assert days_late(CALENDAR, HALL, end, at(2026, 9, 28, 8)) == 1
    assert days_late(CALENDAR, HALL, end, at(2026, 9, 1)) == 0


def test_a_period_until_midnight_is_a_day_late_on_the_next_working_day():
    end = at(2026, 9, 18)  # 24:00 of Thursday
    assert days_late(CALENDAR, MIDNIGHT, end, end + timedelta(minutes=1)) == 1


@given(ANY, st.integers(0, 100), hours())
def test_days_late_are_those_that_a_walk_finds(start, days, hall):
    term = compute(CALENDAR, start, Terms(1), hall)
    now = term.due_at + timedelta(days=days)
    today = now.astimezone(hall.tz).date()
    d, late = term.last, 0
    while d < today:
        d += ONE
        late += CALENDAR.is_workday(d)
    assert days_late(CALENDAR, hall, term.due_at, now) == late


# --- the command's answer ---------------------------------------------------------------------


def test_the_explanation_is_the_command_s_answer():
    assert explain(CALENDAR, at(2026, 9, 17, 10), 2, HALL) == {
        "due_at": "2026-09-20T17:30:00+08:00",
        "provisional": False,
        "revision": 0,
        "days": [
            {"date": "2026-09-17", "counted": False, "reason": "起算日不计入"},
            {"date": "2026-09-18", "counted": True, "reason": "工作日"},
            {"date": "2026-09-19", "counted": False, "reason": "周末"},
            {"date": "2026-09-20", "counted": True, "reason": "调休上班"},
        ],
    }


def test_the_explanation_says_when_it_is_provisional():
    answer = explain(CALENDAR, at(2026, 12, 30, 10), 3, HALL)
    assert answer["provisional"] is True
    assert answer["due_at"] == "2027-01-05T17:30:00+08:00"


# --- what is refused --------------------------------------------------------------------------


def test_an_instant_without_zone_is_refused_everywhere():
    naive, aware = datetime(2026, 9, 17, 10), at(2026, 9, 17, 10)  # noqa: DTZ001
    for ask in (
        lambda: compute(CALENDAR, naive, Terms(2), HALL),
        lambda: stage(naive, aware, aware, aware),
        lambda: stage(aware, aware, naive, aware),
        lambda: working_seconds(CALENDAR, HALL, naive, aware),
        lambda: working_seconds(CALENDAR, HALL, aware, naive),
        lambda: advance(CALENDAR, HALL, naive, 1),
        lambda: days_late(CALENDAR, HALL, naive, aware),
        lambda: days_late(CALENDAR, HALL, aware, naive),
    ):
        with pytest.raises(ValueError, match="没有注明时区"):
            ask()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "instant",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime(1999, 12, 30, tzinfo=UTC),
        datetime(2101, 1, 2, tzinfo=UTC),
    ],
)
def test_an_instant_outside_the_calendar_is_refused_in_words(zone, instant):
    hall = Hours(time(9), time(17), zone)
    for ask in (
        lambda: compute(CALENDAR, instant, Terms(1), hall),
        lambda: working_seconds(CALENDAR, hall, instant, instant),
        lambda: advance(CALENDAR, hall, instant, 1),
        lambda: days_late(CALENDAR, hall, instant, instant),
    ):
        with pytest.raises(CalendarError, match="超出工作日历的范围"):
            ask()


@pytest.mark.parametrize(("opening", "closing"), [(time(9), time(9)), (time(18), time(9))])
def test_a_hall_must_open_before_it_closes(opening, closing):
    with pytest.raises(CalendarError, match="应早于下班时间"):
        Hours(opening, closing, SHANGHAI)


@pytest.mark.parametrize(
    "numbers",
    [
        {"working_days": -1},
        {"working_days": 3651},
        {"working_days": 3, "warn_days": -1},
        {"working_days": 3, "escalate_days": -1},
    ],
)
def test_a_rule_with_impossible_numbers_is_refused(numbers):
    with pytest.raises(CalendarError, match="规则的天数"):
        Terms(**numbers)
