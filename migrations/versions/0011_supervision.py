"""Supervision: rules, cards, referrals; an outcome that an inspector alone writes, once.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

HALL = "hall.id"
OPEN_BY_HAND = sa.text("rule_id IS NULL AND replied_at IS NULL AND withdrawn_at IS NULL")
TO_FLAG = sa.text("replied_at IS NULL AND withdrawn_at IS NULL AND late_flagged_at IS NULL")
OPEN = sa.text("met_at IS NULL")

TOLD = (
    ("reminder_issued", ("lead_handlers", "assisting_handlers")),
    ("yellow_card", ("lead_handlers", "assisting_handlers", "hall_supervisors")),
    ("red_card", ("lead_handlers", "assisting_handlers", "hall_supervisors")),
    ("reported", ("lead_handlers", "hall_supervisors", "supervisors_above")),
    ("card_replied", ("hall_supervisors",)),
    ("card_reply_late", ("lead_handlers", "hall_supervisors")),
    ("card_withdrawn", ("lead_handlers", "assisting_handlers")),
)
"""Who is told of what is new here, where a table of rules exists already; an empty one is seeded
by setup."""

MOVED = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}"
    for name in ("outcome", "findings", "concluded_at", "concluded_by", "concluded_by_id")
)
NO_INSPECTOR = """NOT EXISTS (
  SELECT 1 FROM membership WHERE user_id = NEW.concluded_by_id AND role = 'inspector'
)"""

CONCLUDING = {
    "postgresql": (
        f"""
        CREATE FUNCTION referral_is_concluded() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN
            IF NEW.outcome IS NOT NULL THEN
              RAISE EXCEPTION 'a referral begins without an outcome';
            END IF;
          ELSIF {MOVED} THEN
            IF OLD.outcome IS NOT NULL THEN
              RAISE EXCEPTION 'the outcome of a referral is recorded once';
            ELSIF {NO_INSPECTOR} THEN
              RAISE EXCEPTION 'an inspector alone records the outcome of a referral';
            END IF;
          END IF;
          RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER referral_concluded BEFORE INSERT OR UPDATE ON referral
        FOR EACH ROW EXECUTE FUNCTION referral_is_concluded()
        """,
    ),
    "sqlite": (
        """
        CREATE TRIGGER referral_begins_open BEFORE INSERT ON referral WHEN NEW.outcome IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a referral begins without an outcome'); END
        """,
        f"""
        CREATE TRIGGER referral_concluded_once BEFORE UPDATE ON referral
        WHEN OLD.outcome IS NOT NULL AND ({MOVED.replace("IS DISTINCT FROM", "IS NOT")})
        BEGIN SELECT RAISE(ABORT, 'the outcome of a referral is recorded once'); END
        """,
        f"""
        CREATE TRIGGER referral_concluded_by_inspector BEFORE UPDATE ON referral
        WHEN OLD.outcome IS NULL AND ({MOVED.replace("IS DISTINCT FROM", "IS NOT")})
          AND {NO_INSPECTOR}
        BEGIN SELECT RAISE(ABORT, 'an inspector alone records the outcome of a referral'); END
        """,
    ),
}


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def instant(name, *, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def housekeeping():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def upgrade():
    op.create_index(
        "ix_deadline_open",
        "deadline",
        ["hall_id", "due_at"],
        unique=False,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    _rules()
    _cards()
    _referrals()
    for statement in CONCLUDING[op.get_bind().dialect.name]:
        op.execute(statement)
    for kind, audiences in TOLD:
        for audience in audiences:
            op.execute(
                sa.text(
                    "INSERT INTO notice_rule (kind, audience, pace, inbox, mail, active, version) "
                    "SELECT :kind, :audience, 'at_once', :yes, :yes, :yes, 1 "
                    "WHERE EXISTS (SELECT 1 FROM notice_rule)"
                ).bindparams(kind=kind, audience=audience, yes=True)
            )


def _rules():
    op.create_table(
        "supervision_rule",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "kind", choice("cardkind", "reminder", "yellow", "red", "report"), nullable=False
        ),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("reply_days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "days BETWEEN 1 AND 250", name=op.f("ck_supervision_rule_days_in_bounds")
        ),
        sa.CheckConstraint(
            "reply_days BETWEEN 1 AND 250", name=op.f("ck_supervision_rule_reply_in_bounds")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from",
            name=op.f("ck_supervision_rule_valid_in_order"),
        ),
        sa.ForeignKeyConstraint(["hall_id"], [HALL], name=op.f("fk_supervision_rule_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_rule")),
    )
    op.create_index(
        op.f("ix_supervision_rule_hall_id"), "supervision_rule", ["hall_id"], unique=False
    )


def _cards():
    table = "supervision_card"
    op.create_table(
        table,
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", choice("cardkind", "reminder", "yellow", "red", "report"), nullable=False
        ),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("days_over", sa.Integer(), nullable=True),
        sa.Column("demand", sa.Text(), nullable=False),
        instant("issued_at"),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        instant("reply_due"),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        instant("replied_at", nullable=True),
        sa.Column("replied_by", sa.String(length=64), nullable=True),
        instant("late_flagged_at", nullable=True),
        instant("withdrawn_at", nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "rule_id IS NULL OR deadline_id IS NOT NULL",
            name=op.f("ck_supervision_card_by_rule_of_a_clock"),
        ),
        sa.CheckConstraint(
            "length(demand) > 0", name=op.f("ck_supervision_card_demands_something")
        ),
        sa.CheckConstraint(
            "issued_at < reply_due", name=op.f("ck_supervision_card_reply_after_issue")
        ),
        sa.CheckConstraint(
            "(replied_at IS NULL) = (reply IS NULL) AND (replied_at IS NULL) = (replied_by IS NULL)"
            " AND (reply IS NULL OR length(reply) > 0)",
            name=op.f("ck_supervision_card_reply_whole"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_reason IS NULL OR length(withdrawn_reason) > 0)",
            name=op.f("ck_supervision_card_withdrawn_with_reason"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("case_id", "case.id"),
                ("hall_id", HALL),
                ("department_id", "department.id"),
                ("deadline_id", "deadline.id"),
                ("rule_id", "supervision_rule.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_card")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_card_number")),
        sa.UniqueConstraint("case_id", "serial", name=op.f("uq_supervision_card_case_id_serial")),
        sa.UniqueConstraint(
            "deadline_id", "rule_id", name=op.f("uq_supervision_card_deadline_id_rule_id")
        ),
    )
    op.create_index(op.f("ix_supervision_card_rule_id"), table, ["rule_id"], unique=False)
    op.create_index("ix_supervision_card_hall_id_id", table, ["hall_id", "id"], unique=False)
    op.create_index(
        "ix_supervision_card_department_id_id", table, ["department_id", "id"], unique=False
    )
    op.create_index(
        "uq_supervision_card_one_open_by_hand",
        table,
        ["case_id", "department_id", "kind"],
        unique=True,
        postgresql_where=OPEN_BY_HAND,
        sqlite_where=OPEN_BY_HAND,
    )
    op.create_index(
        "ix_supervision_card_reply_to_flag",
        table,
        ["reply_due"],
        unique=False,
        postgresql_where=TO_FLAG,
        sqlite_where=TO_FLAG,
    )


def _referrals():
    outcomes = ("not_upheld", "talk", "criticism", "rectification", "disciplinary", "other")
    op.create_table(
        "referral",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("body", choice("body", "discipline", "institution"), nullable=False),
        sa.Column("recipient", sa.String(length=128), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        instant("referred_at"),
        sa.Column("referred_by", sa.String(length=64), nullable=False),
        sa.Column("referred_by_id", sa.Integer(), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("outcome", choice("conclusion", *outcomes), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        instant("concluded_at", nullable=True),
        sa.Column("concluded_by", sa.String(length=64), nullable=True),
        sa.Column("concluded_by_id", sa.Integer(), nullable=True),
        *housekeeping(),
        sa.CheckConstraint(
            "length(grounds) > 0 AND length(recipient) > 0",
            name=op.f("ck_referral_said_why_and_to"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_referral_sealed_something")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (findings IS NULL) AND (outcome IS NULL) = (concluded_at IS NULL)"
            " AND (outcome IS NULL) = (concluded_by IS NULL)"
            " AND (outcome IS NULL) = (concluded_by_id IS NULL)"
            " AND (findings IS NULL OR length(findings) > 0)",
            name=op.f("ck_referral_concluded_whole"),
        ),
        sa.CheckConstraint(
            "concluded_by_id IS NULL OR referred_by_id IS NULL"
            " OR concluded_by_id <> referred_by_id",
            name=op.f("ck_referral_concluded_by_another"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_referral_case_id")),
        sa.ForeignKeyConstraint(["hall_id"], [HALL], name=op.f("fk_referral_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("number", name=op.f("uq_referral_number")),
        sa.UniqueConstraint("case_id", "serial", name=op.f("uq_referral_case_id_serial")),
    )
    op.create_index("ix_referral_hall_id_id", "referral", ["hall_id", "id"], unique=False)
    op.create_index("ix_referral_sha256", "referral", ["sha256"], unique=False)


def downgrade():
    for kind, _ in TOLD:
        op.execute(sa.text("DELETE FROM notice_rule WHERE kind = :kind").bindparams(kind=kind))
    op.drop_table("referral")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION referral_is_concluded()")
    op.drop_table("supervision_card")
    op.drop_table("supervision_rule")
    op.drop_index("ix_deadline_open", table_name="deadline")
