"""What is asked for when a ledger is asked for, kept as JSON and told again."""

import json
from datetime import date

import pytest

from app.core.errors import InvalidInputError
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order

FULL = Order(
    LedgerKind.OVERDUE, date(2026, 1, 1), date(2026, 9, 17), hall="linqing", department="scjg"
)


@pytest.mark.parametrize("order", [Order(LedgerKind.CASES), FULL])
def test_an_order_survives_json(order):
    assert Order.from_json(json.loads(json.dumps(order.as_json()))) == order


def test_only_what_was_asked_is_kept():
    assert Order("cases").as_json() == {"kind": "cases"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "cases", "since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "until"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(app, asked, field):
    with pytest.raises(InvalidInputError) as refused:
        Order(**asked)
    assert set(refused.value.problems) == {field}
