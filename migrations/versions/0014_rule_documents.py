"""Rule documents, which once published neither change nor go; halls that make their rules public.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "rule_document"
WHOLE = ("number", "text", "published_at", "published_by", "in_force_from")
FROZEN = (
    *("id", "kind", "hall_id", "title", "source", "body", "valid_from", "valid_to", "written_by"),
    *WHOLE,
)
MOVED = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in FROZEN)
CHANGED = f"""OLD.status <> 'draft' AND (
  {MOVED} OR NEW.status = 'draft'
  OR (OLD.status = 'superseded' AND (
    NEW.status <> 'superseded' OR NEW.in_force_until IS DISTINCT FROM OLD.in_force_until
    OR NEW.ended_by IS DISTINCT FROM OLD.ended_by))
  OR (NEW.status = 'published' AND NEW.in_force_until IS DISTINCT FROM OLD.in_force_until)
  OR (OLD.in_force_until IS NOT NULL
      AND (NEW.in_force_until IS NULL OR NEW.in_force_until > OLD.in_force_until))
)"""
"""What happens to a published version is that it ends, once, and no later than it said."""

BEGINS, CHANGES, DELETED = (
    "a rule document begins as a draft",
    "a published rule document never changes",
    "a published rule document is never deleted",
)

GUARDS = {
    "postgresql": (
        f"""
        CREATE FUNCTION rule_document_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'TRUNCATE' THEN
            RAISE EXCEPTION '{DELETED}';
          ELSIF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'draft' THEN RAISE EXCEPTION '{BEGINS}'; END IF;
          ELSIF TG_OP = 'DELETE' THEN
            IF OLD.status <> 'draft' THEN RAISE EXCEPTION '{DELETED}'; END IF;
            RETURN OLD;
          ELSIF {CHANGED} THEN
            RAISE EXCEPTION '{CHANGES}';
          END IF;
          RETURN NEW;
        END $$
        """,
        f"""
        CREATE TRIGGER rule_document_kept BEFORE INSERT OR UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION rule_document_is_kept()
        """,
        f"""
        CREATE TRIGGER rule_document_not_truncated BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION rule_document_is_kept()
        """,
    ),
    # OR REPLACE takes a row away without a word to the trigger of DELETE.
    "sqlite": (
        f"""
        CREATE TRIGGER rule_document_begins_as_draft BEFORE INSERT ON rule_document
        WHEN NEW.status <> 'draft'
          OR EXISTS (SELECT 1 FROM rule_document WHERE id = NEW.id AND status <> 'draft')
        BEGIN SELECT RAISE(ABORT, '{BEGINS}'); END
        """,  # noqa: S608
        f"""
        CREATE TRIGGER rule_document_not_changed BEFORE UPDATE ON {TABLE}
        WHEN NEW.id <> OLD.id OR {CHANGED.replace("IS DISTINCT FROM", "IS NOT")}
          OR NEW.status = 'published' AND EXISTS (
            SELECT 1 FROM rule_document WHERE id <> NEW.id AND kind = NEW.kind
              AND hall_id IS NEW.hall_id AND (status = 'published' OR number = NEW.number)
          )
        BEGIN SELECT RAISE(ABORT, '{CHANGES}'); END
        """,  # noqa: S608
        f"""
        CREATE TRIGGER rule_document_not_deleted BEFORE DELETE ON {TABLE}
        WHEN OLD.status <> 'draft'
        BEGIN SELECT RAISE(ABORT, '{DELETED}'); END
        """,
    ),
}


def choice(name, *codes):
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def instant(name):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade():
    op.add_column(
        "hall", sa.Column("public_rules", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.create_table(
        TABLE,
        sa.Column(
            "kind",
            choice("documentkind", "criteria", "procedure", "responsibilities", "privacy"),
            nullable=False,
        ),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "status", choice("documentstatus", "draft", "published", "superseded"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("written_by", sa.String(length=64), nullable=True),
        instant("published_at"),
        sa.Column("published_by", sa.String(length=64), nullable=True),
        instant("in_force_from"),
        instant("in_force_until"),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}")) for name, rule in _checks()),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f(f"fk_{TABLE}_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_hall_id"), TABLE, ["hall_id"])
    _one_of_a_kind("published", [], "status = 'published'")
    _one_of_a_kind("number", ["number"], "number IS NOT NULL")
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _checks():
    superseded = (
        "(status = 'superseded') = (ended_by IS NOT NULL) "
        "AND (ended_by IS NULL OR in_force_until IS NOT NULL)"
    )
    whole = " AND ".join(f"(status = 'draft') = ({name} IS NULL)" for name in WHOLE)
    return (
        ("valid_in_order", "valid_to IS NULL OR valid_to >= valid_from"),
        ("published_whole", whole),
        ("ends_after_beginning", "in_force_until IS NULL OR in_force_until >= in_force_from"),
        ("superseded_by_somebody", superseded),
    )


def _one_of_a_kind(name, columns, where):
    for suffix, hall, which in (("of_hall", ["hall_id"], "NOT "), ("of_all", [], "")):
        condition = sa.text(f"{where} AND hall_id IS {which}NULL")
        op.create_index(
            f"uq_{TABLE}_{name}_{suffix}",
            TABLE,
            ["kind", *hall, *columns],
            unique=True,
            postgresql_where=condition,
            sqlite_where=condition,
        )


def downgrade():
    op.drop_table(TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION rule_document_is_kept()")
    op.drop_column("hall", "public_rules")
