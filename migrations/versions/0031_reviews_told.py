"""That it was told that an article is due for review: whom the rules mean by that.

Revision: 0031, after 0030.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

BEFORE = (
    "registrar", "on_duty", "hall_clerks", "lead_handlers", "assisting_handlers",
    "hall_supervisors", "supervisors_above", "appeal_handler", "group_only",
)  # fmt: skip
NEW = ("author", "reviewers")
KIND = "article_due"
TOLD = ("author", "lead_handlers", "reviewers")
"""Who is told, where a table of rules exists already; an empty one is seeded by setup."""


def upgrade():
    op.create_table(
        "article_reminder",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_reminder_article_id")
        ),
        sa.PrimaryKeyConstraint("article_id", "due", name=op.f("pk_article_reminder")),
    )
    _audiences((*BEFORE, *NEW))
    for audience in TOLD:
        op.execute(
            sa.text(
                "INSERT INTO notice_rule (kind, audience, pace, inbox, mail, active, version) "
                "SELECT :kind, :audience, 'at_once', :yes, :yes, :yes, 1 "
                "WHERE EXISTS (SELECT 1 FROM notice_rule)"
            ).bindparams(kind=KIND, audience=audience, yes=True)
        )


def downgrade():
    rule = sa.table("notice_rule", sa.column("kind"), sa.column("audience"))
    op.execute(sa.delete(rule).where((rule.c.kind == KIND) | rule.c.audience.in_(NEW)))
    _audiences(BEFORE)
    op.drop_table("article_reminder")


def _audiences(known):
    codes = ", ".join(f"'{code}'" for code in known)
    with op.batch_alter_table("notice_rule") as batch:
        batch.drop_constraint(op.f("ck_notice_rule_audience"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_rule_audience"), f"audience IN ({codes})")
