"""One move for many cases: all or nothing, each for itself, and who may hand over what."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.cases.bulk.operations import Order, carry_out
from app.cases.bulk.queries import Leaving, handled_by, who_handles
from app.cases.bulk.rules import BULK, MOST
from app.cases.moves import MOVE
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.transaction import transaction
from app.departments.models import Department, Hall, Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from tests.cases.ways import SENT, SIGNED
from tests.cases.window import (
    COMPANY,
    case_of,
    department,
    events,
    led,
    made,
    person,
    register,
    staff,
)
from tests.conftest import NOW, PASSWORD
from tests.core import screens

pytestmark = pytest.mark.usefixtures("at_now")

UNLISTED = "清单里没有的事项"


def run(verb, ids, *, who="clerk.linqing", now=NOW, **options):
    """Carry an order out as a person."""
    actor = person(who)
    values = options.pop("values", {})
    db.session.rollback()  # who is asking was read; what begins now will write
    with scope.working_for(actor):
        return carry_out(Order(MOVE[verb], ids, values, **options), actor=actor, now=now)


def accepted(count=1, **fields):
    """Register and accept cases, all at once; return their numbers."""
    return many(("accept",), count, **fields)


def many(way, count, **fields):
    with scope.everything(), transaction():
        ids = [led(way, NOW - timedelta(minutes=40), **fields).id for _ in range(count)]
    db.session.remove()
    return ids


def statuses(ids):
    return {case_of(number).status for number in ids}


def colleague(name="handler.linqing.scjg2", code="scjg"):
    """Employ one more handler of a department of Linqing."""
    with scope.everything(), transaction():
        row = add_staff(Staff(username=name, first_name="吴新来", active=True), PASSWORD)
        appoint(row, Role.HANDLER, department(code).hall, department(code))
        db.session.flush()
        return row.id


def handler_of(number):
    with scope.everything():
        return [it.handler_id for it in case_of(number).assignments if it.running]


def values_of(verb):
    with scope.everything():
        return {
            "dispatch": {},
            "remind": {"note": "请抓紧办理"},
            "reassign": {"handler": staff("handler.linqing.scjg")},
            "archive": {},
        }[verb]


# --- all or nothing ------------------------------------------------------------------------------


def test_all_of_them_are_dispatched_each_to_its_own_department(demo):
    ids = [*accepted(2, matter=COMPANY), *accepted(1, matter="公共场所卫生许可")]
    report = run("dispatch", ids)
    assert report.kept
    assert [line.reason for line in report.lines] == ["", "", ""]
    assert statuses(ids) == {Status.DISPATCHED}
    with scope.everything():
        for number in ids:
            case = case_of(number)
            assert case.lead_department == case.responsibility.department
            assert case.clock is not None


def test_all_of_them_go_to_one_department_when_one_is_chosen(demo):
    ids = [*accepted(1, matter=COMPANY), *accepted(1, matter=UNLISTED)]
    chosen = department("syk")
    assert run("dispatch", ids, values={"lead_department": chosen}).kept
    with scope.everything():
        assert {case_of(number).lead_department.code for number in ids} == {"syk"}


@pytest.mark.parametrize("spoiler", ["state", "list", "foreign"])
def test_one_refusal_leaves_nothing(demo, spoiler):
    fine = accepted(2, matter=COMPANY)
    bad = {
        "state": lambda: made(Status.SIGNED),
        "list": lambda: accepted(1, matter=UNLISTED)[0],
        "foreign": foreign_case,
    }[spoiler]()
    before = {number: events(number) for number in (*fine, bad)}
    report = run("dispatch", [*fine, bad])
    assert not report.kept
    assert report.done == []
    [line] = report.refused
    assert line.id == bad
    said = {"state": "办理中", "list": UNLISTED, "foreign": "没有这件事项"}[spoiler]
    assert said in line.reason
    assert (line.number == "") is (spoiler == "foreign")
    assert {number: events(number) for number in (*fine, bad)} == before
    assert statuses(fine) == {Status.ACCEPTED}


def test_a_refusal_that_an_effect_says_undoes_what_came_before(demo):
    """The last of three is refused where the department is written down, not by its state."""
    ids = accepted(2, matter=COMPANY)
    with scope.everything(), transaction():
        inactive = Department(hall=department().hall, code="shut", name="停用科室", active=False)
        db.session.add(inactive)
    report = run("dispatch", ids, values={"lead_department": inactive})
    assert not report.kept
    assert len(report.refused) == 2
    assert statuses(ids) == {Status.ACCEPTED}
    assert run("dispatch", ids).kept


def foreign_case():
    """Accept a case of Yanggu, which a clerk of Linqing doesn't see."""
    with scope.everything(), transaction():
        number = register(hall_code="yanggu", now=NOW - timedelta(hours=1)).id
    db.session.remove()
    return number


# --- each for itself -----------------------------------------------------------------------------


def test_each_for_itself_reports_case_by_case(demo):
    fine, bad = accepted(2, matter=COMPANY), made(Status.SIGNED)
    hidden = foreign_case()
    report = run("dispatch", [bad, *fine, hidden, 999_999_999], together=False)
    assert report.kept
    told = {line.id: line.reason for line in report.lines}
    assert [told[number] for number in fine] == ["", ""]
    assert "changed_outside" not in {kind for number in fine for kind in events(number)}
    assert "只有“待派发、已退回”时才能派发" in told[bad]
    assert told[hidden] == told[999_999_999] == "没有这件事项"
    assert statuses(fine) == {Status.DISPATCHED}
    assert events(bad).count("dispatched") == 1
    assert events(hidden) == ["registered"]


def test_the_second_of_two_orders_says_what_was_no_longer_possible(demo):
    ids = accepted(2, matter=COMPANY)
    assert run("dispatch", ids, together=False).refused == []
    again = run("dispatch", ids, together=False)
    assert again.done == []
    assert all("待签收" in line.reason for line in again.refused)


@pytest.mark.parametrize("together", [True, False])
def test_a_form_that_is_sent_twice_reminds_once(demo, together):
    ids = many(SENT, 2)
    values = {"note": "请抓紧办理"}
    options = {"values": values, "together": together, "since": NOW - timedelta(seconds=5)}
    assert run("remind", ids, **options).refused == []
    again = run("remind", ids, now=NOW + timedelta(seconds=2), **options)
    assert [line.reason for line in again.lines] == ["您刚刚已经做过“催办”，没有重复办理"] * 2
    assert [events(number).count("reminded") for number in ids] == [1, 1]
    later = {**options, "since": NOW + timedelta(hours=1)}
    assert run("remind", ids, now=NOW + timedelta(hours=2), **later).refused == []


@pytest.mark.parametrize("together", [True, False])
def test_two_people_at_once_dispatch_every_case_once(demo, together):
    """They come from both ends, and would wait for each other for ever without one order."""
    ids = accepted(6, matter=COMPANY)
    start = threading.Barrier(2)

    def work(mine):
        with demo.app_context():
            start.wait(30)
            report = run("dispatch", mine, together=together)
            db.session.remove()
            return len(report.done)

    with ThreadPoolExecutor(2) as crowd:
        done = list(crowd.map(work, (ids, ids[::-1])))
    assert sum(done) == 6
    assert [events(number).count("dispatched") for number in ids] == [1] * 6


# --- what is refused whole -----------------------------------------------------------------------


def test_nothing_and_too_much_are_refused_whole(demo):
    for ids in ([], range(1, MOST + 2)):
        with pytest.raises(InvalidInputError):
            run("archive", list(ids))
    with pytest.raises(InvalidInputError) as refused:
        run("remind", accepted(1), values={"note": " "})
    assert refused.value.problems == {"note": "必填"}


@pytest.mark.parametrize(
    ("verb", "who"),
    [
        ("dispatch", "supervisor.linqing"),
        ("archive", "handler.linqing.scjg"),
        ("remind", "inspector.liaocheng"),
        ("reassign", "handler.linqing.syk"),
    ],
)
def test_nobody_may_more_for_many_than_for_one(demo, verb, who):
    way = {"dispatch": ("accept",), "archive": ("refuse",), "remind": SENT, "reassign": SIGNED}
    [number] = many(way[verb], 1)
    before = events(number)
    report = run(verb, [number], who=who, values=values_of(verb))
    assert not report.kept
    assert events(number) == before


# --- handing over --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["supervisor.linqing", "handler.linqing.scjg"])
def test_a_successor_gets_everything_that_the_leaving_one_handles(demo, who):
    mine, other = many(SIGNED, 3), made(Status.DISPATCHED)
    successor = colleague()
    actor = person(who)
    with scope.working_for(actor):
        leaving = Leaving(staff("handler.linqing.scjg"), department())
        ids = handled_by(leaving, actor, MOST)
        counted = {(it.handler.id, it.department.id): n for it, n in who_handles(actor)}
        assert counted[leaving.handler.id, leaving.department.id] == len(ids)
        if who.startswith("handler"):
            assert {place for _, place in counted} == {leaving.department.id}
    assert set(mine) <= set(ids)
    assert other not in ids
    with scope.everything():
        values = {"handler": db.session.get(Staff, successor)}
    report = run("reassign", ids, who=who, values=values, leaving=leaving)
    assert report.kept, report.refused
    assert all(handler_of(number) == [successor] for number in mine)
    with scope.working_for(actor):
        assert handled_by(leaving, actor, MOST) == []


def test_an_assisting_handler_is_relieved_of_the_own_part_alone(demo):
    way = ("accept", ("dispatch", {"assist_departments": ("syk",)}), "sign", "sign_assist")
    [number] = many(way, 1)
    lead = handler_of(number)[0]
    successor = colleague("handler.linqing.syk2", "syk")
    with scope.everything():
        leaving = Leaving(staff("handler.linqing.syk"), department("syk"))
        values = {"handler": db.session.get(Staff, successor)}
    assert run("reassign", [number], who="supervisor.linqing", values=values, leaving=leaving).kept
    assert handler_of(number) == [lead, successor]


ASSISTING = ("accept", ("dispatch", {"assist_departments": ("syk",)}), "sign_assist")
"""An assisting department signed for its part before the lead did."""


@pytest.mark.parametrize("who", ["supervisor.linqing", "handler.linqing.syk"])
def test_what_somebody_assists_in_goes_over_whatever_the_lead_did_with_the_case(demo, who):
    returned = (*ASSISTING, "return")
    disputed = (*returned, "dispatch", "return_again")
    ids = [number for way in (ASSISTING, returned, disputed) for number in many(way, 1)]
    assert statuses(ids) == {Status.DISPATCHED, Status.RETURNED, Status.DISPUTED}
    successor = colleague("handler.linqing.syk2", "syk")
    with scope.everything():
        leaving = Leaving(staff("handler.linqing.syk"), department("syk"))
        values = {"handler": db.session.get(Staff, successor)}
    actor = person(who)
    with scope.working_for(actor):
        assert set(ids) <= set(handled_by(leaving, actor, MOST))
    report = run("reassign", ids, who=who, values=values, leaving=leaving)
    assert report.kept, report.refused
    for number in ids:
        assert successor in handler_of(number)
        assert leaving.handler.id not in handler_of(number)


def test_nobody_takes_over_what_nobody_has_signed_for(demo):
    [number] = many(SENT, 1)
    with scope.everything():
        values = {"handler": staff("handler.linqing.scjg")}
    told = run("reassign", [number], who="supervisor.linqing", values=values)
    assert [line.reason for line in told.lines] == ["还没有经办人签收"]


def test_a_case_that_is_no_longer_theirs_and_a_stranger_are_refused(demo):
    [number] = many(SIGNED, 1)
    with scope.everything():
        leaving = Leaving(staff("handler.linqing.syk"), department("syk"))
        mine = Leaving(staff("handler.linqing.scjg"), department())
        stranger, self = staff("handler.linqing.syk"), staff("handler.linqing.scjg")
    told = run("reassign", [number], who="supervisor.linqing", values={"handler": self},
               leaving=leaving)  # fmt: skip
    assert [line.reason for line in told.lines] == [f"经办人已经不是{stranger.name}"]
    told = run("reassign", [number], who="supervisor.linqing", values={"handler": stranger},
               leaving=mine)  # fmt: skip
    assert "的经办人" in told.lines[0].reason
    with pytest.raises(InvalidInputError):
        run("reassign", [number], who="supervisor.linqing", values={"handler": self}, leaving=mine)
    assert handler_of(number) == [self.id]


# --- pages ---------------------------------------------------------------------------------------

OFFERED = {
    "clerk.linqing": ["dispatch", "remind", "archive"],
    "supervisor.linqing": ["remind", "reassign", "/improvements/gather"],
    "handler.linqing.scjg": ["reassign"],
    "inspector.liaocheng": [],
}


@pytest.mark.parametrize("who", OFFERED)
def test_the_list_offers_what_the_roles_may(demo, login, who):
    answer = login(demo, who).get("/cases/list/")
    page = screens.tree(answer)
    urls = page.xpath("//form[@id='bulk']//button/@formaction")
    assert [url.removeprefix("/cases/bulk/") for url in urls] == OFFERED[who]
    boxes = page.xpath("//table//td//input[@type='checkbox'][@form='bulk'][@name='ids']")
    assert len(boxes) == (len(screens.rows(answer)) if OFFERED[who] else 0)


def post(client, verb, ids, **typed):
    return client.post(f"/cases/bulk/{verb}", data={"ids": [str(it) for it in ids], **typed})


def confirmed(client, form, ids=None, **typed):
    """Send the form as it stands, with something else typed."""
    page = screens.tree(form)
    [sheet] = page.xpath("//form[@id='form']")
    data = {}
    for name, value in sheet.form_values():
        data.setdefault(name, []).append(value)
    data |= {name: [value] for name, value in typed.items()}
    if ids is not None:
        data["ids"] = [str(it) for it in ids]
    return client.post(sheet.get("action"), data=data)


def told(answer):
    return {line[0]: line[-1] for line in screens.rows(answer)}


@pytest.mark.parametrize("verb", BULK)
def test_each_of_the_moves_goes_from_the_list_to_its_report(demo, login, verb):
    way = {"dispatch": ("accept",), "archive": ("refuse",), "remind": SENT, "reassign": SIGNED}
    ids = many(way[verb], 2, matter=COMPANY)
    successor = colleague()
    who = "supervisor.linqing" if verb == "reassign" else "clerk.linqing"
    client = login(demo, who)
    back = "/cases/list/?tab=accepted"
    form = post(client, verb, ids, back=back)
    assert form.status_code == 200
    assert all(told(form).values())
    typed = {"note": "请抓紧"} if verb == "remind" else {}
    typed |= {"handler": str(successor)} if verb == "reassign" else {}
    report = confirmed(client, form, **typed)
    assert report.status_code == 200, screens.text_of(report)
    assert set(told(report).values()) == {f"{screens_label(verb)}完成"}
    assert back in screens.tree(report).xpath("//main//a/@href")
    for number in ids:
        assert events(number)[-1] == MOVE[verb].event


def screens_label(verb):
    return MOVE[verb].label.rpartition("\x04")[2]


def test_the_form_says_which_cases_cannot_be_moved_and_leaves_them_unticked(clerk):
    fine, bad = accepted(1, matter=COMPANY)[0], made(Status.SIGNED)
    other = accepted(1, matter=UNLISTED)[0]
    form = post(clerk, "dispatch", [fine, bad, other, foreign_case(), 999_999_999])
    ticked = screens.tree(form).xpath("//td//input[@name='ids'][@checked]/@value")
    assert ticked == [str(fine)]
    reasons = told(form)
    assert len(reasons) == 3
    with scope.everything():
        assert "办理中" in reasons[case_of(bad).number]
        assert UNLISTED in reasons[case_of(other).number]
    assert "有 2 件没有列出" in screens.text_of(form)
    assert screens.choices(form, "lead_department")[""] == "按权责清单各派各的"


def test_all_or_nothing_says_on_the_form_why_nothing_was_changed(clerk):
    fine, bad = accepted(1, matter=COMPANY)[0], made(Status.SIGNED)
    form = post(clerk, "dispatch", [fine, bad])
    answer = confirmed(clerk, form, ids=[fine, bad], note="一起派")
    assert answer.status_code == 409
    first, second = screens.summary(answer)
    assert "一件也没有改动" in first
    with scope.everything():
        assert second.startswith(case_of(bad).number)
    assert screens.typed(answer)["note"] == "一起派"
    assert case_of(fine).status is Status.ACCEPTED
    report = confirmed(clerk, answer, ids=[fine, bad], how="each")
    assert report.status_code == 200
    with scope.everything():
        assert told(report)[case_of(fine).number] == "派发完成"
        assert "办理中" in told(report)[case_of(bad).number]
    again = confirmed(clerk, answer, ids=[fine, bad], how="each")
    with scope.everything():
        assert "没有重复办理" in told(again)[case_of(fine).number]


def test_what_is_missing_or_too_much_is_said_and_nothing_is_lost(clerk):
    ids = many(SENT, 2)
    form = post(clerk, "remind", ids)
    answer = confirmed(clerk, form, note="", how="each")
    assert answer.status_code == 422
    assert screens.beside(answer) == {"note": ["必填"]}
    assert len(told(answer)) == 2
    assert screens.typed(answer)["how"] == "each"
    assert post(clerk, "remind", []).status_code == 302
    answer = post(clerk, "remind", range(1, MOST + 2))
    assert answer.status_code == 400
    assert f"一次最多办理 {MOST} 件" in screens.text_of(answer)


def test_nothing_ticked_loses_neither_what_was_typed_nor_the_cases(clerk):
    ids = many(SENT, 2)
    form = post(clerk, "remind", ids)
    answer = confirmed(clerk, form, ids=[], note="请抓紧办理", how="each")
    assert answer.status_code == 422
    assert screens.summary(answer) == ["请先勾选事项"]
    assert screens.typed(answer)["note"] == "请抓紧办理"
    assert screens.typed(answer)["how"] == "each"
    assert len(told(answer)) == 2
    assert not screens.tree(answer).xpath("//td//input[@name='ids'][@checked]")
    wrong = confirmed(clerk, answer, ids=ids[:1], note="")
    assert screens.tree(wrong).xpath("//td//input[@name='ids'][@checked]/@value") == [str(ids[0])]
    assert len(told(wrong)) == 2
    assert len(told(confirmed(clerk, wrong, ids=ids[1:], note="请抓紧"))) == 1


@pytest.mark.parametrize("ids", [["x"], ["-1"], ["²"], ["9" * 30], ["1; DROP"]])
def test_what_is_no_number_is_no_case(clerk, ids):
    form = clerk.post("/cases/bulk/dispatch", data={"ids": ids})
    assert form.status_code == 200
    assert "没有这件事项" in screens.text_of(form)
    answer = clerk.post("/cases/bulk/dispatch", data={"ids": ids, "confirm": "1", "since": "?"})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "back", ["https://example.com/", "//example.com", "/cases/list/\\..", "javascript:1"]
)
def test_the_way_back_leads_nowhere_else(clerk, back):
    form = post(clerk, "dispatch", accepted(1, matter=COMPANY), back=back)
    assert screens.typed(form)["back"] == "/cases/list/"


def test_roles_and_verbs_that_are_not_for_many_are_refused(demo, login):
    number = made(Status.ACCEPTED)
    clerk = login(demo, "clerk.linqing")
    assert post(clerk, "accept", [number]).status_code == 404
    assert post(clerk, "reassign", [number]).status_code == 403
    assert post(login(demo, "inspector.liaocheng"), "remind", [number]).status_code == 403
    assert clerk.get("/cases/bulk/dispatch").status_code in {404, 405}
    assert clerk.get("/cases/handover").status_code == 403


def test_a_handover_goes_from_the_list_of_people_to_its_report(demo, login):
    ids = many(SIGNED, 2)
    successor = colleague()
    client = login(demo, "supervisor.linqing")
    people = screens.tree(client.get("/cases/handover"))
    assert "/cases/handover" in screens.tree(client.get("/")).xpath("//nav//a/@href")
    with scope.everything():
        who = f"{staff('handler.linqing.scjg').id}-{department().id}"
    [url] = people.xpath(f"//td//a[@href='/cases/handover?who={who}']/@href")
    form = client.get(url)
    choices = screens.choices(form, "handler")
    assert set(choices) == {"", str(successor)}
    report = confirmed(client, form, handler=str(successor))
    assert report.status_code == 200
    assert all(handler_of(number) == [successor] for number in ids)
    again = confirmed(client, form, handler=str(successor))
    assert again.status_code == 409
    assert "没有重复办理" in screens.text_of(again)
    assert client.get("/cases/handover?who=0-0").status_code == 404
    with scope.everything():
        yanggu = db.session.query(Hall).filter_by(code="yanggu").one()
        place = db.session.query(Department).filter_by(hall_id=yanggu.id, code="scjg").one()
        other = f"{staff('handler.yanggu.scjg').id}-{place.id}"
    assert client.get(f"/cases/handover?who={other}").status_code == 404


# --- programs ------------------------------------------------------------------------------------


def ask(demo, headers, verb, **body):
    return demo.test_client().post(f"/api/v1/cases/moves/{verb}", json=body, headers=headers)


def test_a_program_gets_rows_or_a_problem_with_rows(demo, token):
    headers = token(demo, "clerk.linqing")
    fine, bad, hidden = accepted(1, matter=COMPANY)[0], made(Status.SIGNED), foreign_case()
    answer = ask(demo, headers, "dispatch", ids=[fine, bad, hidden])
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    rows = {row["id"]: row for row in answer.json["rows"]}
    assert [rows[it]["done"] for it in (fine, bad, hidden)] == [False] * 3
    assert rows[fine]["reason"] is None
    assert rows[hidden] == {
        "id": hidden, "number": None, "done": False, "reason": "没有这件事项",
    }  # fmt: skip
    assert case_of(fine).status is Status.ACCEPTED
    answer = ask(demo, headers, "dispatch", ids=[fine, bad], all_or_nothing=False, values={})
    assert answer.status_code == 200
    assert answer.json["done"] == 1
    assert [row["done"] for row in answer.json["rows"]] == [fine < bad, bad < fine]
    assert case_of(fine).status is Status.DISPATCHED


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"ids": []}, "ids"),
        ({"ids": "1"}, "ids"),
        ({"ids": [True]}, "ids"),
        ({"ids": ["1"]}, "ids"),
        ({"ids": list(range(1, MOST + 2)), "values": {"note": "x"}}, "ids"),
        ({"ids": [1], "values": []}, ""),
        ({"ids": [1], "values": {"note": "x"}, "all_or_nothing": "no"}, "all_or_nothing"),
        ({"ids": [1], "values": {"handler": 1}}, "handler"),
        ({"ids": [1], "values": {"note": 1}}, "note"),
        ({"ids": [1], "value": {}}, "value"),
    ],
)
def test_a_program_that_asks_wrongly_is_told_where(demo, token, body, field):
    answer = ask(demo, token(demo, "clerk.linqing"), "remind", **body)
    assert answer.status_code == 422, answer.text
    assert (field or "ids") in answer.json["errors"] or field == "", answer.json
    assert ask(demo, {}, "remind", **body).status_code == 401


def test_a_program_may_no_more_than_its_person(demo, token):
    headers = token(demo, "inspector.liaocheng")
    assert ask(demo, headers, "remind", ids=[1], values={"note": "x"}).status_code == 403
    assert ask(demo, headers, "accept", ids=[1]).status_code == 404


# --- what it costs -------------------------------------------------------------------------------

MOST_A_CASE = 45


def test_the_form_costs_the_same_however_many_cases_and_the_move_grows_with_them_alone(clerk):
    few, several, crowd = (accepted(n, matter=COMPANY) for n in (2, 4, 8))
    asked, made_ = [], []
    post(clerk, "dispatch", few)
    for ids in (few, several, crowd):
        db.session.remove()
        with screens.statements() as sent:
            form = post(clerk, "dispatch", ids)
        asked.append(len(sent))
        with screens.statements() as sent:
            assert confirmed(clerk, form).status_code == 200
        made_.append(len(sent))
    assert len(set(asked)) == 1, asked
    first, second = (made_[1] - made_[0]) / 2, (made_[2] - made_[1]) / 4
    assert second <= first * 1.1, made_
    assert second <= MOST_A_CASE, made_
