"""Why it could not be done: the tree of causes, and those that were named for each case.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
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
        "cause",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("hint", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        *housekeeping(),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_cause_not_its_own_parent")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["cause.id"], name=op.f("fk_cause_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause")),
        sa.UniqueConstraint("code", name=op.f("uq_cause_code")),
    )
    op.create_index(op.f("ix_cause_parent_id"), "cause", ["parent_id"], unique=False)
    op.create_table(
        "case_cause",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("cause_id", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        *housekeeping(),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_cause_case_id")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_case_cause_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_cause")),
        sa.UniqueConstraint("case_id", "cause_id", name=op.f("uq_case_cause_case_id_cause_id")),
    )
    op.create_index(
        "ix_case_cause_cause_id_current_case_id",
        "case_cause",
        ["cause_id", "current", "case_id"],
        unique=False,
    )


def downgrade():
    op.drop_table("case_cause")
    op.drop_table("cause")
