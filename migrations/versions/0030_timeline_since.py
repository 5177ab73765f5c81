"""From which event on the timeline carries what rows held before.

Revision: 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "timeline_since",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_timeline_since")),
    )
    op.execute(
        "INSERT INTO timeline_since (event_id, at) "
        "SELECT max(id), max(recorded_at) FROM event HAVING count(*) > 0"
    )


def downgrade():
    op.drop_table("timeline_since")
