"""What leaves: by day, once, tried again when it failed, and known when nobody can know."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.notices import delivery
from app.notices.models import Notice
from app.notices.operations import resend
from app.notices.rules import BACK_OFF, MOST_IN_DIGEST, PATIENCE, Pace, State, TargetKind, Way
from tests.cases.window import acting, hall, register
from tests.conftest import NOW
from tests.notices.post import Sender
from tests.notices.telling import ask, deliver, fan_out, notices, run, states

MINUTE = timedelta(minutes=1)
EVENING, MORNING = NOW.replace(hour=12), NOW.replace(day=18, hour=1)
"""Thursday 20:00 and Friday 9:00 in Linqing."""


def stuck(number):
    return db.session.get(Notice, number, populate_existing=True)


@pytest.fixture
def told_by_mail(rule, mailbox, mail):
    """Tell the supervisor of Linqing of what is registered, by mail."""

    def begin(pace=Pace.AT_ONCE):
        mailbox("supervisor.linqing", "sun@linqing.gov.cn")
        rule("registered", "hall_supervisors", mail=True, pace=pace)
        return mail

    return begin


@pytest.fixture
def told_by_web(quiet, rule, channel, web):
    """Tell an interface of what is registered."""
    rule("registered", "group_only", inbox=False, target=channel(web.url))
    return web


# --- what leaves ---------------------------------------------------------------------------------


def test_a_letter_leaves_once_and_says_where_the_case_is(quiet, told_by_mail, monkeypatch):
    monkeypatch.setitem(quiet.config, "PANEL_URL", "https://bancheng.linqing.gov.cn")
    server = told_by_mail()
    case = register()
    fan_out()
    assert deliver() == (1, 0)
    assert deliver(NOW + MINUTE) == (0, 0)
    [(to, subject, text)] = server.read
    assert to == "sun@linqing.gov.cn"
    assert case.number in subject
    assert f"https://bancheng.linqing.gov.cn/cases/show/{case.id}" in text
    assert states() == [("sent", 1)]


def test_who_has_no_address_gets_no_letter(quiet, rule, mail):
    rule("registered", "hall_supervisors", mail=True)
    register()
    fan_out()
    assert {row["way"] for row in notices()} == {"inbox"}


def test_without_a_mail_server_no_letter_is_written(quiet, rule, mailbox):
    mailbox("supervisor.linqing", "sun@linqing.gov.cn")
    rule("registered", "hall_supervisors", mail=True)
    register()
    fan_out()
    assert {row["way"] for row in notices()} == {"inbox"}


def test_a_hall_s_own_mail_server_comes_before_the_setting_s(told_by_mail, channel):
    told_by_mail()
    channel("mailto://127.0.0.1:9?from=a@lq.gov.cn", TargetKind.MAIL, hall=hall())
    register()
    fan_out()
    assert deliver() == (0, 1)


def test_an_interface_gets_every_event_that_its_rule_names(told_by_web):
    numbers = [register().number for _ in range(3)]
    fan_out()
    assert deliver() == (3, 0)
    assert [number in got["title"] for number, got in zip(numbers, told_by_web.got, strict=True)]
    assert len(told_by_web.got) == 3


def test_other_addresses_of_the_setting_get_what_anybody_is_told_of(quiet, rule, web, monkeypatch):
    monkeypatch.setitem(quiet.config, "NOTICES", ["mailto://127.0.0.1:9?from=a@b.cn", web.url])
    rule("registered", "hall_supervisors")
    register()
    fan_out()
    assert deliver() == (1, 0)
    assert len(web.got) == 1
    assert notices(way="group")[0]["recipient"] == "BANCHENG_NOTICES 第 2 个地址"


def test_a_channel_of_another_hall_gets_nothing(quiet, rule, channel, web):
    target = channel(web.url)
    rule("registered", "group_only", inbox=False, target=target)
    run("UPDATE notice_target SET hall_id = :hall", hall=hall("yanggu").id)
    register()
    assert fan_out() == 0


# --- by day --------------------------------------------------------------------------------------


def test_nothing_leaves_at_night_and_all_of_it_in_the_morning(told_by_web):
    register(now=EVENING)
    fan_out(EVENING)
    for hour in range(13):
        assert deliver(EVENING + timedelta(hours=hour)) == (0, 0)
    assert told_by_web.got == []
    assert deliver(MORNING) == (1, 0)


def test_a_message_that_was_late_by_day_does_not_leave_by_night(told_by_web):
    register()
    fan_out()
    assert deliver(EVENING) == (0, 0)
    assert deliver(MORNING) == (1, 0)


def test_nothing_leaves_on_a_holiday(told_by_web):
    holiday = NOW.replace(month=10, day=2)
    register(now=holiday)
    fan_out(holiday)
    assert deliver(holiday) == (0, 0)
    assert deliver(NOW.replace(month=10, day=8)) == (1, 0)


def test_a_digest_is_one_letter_in_the_afternoon(told_by_mail):
    server = told_by_mail(Pace.DIGEST)
    numbers = [register().number for _ in range(3)]
    fan_out()
    assert deliver(NOW + timedelta(hours=3, minutes=59)) == (0, 0)
    assert deliver(NOW + timedelta(hours=4)) == (1, 0)
    assert deliver(NOW + timedelta(hours=5)) == (0, 0)
    [(_, subject, text)] = server.read
    assert "3 条消息" in subject
    assert all(number in text for number in numbers)
    assert states() == [("sent", 1)] * 3


def test_a_digest_for_a_robot_keeps_to_what_it_takes(quiet, rule, channel, web):
    rule("registered", "group_only", inbox=False, target=channel(web.url), pace=Pace.DIGEST)
    with scope.everything(), transaction():
        for _ in range(MOST_IN_DIGEST[Way.GROUP] + 2):
            register(matter="长" * 100)
    fan_out()
    assert deliver(NOW + timedelta(hours=4)) == (2, 0)
    assert max(len(got["message"].encode()) for got in web.got) < 2048
    assert sum(got["message"].count("· ") for got in web.got) == MOST_IN_DIGEST[Way.GROUP] + 2


# --- failures ------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_later_and_later_until_it_is_dead(told_by_web):
    told_by_web.status = 500
    register()
    fan_out()
    at = NOW
    for number, wait in enumerate(BACK_OFF, start=1):
        assert deliver(at) == (0, 1)
        assert states() == [("pending", number)]
        assert deliver(at + wait - MINUTE / 2) == (0, 0)
        at += wait
    assert deliver(at) == (0, 1)
    assert states() == [("dead", len(BACK_OFF) + 1)]
    assert notices()[0]["last_error"] == "对方服务器拒收（HTTP 500）"
    assert deliver(MORNING) == (0, 0)
    assert len(told_by_web.got) == len(BACK_OFF) + 1


def test_a_failure_keeps_nothing_from_those_of_other_roads(told_by_web, rule, channel):
    rule("registered", "group_only", inbox=False, target=channel("json://127.0.0.1:9/", name="坏"))
    for _ in range(3):
        register()
    fan_out()
    assert deliver() == (3, 1)  # what failed once rests; the others leave
    assert len(told_by_web.got) == 3


def test_what_can_not_be_sent_is_dead_at_once(told_by_web):
    register()
    fan_out()
    run("UPDATE notice_target SET active = :no", no=False)
    assert deliver() == (0, 1)
    assert states() == [("dead", 1)]
    assert notices()[0]["last_error"] == "这个渠道已停用"


def test_a_server_that_falls_silent_may_have_it_and_is_not_asked_again(told_by_mail):
    server = told_by_mail()
    server.falls_silent = True
    register()
    fan_out()
    assert deliver() == (0, 1)
    assert states() == [("unknown", 1)]
    for hours in range(1, 30):
        assert deliver(NOW + timedelta(hours=hours)) == (0, 0)
    assert len(server.got) == 1


def test_a_stuck_message_leaves_again_when_somebody_says_so(told_by_web):
    told_by_web.status = 500
    register()
    fan_out()
    deliver()
    run("UPDATE notice SET state = 'dead'")
    told_by_web.status = 200
    with scope.everything(), transaction():
        resend(stuck(notices()[0]["id"]), actor=acting("admin"), now=NOW)
    assert deliver() == (1, 0)
    [row] = notices()
    assert (row["state"], row["resent_by"]) == ("sent", acting("admin").name)
    assert row["resent_at"] is not None
    with scope.everything(), pytest.raises(DomainError, match="不用重发"):
        resend(stuck(row["id"]), actor=acting("admin"), now=NOW)


# --- never twice ---------------------------------------------------------------------------------


def test_many_senders_at_once_send_each_message_once(told_by_web, quiet):
    number = 12
    with scope.everything(), transaction():
        for _ in range(number):
            register()
    fan_out()
    crowd = [Sender(quiet, NOW) for _ in range(3)]
    assert sum(sender.sent() for sender in crowd) == number
    assert len({got["title"] for got in told_by_web.got}) == len(told_by_web.got) == number
    assert states() == [("sent", 1)] * number


def test_a_sender_that_is_killed_leaves_a_message_that_nobody_sends_again(told_by_web, quiet):
    for _ in range(2):
        register()
    fan_out()
    told_by_web.go_on.clear()
    sender = Sender(quiet, NOW)
    assert told_by_web.arrived.wait(60)
    sender.kill()
    told_by_web.go_on.set()
    assert sorted(states()) == [("pending", 0), ("sending", 1)]
    assert deliver(NOW + MINUTE) == (1, 0)  # the other one
    assert sorted(states()) == [("sending", 1), ("sent", 1)]
    assert deliver(NOW + PATIENCE + MINUTE) == (0, 0)
    assert sorted(states()) == [("sent", 1), ("unknown", 1)]
    assert notices(state="unknown")[0]["last_error"] == "发送途中程序中断，可能已送达"
    assert deliver(MORNING) == (0, 0)
    assert len(told_by_web.got) == len({got["title"] for got in told_by_web.got}) == 2


def test_nobody_waits_for_a_slow_server(told_by_web, quiet, monkeypatch):
    register()
    fan_out()
    wrote = []
    usual = delivery.sending.send

    def meanwhile(url, title, body, file):
        if quiet.backend.name == "sqlite":
            other = sqlite3.connect(quiet.backend.file, timeout=0)
            other.execute("UPDATE hall SET name = name")
            other.commit()
            other.close()
        else:
            [busy] = ask(
                "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() "
                "AND state = 'idle in transaction'"
            )
            assert busy["n"] == 0
        wrote.append(title)
        usual(url, title, body, file)

    monkeypatch.setattr("app.notices.sending.send", meanwhile)
    assert deliver() == (1, 0)
    assert len(wrote) == 1


def test_a_run_ends_in_time_for_the_other_jobs(told_by_web):
    register()
    fan_out()
    assert deliver(seconds=0) == (0, 0)
    assert states() == [(State.PENDING.value, 0)]
