"""Notices of cards: about the card itself, which its department sees, whoever has the case.

Revision: 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BEFORE = (
    "(about = 'cases') = (case_id IS NOT NULL)"
    " AND (case_id IS NULL) = (event_id IS NULL)"
    " AND (case_id IS NULL OR case_id = row_id)"
)
AFTER = (
    "(about IN ('cases', 'supervision-cards')) = (case_id IS NOT NULL)"
    " AND (case_id IS NULL) = (event_id IS NULL)"
    " AND (about <> 'cases' OR case_id = row_id)"
)
SHORT, LONG = sa.String(length=32), sa.String(length=40)


def upgrade():
    _allow(AFTER, SHORT, LONG)


def downgrade():
    """Let the notices of cards be about their cases again."""
    op.execute(
        "UPDATE notice SET about = 'cases', row_id = case_id, case_number ="
        ' (SELECT number FROM "case" WHERE "case".id = notice.case_id)'
        " WHERE about = 'supervision-cards'"
    )
    _allow(BEFORE, LONG, SHORT)


def _allow(condition, old, new):
    with op.batch_alter_table("notice") as batch:
        batch.alter_column("case_number", existing_type=old, type_=new, existing_nullable=False)
        batch.drop_constraint(op.f("ck_notice_about_one_thing"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_about_one_thing"), condition)
