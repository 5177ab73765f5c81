"""Which cases a ledger has: those in sight of its person, narrowed by hall, days and department."""

from datetime import date, timedelta

import pytest

from app.core import scope
from app.core.errors import InvalidInputError
from app.ledgers.orders import Order
from app.ledgers.production import produce
from tests.conftest import NOW
from tests.ledgers.reading import ask, column, cover, expected, kept, run, table

SEPTEMBER = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("who", "prefixes"),
    [
        ("supervisor.linqing", {"LQ"}),
        ("clerk.yanggu", {"YG"}),
        ("supervisor.liaocheng", {"LC", "LQ", "YG"}),
        ("inspector.liaocheng", {"LC", "LQ", "YG"}),
    ],
)
def test_a_ledger_has_the_rows_that_its_person_may_see_and_no_other(demo, ledger, who, prefixes):
    mine = [cells for cells, _ in expected(NOW, lambda case: case["number"][:2] in prefixes)]
    assert table(ledger(who=who)) == mine
    assert mine


def test_a_handlers_ledger_has_the_own_departments_cases(demo, ledger):
    department = ask(
        "SELECT d.id FROM department d JOIN hall h ON h.id = d.hall_id "
        "WHERE d.code = 'scjg' AND h.code = 'linqing'"
    )[0]["id"]
    held = {
        row["case_id"]
        for row in ask("SELECT case_id FROM assignment WHERE department_id = :id", id=department)
    }
    path = ledger(who="handler.linqing.scjg")
    assert table(path) == [cells for cells, _ in expected(NOW, lambda case: case["id"] in held)]
    assert held
    assert "科室经办人" in cover(path)["数据范围"]


def test_a_person_without_a_role_gets_an_empty_ledger(demo, tmp_path):
    nobody = scope.Person(999, "nobody", "无职", ())
    assert produce(Order("cases"), tmp_path / "a.xlsx", person=nobody, now=NOW).rows == 0


def test_a_hall_includes_the_halls_below_it(demo, ledger):
    assert {number[:2] for number in column(ledger(hall="liaocheng"), "编号")} == {
        "LC", "LQ", "YG",
    }  # fmt: skip
    path = ledger(hall="yanggu")
    assert {number[:2] for number in column(path, "编号")} == {"YG"}
    assert cover(path)["筛选条件"] == "大厅：阳谷县政务服务大厅"


def test_days_of_registration_are_those_of_each_halls_own_clock(demo, ledger):
    run("UPDATE hall SET timezone = 'Asia/Urumqi' WHERE code = 'yanggu'")  # two hours behind
    moments = {"LQ": "15:59:59", "YG": "16:00:00", "LC": "16:00:00"}
    numbers = {}
    for prefix, moment in moments.items():
        case = ask(
            """SELECT id, number FROM "case" WHERE number LIKE :own ORDER BY id""", own=f"{prefix}%"
        )[0]
        numbers[prefix] = case["number"]
        run(
            """UPDATE "case" SET registered_at = :at WHERE id = :id""",
            at=kept(f"2026-08-31 {moment}"),
            id=case["id"],
        )
    before = column(ledger(until=SEPTEMBER - timedelta(days=1)), "编号")
    after = column(ledger(since=SEPTEMBER), "编号")
    assert {numbers["LQ"], numbers["YG"]} <= set(before)
    assert numbers["LC"] in after
    everyone = [row["number"] for row in ask('SELECT number FROM "case"')]
    assert sorted(before + after) == sorted(everyone)


def test_times_are_those_of_the_halls_own_clock(demo, ledger):
    before = dict(zip(*(column(ledger(), title) for title in ("编号", "到期时间")), strict=True))
    run("UPDATE hall SET timezone = 'Asia/Urumqi' WHERE code = 'yanggu'")
    after = dict(zip(*(column(ledger(), title) for title in ("编号", "到期时间")), strict=True))
    moved = {number: before[number] - due for number, due in after.items() if due}
    assert {delta for number, delta in moved.items() if number[:2] == "YG"} == {timedelta(hours=2)}
    assert {delta for number, delta in moved.items() if number[:2] != "YG"} == {timedelta(0)}


def test_a_department_has_the_cases_that_it_leads_and_those_that_it_assists(every_kind, ledger):
    case = ask("""SELECT c.number, h.code AS hall, d.code, d.name FROM assignment a
                  JOIN "case" c ON c.id = a.case_id JOIN department d ON d.id = a.department_id
                  JOIN hall h ON h.id = c.hall_id WHERE a.role = 'assist'""")[0]
    path = ledger(hall=case["hall"], department=case["code"])
    assert case["number"] in column(path, "编号")
    for lead, assisting in zip(column(path, "主办科室"), column(path, "协办科室"), strict=True):
        assert case["name"] in {lead, *(assisting or "").split("、")}
    assert case["name"] in cover(path)["筛选条件"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"kind": "weather"}, "没有“weather”这种台账"),
        ({"hall": "beijing"}, "没有代码为“beijing”的大厅"),
        ({"hall": "yanggu", "who": "supervisor.linqing"}, "没有代码为“yanggu”的大厅"),
        ({"department": "none"}, "没有代码为“none”的科室"),
        ({"since": date(2026, 9, 2), "until": date(2026, 9, 1)}, "截止日期不能早于起始日期"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(demo, ledger, tmp_path, asked, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        ledger(**asked)
    assert list(tmp_path.iterdir()) == []


def test_a_period_may_begin_and_end_with_time_itself(demo, ledger):
    assert len(table(ledger(since=date.min, until=date.max))) == len(expected(NOW))
