"""What the overview keeps of cases, their sums by month, and which cases to count again.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SMALL = ("registered", "taken", "refused", "finished", "in_time", "late", "open_late", "timed")
LARGE = ("seconds", "days")
LAST = ("rated", "satisfied", "grades")


def measures():
    return (
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SMALL),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in LARGE),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in LAST),
    )


def upgrade():
    op.create_table(
        "case_fact",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department", sa.String(length=16), nullable=False),
        sa.Column("matter", sa.String(length=128), nullable=False),
        sa.Column("classification", sa.String(length=32), nullable=False),
        sa.Column("need", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        *measures(),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_fact")),
    )
    op.create_index("ix_case_fact_hall_id_month_day", "case_fact", ["hall_id", "month", "day"])
    op.create_index("ix_case_fact_open_late_due_at", "case_fact", ["open_late", "due_at"])
    op.create_table(
        "cause_fact",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "cause_id", name=op.f("pk_cause_fact")),
    )
    op.create_table(
        "tally",
        sa.Column("hall_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("span", sa.String(length=8), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        *measures(),
        sa.PrimaryKeyConstraint(
            "hall_id", "span", "month", "facet", "value", name=op.f("pk_tally")
        ),
    )
    op.create_table(
        "recount",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recount")),
    )
    op.create_index("ix_recount_case_id", "recount", ["case_id"])
    op.execute('INSERT INTO recount (case_id) SELECT id FROM "case" ORDER BY id')


def downgrade():
    for table in ("recount", "tally", "cause_fact", "case_fact"):
        op.drop_table(table)
