"""Ledgers of periods: made once for each kind, hall, period and planned instant.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

PERIODS = "period IN ('day', 'week', 'month', 'quarter', 'year')"


def upgrade():
    with op.batch_alter_table("ledger_run") as batch:
        batch.add_column(sa.Column("period", sa.String(32), nullable=False, server_default="day"))
        batch.create_check_constraint(op.f("ck_ledger_run_ledgerperiod"), PERIODS)
        batch.drop_constraint(op.f("uq_ledger_run_kind_hall_id_planned_for"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_ledger_run_kind_hall_id_period_planned_for"),
            ["kind", "hall_id", "period", "planned_for"],
        )
    with op.batch_alter_table("ledger_run") as batch:
        batch.alter_column("period", existing_type=sa.String(32), server_default=None)


def downgrade():
    op.execute("DELETE FROM ledger_run WHERE period <> 'day'")
    with op.batch_alter_table("ledger_run") as batch:
        batch.drop_constraint(op.f("uq_ledger_run_kind_hall_id_period_planned_for"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_ledger_run_kind_hall_id_planned_for"), ["kind", "hall_id", "planned_for"]
        )
        batch.drop_constraint(op.f("ck_ledger_run_ledgerperiod"), type_="check")
        batch.drop_column("period")
