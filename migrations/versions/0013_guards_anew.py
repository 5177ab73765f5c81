"""Put up the guards of this release, with those that tell what raw SQL adds on SQLite.

Every migration does (migrations/env.py); this one is there to do it.

Revision: 0013, after 0012.
"""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    """Build nothing."""


def downgrade():
    """Take nothing down."""
