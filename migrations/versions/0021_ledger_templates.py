"""Templates of ledgers, and every version of each.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ROLES = ("clerk", "handler", "supervisor", "inspector", "admin")
ROLE = {"name": "role", "native_enum": False, "create_constraint": True, "length": 32}


def upgrade():
    op.create_table(
        "ledger_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("changed_by", sa.String(64)),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("hall_id", sa.Integer()),
        sa.Column("role", sa.Enum(*ROLES, **ROLE)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_ledger_template_has_version")),
        sa.CheckConstraint(
            "shared OR (hall_id IS NULL AND role IS NULL)",
            name=op.f("ck_ledger_template_shared_with"),
        ),
        _key("ledger_template", "owner_id", "ab_user"),
        _key("ledger_template", "hall_id", "hall"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_template")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_ledger_template_owner_id_name")),
    )
    op.create_index(op.f("ix_ledger_template_hall_id"), "ledger_template", ["hall_id"])
    op.create_table(
        "ledger_template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer()),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_ledger_template_version_numbered_from_one")),
        _key("ledger_template_version", "template_id", "ledger_template"),
        _key("ledger_template_version", "author_id", "ab_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_template_version")),
        sa.UniqueConstraint(
            "template_id", "number", name=op.f("uq_ledger_template_version_template_id_number")
        ),
    )


def downgrade():
    op.drop_table("ledger_template_version")
    op.drop_index(op.f("ix_ledger_template_hall_id"), table_name="ledger_template")
    op.drop_table("ledger_template")


def _key(table, column, target):
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)
