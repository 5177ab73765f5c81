"""The month page: who is where, what is wrong, and the forms that change it."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.departments.models import Membership
from app.roster.models import Duty, Swap, Window
from app.roster.rules import Half, Shift, SwapState
from tests.cases.window import staff
from tests.core.rows import count
from tests.core.screens import statements, summary, text_of, tree
from tests.roster.planning import (
    FRIDAY,
    MAKE_UP,
    PLANNER,
    QIU,
    TODAY,
    WANG,
    ask,
    leave,
    place,
    plan,
    swap,
    turn,
    window,
    worker,
)
from tests.test_language import CHINESE

PAGE = "/roster/?hall=linqing&month=2026-09"


@pytest.fixture
def planner(blank, login):
    return login(blank, PLANNER)


@pytest.fixture
def clerk(blank, login):
    return login(blank, WANG)


def days(answer):
    """Return the days of the plan: date → what stands in its row."""
    return {
        line.get("id").removeprefix("d-2026-09-"): " ".join(line.text_content().split())
        for line in tree(answer).xpath("//div[contains(@class, 'roster')]//tbody/tr")
    }


def keys(answer):
    """Return what the buttons of the plan send."""
    return tree(answer).xpath("//button[@name='cell']/@value")


def key(answer, day=FRIDAY, number=1, half=Half.MORNING):
    start = f"{window(number).id}.{day.isoformat()}.{half.value}."
    return next(value for value in keys(answer) if value.startswith(start))


def flashed(answer):
    return [" ".join(it.text_content().split()) for it in tree(answer).xpath("//main/div[@role]")]


def press(client, cell, who, shift="whole"):
    number = str(staff(who).id) if who else "0"
    return client.post(
        "/roster/place",
        data={"cell": cell, "person": number, "shift": shift},
        follow_redirects=True,
    )


# --- reading -----------------------------------------------------------------------------------


def test_the_page_lists_working_days_alone(planner):
    shown = days(planner.get(PAGE))
    assert list(shown) == [
        *(f"{day:02}" for day in (*range(1, 5), *range(7, 12), *range(14, 19))),
        *("20", "21", "22", "23", "24", "28", "29", "30"),
    ]
    assert "调休" in shown["20"]
    assert "今天" in shown["17"]


def test_a_clerk_reads_the_plan_and_is_offered_swaps_for_own_duties(clerk):
    place(turn(FRIDAY), WANG)
    place(turn(MAKE_UP), QIU)
    place(turn(date(2026, 9, 16)), WANG)
    answer = clerk.get(PAGE)
    shown = days(answer)
    assert "全天王秀芝" in shown["18"]
    assert "全天邱淑敏" in shown["20"]
    assert keys(answer) == []
    offers = tree(answer).xpath("//tbody//a/@href")
    assert offers == [f"/swaps/add?hall=linqing&mine={turn(FRIDAY).key}"]


def test_gaps_double_bookings_days_off_and_people_who_left_are_shown(planner):
    worker("clerk.linqing.c")
    place(turn(FRIDAY, 1, Shift.MORNING), WANG)
    place(turn(FRIDAY, 2, Shift.MORNING), WANG)
    place(turn(MAKE_UP, 1), "clerk.linqing.c")
    place(turn(date(2026, 9, 21)), QIU)
    with scope.everything(), transaction():
        db.session.add(CalendarDay(date=date(2026, 9, 21), name="停电", working=False))
    leave("clerk.linqing.c")
    answer = planner.get(PAGE)
    shown = days(answer)
    assert shown["18"].count("重复") == 2
    assert "已离岗" in shown["20"]
    assert "停电，不上班" in shown["21"]
    assert "邱淑敏" in shown["21"]
    assert "无人" in shown["22"]
    [wrong] = tree(answer).xpath("//section[@aria-labelledby='wrong']")
    told = " ".join(wrong.text_content().split())
    for words in (
        "2 处一人同时在两个窗口",
        "2 个班次排在不上班的日子",
        "2 个班次的人已不在窗口",
        "个班次没有人",
    ):
        assert words in told
    assert plan(date(2026, 9, 21)) == {"w1": (QIU, QIU)}


def test_a_duty_at_a_window_that_was_closed_stays_in_sight(planner):
    place(turn(FRIDAY, 2), QIU)
    with scope.everything(), transaction():
        window(2).active = False
    shown = days(planner.get(PAGE))
    assert "邱淑敏" in shown["18"]
    assert shown["22"].count("无人") == 2  # of the first window alone


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/roster/", 200),
        ("/roster/?month=2026-13", 400),
        ("/roster/?month=x", 400),
        ("/roster/?month=2100-12", 200),
        ("/roster/?month=2000-01", 200),
        ("/roster/?hall=yanggu", 404),
        ("/roster/?hall=nowhere", 404),
        ("/roster/?hall=linqing%00", 404),
    ],
)
def test_addresses_that_are_none_are_told_apart(clerk, address, status):
    assert clerk.get(address).status_code == status


@pytest.mark.parametrize("who", ["handler.linqing.scjg", "inspector.liaocheng"])
def test_the_plan_is_not_for_everybody(blank, login, who):
    client = login(blank, who)
    for path in ("/roster/", "/duties/list/", "/swaps/list/", "/windows/list/"):
        assert client.get(path).status_code == 403
    assert "值班表" not in client.get("/").text


def test_more_days_planned_cost_no_more_statements(planner):
    place(turn(FRIDAY), WANG)
    planner.get(PAGE)
    with statements() as few:
        planner.get(PAGE)
    for day in (MAKE_UP, date(2026, 9, 22), date(2026, 9, 23)):
        place(turn(day), WANG)
        place(turn(day, 2), QIU)
    planner.get(PAGE)
    with statements() as many:
        planner.get(PAGE)
    assert len(many) == len(few)


# --- planning ----------------------------------------------------------------------------------


def test_choose_a_person_and_press_a_shift(planner):
    page = planner.get(PAGE)
    answer = press(planner, key(page), WANG)
    assert plan() == {"w1": (WANG, WANG)}
    assert answer.request.args["month"] == "2026-09"
    press(planner, key(answer, half=Half.AFTERNOON), QIU, "half")
    assert plan() == {"w1": (WANG, QIU)}
    press(planner, key(planner.get(PAGE)), None)
    assert plan() == {}


def test_without_a_person_nothing_is_planned(planner):
    cell = key(planner.get(PAGE))
    for person in ("", "x", "999999", "-1"):
        answer = planner.post(
            "/roster/place", data={"cell": cell, "person": person}, follow_redirects=True
        )
        assert "请先选择一位值班人员" in flashed(answer)[0]
    assert plan() == {}


def test_a_stale_page_is_refused_and_says_so(planner, blank, login):
    cell = key(planner.get(PAGE))
    press(login(blank, "supervisor.liaocheng"), cell, QIU)
    assert "他人刚刚改过" in flashed(press(planner, cell, WANG))[0]
    assert plan() == {"w1": (QIU, QIU)}


def test_a_double_booking_is_planned_and_warned_of(planner):
    place(turn(FRIDAY, 2), WANG)
    assert "同时还在2 号窗口值班" in flashed(press(planner, key(planner.get(PAGE)), WANG))[0]
    assert plan() == {"w1": (WANG, WANG), "w2": (WANG, WANG)}


@pytest.mark.parametrize("path", ["place", "shift"])
@pytest.mark.parametrize("cell", ["", "x", "1.2026-09-18.morning", "999999.2026-09-18.morning.0.0"])
def test_a_place_that_is_none_is_no_page(planner, path, cell):
    data = {"cell": cell, "one": cell, "other": cell, "person": "0"}
    assert planner.post(f"/roster/{path}", data=data).status_code == 404


def test_a_foreign_hall_s_plan_is_neither_seen_nor_changed(planner):
    cell = f"{window(1, 'yanggu').id}.{FRIDAY.isoformat()}.morning.0.0"
    assert press(planner, cell, "clerk.yanggu").status_code == 404
    assert plan(code="yanggu") == {}


def test_a_name_that_is_dragged_away_moves_or_exchanges(planner):
    place(turn(FRIDAY, 1), WANG)
    place(turn(MAKE_UP, 1), QIU)
    page = planner.get(PAGE)
    one, empty = key(page), key(page, number=2)
    planner.post("/roster/shift", data={"one": one, "other": empty})
    assert plan() == {"w1": (None, WANG), "w2": (WANG, None)}
    page = planner.get(PAGE)
    answer = planner.post(
        "/roster/shift",
        data={
            "one": key(page, half=Half.AFTERNOON),
            "other": key(page, MAKE_UP, half=Half.AFTERNOON),
        },
        follow_redirects=True,
    )
    assert "已记录" in flashed(answer)[0]
    assert plan(MAKE_UP) == {"w1": (QIU, WANG)}
    assert count(Swap) == 1


def test_last_week_s_pattern_fills_the_month(planner):
    for number in range(7, 12):
        place(turn(date(2026, 9, number)), WANG)
    page = planner.get(PAGE)
    options = tree(page).xpath("//select[@name='source']/option/@value")
    assert options == ["2026-09-07"]
    form = {"hall": "linqing", "month": "2026-09", "source": options[0]}
    answer = planner.post("/roster/copy", data=form, follow_redirects=True)
    assert "已排 20 个班次" in flashed(answer)[0]
    assert plan(MAKE_UP) == {"w1": (WANG, WANG)}
    october = planner.get("/roster/?hall=linqing&month=2026-10")
    assert "month" in tree(october).xpath("//select[@name='source']/option/@value")
    form |= {"month": "2026-10", "source": "month"}
    planner.post("/roster/copy", data=form)
    assert plan(date(2026, 10, 13)) == {"w1": (WANG, WANG)}  # the fifth, as 7 September
    assert plan(date(2026, 10, 1)) == {}


@pytest.mark.parametrize(
    "source", ["", "x", "2026-09-31", "2026-08-03", "1999-12-31", "9999-12-31"]
)
def test_a_pattern_that_is_none_is_refused_in_words(planner, source):
    form = {"hall": "linqing", "month": "2026-09", "source": source}
    answer = planner.post("/roster/copy", data=form, follow_redirects=True)
    assert flashed(answer)[0].startswith("未保存：")
    assert plan() == {}


# --- swaps -------------------------------------------------------------------------------------


def test_a_swap_goes_from_one_clerk_to_the_other(clerk, blank, login):
    place(turn(FRIDAY), WANG)
    place(turn(MAKE_UP), QIU)
    form = {"mine": turn(FRIDAY).key, "theirs": turn(MAKE_UP).key, "reason": "家里有事"}
    page = clerk.get(f"/swaps/add?hall=linqing&mine={form['mine']}")
    assert tree(page).xpath("//select[@name='mine']/option[@selected]/@value") == [form["mine"]]
    made = clerk.post("/swaps/add", data={"hall": "linqing"} | form)
    assert made.status_code == 302
    number = int(made.location.rsplit("/", 1)[1])
    own = clerk.get(made.location)
    assert "撤回" in text_of(own)
    assert "同意换班" not in text_of(own)
    other = login(blank, QIU)
    menu = tree(other.get("/")).xpath("//nav[@id='menu']//a[@href='/swaps/list/']/b/text()")
    assert menu == ["1"]
    assert "同意换班" in text_of(other.get(made.location))
    other.post(f"/swaps/{number}/accept")
    assert swap(number).state is SwapState.DONE
    assert plan(FRIDAY) == {"w1": (QIU, QIU)}
    listed = text_of(other.get("/swaps/list/"))
    for words in ("王秀芝", "邱淑敏", "09-18 周五 全天 1 号窗口", "已换班"):
        assert words in listed


def test_a_refused_swap_keeps_what_was_typed(clerk):
    place(turn(FRIDAY), WANG)
    place(turn(MAKE_UP), QIU)
    place(turn(MAKE_UP, 2), WANG)
    form = {"mine": turn(FRIDAY).key, "theirs": turn(MAKE_UP).key, "reason": "家里有事"}
    answer = clerk.post("/swaps/add", data={"hall": "linqing"} | form)
    assert answer.status_code == 422
    assert "同时在两个窗口" in summary(answer)[0]
    assert tree(answer).xpath("//select/option[@selected]/@value") == [form["mine"], form["theirs"]]
    assert tree(answer).xpath("//input[@name='reason']/@value") == ["家里有事"]
    empty = clerk.post("/swaps/add", data={"hall": "linqing"})
    assert empty.status_code == 422
    assert count(Swap) == 0


def test_an_answer_that_is_not_one_s_own_is_refused_in_words(clerk):
    place(turn(FRIDAY), WANG)
    place(turn(MAKE_UP), QIU)
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    answer = clerk.post(f"/swaps/{number}/accept", follow_redirects=True)
    assert "只有对方本人或督查" in flashed(answer)[0]
    assert swap(number).state is SwapState.ASKED


def test_whoever_plans_sets_a_swap_at_once(planner):
    place(turn(FRIDAY), WANG)
    place(turn(MAKE_UP), QIU)
    form = {"hall": "linqing", "mine": turn(FRIDAY).key, "theirs": turn(MAKE_UP).key}
    assert planner.post("/swaps/add", data=form).status_code == 302
    assert plan(MAKE_UP) == {"w1": (WANG, WANG)}


# --- windows and lists -------------------------------------------------------------------------


def test_a_window_in_use_is_not_deleted_and_a_plan_is_exported(planner, tmp_path):
    place(turn(TODAY), WANG)
    number = window().id
    assert planner.post(f"/windows/delete/{number}").status_code == 409
    book = planner.get("/duties/export")
    (tmp_path / "plan.xlsx").write_bytes(book.data)
    page = load_workbook(tmp_path / "plan.xlsx").worksheets[0]
    told = [row for row in page.iter_rows(min_row=3, values_only=True) if row[0]]
    assert len(told) == 2
    book.close()


def test_the_list_of_duties_leads_to_the_plan(planner):
    place(turn(TODAY), WANG)
    with scope.everything():
        number = db.session.scalars(select(Duty.id)).first()
    assert "值班表" in text_of(planner.get("/duties/list/"))
    page = planner.get(f"/duties/show/{number}")
    assert "王秀芝" in text_of(page)
    assert tree(page).xpath("//main//div[@class='buttons']/a/text()") == ["值班表"]


def test_a_hall_without_windows_says_where_to_begin(blank, login):
    with scope.everything(), transaction():
        for model in (Duty, Window):
            db.session.query(model).delete()
    page = login(blank, PLANNER).get(PAGE)
    assert "还没有值班窗口" in text_of(page)
    assert "/windows/add" in page.text


def test_a_hall_without_clerks_says_so(blank, login):
    with scope.everything(), transaction():
        for held in db.session.scalars(select(Membership).where(Membership.role == "clerk")):
            db.session.delete(held)
    assert "还没有窗口人员" in text_of(login(blank, PLANNER).get(PAGE))


@pytest.mark.parametrize("who", [WANG, PLANNER])
def test_english_readers_meet_no_chinese_but_names(blank, login, who):
    place(turn(FRIDAY), WANG)
    place(turn(FRIDAY, 2), WANG)
    place(turn(MAKE_UP), QIU)
    client = login(blank, who)
    client.get("/lang/en")
    data = ("临清市政务服务大厅", "1 号窗口", "2 号窗口", "王秀芝", "邱淑敏", "李卫民")
    for path in (
        PAGE,
        "/swaps/add?hall=linqing",
        "/swaps/list/",
        "/windows/list/",
        "/duties/list/",
    ):
        answer = client.get(path)
        said = " ".join(tree(answer).xpath("//text() | //@aria-label | //@data-label | //@title"))
        for name in data:
            said = said.replace(name, "")
        assert CHINESE.findall(said) == [], path
