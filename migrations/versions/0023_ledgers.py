"""The further kinds of ledgers.

Revision: 0023, after 0022.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BEFORE = ("cases", "overdue", "improvements")
NEW = ("departments", "causes", "callbacks", "returns", "appeals", "supervision", "duty")


def upgrade():
    _kinds((*BEFORE, *NEW))


def downgrade():
    op.execute("DELETE FROM ledger_run WHERE kind NOT IN ('cases', 'overdue', 'improvements')")
    _kinds(BEFORE)


def _kinds(known):
    codes = ", ".join(f"'{code}'" for code in known)
    with op.batch_alter_table("ledger_run") as batch:
        batch.drop_constraint(op.f("ck_ledger_run_ledgerkind"), type_="check")
        batch.create_check_constraint(op.f("ck_ledger_run_ledgerkind"), f"kind IN ({codes})")
