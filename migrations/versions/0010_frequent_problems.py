"""Problems that come back: the setting, what was found, and the cases that it rests on.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def housekeeping():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def upgrade():
    op.create_table(
        "frequency_rule",
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *housekeeping(),
        sa.CheckConstraint(
            "cases BETWEEN 2 AND 1000", name=op.f("ck_frequency_rule_cases_in_bounds")
        ),
        sa.CheckConstraint("days BETWEEN 7 AND 730", name=op.f("ck_frequency_rule_days_in_bounds")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_frequency_rule_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frequency_rule")),
        sa.UniqueConstraint("hall_id", name=op.f("uq_frequency_rule_hall_id")),
    )
    op.create_index(
        "uq_frequency_rule_general",
        "frequency_rule",
        ["active"],
        unique=True,
        postgresql_where=sa.text("hall_id IS NULL AND active"),
        sqlite_where=sa.text("hall_id IS NULL AND active"),
    )
    op.create_table(
        "frequent_problem",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=128), nullable=False),
        sa.Column("cause_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("open", "accepted", "dismissed"),
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)",
            name=op.f("ck_frequent_problem_decided_with_its_time"),
        ),
        sa.CheckConstraint(
            "state <> 'dismissed' OR coalesce(length(note), 0) > 0",
            name=op.f("ck_frequent_problem_dismissed_with_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (article_id IS NOT NULL)",
            name=op.f("ck_frequent_problem_accepted_as"),
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_frequent_problem_hall_id")),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["cause.id"], name=op.f("fk_frequent_problem_cause_id")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_frequent_problem_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frequent_problem")),
    )
    for column in ("cause_id", "article_id"):
        op.create_index(op.f(f"ix_frequent_problem_{column}"), "frequent_problem", [column])
    for name, columns, cause in (
        ("uq_frequent_problem_open", ["hall_id", "matter", "cause_id"], "IS NOT NULL"),
        ("uq_frequent_problem_open_causeless", ["hall_id", "matter"], "IS NULL"),
    ):
        where = sa.text(f"state = 'open' AND cause_id {cause}")
        op.create_index(
            name, "frequent_problem", columns, unique=True,
            postgresql_where=where, sqlite_where=where,
        )  # fmt: skip
    op.create_table(
        "frequent_problem_case",
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["frequent_problem.id"],
            name=op.f("fk_frequent_problem_case_problem_id"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_frequent_problem_case_case_id")
        ),
        sa.PrimaryKeyConstraint("problem_id", "case_id", name=op.f("pk_frequent_problem_case")),
    )
    op.create_index(op.f("ix_frequent_problem_case_case_id"), "frequent_problem_case", ["case_id"])


def downgrade():
    for table in ("frequent_problem_case", "frequent_problem", "frequency_rule"):
        op.drop_table(table)
