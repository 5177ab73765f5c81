"""What an improvement item's due time rests on, so that a new calendar can correct it.

Revision: 0032, after 0031. Where a due day was chosen by hand, the day itself is kept: the number
of times it moved tells, as the opening and each reopening count up by one.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from app.core.db import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ITEM = sa.table(
    "improvement",
    *map(sa.column, ("id", "hall_id", "due_version", "reopenings")),
    sa.column("due_at", Instant()),
    sa.column("due_on", sa.Date()),
)
HALL = sa.table("hall", *map(sa.column, ("id", "timezone")))


def upgrade():
    op.add_column("improvement", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column(
        "improvement",
        sa.Column("calendar_revision", sa.Integer(), nullable=False, server_default="0"),
    )
    chosen = sa.select(ITEM.c.id, ITEM.c.due_at, HALL.c.timezone).where(
        HALL.c.id == ITEM.c.hall_id, ITEM.c.due_version > ITEM.c.reopenings + 1
    )
    connection = op.get_bind()
    for row in connection.execute(chosen).all():
        # A day that ends at 24:00 ends where the next one begins.
        day = (row.due_at - timedelta(seconds=1)).astimezone(ZoneInfo(row.timezone)).date()
        connection.execute(sa.update(ITEM).where(ITEM.c.id == row.id).values(due_on=day))


def downgrade():
    op.drop_column("improvement", "calendar_revision")
    op.drop_column("improvement", "due_on")
