"""Appeals: how long a remedy may take, appeals with their periods, a reply that was wrong.

Revision: 0017, after 0016.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = ("complaint", "reconsideration", "litigation")
STEPS = ("accept", "decide", "simplified")
UNITS = ("none", "days", "working_days", "months")
OCCASIONS = ("reply", "refusal", "result", "reconsideration")
OUTCOMES = ("upheld", "partly", "rejected", "not_accepted", "withdrawn")
AUDIENCES = (
    "registrar", "on_duty", "hall_clerks", "lead_handlers", "assisting_handlers",
    "hall_supervisors", "supervisors_above", "appeal_handler", "group_only",
)  # fmt: skip
STANDING = sa.text("outcome IS NULL OR outcome <> 'not_accepted'")
WARNS = sa.text("met_on IS NULL AND warning_flagged_at IS NULL")
LATE = sa.text("met_on IS NULL AND overdue_flagged_at IS NULL")
OVERTURNED = "overturned_at IS NULL OR reopened_at IS NOT NULL"

TOLD = (
    ("appeal_registered", ("hall_supervisors",)),
    ("appeal_assigned", ("appeal_handler",)),
    ("appeal_warning", ("appeal_handler",)),
    ("appeal_overdue", ("appeal_handler", "hall_supervisors")),
    ("appeal_decided", ("on_duty",)),
    ("overturned", ("lead_handlers", "hall_supervisors")),
)
"""Who is told of what is new here, where a table of rules exists already; an empty one is seeded
by setup."""

REMEDIES = (
    (
        *("申诉", "complaint", "result", "本大厅督查部门", None, "none", "本窗口工作规则"),
        dt.date(2019, 1, 1),
    ),
    (
        *("提起行政诉讼", "litigation", "reconsideration", "有管辖权的人民法院", 15, "days"),
        *("《中华人民共和国行政诉讼法》第四十五条", dt.date(2015, 5, 1)),
    ),
)
"""The remedies that are new here, where a table of them exists already."""

REMEDY = {
    "name": sa.String(64),
    "code": sa.String(32),
    "occasion": sa.String(32),
    "authority": sa.String(255),
    "period_number": sa.Integer(),
    "period_unit": sa.String(32),
    "legal_basis": sa.String(255),
    "valid_from": sa.Date(),
    "decision_only": sa.Boolean(),
    "version": sa.Integer(),
}

CHECKS = {
    "said_to_whom_and_why": "length(authority) > 0 AND length(grounds) > 0",
    "filed_after_the_telling": "filed_on >= told_on",
    "late_with_reason": (
        "(late_reason IS NOT NULL) = (last_day IS NOT NULL AND filed_on > last_day)"
    ),
    "lateness_ruled_whole": (
        "(late_ruled_at IS NULL) = (late_admitted IS NULL)"
        " AND (late_ruled_at IS NULL) = (late_ruled_by IS NULL)"
        " AND (late_ruled_at IS NULL) = (late_ruled_by_id IS NULL)"
        " AND (late_ruled_at IS NULL) = (late_note IS NULL)"
        " AND (late_ruled_at IS NULL OR late_reason IS NOT NULL)"
    ),
    "handled_if_admitted": "handler_id IS NULL OR late_reason IS NULL OR late_admitted IS TRUE",
    "assigned_whole": (
        "(handler_id IS NULL) = (assigned_at IS NULL)"
        " AND (handler_id IS NULL) = (assigned_by IS NULL)"
        " AND (handler_id IS NULL) = (assigned_by_id IS NULL)"
    ),
    "accepted_after_filing": (
        "accepted_on IS NULL OR (accepted_on >= filed_on AND simplified IS NOT NULL)"
    ),
    "concluded_whole": " AND ".join(
        f"(outcome IS NULL) = ({name} IS NULL)"
        for name in (
            *("decided_on", "delivered_on", "decided_by", "findings"),
            *("concluded_at", "concluded_by", "concluded_by_id"),
        )
    ),
    "concluded_by_its_handler": (
        "outcome IS NULL OR late_admitted IS FALSE"
        " OR (handler_id IS NOT NULL AND concluded_by_id = handler_id)"
    ),
    "decided_after_acceptance": (
        "outcome IS NULL OR outcome IN ('not_accepted', 'withdrawn') OR accepted_on IS NOT NULL"
    ),
    "decided_in_order": (
        "outcome IS NULL OR (decided_on >= coalesce(accepted_on, filed_on)"
        " AND delivered_on >= decided_on)"
    ),
    "decided_by_a_document": (
        "kind = 'complaint' OR outcome IS NULL OR outcome = 'withdrawn'"
        " OR late_admitted IS FALSE OR document IS NOT NULL"
    ),
    "upheld_marks_wrong": (
        "(wrong_at IS NOT NULL) = (outcome IS NOT NULL AND outcome IN ('upheld', 'partly'))"
    ),
    "after_reconsideration": "(occasion = 'reconsideration') = (previous_id IS NOT NULL)",
}


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def column(name, kind, *, nullable=False):
    return sa.Column(name, kind, nullable=nullable)


def instant(name, *, nullable=False):
    return column(name, sa.DateTime(timezone=True), nullable=nullable)


def housekeeping():
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
    )


def key(table, name, target):
    return sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_{table}_{name}"))


def checks(table, told):
    return [
        sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in told.items()
    ]


def upgrade():
    with op.batch_alter_table("case") as batch:
        batch.add_column(instant("overturned_at", nullable=True))
        batch.create_check_constraint(op.f("ck_case_overturned_and_reopened"), OVERTURNED)
    _codes("remedy_rule", "occasion", "occasion", OCCASIONS)
    _codes("remedy_rule", "periodunit", "period_unit", UNITS)
    _codes("notice_rule", "audience", "audience", AUDIENCES)
    _how_long()
    _appeals()
    _periods()
    _tell()


def _codes(table, name, column_name, known):
    codes = ", ".join(f"'{code}'" for code in known)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), f"{column_name} IN ({codes})")


def _how_long():
    table = "remedy_period"
    bounds = {
        "number_in_bounds": "number BETWEEN 1 AND 3650",
        "counted_in_something": "unit <> 'none'",
        "warns_before": "warn_days >= 0",
        "valid_in_order": "valid_to IS NULL OR valid_to >= valid_from",
    }
    op.create_table(
        table,
        column("code", choice("remedykind", *KINDS)),
        column("step", choice("remedystep", *STEPS)),
        column("hall_id", sa.Integer(), nullable=True),
        column("number", sa.Integer()),
        column("unit", choice("periodunit", *UNITS)),
        column("warn_days", sa.Integer()),
        column("legal_basis", sa.String(length=255)),
        column("valid_from", sa.Date()),
        column("valid_to", sa.Date(), nullable=True),
        *housekeeping(),
        *checks(table, bounds),
        key(table, "hall_id", "hall.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_remedy_period_hall_id"), table, ["hall_id"])


def _appeals():
    table = "appeal"
    op.create_table(
        table,
        column("number", sa.String(length=40)),
        column("case_id", sa.Integer()),
        column("case_number", sa.String(length=32)),
        column("serial", sa.Integer()),
        column("hall_id", sa.Integer()),
        column("kind", choice("remedykind", *KINDS)),
        column("occasion", choice("occasion", *OCCASIONS)),
        column("previous_id", sa.Integer(), nullable=True),
        instant("told_at"),
        column("told_on", sa.Date()),
        column("told", sa.Text()),
        column("authority", sa.String(length=255)),
        column("legal_basis", sa.String(length=255)),
        column("filed_on", sa.Date()),
        column("last_day", sa.Date(), nullable=True),
        column("grounds", sa.Text()),
        instant("registered_at"),
        column("registered_by", sa.String(length=64)),
        column("late_reason", sa.Text(), nullable=True),
        column("late_admitted", sa.Boolean(), nullable=True),
        column("late_note", sa.Text(), nullable=True),
        instant("late_ruled_at", nullable=True),
        column("late_ruled_by", sa.String(length=64), nullable=True),
        column("late_ruled_by_id", sa.Integer(), nullable=True),
        column("handler_id", sa.Integer(), nullable=True),
        instant("assigned_at", nullable=True),
        column("assigned_by", sa.String(length=64), nullable=True),
        column("assigned_by_id", sa.Integer(), nullable=True),
        column("accepted_on", sa.Date(), nullable=True),
        column("simplified", sa.Boolean(), nullable=True),
        column("outcome", choice("appealoutcome", *OUTCOMES), nullable=True),
        column("decided_on", sa.Date(), nullable=True),
        column("delivered_on", sa.Date(), nullable=True),
        column("decided_by", sa.String(length=128), nullable=True),
        column("document", sa.String(length=128), nullable=True),
        column("findings", sa.Text(), nullable=True),
        instant("wrong_at", nullable=True),
        instant("concluded_at", nullable=True),
        column("concluded_by", sa.String(length=64), nullable=True),
        column("concluded_by_id", sa.Integer(), nullable=True),
        *housekeeping(),
        *checks(table, CHECKS),
        key(table, "case_id", "case.id"),
        key(table, "hall_id", "hall.id"),
        key(table, "previous_id", "appeal.id"),
        key(table, "handler_id", "ab_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("number", name=op.f("uq_appeal_number")),
        sa.UniqueConstraint("case_id", "serial", name=op.f("uq_appeal_case_id_serial")),
    )
    op.create_index(op.f("ix_appeal_previous_id"), table, ["previous_id"])
    op.create_index("ix_appeal_hall_id_id", table, ["hall_id", "id"])
    op.create_index("ix_appeal_handler_id_outcome", table, ["handler_id", "outcome"])
    op.create_index(
        "uq_appeal_one_of_a_kind",
        table,
        ["case_id", "kind", "told_at"],
        unique=True,
        postgresql_where=STANDING,
        sqlite_where=STANDING,
    )


def _periods():
    table = "appeal_period"
    order = {
        "warns_before": "warn_at <= due_at",
        "met_after_it_began": "met_on IS NULL OR met_on >= begins_on",
    }
    op.create_table(
        table,
        column("appeal_id", sa.Integer()),
        column("case_id", sa.Integer()),
        column("step", choice("remedystep", *STEPS)),
        column("rule_id", sa.Integer()),
        column("number", sa.Integer()),
        column("unit", sa.String(length=16)),
        column("begins_on", sa.Date()),
        column("last_day", sa.Date()),
        column("provisional", sa.Boolean()),
        instant("warn_at"),
        instant("due_at"),
        column("met_on", sa.Date(), nullable=True),
        instant("warning_flagged_at", nullable=True),
        instant("overdue_flagged_at", nullable=True),
        *housekeeping(),
        *checks(table, order),
        key(table, "appeal_id", "appeal.id"),
        key(table, "case_id", "case.id"),
        key(table, "rule_id", "remedy_period.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("appeal_id", "step", name=op.f("uq_appeal_period_appeal_id_step")),
    )
    op.create_index(op.f("ix_appeal_period_case_id"), table, ["case_id"])
    op.create_index(op.f("ix_appeal_period_rule_id"), table, ["rule_id"])
    for stage, at, where in (("warning", "warn_at", WARNS), ("overdue", "due_at", LATE)):
        name = f"ix_appeal_period_{stage}_to_flag"
        op.create_index(name, table, [at], postgresql_where=where, sqlite_where=where)


def _tell():
    """Add the rules that are new to tables that are not empty; setup fills empty ones."""
    for kind, audiences in TOLD:
        for audience in audiences:
            op.execute(
                sa.text(
                    "INSERT INTO notice_rule (kind, audience, pace, inbox, mail, active, version) "
                    "SELECT :kind, :audience, 'at_once', :yes, :yes, :yes, 1 "
                    "WHERE EXISTS (SELECT 1 FROM notice_rule)"
                ).bindparams(kind=kind, audience=audience, yes=True)
            )
    rule = sa.table("remedy_rule", *(sa.column(name, kind) for name, kind in REMEDY.items()))
    there = sa.exists().select_from(sa.table("remedy_rule"))
    for told in REMEDIES:
        values = [
            sa.literal(value, kind)
            for value, kind in zip((*told, False, 1), REMEDY.values(), strict=True)
        ]
        chosen = sa.select(*values).where(there)
        op.execute(sa.insert(rule).from_select(list(REMEDY), chosen))


def downgrade():
    """Give up appeals; that a reply was wrong stays in the timeline."""
    for kind, _ in TOLD:
        op.execute(sa.text("DELETE FROM notice_rule WHERE kind = :kind").bindparams(kind=kind))
    op.execute("DELETE FROM notice_rule WHERE audience = 'appeal_handler'")
    op.execute(
        "DELETE FROM remedy_rule WHERE occasion IN ('result', 'reconsideration') "
        "OR period_unit = 'working_days'"
    )
    for table in ("appeal_period", "appeal", "remedy_period"):
        op.drop_table(table)
    _codes(
        "notice_rule", "audience", "audience", [it for it in AUDIENCES if it != "appeal_handler"]
    )
    _codes("remedy_rule", "periodunit", "period_unit", [it for it in UNITS if it != "working_days"])
    _codes("remedy_rule", "occasion", "occasion", OCCASIONS[:2])
    with op.batch_alter_table("case") as batch:
        batch.drop_constraint(op.f("ck_case_overturned_and_reopened"), type_="check")
        batch.drop_column("overturned_at")
