"""Notices: the outbox, filled by a trigger with every event; rules, channels, notices.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INTO_THE_OUTBOX = {
    "postgresql": (
        """
        CREATE FUNCTION outbox_takes_the_event() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO outbox (event_id) SELECT id FROM fresh; RETURN NULL; END $$
        """,
        """
        CREATE TRIGGER outbox_takes_the_event AFTER INSERT ON event
        REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION outbox_takes_the_event()
        """,
    ),
    "sqlite": (
        """
        CREATE TRIGGER outbox_takes_the_event AFTER INSERT ON event
        BEGIN INSERT INTO outbox (event_id) VALUES (NEW.id); END
        """,
    ),
}


def upgrade():
    op.create_table(
        "outbox",
        sa.Column(
            "event_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["event_id"],
        unique=False,
        postgresql_where=sa.text("taken_at IS NULL"),
        sqlite_where=sa.text("taken_at IS NULL"),
    )
    op.create_table(
        "notice_target",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "mail",
                "wecom",
                "dingtalk",
                "feishu",
                "webhook",
                name="targetkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_notice_target_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_target")),
        sa.UniqueConstraint("name", name=op.f("uq_notice_target_name")),
    )
    op.create_index(op.f("ix_notice_target_hall_id"), "notice_target", ["hall_id"], unique=False)
    op.create_table(
        "notice_rule",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "registrar",
                "hall_clerks",
                "lead_handlers",
                "assisting_handlers",
                "hall_supervisors",
                "supervisors_above",
                "group_only",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("inbox", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column(
            "pace",
            sa.Enum(
                "at_once",
                "digest",
                name="pace",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "inbox OR mail OR target_id IS NOT NULL", name=op.f("ck_notice_rule_tells_somehow")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_notice_rule_hall_id")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["notice_target.id"], name=op.f("fk_notice_rule_target_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_rule")),
    )
    op.create_index(op.f("ix_notice_rule_hall_id"), "notice_rule", ["hall_id"], unique=False)
    op.create_index("ix_notice_rule_kind", "notice_rule", ["kind"], unique=False)
    op.create_index(op.f("ix_notice_rule_target_id"), "notice_rule", ["target_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(length=32), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "inbox",
                "mail",
                "group",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "pace",
            sa.Enum(
                "at_once",
                "digest",
                name="pace",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=128), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sending",
                "sent",
                "dead",
                "unknown",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=255), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resent_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL AND way = 'group') OR (user_id IS NOT NULL AND way <> 'group')",
            name=op.f("ck_notice_people_or_groups"),
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR sent_at IS NOT NULL", name=op.f("ck_notice_sent_when")
        ),
        sa.CheckConstraint(
            "way <> 'group' OR (target_id IS NULL) <> (place IS NULL)",
            name=op.f("ck_notice_one_group"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_notice_case_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_notice_hall_id")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["notice_target.id"], name=op.f("fk_notice_target_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"], unique=False)
    op.create_index("ix_notice_hall_id_id", "notice", ["hall_id", "id"], unique=False)
    op.create_index("ix_notice_user_id_id", "notice", ["user_id", "id"], unique=False)
    op.create_index(
        "ix_notice_stuck",
        "notice",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('dead', 'unknown')"),
        sqlite_where=sa.text("state IN ('dead', 'unknown')"),
    )
    op.create_index(op.f("ix_notice_target_id"), "notice", ["target_id"], unique=False)
    op.create_index(
        "ix_notice_to_send",
        "notice",
        ["send_after", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_notice_under_way",
        "notice",
        ["claimed_at"],
        unique=False,
        postgresql_where=sa.text("state = 'sending'"),
        sqlite_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["user_id", "way"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
        sqlite_where=sa.text("read_at IS NULL"),
    )
    op.create_index(
        "uq_notice_event_id_place",
        "notice",
        ["event_id", "place"],
        unique=True,
        postgresql_where=sa.text("place IS NOT NULL"),
        sqlite_where=sa.text("place IS NOT NULL"),
    )
    op.create_index(
        "uq_notice_event_id_target_id",
        "notice",
        ["event_id", "target_id"],
        unique=True,
        postgresql_where=sa.text("target_id IS NOT NULL"),
        sqlite_where=sa.text("target_id IS NOT NULL"),
    )
    op.create_index(
        "uq_notice_event_id_way_user_id",
        "notice",
        ["event_id", "way", "user_id"],
        unique=True,
        postgresql_where=sa.text("user_id IS NOT NULL"),
        sqlite_where=sa.text("user_id IS NOT NULL"),
    )

    for statement in INTO_THE_OUTBOX[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER outbox_takes_the_event ON event")
        op.execute("DROP FUNCTION outbox_takes_the_event()")
    else:
        op.execute("DROP TRIGGER outbox_takes_the_event")
    for table in ("notice", "notice_rule", "notice_target", "outbox"):
        op.drop_table(table)
