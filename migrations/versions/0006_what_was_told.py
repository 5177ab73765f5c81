"""Keep with a case the criterion that applied and the remedies that were told.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("criterion_id", sa.Integer(), nullable=True))
        batch.add_column(
            sa.Column(
                "remedies",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
                nullable=True,
            )
        )
        batch.create_foreign_key(
            op.f("fk_case_criterion_id"), "criterion", ["criterion_id"], ["id"]
        )
    op.create_index(op.f("ix_case_criterion_id"), "case", ["criterion_id"])


def downgrade():
    op.drop_index(op.f("ix_case_criterion_id"), "case")
    with op.batch_alter_table("case") as batch:
        batch.drop_constraint(op.f("fk_case_criterion_id"), type_="foreignkey")
        batch.drop_column("remedies")
        batch.drop_column("criterion_id")
