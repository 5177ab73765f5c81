"""Chain the events of each case, and keep the field history of reference data.

Revision: 0003, after 0002. The triggers are those of app/core/guards/.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core import guards
from app.core.chain import LINE, chained

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_ONCE = 5000

APPEND_ONLY = {
    "postgresql": (
        """
        CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'event is append only'; END $$
        """,
        """
        CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
        FOR EACH ROW EXECUTE FUNCTION event_is_append_only()
        """,
        """
        CREATE TRIGGER event_not_truncated BEFORE TRUNCATE ON event
        FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only()
        """,
    ),
    "sqlite": (
        """
        CREATE TRIGGER event_not_updated BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'event is append only'); END
        """,
        """
        CREATE TRIGGER event_not_deleted BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'event is append only'); END
        """,
        """
        CREATE TRIGGER event_not_replaced BEFORE INSERT ON event
        WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'event is append only'); END
        """,
    ),
}
"""The guards of 0001, for the way back."""


def upgrade():
    connection = op.get_bind()
    guards.remove(connection)
    op.add_column("event", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
    for name in ("previous", "hash"):
        op.add_column(
            "event", sa.Column(name, sa.String(length=64), server_default="", nullable=False)
        )
    if connection.dialect.name == "postgresql":  # json keeps a text as it was written, jsonb not
        op.alter_column(
            "event",
            "payload",
            type_=sa.JSON(),
            existing_type=postgresql.JSONB(),
            existing_nullable=False,
            postgresql_using="payload::json",
        )
    op.create_table(
        "timeline_head",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_timeline_head_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_timeline_head")),
    )
    chain(connection)
    op.drop_index("ix_event_case_id_id", table_name="event")
    op.create_index("uq_event_case_id_sequence", "event", ["case_id", "sequence"], unique=True)
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("row_name", sa.String(length=128), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "added",
                "edited",
                "deleted",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(
        "ix_change_entity_row_id_id", "change", ["entity", "row_id", "id"], unique=False
    )


def chain(connection):
    """Chain the events that there are, case by case, in the order in which they were written."""
    says = ", ".join(part.format("e.") for part in LINE[connection.dialect.name])
    page = sa.text(
        f"SELECT e.id AS number, e.case_id AS of_case, {says} FROM event e "  # noqa: S608
        "WHERE (e.case_id, e.id) > (:case_id, :id) ORDER BY e.case_id, e.id LIMIT :most"
    )
    seal = sa.text(
        "UPDATE event SET sequence = :place, previous = :was, hash = :seal WHERE id = :id"
    )
    last, case_id, place, was = 0, 0, 0, ""
    while rows := connection.execute(
        page, {"case_id": case_id, "id": last, "most": AT_ONCE}
    ).fetchall():
        sealed = []
        for row in rows:
            if row.of_case != case_id:
                place, was = 0, ""
            place, case_id, last = place + 1, row.of_case, row.number
            said = [text or "" for text in row[2:]]
            seal_of = chained(was, *said[1:3], str(place), *said[4:])
            sealed.append({"id": last, "place": place, "was": was, "seal": seal_of})
            was = seal_of
        connection.execute(seal, sealed)
    connection.execute(
        sa.text(
            "INSERT INTO timeline_head (case_id, sequence, hash) "
            "SELECT e.case_id, e.sequence, e.hash FROM event e "
            "JOIN (SELECT case_id, max(sequence) AS sequence FROM event "
            "GROUP BY case_id) t ON t.case_id = e.case_id AND t.sequence = e.sequence"
        )
    )


def downgrade():
    connection = op.get_bind()
    guards.remove(connection)
    op.drop_index("ix_change_entity_row_id_id", table_name="change")
    op.drop_table("change")
    op.drop_table("timeline_head")
    op.drop_index("uq_event_case_id_sequence", table_name="event")
    op.create_index("ix_event_case_id_id", "event", ["case_id", "id"], unique=False)
    if connection.dialect.name == "postgresql":
        op.alter_column(
            "event",
            "payload",
            type_=postgresql.JSONB(),
            existing_type=sa.JSON(),
            existing_nullable=False,
            postgresql_using="payload::jsonb",
        )
    for name in ("hash", "previous", "sequence"):
        op.drop_column("event", name)
    for statement in APPEND_ONLY[connection.dialect.name]:
        op.execute(statement)
