"""The ledger of improvement items among the kinds of ledgers.

Revision: 0019, after 0018.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BEFORE = ("cases", "overdue")
AFTER = (*BEFORE, "improvements")


def upgrade():
    _kinds(AFTER)


def downgrade():
    op.execute("DELETE FROM ledger_run WHERE kind = 'improvements'")
    _kinds(BEFORE)


def _kinds(known):
    codes = ", ".join(f"'{code}'" for code in known)
    with op.batch_alter_table("ledger_run") as batch:
        batch.drop_constraint(op.f("ck_ledger_run_ledgerkind"), type_="check")
        batch.create_check_constraint(op.f("ck_ledger_run_ledgerkind"), f"kind IN ({codes})")
