"""The generated REST resources: the same checks as the forms, in problem details."""

from __future__ import annotations

from app.departments.models import Hall
from tests.core.rows import count, kept


def test_rest_reads_adds_edits_and_deletes(demo, token):
    headers, program = token(demo, "admin"), demo.test_client()
    made = program.post(
        "/api/v1/halls/",
        headers=headers,
        json={"name": "东阿县政务服务大厅", "code": "donge", "prefix": "DE"},
    )
    assert made.status_code == 201, made.json
    number = made.json["id"]
    hall = kept(Hall, number)
    assert (hall.timezone, hall.level, hall.active) == ("Asia/Shanghai", "county", True)
    address = f"/api/v1/halls/{number}"
    assert program.put(address, headers=headers, json={"name": "东阿"}).status_code == 200
    assert kept(Hall, number).name == "东阿"
    assert program.delete(address, headers=headers).status_code == 200
    assert kept(Hall, number) is None


WRONG = [
    ({}, {"name", "code", "prefix"}),
    ({"name": "x"}, {"code", "prefix"}),
    ({"name": "x", "code": "UPPER", "prefix": "DE"}, {"code"}),
    ({"name": "x" * 65, "code": "c", "prefix": "DE"}, {"name"}),
    ({"name": "x", "code": "c", "prefix": "DE", "opening": "25:00"}, {"opening"}),
    ({"name": "x", "code": "c", "prefix": "DE", "opening": "18:00:00"}, {"closing"}),
    ({"name": "x", "code": "c", "prefix": "DE", "timezone": "Mars/Base"}, {"timezone"}),
    ({"name": "x", "code": "c", "prefix": "DE", "level": "galaxy"}, {"level"}),
    ({"name": "x", "code": "c", "prefix": "DE", "parent": 999_999}, {"parent"}),
    ({"name": "x", "code": "c", "prefix": "DE", "parent": "1"}, {"parent"}),
    ({"name": None, "code": "c", "prefix": "DE"}, {"name"}),
    ({"name": 7, "code": "c", "prefix": "DE"}, {"name"}),
    ({"name": "夹\x00带", "code": "c", "prefix": "DE"}, {"name"}),
    ({"name": "半\ud800字", "code": "c", "prefix": "DE"}, {"name"}),
    ({"name": "x", "code": "c", "prefix": "DE", "nonsense": 1}, {"nonsense"}),
    ({"name": "x", "code": "c", "prefix": "DE", "id": 7}, {"id"}),
    ({"name": "临清市政务服务大厅", "code": "c", "prefix": "DE"}, {"name"}),
    ({"name": "x", "code": "linqing", "prefix": "DE"}, {"code"}),
]
"""What is sent, and the fields that the answer names."""


def test_rest_names_the_field_that_is_wrong(demo, token):
    headers, program, before = token(demo, "admin"), demo.test_client(), count(Hall)
    for body, wrong in WRONG:
        answer = program.post("/api/v1/halls/", headers=headers, json=body)
        assert answer.status_code == 422, answer.text
        assert answer.content_type == "application/problem+json"
        assert set(answer.json["errors"]) == wrong, body
    assert count(Hall) == before


def test_rest_refuses_what_is_no_object(demo, token):
    headers = {**token(demo, "admin"), "Content-Type": "application/json"}
    for body in ("", "x", "[]", "null", '"text"', "1", "[{}]", "{"):
        answer = demo.test_client().post("/api/v1/halls/", headers=headers, data=body)
        assert answer.status_code in {400, 422}, body
        assert answer.content_type == "application/problem+json"
