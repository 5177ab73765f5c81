"""The columns of ledgers have names for good."""

import re

import pytest

from app.ledgers.columns import LEDGERS

CASES = [
    "number",
    "hall",
    "channel",
    "accepted_at",
    "applicant",
    "phone",
    "matter",
    "situation",
    "classification",
    "description",
    "lead_department",
    "assisting",
    "dispatched_at",
    "working_days",
    "due_at",
    "finished_at",
    "status",
    "late",
    "days_late",
    "outcome",
    "satisfaction",
]


@pytest.mark.parametrize("kind", LEDGERS)
def test_a_column_is_named_once_in_a_ledger(kind):
    codes = [column.code for column in LEDGERS[kind].columns]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z][a-z_]*", code) for code in codes)


def test_the_columns_of_cases_keep_their_names():
    assert [column.code for column in LEDGERS["cases"].columns][: len(CASES)] == CASES
