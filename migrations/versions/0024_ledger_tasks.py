"""Ledgers that are made in the background.

Revision: 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CHECKS = {
    "running_by_somebody": (
        "(state = 'running') = (lease_until IS NOT NULL)"
        " AND (state <> 'running' OR (started_at IS NOT NULL AND node IS NOT NULL))"
    ),
    "ended_with_its_time": ("(state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)"),
    "failed_with_its_reason": "(state = 'failed') = (reason IS NOT NULL)",
    "done_with_its_file": (
        "(state = 'done') = (checksum IS NOT NULL)"
        " AND (state = 'done') = (file_name IS NOT NULL)"
        " AND (state = 'done') = (expires_at IS NOT NULL)"
        " AND (file_key IS NULL OR state = 'done')"
    ),
    "in_bounds": "rows_done >= 0 AND attempts >= 0 AND attempts <= 3",
}


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def key(table, column, target):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade():
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "ledger_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requested_at", instant, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column(
            "asked", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            choice("taskstate", "queued", "running", "done", "failed", "cancelled"),
            nullable=False,
        ),
        sa.Column("rows_expected", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=128), nullable=True),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("started_at", instant, nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=True),
        sa.Column("file_key", sa.String(length=255), nullable=True),
        sa.Column("checksum", sa.String(length=64), nullable=True),
        sa.Column("expires_at", instant, nullable=True),
        *(
            sa.CheckConstraint(text, name=op.f(f"ck_ledger_task_{name}"))
            for name, text in CHECKS.items()
        ),
        key("ledger_task", "actor_id", "ab_user.id"),
        key("ledger_task", "hall_id", "hall.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_task")),
    )
    for column in ("actor_id", "hall_id"):
        op.create_index(op.f(f"ix_ledger_task_{column}"), "ledger_task", [column])
    waiting = sa.text("state IN ('queued', 'running')")
    op.create_index(
        "ix_ledger_task_waiting", "ledger_task", ["id"],
        postgresql_where=waiting, sqlite_where=waiting,
    )  # fmt: skip


def downgrade():
    op.drop_table("ledger_task")
