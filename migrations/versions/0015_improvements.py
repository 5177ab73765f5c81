"""Improvement items, their flags, files and cases; notices about more than cases.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RUNS = sa.text("status IN ('opened', 'in_progress')")
STATES = ("opened", "in_progress", "completed", "verified", "withdrawn")

TOLD = (
    ("improvement_opened", ("lead_handlers",)),
    ("improvement_amended", ("lead_handlers",)),
    ("improvement_due_moved", ("lead_handlers",)),
    ("improvement_warning", ("lead_handlers",)),
    ("improvement_overdue", ("lead_handlers", "hall_supervisors")),
    ("improvement_escalated", ("hall_supervisors", "supervisors_above")),
    ("improvement_completed", ("hall_supervisors",)),
    ("improvement_verified", ("lead_handlers",)),
    ("improvement_sent_back", ("lead_handlers",)),
    ("improvement_reopened", ("lead_handlers", "hall_supervisors")),
    ("improvement_withdrawn", ("lead_handlers",)),
)
"""Who is told of what is new here, where a table of rules exists already; an empty one is seeded
by setup."""

OWN = """EXISTS (
  SELECT 1 FROM membership WHERE user_id = NEW.verified_by_id AND role = 'handler'
  AND department_id = NEW.department_id
)"""
NO_SUPERVISOR = """NOT EXISTS (
  SELECT 1 FROM membership WHERE user_id = NEW.verified_by_id AND role = 'supervisor'
)"""

VERIFYING = {
    "postgresql": (
        f"""
        CREATE FUNCTION improvement_is_verified() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.status = 'verified' AND (TG_OP = 'INSERT' OR OLD.status <> 'verified'
              OR OLD.verified_by_id IS DISTINCT FROM NEW.verified_by_id)
              AND ({OWN} OR {NO_SUPERVISOR}) THEN
            RAISE EXCEPTION 'a supervisor verifies an improvement, not its own department';
          END IF;
          RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER improvement_verified BEFORE INSERT OR UPDATE ON improvement
        FOR EACH ROW EXECUTE FUNCTION improvement_is_verified()
        """,
    ),
    "sqlite": tuple(
        f"""
        CREATE TRIGGER improvement_verified_{verb.lower()} BEFORE {verb} ON improvement
        WHEN NEW.status = 'verified' AND ({when}) AND ({OWN} OR {NO_SUPERVISOR})
        BEGIN
          SELECT RAISE(ABORT, 'a supervisor verifies an improvement, not its own department');
        END
        """
        for verb, when in (
            ("INSERT", "TRUE"),
            ("UPDATE", "OLD.status <> 'verified' OR OLD.verified_by_id IS NOT NEW.verified_by_id"),
        )
    ),
}


def choice(name, *members):
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def instant(name, *, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def housekeeping():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        instant("changed_at", nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def key(table, column, target):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade():
    _improvements()
    _beside()
    _notices()
    _problems()
    for statement in VERIFYING[op.get_bind().dialect.name]:
        op.execute(statement)


def _improvements():
    op.create_table(
        "improvement",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=128), nullable=False),
        sa.Column("cause_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("status", choice("improvementstatus", *STATES), nullable=False),
        instant("opened_at"),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        instant("warn_at"),
        instant("due_at"),
        instant("escalate_at"),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("days_late", sa.Integer(), nullable=True),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        instant("reopened_at", nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        instant("completed_at", nullable=True),
        sa.Column("completed_by", sa.String(length=64), nullable=True),
        sa.Column("completed_by_id", sa.Integer(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        instant("verified_at", nullable=True),
        sa.Column("verified_by", sa.String(length=64), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        *housekeeping(),
        *_checks(),
        key("improvement", "hall_id", "hall.id"),
        key("improvement", "cause_id", "cause.id"),
        key("improvement", "department_id", "department.id"),
        key("improvement", "article_id", "article.id"),
        key("improvement", "completed_by_id", "ab_user.id"),
        key("improvement", "verified_by_id", "ab_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement")),
        sa.UniqueConstraint("number", name=op.f("uq_improvement_number")),
        sa.UniqueConstraint(
            "hall_id", "year", "serial", name=op.f("uq_improvement_hall_id_year_serial")
        ),
    )
    for name in ("matter", "cause_id", "article_id"):
        op.create_index(op.f(f"ix_improvement_{name}"), "improvement", [name], unique=False)
    op.create_index("ix_improvement_hall_id_status", "improvement", ["hall_id", "status"])
    op.create_index(
        "ix_improvement_department_id_status", "improvement", ["department_id", "status"]
    )
    op.create_index(
        "ix_improvement_running",
        "improvement",
        ["warn_at"],
        unique=False,
        postgresql_where=RUNS,
        sqlite_where=RUNS,
    )


def _checks():
    return (
        sa.CheckConstraint(
            "length(problem) > 0 AND length(measure) > 0",
            name=op.f("ck_improvement_says_what_and_how"),
        ),
        sa.CheckConstraint(
            "warn_at <= due_at AND due_at <= escalate_at",
            name=op.f("ck_improvement_stages_in_order"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('completed', 'verified') OR (completed_at IS NOT NULL"
            " AND completed_by_id IS NOT NULL AND coalesce(length(evidence), 0) > 0)",
            name=op.f("ck_improvement_completed_with_evidence"),
        ),
        sa.CheckConstraint(
            "status <> 'verified' OR (verified_at IS NOT NULL AND verified_by_id IS NOT NULL"
            " AND coalesce(length(review), 0) > 0)",
            name=op.f("ck_improvement_verified_by_somebody"),
        ),
        sa.CheckConstraint(
            "status <> 'verified' OR verified_by_id <> completed_by_id",
            name=op.f("ck_improvement_verified_by_another"),
        ),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR coalesce(length(reason), 0) > 0",
            name=op.f("ck_improvement_withdrawn_with_reason"),
        ),
    )


def _beside():
    op.create_table(
        "improvement_case",
        sa.Column("improvement_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        key("improvement_case", "improvement_id", "improvement.id"),
        key("improvement_case", "case_id", "case.id"),
        sa.PrimaryKeyConstraint("improvement_id", "case_id", name=op.f("pk_improvement_case")),
    )
    op.create_index(op.f("ix_improvement_case_case_id"), "improvement_case", ["case_id"])
    op.create_table(
        "improvement_flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("improvement_id", sa.Integer(), nullable=False),
        sa.Column("stage", choice("flagstage", "warning", "overdue", "escalated"), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        instant("due_at"),
        instant("began_at"),
        instant("flagged_at"),
        key("improvement_flag", "improvement_id", "improvement.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_flag")),
        sa.UniqueConstraint(
            "improvement_id",
            "stage",
            "due_version",
            name=op.f("uq_improvement_flag_improvement_id_stage_due_version"),
        ),
    )
    op.create_table(
        "improvement_file",
        sa.Column("improvement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        instant("uploaded_at"),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        instant("removed_at", nullable=True),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        *housekeeping(),
        key("improvement_file", "improvement_id", "improvement.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_file")),
    )
    op.create_index(
        op.f("ix_improvement_file_improvement_id"), "improvement_file", ["improvement_id"]
    )
    op.create_index("ix_improvement_file_sha256", "improvement_file", ["sha256"])


def _notices():
    """Let a notice be about anything that has a page, and tell of what is new."""
    op.add_column(
        "notice", sa.Column("about", sa.String(length=32), nullable=False, server_default="cases")
    )
    op.add_column("notice", sa.Column("row_id", sa.Integer(), nullable=True))
    op.execute("UPDATE notice SET row_id = case_id")
    with op.batch_alter_table("notice") as batch:
        batch.alter_column("row_id", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("about", existing_type=sa.String(length=32), server_default=None)
        batch.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
        batch.alter_column(
            "event_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        )
        batch.create_check_constraint(
            op.f("ck_notice_about_one_thing"),
            "(about = 'cases') = (case_id IS NOT NULL)"
            " AND (case_id IS NULL) = (event_id IS NULL)"
            " AND (case_id IS NULL OR case_id = row_id)",
        )
    there = op.get_bind().scalar(sa.text("SELECT count(*) FROM notice_rule"))
    for kind, audiences in TOLD if there else ():
        for audience in audiences:
            op.execute(
                sa.text(
                    "INSERT INTO notice_rule (kind, audience, inbox, mail, pace, active, version)"
                    " VALUES (:kind, :audience, TRUE, TRUE, 'at_once', TRUE, 1)"
                ).bindparams(kind=kind, audience=audience)
            )


def _problems():
    """Let an accepted problem have become an article or an improvement item."""
    with op.batch_alter_table("frequent_problem") as batch:
        batch.add_column(sa.Column("improvement_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_frequent_problem_improvement_id"), "improvement", ["improvement_id"], ["id"]
        )
        batch.drop_constraint(op.f("ck_frequent_problem_accepted_as"), type_="check")
        batch.create_check_constraint(
            op.f("ck_frequent_problem_accepted_as"),
            "(state = 'accepted') = (article_id IS NOT NULL OR improvement_id IS NOT NULL)"
            " AND (article_id IS NULL OR improvement_id IS NULL)",
        )
    op.create_index(
        op.f("ix_frequent_problem_improvement_id"), "frequent_problem", ["improvement_id"]
    )


def downgrade():
    """Give up the items and what was told of them; a problem that became one is dismissed."""
    op.drop_index(op.f("ix_frequent_problem_improvement_id"), "frequent_problem")
    op.execute(
        "UPDATE frequent_problem SET state = 'dismissed', improvement_id = NULL,"
        " note = '已开展整改' WHERE improvement_id IS NOT NULL"
    )
    with op.batch_alter_table("frequent_problem") as batch:
        batch.drop_constraint(op.f("ck_frequent_problem_accepted_as"), type_="check")
        batch.create_check_constraint(
            op.f("ck_frequent_problem_accepted_as"),
            "(state = 'accepted') = (article_id IS NOT NULL)",
        )
        batch.drop_constraint(op.f("fk_frequent_problem_improvement_id"), type_="foreignkey")
        batch.drop_column("improvement_id")
    for kind, _ in TOLD:
        op.execute(sa.text("DELETE FROM notice_rule WHERE kind = :kind").bindparams(kind=kind))
    op.execute("DELETE FROM notice WHERE about <> 'cases'")
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_about_one_thing"), type_="check")
        batch.alter_column("case_id", existing_type=sa.Integer(), nullable=False)
        batch.alter_column(
            "event_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        )
        batch.drop_column("row_id")
        batch.drop_column("about")
    for table in ("improvement_file", "improvement_flag", "improvement_case", "improvement"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION improvement_is_verified()")
