"""Each published version keeps the files that it was published with.

Revision: 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLE = "article_version_file"


def upgrade():
    op.create_table(
        TABLE,
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["article_version.id"], name=op.f(f"fk_{TABLE}_version_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["article_file.id"], name=op.f(f"fk_{TABLE}_file_id")),
        sa.PrimaryKeyConstraint("version_id", "file_id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_file_id"), TABLE, ["file_id"], unique=False)
    # The last version has what its readers see now, an earlier one what it was published with.
    op.execute(
        "INSERT INTO article_version_file (version_id, file_id)"
        " SELECT version.id, file.id FROM article_version AS version"
        " JOIN article_file AS file ON file.article_id = version.article_id"
        " LEFT JOIN article_version AS later"
        " ON later.article_id = version.article_id AND later.number = version.number + 1"
        " WHERE (later.id IS NULL AND file.removed_at IS NULL)"
        " OR (later.id IS NOT NULL AND file.uploaded_at <= version.published_at"
        " AND (file.removed_at IS NULL OR file.removed_at > version.published_at))"
    )


def downgrade():
    """Let every version show the files of its article again."""
    op.drop_table(TABLE)
