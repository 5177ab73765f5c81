"""A case closes with a cause, whoever writes it: triggers that are put up after every migration.

Nothing is changed here: that a migration ran puts them up (app/core/guards/closing.py). Cases that
were closed before stay as they are.

Revision: 0035, after 0034.
"""

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade():
    """Change nothing."""


def downgrade():
    """Change nothing."""
