"""Intake: files of cases, links between cases, who reports for another.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RELATIONS = "agent_relation IN ('relative', 'officer', 'village', 'other')"
WHOLE = "(agent_name IS NULL) = (agent_relation IS NULL)"


def upgrade():
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("contact_name", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("agent_name", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("agent_phone", sa.Text(), nullable=True))
        batch.add_column(sa.Column("agent_relation", sa.String(length=32), nullable=True))
        batch.create_check_constraint(op.f("ck_case_agentrelation"), RELATIONS)
        batch.create_check_constraint(op.f("ck_case_agent_whole"), WHOLE)
    op.create_index("ix_case_applicant_name", "case", ["applicant_name"])
    op.create_index("ix_case_matter_id", "case", ["matter", "id"])
    _attachment()
    _case_link()


def _attachment():
    op.create_table(
        "attachment",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "material",
                "evidence",
                "result",
                "telling",
                "other",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_reason IS NULL)",
            name=op.f("ck_attachment_removed_with_reason"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_not_empty")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_case_id_id", "attachment", ["case_id", "id"])
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])


def _case_link():
    op.create_table(
        "case_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=255), nullable=False),
        sa.CheckConstraint("case_id < other_id", name=op.f("ck_case_link_smaller_first")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_link_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["case.id"], name=op.f("fk_case_link_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
        sa.UniqueConstraint("case_id", "other_id", name=op.f("uq_case_link_case_id_other_id")),
    )
    op.create_index("ix_case_link_other_id", "case_link", ["other_id"])


def downgrade():
    op.drop_table("case_link")
    op.drop_table("attachment")
    op.drop_index("ix_case_matter_id", "case")
    op.drop_index("ix_case_applicant_name", "case")
    with op.batch_alter_table("case") as batch:
        batch.drop_constraint(op.f("ck_case_agent_whole"), type_="check")
        batch.drop_constraint(op.f("ck_case_agentrelation"), type_="check")
        for name in ("agent_relation", "agent_phone", "agent_name", "contact_name"):
            batch.drop_column(name)
