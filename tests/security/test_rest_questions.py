"""REST: what may be asked for, what is given, and moves of a case."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.cases.rules import Status
from app.core.db import db
from app.departments.models import Department
from tests.security.programs import Program, kept, refused
from tests.security.world import case_at, hall_of, looking, row_at


@pytest.mark.parametrize(
    "rison",
    [
        "(",
        "!(1,2)",
        "(filters:zz)",
        "(filters:!((opr:eq,value:1)))",
        "(filters:!((col:phone,opr:eq,value:'1')))",
        "(filters:!((col:phone_index,opr:eq,value:a)))",
        "(filters:!((col:applicant_name,opr:ct,value:a)))",
        "(filters:!((col:id_number,opr:sw,value:a)))",
        "(filters:!((col:nothing,opr:eq,value:a)))",
        "(filters:!((col:hall.code,opr:eq,value:a)))",
        "(filters:!((col:matter,opr:zz,value:a)))",
        "(filters:!((col:matter,opr:ct,value:1)))",
        "(filters:!((col:matter,opr:eq,value:!n)))",
        "(filters:!((col:status,opr:eq,value:zz)))",
        "(filters:!((col:visits,opr:eq,value:zz)))",
        "(filters:!((col:visits,opr:gt,value:99999999999999999999)))",
        "(filters:!((col:registered_at,opr:gt,value:zz)))",
        "(filters:!((col:registered_at,opr:gt,value:'0001-01-01')))",
        "(filters:!((col:hall,opr:rel_o_m,value:zz)))",
        "(filters:!((col:hall,opr:rel_o_m,value:0)))",
        "(filters:!((col:hall,opr:rel_o_m,value:99999999999999999999)))",
        "(order_column:phone,order_direction:asc)",
        "(order_column:applicant_name,order_direction:asc)",
        "(order_column:nothing,order_direction:asc)",
        "(order_column:number,order_direction:zz)",
        "(page:-1)",
        "(page:99999999999999999999)",
        "(page_size:zz)",
    ],
)
def test_a_question_that_makes_no_sense_is_a_bad_request(clerk, rison):
    refused(clerk.asks("cases/", rison), 400)


@pytest.mark.parametrize(
    ("opr", "col", "value"),
    [
        ("eq", "status", "signed"),
        ("neq", "status", "signed"),
        ("ct", "matter", "公司"),
        ("gt", "registered_at", "'2026-01-01'"),
        ("lt", "registered_at", "'2027-01-01T08:00:00'"),
        ("gt", "visits", "1"),
        ("eq", "number", "'LQ-2026-000001'"),
    ],
)
def test_every_kind_of_filter_works(clerk, opr, col, value):
    answer = clerk.asks("cases/", f"(filters:!((col:{col},opr:{opr},value:{value})))")
    assert answer.status_code == 200, answer.text
    assert answer.json["count"] >= 1


def test_a_filter_by_a_foreign_hall_is_refused_and_by_the_own_one_is_not(clerk):
    with looking():
        own, foreign = hall_of("linqing").id, hall_of("yanggu").id
    asked = "(filters:!((col:hall,opr:rel_o_m,value:{})))"
    assert clerk.asks("cases/", asked.format(own)).json["count"] > 0
    refused(clerk.asks("cases/", asked.format(foreign)), 400)


@pytest.mark.parametrize("size", ["100000", "-1", "0"])
def test_a_page_has_its_bounds(admin, size):
    with looking():
        everybody = len(db.session.scalars(select(Department)).all())
        for _ in range(101 - everybody):
            row_at("departments", "linqing")
    answer = admin.asks("departments/", f"(page_size:{size})")
    assert len(answer.json["result"]) <= 100
    assert answer.json["count"] >= 101


def test_without_a_wish_rows_come_in_a_fixed_order(clerk):
    ids = clerk.asks("cases/", "(page_size:100)").json["ids"]
    assert ids == sorted(ids)
    turned = clerk.asks("cases/", "(order_column:number,order_direction:desc,page_size:100)")
    found = [row["number"] for row in turned.json["result"]]
    assert found == sorted(found, reverse=True)


def test_columns_that_are_not_offered_are_not_given(admin, clerk):
    for wish in ("columns", "select_columns"):
        people = admin.asks("staff/", f"({wish}:!(username,password,email))")
        assert "scrypt" not in people.text
        cases = clerk.asks("cases/", f"({wish}:!(number,phone_index,hall.prefix))")
        assert "phone_index" not in str(cases.json["result"])


# --- moves ---------------------------------------------------------------------------------------


@pytest.fixture
def signed(demo):
    """The number of a case that the market regulation of Linqing works on."""
    with looking():
        return case_at("linqing/scjg", Case.status == Status.SIGNED).id


@pytest.fixture
def handler(demo, token):
    return Program(demo, token(demo, "handler.linqing.scjg"))


def test_a_move_is_made(handler, signed):
    answer = handler("POST", f"cases/{signed}/moves/resolve", {"result": "已当面办妥"})
    assert answer.status_code == 200
    assert answer.json["result"]["status"] == "resolved"
    assert kept(Case, signed, "result") == "已当面办妥"


def test_a_move_that_asks_for_more_names_what_is_missing(handler, signed):
    path = f"cases/{signed}/moves/resolve"
    assert "result" in refused(handler("POST", path, {}), 422)["errors"]
    assert "result" in refused(handler("POST", path, {"result": " "}), 422)["errors"]
    assert "result" in refused(handler("POST", path, {"result": 5}), 422)["errors"]
    assert "result" in refused(handler("POST", path, {"result": "长" * 4001}), 422)["errors"]
    assert (
        "status"
        in refused(handler("POST", path, {"result": "好", "status": "closed"}), 422)["errors"]
    )
    refused(handler("POST", path, [1]), 422)
    assert kept(Case, signed, "status") is Status.SIGNED


def test_a_move_out_of_turn_by_another_role_or_unknown_is_refused(handler, clerk, signed):
    refused(handler("POST", f"cases/{signed}/moves/sign", {}), 409)
    refused(clerk("POST", f"cases/{signed}/moves/close", {}), 409)
    refused(clerk("POST", f"cases/{signed}/moves/resolve", {"result": "好"}), 403)
    refused(handler("POST", f"cases/{signed}/moves/accept", {}), 403)
    refused(handler("POST", f"cases/{signed}/moves/vanish", {}), 404)
    assert kept(Case, signed, "status") is Status.SIGNED


@pytest.mark.parametrize("value", ["maybe", 5, ["should_be_done"], {"a": 1}, True])
def test_a_choice_that_is_none_is_refused(demo, clerk, value):
    with looking():
        number = (
            db.session.scalars(
                select(Case).where(
                    Case.hall == hall_of("linqing"), Case.status == Status.REGISTERED
                )
            )
            .first()
            .id
        )
    told = refused(clerk("POST", f"cases/{number}/moves/accept", {"classification": value}), 422)
    assert "classification" in told["errors"]
