"""Pages of a list, one by one: every row once, whatever comes meanwhile, at an even cost."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from app.cases.rules import Status
from app.core import scope
from app.core.crud.paging import mark_of
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.window import brought_to, register
from tests.conftest import NOW
from tests.core import screens

pytestmark = pytest.mark.usefixtures("at_now")


def beside(answer, way):
    links = screens.tree(answer).xpath(f"//nav[@class='pager']//a[@rel='{way}']/@href")
    return links[0] if links else None


def shown(answer):
    assert answer.status_code == 200, screens.text_of(answer)
    return [row[0] for row in screens.rows(answer)]


def walked(client, address, way="next"):
    """Return the pages from an address to the end, and the last address."""
    pages = []
    while True:
        answer = client.get(address)
        pages.append(shown(answer))
        following = beside(answer, way)
        if following is None:
            return pages, address
        address = following


def joined(pages):
    return [number for page in pages for number in page]


SORTS = ("", "sort=number", "sort=-due", "sort=due", "sort=status", "sort=-matter", "tab=open")


@pytest.mark.parametrize("asked", SORTS)
def test_every_row_is_on_one_page_there_and_back(clerk, asked):
    with scope.everything(), transaction():
        for status in (Status.REGISTERED, Status.CLOSED, Status.REFUSED, Status.ACCEPTED):
            brought_to(status)  # some have a clock, some have none
    db.session.remove()
    whole = shown(clerk.get(f"/cases/list/?{asked}&size=100"))
    assert 10 < len(whole) < 100
    there, last = walked(clerk, f"/cases/list/?{asked}&size=7")
    assert joined(there) == whole
    back, _ = walked(clerk, last, "prev")
    assert joined(reversed(back)) == whole
    assert len(back[-1]) == 7, "the first page is full"


def test_rows_that_come_meanwhile_move_nothing(clerk):
    whole = shown(clerk.get("/cases/list/?size=100"))
    first = clerk.get("/cases/list/?size=7")
    with scope.everything(), transaction():
        for _ in range(3):
            register(now=NOW - timedelta(hours=1))
    db.session.remove()
    second = clerk.get(beside(first, "next"))
    assert shown(first) + shown(second) == whole[:14]
    assert shown(clerk.get(beside(second, "prev"))) == whole[:7]


def test_a_page_whose_rows_have_gone_begins_again(clerk):
    beyond = mark_of([0])
    answer = clerk.get(f"/cases/list/?size=7&page=9&after={beyond}")
    assert shown(answer) == shown(clerk.get("/cases/list/?size=7"))
    assert beside(answer, "prev") is None


def sent_for(client, address):
    client.get(address)
    db.session.remove()
    with screens.statements() as sent:
        assert client.get(address).status_code == 200
    return [statement for statement in sent if not statement.startswith("BEGIN")]


def test_no_page_skips_rows_to_get_there(clerk):
    _, last = walked(clerk, "/cases/list/?size=7&sort=matter")
    sent = sent_for(clerk, last)
    if db.engine.dialect.name == "postgresql":  # SQLite is told OFFSET 0 with every limit
        assert not [statement for statement in sent if "OFFSET" in statement.upper()]
    assert len(sent) <= len(sent_for(clerk, "/cases/list/?size=7&sort=matter"))


def test_a_list_on_one_page_is_not_counted_again(clerk):
    long, short = (sent_for(clerk, f"/cases/list/?size={size}") for size in (7, 100))
    assert len(short) == len(long) - 1


def mark(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ODD = (
    "x", "%FF", "!!!!", "A" * 5000, mark("{}"), mark("[]"), mark("[1,2]"), mark("[null]"),
    mark('["1"]'), mark("[1.5]"), mark(f"[{10**30}]"), mark("[" * 900), mark("[[1]]"), mark("1"),
    mark('[{"a":1}]'), mark("[NaN]"), mark("[Infinity]"),
)  # fmt: skip


@pytest.mark.parametrize("way", ["after", "before"])
def test_a_nonsensical_place_is_refused_with_a_sentence(clerk, way):
    for odd in ODD:
        answer = clerk.get(f"/cases/list/?{way}={odd}")
        assert answer.status_code == 400, odd[:40]
        assert "翻页位置" in screens.text_of(answer)


SORTED_ODD = (
    ("due", ["soon", 1]),
    ("due", ["2026-01-01T00:00:00", 1]),
    ("due", ["0001-01-01T00:00:00+14:00", 1]),
    ("status", ["nowhere", 1]),
    ("number", ["a\0b", 1]),
    ("number", ["\ud800", 1]),
    ("number", [None, 1]),
    ("number", [3, 1]),
)


@pytest.mark.parametrize(("sort", "values"), SORTED_ODD)
def test_a_place_of_another_order_is_refused(clerk, sort, values):
    answer = clerk.get(f"/cases/list/?sort={sort}&after={mark(json.dumps(values))}")
    assert answer.status_code == 400
    assert "翻页位置" in screens.text_of(answer)


def test_a_page_far_down_is_not_reached_by_its_number(clerk):
    answer = clerk.get("/cases/list/?page=90000")
    assert answer.status_code == 400
    assert "页码过大" in screens.text_of(answer)
