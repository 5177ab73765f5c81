"""Subscriptions of ledgers, what became of each sending, and files that letters carry.

Revision: 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    "cases", "overdue", "departments", "causes", "callbacks", "returns", "improvements", "appeals",
    "supervision", "duty",
)  # fmt: skip
CHECKS = {
    "one_ledger": "(kind IS NULL) <> (template_id IS NULL)",
    "tells_somehow": "inbox OR mail",
    "nth_workday": "nth BETWEEN 1 AND 23",
}
SENDING_CHECKS = {
    "failed_with_its_reason": "(state = 'failed') = (reason IS NOT NULL)",
    "of_a_ledger": "state = 'failed' OR task_id IS NOT NULL",
    "ended_with_its_time": "(state = 'making') = (ended_at IS NULL)",
}


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def key(table, column, target, **options):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **options)


def checks(table, said):
    return [
        sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in said.items()
    ]


def upgrade():
    op.add_column("ledger_task", sa.Column("file_size", sa.BigInteger(), nullable=True))
    op.add_column(
        "ledger_task",
        sa.Column(
            "figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
    )
    op.add_column(
        "ledger_task", sa.Column("quiet", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name in ("file_name", "file_key"):
        op.add_column("notice", sa.Column(name, sa.String(255), nullable=True))
    subscription()
    sending()


def subscription():
    table = "ledger_subscription"
    op.create_table(
        table,
        sa.Column("kind", choice("ledgerkind", *KINDS), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column(
            "span", choice("span", "all", "day", "week", "month", "quarter", "year"), nullable=False
        ),
        sa.Column(
            "role",
            choice("role", "clerk", "handler", "supervisor", "inspector", "admin"),
            nullable=True,
        ),
        sa.Column("cadence", choice("cadence", "daily", "weekly", "monthly"), nullable=False),
        sa.Column("weekday", choice("weekday", *"1234567"), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("inbox", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("language", choice("language", "zh", "en"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.String(64), nullable=True),
        *checks(table, CHECKS),
        key(table, "template_id", "ledger_template.id"),
        key(table, "hall_id", "hall.id"),
        key(table, "owner_id", "ab_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in ("template_id", "hall_id", "owner_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    beside = "ledger_subscription_person"
    op.create_table(
        beside,
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        key(beside, "subscription_id", "ledger_subscription.id", ondelete="CASCADE"),
        key(beside, "user_id", "ab_user.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscription_id", "user_id", name=op.f(f"pk_{beside}")),
    )
    op.create_index(op.f(f"ix_{beside}_user_id"), beside, ["user_id"])


def sending():
    run, table = "ledger_subscription_run", "ledger_sending"
    op.create_table(
        run,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("planned_for", INSTANT, nullable=False),
        sa.Column("complained_at", INSTANT, nullable=True),
        key(run, "subscription_id", "ledger_subscription.id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{run}")),
        sa.UniqueConstraint(
            "subscription_id", "planned_for", name=op.f(f"uq_{run}_subscription_id_planned_for")
        ),
    )
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("planned_for", INSTANT, nullable=False),
        sa.Column("title", sa.String(128), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(128), nullable=False),
        sa.Column("language", choice("language", "zh", "en"), nullable=False),
        sa.Column("inbox", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("state", choice("sendingstate", "making", "sent", "failed"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        *checks(table, SENDING_CHECKS),
        key(table, "run_id", "ledger_subscription_run.id"),
        key(table, "hall_id", "hall.id"),
        key(table, "owner_id", "ab_user.id"),
        key(table, "user_id", "ab_user.id"),
        key(table, "task_id", "ledger_task.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("run_id", "user_id", name=op.f(f"uq_{table}_run_id_user_id")),
    )
    for column in ("hall_id", "owner_id", "user_id", "task_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade():
    for table in (
        "ledger_sending", "ledger_subscription_run", "ledger_subscription_person",
        "ledger_subscription",
    ):  # fmt: skip
        op.drop_table(table)
    for name in ("file_key", "file_name"):
        op.drop_column("notice", name)
    for name in ("quiet", "figures", "file_size"):
        op.drop_column("ledger_task", name)
