"""The whole life of a case: returns, disputes, callbacks, archive; extensions, pauses, visits.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONCE = "uq_assignment_case_id_department_id"
OPEN_ASSIGNMENT = "returned_at IS NULL AND finished_at IS NULL"
OPEN_PAUSE = "state = 'granted' AND ended_at IS NULL"

COLUMNS = {
    "assignment": (
        ("handler_id", sa.Integer(), None),
        ("returned_at", sa.DateTime(timezone=True), None),
        ("returned_by", sa.String(length=64), None),
        ("return_reason", sa.Text(), None),
    ),
    "case": (
        ("raised_at", sa.DateTime(timezone=True), None),
        ("reopened_at", sa.DateTime(timezone=True), None),
        ("archived_at", sa.DateTime(timezone=True), None),
        ("explanation", sa.Text(), None),
        ("merged_into_id", sa.Integer(), None),
    ),
    "deadline": (
        ("paused_at", sa.DateTime(timezone=True), None),
        ("paused_until", sa.DateTime(timezone=True), None),
        ("previous_id", sa.Integer(), None),
    ),
    "deadline_rule": (
        ("extensions", sa.Integer(), "1"),
        ("extension_days", sa.Integer(), "5"),
        ("pauses", sa.Integer(), "2"),
        ("pause_days", sa.Integer(), "10"),
    ),
}
KEYS = {
    "assignment": (("handler_id", "ab_user"),),
    "case": (("merged_into_id", "case"),),
    "deadline": (("previous_id", "deadline"),),
    "deadline_rule": (),
}
BEFORE = {
    "assignment": {},
    "case": {
        "accepted_with_classification": (
            "status IN ('registered', 'refused') OR classification IS NOT NULL"
        ),
        "closed_with_result": (
            "status <> 'closed' OR (closed_at IS NOT NULL AND outcome IS NOT NULL)"
        ),
        "closing_time_of_closed": "status = 'closed' OR closed_at IS NULL",
        "status": (
            "status IN ('registered', 'accepted', 'refused', 'dispatched', 'signed', 'resolved', "
            "'replied', 'closed')"
        ),
    },
    "deadline": {
        "clockkind": "kind IN ('resolve', 'reply')",
        "verdict": "verdict IN ('met', 'breached')",
    },
    "deadline_rule": {
        "clockkind": "kind IN ('resolve', 'reply')",
        "days_in_bounds": "working_days BETWEEN 1 AND 250",
        "warns_in_time": "warn_days >= 0 AND warn_days < working_days",
    },
}
AFTER = {
    "assignment": {
        "returned_with_reason": "returned_at IS NULL OR coalesce(length(return_reason), 0) > 0",
        "returned_or_finished": "returned_at IS NULL OR finished_at IS NULL",
    },
    "case": {
        "accepted_with_classification": (
            "status IN ('registered', 'refused', 'merged', 'archived') "
            "OR classification IS NOT NULL"
        ),
        "outcome_of_answered": (
            "status = 'archived' OR (outcome IS NOT NULL) = "
            "(status IN ('resolved', 'replied', 'called_back', 'closed'))"
        ),
        "closing_time_of_closed": (
            "status = 'archived' OR (closed_at IS NOT NULL) = (status = 'closed')"
        ),
        "archiving_time_of_archived": "(archived_at IS NOT NULL) = (status = 'archived')",
        "merged_into_another": "status <> 'merged' OR merged_into_id IS NOT NULL",
        "dispatched_to_a_department": (
            "status NOT IN ('dispatched', 'signed') OR lead_department_id IS NOT NULL"
        ),
        "status": (
            "status IN ('registered', 'accepted', 'refused', 'dispatched', 'signed', 'returned', "
            "'disputed', 'resolved', 'replied', 'called_back', 'closed', 'merged', 'archived')"
        ),
    },
    "deadline": {
        "clockkind": "kind IN ('resolve', 'reply', 'contact', 'sign', 'telling', 'callback')",
        "verdict": "verdict IN ('met', 'breached', 'replaced')",
        "paused_while_open": (
            "(paused_at IS NULL) = (paused_until IS NULL) AND (paused_at IS NULL OR met_at IS NULL)"
        ),
    },
    "deadline_rule": {
        "clockkind": "kind IN ('resolve', 'reply', 'contact', 'sign', 'telling', 'callback')",
        "days_in_bounds": "working_days BETWEEN 0 AND 250",
        "warns_in_time": "warn_days >= 0 AND (warn_days = 0 OR warn_days < working_days)",
        "times_in_bounds": "extensions BETWEEN 0 AND 9 AND pauses BETWEEN 0 AND 9",
        "adjustments_in_bounds": (
            "extension_days BETWEEN 0 AND 250 AND pause_days BETWEEN 0 AND 250"
        ),
    },
}


def change(batch, table, gone, checks):
    """Replace checks; SQLite makes the table anew for it."""
    for name in gone:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
    for name, text in checks.items():
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), text)


def upgrade():
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, default in columns:
                batch.add_column(
                    sa.Column(name, kind, server_default=default, nullable=default is None)
                )
            for name, target in KEYS[table]:
                batch.create_foreign_key(op.f(f"fk_{table}_{name}"), target, [name], ["id"])
            if table == "assignment":
                batch.drop_constraint(op.f(ONCE), type_="unique")
            change(batch, table, BEFORE[table], AFTER[table])
        for name, _target in KEYS[table]:
            op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    op.create_index(op.f("ix_assignment_case_id"), "assignment", ["case_id"])
    unique("uq_assignment_once_a_department", "assignment", ["case_id", "department_id"])
    unique("uq_assignment_one_lead", "assignment", ["case_id"], " AND role = 'lead'")
    requests()
    records()


def unique(name, table, columns, further=""):
    where = sa.text(OPEN_ASSIGNMENT + further)
    op.create_index(name, table, columns, unique=True, postgresql_where=where, sqlite_where=where)


def kept():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def of_case(table):
    return (
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f(f"fk_{table}_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def request(table, *more):
    op.create_table(
        table,
        *kept(),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        *more,
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'declined', 'withdrawn')",
            name=op.f(f"ck_{table}_requeststate"),
        ),
        sa.CheckConstraint("days > 0", name=op.f(f"ck_{table}_days_positive")),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f(f"fk_{table}_deadline_id")
        ),
        *of_case(table),
    )
    op.create_index(op.f(f"ix_{table}_case_id"), table, ["case_id"])
    op.create_index(f"ix_{table}_deadline_id", table, ["deadline_id"])


def requests():
    request(
        "extension",
        sa.Column("old_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_due", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'granted') = (new_due IS NOT NULL) "
            "AND (state = 'granted') = (old_due IS NOT NULL)",
            name=op.f("ck_extension_moved_when_granted"),
        ),
    )
    request(
        "pause",
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(state = 'granted') = (began_at IS NOT NULL) "
            "AND (began_at IS NULL) = (until IS NULL) AND (until IS NULL OR began_at < until)",
            name=op.f("ck_pause_began_when_granted"),
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR (ended_at >= began_at AND ended_at <= until)",
            name=op.f("ck_pause_ended_in_time"),
        ),
    )
    for name, table, column, where, single in (
        ("uq_extension_one_asked", "extension", "deadline_id", "state = 'asked'", True),
        ("uq_pause_one_open", "pause", "deadline_id", f"state = 'asked' OR ({OPEN_PAUSE})", True),
        ("ix_pause_to_resume", "pause", "until", OPEN_PAUSE, False),
    ):
        condition = sa.text(where)
        op.create_index(
            name, table, [column], unique=single, postgresql_where=condition, sqlite_where=condition
        )


def records():
    op.create_table(
        "visit",
        *kept(),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("officer", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("visit_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done IS NULL)", name=op.f("ck_visit_done_with_account")
        ),
        *of_case("visit"),
    )
    op.create_index(op.f("ix_visit_case_id"), "visit", ["case_id"])
    op.create_table(
        "callback",
        *kept(),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "satisfaction IN ('5', '4', '3', '2', '1')", name=op.f("ck_callback_satisfaction")
        ),
        sa.CheckConstraint(
            "reached = (satisfaction IS NOT NULL)", name=op.f("ck_callback_rated_when_reached")
        ),
        *of_case("callback"),
    )
    op.create_index(op.f("ix_callback_case_id"), "callback", ["case_id"])


SECONDARY = "kind NOT IN ('resolve', 'reply')"


def downgrade():
    """Give up the clocks beside the main one, and their rules.

    Where a case is in a state that the first schema doesn't know, or went to a department twice,
    its constraints refuse, and nothing is changed.
    """
    secondary = sa.text(SECONDARY)
    flag, deadline, rule = (
        sa.table(name, sa.column("id"), sa.column("deadline_id"), sa.column("kind"))
        for name in ("flag", "deadline", "deadline_rule")
    )
    clocks = sa.select(deadline.c.id).where(secondary)
    op.execute(sa.delete(flag).where(flag.c.deadline_id.in_(clocks)))
    op.execute(sa.delete(deadline).where(secondary))
    op.execute(sa.delete(rule).where(secondary))
    for table in ("callback", "visit", "pause", "extension"):
        op.drop_table(table)
    op.drop_index("uq_assignment_one_lead", "assignment")
    op.drop_index("uq_assignment_once_a_department", "assignment")
    op.drop_index(op.f("ix_assignment_case_id"), "assignment")
    for table, columns in COLUMNS.items():
        for name, _target in KEYS[table]:
            op.drop_index(op.f(f"ix_{table}_{name}"), table)
        with op.batch_alter_table(table) as batch:
            change(batch, table, AFTER[table], BEFORE[table])
            for name, _target in KEYS[table]:
                batch.drop_constraint(op.f(f"fk_{table}_{name}"), type_="foreignkey")
            for name, _kind, _default in columns:
                batch.drop_column(name)
            if table == "assignment":
                batch.create_unique_constraint(op.f(ONCE), ["case_id", "department_id"])
