"""Rule documents in the database: published once and for good, frozen, in force from to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.transaction import transaction
from app.rulebook.documents import operations, queries
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.pages import fresh, notices
from app.rulebook.documents.rules import DocumentKind, DocumentStatus
from app.rulebook.models import Criterion
from app.rulebook.rules import unknown_placeholders
from tests.cases.window import hall, person
from tests.conftest import NOW
from tests.core.screens import statements

TODAY = date(2026, 9, 17)
PRIVACY, CRITERIA = DocumentKind.PRIVACY, DocumentKind.CRITERIA
LATER = NOW + timedelta(days=30)


def draft(kind=PRIVACY, code="linqing", body="第一版", valid_from=TODAY, **fields):
    row = RuleDocument(
        kind=kind, hall=hall(code) if code else None, title="隐私告知", source="某局〔2026〕1 号",
        body=body, valid_from=valid_from, **fields,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def actor_of(row):
    return person(f"supervisor.{row.hall.code}" if row.hall else "admin")


def published(now=NOW, **fields):
    row = draft(**fields)
    return operations.publish(row, actor=actor_of(row), now=now)


def ruling(at, kind=PRIVACY, code="linqing"):
    return queries.in_force(hall(code).id, at).get(kind)


# --- publishing ------------------------------------------------------------------------------


def test_the_next_version_ends_the_former_where_it_begins(demo, unlimited):
    first = published()
    second = published(now=NOW + timedelta(days=3), body="第二版", valid_from=date(2026, 10, 1))
    begins = datetime(2026, 9, 30, 16, tzinfo=UTC)  # midnight at Linqing
    assert (first.number, second.number) == (1, 2)
    assert first.in_force_from == NOW  # published in the course of its first day
    assert (first.in_force_until, second.in_force_from) == (begins, begins)
    assert first.status is DocumentStatus.SUPERSEDED
    assert first.ended_on == date(2026, 9, 30)
    assert ruling(begins - timedelta(seconds=1)) is first
    assert ruling(begins) is second
    assert ruling(NOW - timedelta(seconds=1)).hall is None  # the general one until then


def test_what_has_not_begun_is_replaced_and_never_holds(demo, unlimited):
    day = date(2026, 10, 1)
    first, wrong = published(), published(body="错", valid_from=day)
    right = published(now=NOW + timedelta(days=1), body="对", valid_from=day)
    assert wrong.in_force_until == wrong.in_force_from
    assert wrong.ended_on is None
    assert first.in_force_until == right.in_force_from
    assert ruling(LATER) is right


def test_nothing_is_published_for_the_past_or_before_what_was_published(demo, unlimited):
    with pytest.raises(InvalidInputError) as told:
        published(valid_from=TODAY - timedelta(days=1))
    assert list(told.value.problems) == ["valid_from"]
    published(valid_from=date(2026, 10, 1))
    with pytest.raises(InvalidInputError):
        published(valid_from=date(2026, 9, 30))


def test_a_version_with_a_last_day_holds_to_its_end(demo, unlimited):
    row = published(valid_to=date(2026, 9, 30))
    assert row.in_force_until == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert ruling(LATER).hall is None
    again = published(now=LATER, valid_from=date(2026, 10, 17))
    assert row.in_force_until == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert again.number == 2


def test_what_is_repealed_gives_way_to_what_holds_for_all_halls(demo, unlimited):
    row = published()
    operations.repeal(row, actor=actor_of(row), now=LATER)
    assert ruling(LATER - timedelta(seconds=1)) is row
    assert ruling(LATER).hall is None
    for work in (operations.repeal, operations.publish):
        with pytest.raises(DomainError):
            work(row, actor=actor_of(row), now=LATER)


def test_a_template_with_places_to_fill_in_is_not_published(demo, unlimited):
    with pytest.raises(DomainError, match="【待填：单位】"):
        published(body="由【待填：单位】负责")


# --- data in the text ------------------------------------------------------------------------


def test_the_data_of_the_day_are_frozen_into_the_text_and_a_later_change_shows(demo, unlimited):
    row = published(kind=CRITERIA, body="范围：\n\n{受理标准}\n\n{不予受理标准}")
    frozen = row.text
    assert "**S1 申请未被受理**：" in frozen
    assert "告知：" in frozen
    assert fresh(row, NOW) == frozen
    assert not [it for it in notices(row, NOW, "") if it[0] == "warn"]
    criterion = db.session.scalars(select(Criterion).where(Criterion.code == "S1")).one()
    criterion.text = "改了的标准"
    db.session.flush()
    assert row.text == frozen
    assert "改了的标准" in fresh(row, NOW)
    [(tone, _, url, _)] = notices(row, NOW, "")
    assert (tone, url) == ("warn", f"/rule-documents/{row.id}/compare?with=data")


def test_a_hall_s_own_rules_and_departments_stand_in_its_text(demo, unlimited):
    row = published(kind=DocumentKind.PROCEDURE, body="{权责清单}\n\n{办理时限}\n\n{救济途径}")
    for words in ("### 市场监管科", "| 公司设立登记 |", "3 个工作日", "行政复议", "60 日内"):
        assert words in row.text
    assert "{" not in row.text


def test_a_text_for_all_halls_has_no_list_of_responsibilities(demo, unlimited):
    with pytest.raises(DomainError, match="权责清单"):
        published(kind=DocumentKind.RESPONSIBILITIES, code="", body="{权责清单}")


def test_the_queries_of_a_text_do_not_grow_with_the_list(demo, unlimited):
    row = draft(kind=DocumentKind.RESPONSIBILITIES, body="{权责清单}")
    db.session.expire_all()
    with statements() as asked:
        operations.expanded(row, TODAY)
    assert len(asked) <= 4


# --- for good --------------------------------------------------------------------------------


COLUMNS = ", ".join(f'"{it.name}"' for it in RuleDocument.__table__.columns if it.name != "id")
COPY = f"SELECT id + 900, {COLUMNS} FROM rule_document WHERE id = :id"  # noqa: S608
REPLACING = f"SELECT :id, {COLUMNS} FROM rule_document WHERE id = :draft"  # noqa: S608
EVERYWHERE = (
    "UPDATE rule_document SET text = 'x' WHERE id = :id",
    "UPDATE rule_document SET title = 'x' WHERE id = :id",
    "UPDATE rule_document SET valid_from = '2020-01-01' WHERE id = :id",
    "UPDATE rule_document SET hall_id = NULL WHERE id = :id",
    "UPDATE rule_document SET in_force_until = '2020-01-01' WHERE id = :id",
    "UPDATE rule_document SET in_force_until = NULL, ended_by = 'x' WHERE id = :id",
    "UPDATE rule_document SET status = 'draft' WHERE id = :id",
    "UPDATE rule_document SET id = id + 900 WHERE id = :id",
    "DELETE FROM rule_document WHERE id = :id",
    f"INSERT INTO rule_document (id, {COLUMNS}) {COPY}",
)
SOMEWHERE = {
    "sqlite": (
        f"INSERT OR REPLACE INTO rule_document (id, {COLUMNS}) {REPLACING}",
        "UPDATE OR REPLACE rule_document SET id = :id WHERE id = :draft",
    ),
    "postgresql": ("TRUNCATE rule_document",),
}


KEPT = r"never|begins as a draft|superseded_by_somebody"


def test_the_database_itself_keeps_what_is_published(demo, unlimited):
    with transaction():
        former = published()
        rows = (former, published(now=NOW + timedelta(hours=1)))
        other = draft()
    numbers, spare = [row.id for row in rows], other.id
    for statement in (*EVERYWHERE, *SOMEWHERE[db.engine.dialect.name]):
        for number in numbers:
            given = {"id": number, "draft": spare}
            named = {name: given[name] for name in given if f":{name}" in statement}
            with pytest.raises(DBAPIError, match=KEPT):
                db.session.execute(text(statement), named)
            db.session.rollback()


def test_a_draft_is_written_and_deleted_freely(demo, unlimited):
    row = draft()
    row.body = "改了"
    db.session.flush()
    db.session.delete(row)
    db.session.flush()


# --- who -------------------------------------------------------------------------------------


def test_a_supervisor_rules_in_the_own_halls_and_only_the_administrator_for_all(demo):
    with scope.everything(), transaction():
        rows = {code: draft(code=code) for code in ("linqing", "yanggu", "")}
    for username, allowed in (
        ("supervisor.linqing", {"linqing"}),
        ("supervisor.liaocheng", {"linqing", "yanggu"}),
        ("admin", {"linqing", "yanggu", ""}),
        ("clerk.linqing", set()),
        ("inspector.liaocheng", set()),
    ):
        who = person(username)
        for code, row in rows.items():
            with scope.everything():
                assert operations.rules_over(row, who) is (code in allowed)
                if code not in allowed:
                    with pytest.raises(OutOfScopeError):
                        operations.publish(row, actor=who, now=NOW)


def test_past_the_verbs_the_flush_too_refuses_whoever_does_not_rule(demo):
    with scope.everything(), transaction():
        rows = [draft(code="linqing"), draft(code="")]
    for username, row in (("clerk.linqing", rows[0]), ("supervisor.linqing", rows[1])):
        with scope.working_for(person(username)):
            row.body = "改了"
            with pytest.raises(OutOfScopeError):
                db.session.flush()
            db.session.rollback()


# --- the beginning ---------------------------------------------------------------------------


def test_an_empty_database_begins_with_a_draft_of_each_kind_and_nothing_public(app, unlimited):
    rows = db.session.scalars(select(RuleDocument)).all()
    assert [row.kind for row in rows] == list(DocumentKind)
    for row in rows:
        assert row.status is DocumentStatus.DRAFT
        assert row.hall is None
        assert "范本" in row.title
        assert row.problems() == {}
    assert not queries.published(None)
    operations.seed()
    assert len(db.session.scalars(select(RuleDocument)).all()) == len(rows)
    assert unknown_placeholders("{受理标准}")  # of another kind of text
