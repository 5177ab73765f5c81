"""What is guarded and watched, and what is told of it: the words that both databases share."""

from __future__ import annotations

from app.core.chain import LINE

APPEND_ONLY = ("event", "change")

WATCHED = {
    "case": "id", "deadline": "case_id", "assignment": "case_id", "visit": "case_id",
    "callback": "case_id", "extension": "case_id", "pause": "case_id", "attachment": "case_id",
    "case_cause": "case_id", "case_link": "case_id",
    "supervision_card": "case_id", "referral": "case_id", "appeal": "case_id",
    "appeal_period": "case_id",
}  # fmt: skip
"""Table → its column that names the case. A change that moves `version` came through the
application, which tells of it itself; any other is told by the database."""

WRITTEN_ONCE = ("case_link",)
"""Tables without a `version`: the application changes none of their rows."""

PERSONAL = (
    "applicant_name", "phone", "id_number", "address", "contact_name", "agent_name", "agent_phone",
    "place",
)  # fmt: skip
"""Of these only the fact is told. A new column with personal data is to be named here."""

LARGE = ("evidence", "grounds", "findings")
"""Of these too: evidence says what stands in the columns beside it; the rest few may read."""

UNTOLD = ("version", "changed_at", "changed_by", "phone_index")
"""Of these nothing is told: housekeeping, and what follows another column."""

FLAGGED = ("warning_flagged_at", "overdue_flagged_at", "escalated_flagged_at")
"""Nor of these: flagging tells its events in the statement that sets them."""


def kind_of(migration: str) -> str:
    """Return the kind of event that tells of a change past the application."""
    return "migrated" if migration else "changed_outside"


def by_migration(migration: str) -> str:
    """Return the actor of what a migration does, by its number."""
    return f"migration:{migration}"


def line(dialect: str, row: str = "") -> str:
    """Return the SQL of the text that an event's seal is made from (see `chain.chained`)."""
    texts = (part.format(row) for part in LINE[dialect])
    return " || ".join(f"length({text}) || ':' || {text} || ','" for text in texts)
