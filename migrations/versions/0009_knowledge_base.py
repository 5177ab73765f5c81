"""The knowledge base: articles, their versions, what finds them, their files and their use.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    *("article_use", "article_file", "article_gram", "article_version"),
    *("article_case", "article_department", "article_cause", "article"),
)


def housekeeping():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def foreign(table, column, target):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def beside(name):
    table = f"article_{name}"
    op.create_table(
        table,
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column(f"{name}_id", sa.Integer(), nullable=False),
        foreign(table, "article_id", "article.id"),
        foreign(table, f"{name}_id", f"{name}.id"),
        sa.PrimaryKeyConstraint("article_id", f"{name}_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{name}_id"), table, [f"{name}_id"], unique=False)


def upgrade():
    op.create_table(
        "article",
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=128), nullable=True),
        sa.Column("question", sa.String(length=255), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                *("draft", "submitted", "reviewed", "published", "retired"),
                name="articlestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("review_due", sa.Date(), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "reviewed_by_id IS NULL OR reviewed_by_id <> written_by_id",
            name=op.f("ck_article_reviewed_by_another"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('reviewed', 'published') OR reviewed_by_id IS NOT NULL",
            name=op.f("ck_article_published_after_review"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR (published_version IS NOT NULL AND review_due IS NOT NULL)",
            name=op.f("ck_article_published_with_version"),
        ),
        foreign("article", "hall_id", "hall.id"),
        foreign("article", "written_by_id", "ab_user.id"),
        foreign("article", "reviewed_by_id", "ab_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
    )
    op.create_index(op.f("ix_article_hall_id"), "article", ["hall_id"], unique=False)
    op.create_index(
        "ix_article_status_review_due", "article", ["status", "review_due"], unique=False
    )
    for name in ("cause", "department", "case"):
        beside(name)
    op.create_table(
        "article_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("question", sa.String(length=255), nullable=False),
        sa.Column("matter", sa.String(length=128), nullable=True),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("departments", sa.Text(), nullable=True),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("reviewed_by", sa.String(length=64), nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        foreign("article_version", "article_id", "article.id"),
        foreign("article_version", "hall_id", "hall.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_version")),
        sa.UniqueConstraint(
            "article_id", "number", name=op.f("uq_article_version_article_id_number")
        ),
    )
    op.create_index(
        "uq_article_version_current",
        "article_version",
        ["article_id"],
        unique=True,
        postgresql_where=sa.text("current"),
        sqlite_where=sa.text("current"),
    )
    op.create_index("ix_article_version_matter", "article_version", ["matter"], unique=False)
    op.create_index(op.f("ix_article_version_hall_id"), "article_version", ["hall_id"])
    op.create_table(
        "article_gram",
        sa.Column("gram", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        foreign("article_gram", "version_id", "article_version.id"),
        sa.PrimaryKeyConstraint("gram", "version_id", name=op.f("pk_article_gram")),
    )
    op.create_index("ix_article_gram_version_id", "article_gram", ["version_id"], unique=False)
    op.create_table(
        "article_file",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        *housekeeping(),
        foreign("article_file", "article_id", "article.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_file")),
    )
    op.create_index("ix_article_file_sha256", "article_file", ["sha256"], unique=False)
    op.create_index(op.f("ix_article_file_article_id"), "article_file", ["article_id"])
    op.create_table(
        "article_use",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(length=64), nullable=True),
        foreign("article_use", "article_id", "article.id"),
        foreign("article_use", "case_id", "case.id"),
        sa.PrimaryKeyConstraint("article_id", "case_id", name=op.f("pk_article_use")),
    )
    op.create_index(op.f("ix_article_use_case_id"), "article_use", ["case_id"], unique=False)


def downgrade():
    for table in TABLES:
        op.drop_table(table)
