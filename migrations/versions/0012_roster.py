"""The duty roster: windows, duties, swaps; who was on duty when a case came; whom notices mean.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = (
    "registrar", "hall_clerks", "lead_handlers", "assisting_handlers", "hall_supervisors",
    "supervisors_above", "group_only",
)  # fmt: skip
AFTER = ("registrar", "on_duty", *BEFORE[1:])
SHIFTS = ("morning", "afternoon", "whole")


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def housekeeping():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def key(table, column, target):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade():
    op.add_column("hall", sa.Column("midday", sa.Time(), nullable=True))
    _windows()
    _duties()
    _swaps()
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("registrar_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("on_duty", sa.String(length=255), nullable=True))
        batch.create_foreign_key(op.f("fk_case_registrar_id"), "ab_user", ["registrar_id"], ["id"])
    op.create_index(op.f("ix_case_registrar_id"), "case", ["registrar_id"])
    _audiences(AFTER)


def _windows():
    op.create_table(
        "hall_window",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *housekeeping(),
        key("hall_window", "hall_id", "hall.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_window")),
        sa.UniqueConstraint("hall_id", "code", name=op.f("uq_hall_window_hall_id_code")),
        sa.UniqueConstraint("hall_id", "name", name=op.f("uq_hall_window_hall_id_name")),
    )


def _duties():
    op.create_table(
        "duty",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", choice("half", "morning", "afternoon"), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        *housekeeping(),
        key("duty", "hall_id", "hall.id"),
        key("duty", "window_id", "hall_window.id"),
        key("duty", "staff_id", "ab_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("window_id", "day", "half", name=op.f("uq_duty_window_id_day_half")),
    )
    op.create_index("ix_duty_hall_id_day", "duty", ["hall_id", "day"])
    op.create_index("ix_duty_staff_id_day", "duty", ["staff_id", "day"])


def _swaps():
    op.create_table(
        "duty_swap",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", choice("shift", *SHIFTS), nullable=False),
        sa.Column("other_staff_id", sa.Integer(), nullable=False),
        sa.Column("other_window_id", sa.Integer(), nullable=False),
        sa.Column("other_day", sa.Date(), nullable=False),
        sa.Column("other_shift", choice("other_shift", *SHIFTS), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "state", choice("swapstate", "asked", "done", "declined", "withdrawn"), nullable=False
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL) AND (decided_at IS NULL) = "
            "(decided_by IS NULL)",
            name=op.f("ck_duty_swap_decided_by_somebody"),
        ),
        sa.CheckConstraint("staff_id <> other_staff_id", name=op.f("ck_duty_swap_between_two")),
        key("duty_swap", "hall_id", "hall.id"),
        key("duty_swap", "staff_id", "ab_user.id"),
        key("duty_swap", "window_id", "hall_window.id"),
        key("duty_swap", "other_staff_id", "ab_user.id"),
        key("duty_swap", "other_window_id", "hall_window.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_swap")),
    )
    op.create_index("ix_duty_swap_hall_id_id", "duty_swap", ["hall_id", "id"])
    op.create_index(op.f("ix_duty_swap_staff_id"), "duty_swap", ["staff_id"])
    op.create_index(op.f("ix_duty_swap_other_window_id"), "duty_swap", ["other_window_id"])
    waiting = sa.text("state = 'asked'")
    op.create_index(
        "uq_duty_swap_asked_once",
        "duty_swap",
        ["window_id", "day", "shift", "other_window_id", "other_day", "other_shift"],
        unique=True,
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    op.create_index(
        "ix_duty_swap_waiting",
        "duty_swap",
        ["other_staff_id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def _audiences(known):
    codes = ", ".join(f"'{code}'" for code in known)
    with op.batch_alter_table("notice_rule") as batch:
        batch.drop_constraint(op.f("ck_notice_rule_audience"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_rule_audience"), f"audience IN ({codes})")


def downgrade():
    """Give up the roster; what went to whoever is on duty goes to the whole window again."""
    rule = sa.table("notice_rule", sa.column("audience"))
    op.execute(sa.update(rule).where(rule.c.audience == "on_duty").values(audience="hall_clerks"))
    _audiences(BEFORE)
    op.drop_index(op.f("ix_case_registrar_id"), "case")
    with op.batch_alter_table("case") as batch:
        batch.drop_constraint(op.f("fk_case_registrar_id"), type_="foreignkey")
        batch.drop_column("on_duty")
        batch.drop_column("registrar_id")
    for table in ("duty_swap", "duty", "hall_window"):
        op.drop_table(table)
    op.drop_column("hall", "midday")
