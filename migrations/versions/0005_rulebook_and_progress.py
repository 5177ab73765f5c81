"""The rulebook (criteria, remedies, texts), and the one-time code of the public look-up.

Revision ID: 0005
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HALL = "hall.id"


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def housekeeping():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def upgrade():
    op.create_table(
        "criterion",
        sa.Column("finding", choice("finding", "accept", "refuse"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_criterion_valid_in_order")
        ),
        sa.CheckConstraint(
            "finding <> 'refuse' OR coalesce(length(remedy), 0) > 0",
            name=op.f("ck_criterion_refused_with_remedy"),
        ),
        sa.ForeignKeyConstraint(["hall_id"], [HALL], name=op.f("fk_criterion_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
    )
    op.create_index(op.f("ix_criterion_hall_id"), "criterion", ["hall_id"], unique=False)
    op.create_table(
        "remedy_rule",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "code",
            choice("remedykind", "complaint", "reconsideration", "litigation"),
            nullable=False,
        ),
        sa.Column("occasion", choice("occasion", "reply", "refusal"), nullable=False),
        sa.Column(
            "classification",
            choice("classification", "should_be_done", "unlawful", "infeasible"),
            nullable=True,
        ),
        sa.Column("decision_only", sa.Boolean(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("authority", sa.String(length=255), nullable=False),
        sa.Column("period_number", sa.Integer(), nullable=True),
        sa.Column("period_unit", choice("periodunit", "none", "days", "months"), nullable=False),
        sa.Column("legal_basis", sa.String(length=255), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "(period_unit = 'none') = (period_number IS NULL)",
            name=op.f("ck_remedy_rule_period_with_its_unit"),
        ),
        sa.CheckConstraint(
            "period_number BETWEEN 1 AND 3650", name=op.f("ck_remedy_rule_period_in_bounds")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_remedy_rule_valid_in_order")
        ),
        sa.ForeignKeyConstraint(["hall_id"], [HALL], name=op.f("fk_remedy_rule_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_rule")),
    )
    op.create_index(op.f("ix_remedy_rule_hall_id"), "remedy_rule", ["hall_id"], unique=False)
    op.create_table(
        "text_template",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "use",
            choice("templateuse", "result", "reply", "refusal", "extension", "callback"),
            nullable=False,
        ),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        *housekeeping(),
        sa.ForeignKeyConstraint(["hall_id"], [HALL], name=op.f("fk_text_template_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_template")),
    )
    op.create_index(op.f("ix_text_template_hall_id"), "text_template", ["hall_id"], unique=False)
    op.add_column(
        "hall", sa.Column("public_progress", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("case", sa.Column("progress_hash", sa.String(length=64), nullable=True))


def downgrade():
    op.drop_column("case", "progress_hash")
    op.drop_column("hall", "public_progress")
    for table in ("text_template", "remedy_rule", "criterion"):
        op.drop_index(op.f(f"ix_{table}_hall_id"), table_name=table)
        op.drop_table(table)
