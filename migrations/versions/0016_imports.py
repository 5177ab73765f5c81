"""Files that came in, and their rows by content.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def key(table, column, target):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade():
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("state", choice("importstate", "checked", "done"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=True),
        sa.Column("applied_at", instant, nullable=True),
        sa.Column("applied_by", sa.String(length=64), nullable=True),
        sa.Column(
            "report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("content", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (applied_at IS NOT NULL)",
            name=op.f("ck_import_run_done_with_its_time"),
        ),
        sa.CheckConstraint(
            "added >= 0 AND added <= total", name=op.f("ck_import_run_added_in_bounds")
        ),
        key("import_run", "hall_id", "hall.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    for column in ("sha256", "actor_id", "hall_id"):
        op.create_index(op.f(f"ix_import_run_{column}"), "import_run", [column])
    op.create_table(
        "import_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", choice("linekind", "cases", "progress"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        key("import_line", "run_id", "import_run.id"),
        key("import_line", "case_id", "case.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_line")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_import_line_kind_digest")),
    )
    for column in ("run_id", "case_id"):
        op.create_index(op.f(f"ix_import_line_{column}"), "import_line", [column])


def downgrade():
    op.drop_table("import_line")
    op.drop_table("import_run")
