"""Articles are found by two characters of any scripts; a matter may have several open problems.

Revision: 0029, after 0028.
"""

import re
import unicodedata
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

WEIGHTS = {"question": 4, "matter": 3, "causes": 2, "solution": 1, "legal_basis": 1}
HAN = r"\u3007\u3400-\u9fff\U00020000-\U0003ffff"
OTHER = rf"[^\W_{HAN}]"
RUN, WORD = re.compile(r"[^\W_]+"), re.compile(f"{OTHER}+")
GAP = re.compile(rf"(?<=[{HAN}]) +(?={OTHER})|(?<={OTHER}) +(?=[{HAN}])")

VERSION = sa.table(
    "article_version", sa.column("id"), sa.column("current"), *map(sa.column, WEIGHTS)
)
GRAM = sa.table("article_gram", sa.column("gram"), sa.column("version_id"), sa.column("weight"))

OPEN = "uq_frequent_problem_open_causeless"
CAUSELESS = sa.text("state = 'open' AND cause_id IS NULL")
ANCHORED = "(cause_id IS NULL) = (anchor_id IS NOT NULL)"


def upgrade():
    cut_anew(op.get_bind())
    op.drop_index(OPEN, "frequent_problem")
    with op.batch_alter_table("frequent_problem") as batch:
        batch.add_column(sa.Column("anchor_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_frequent_problem_anchor_id"), "case", ["anchor_id"], ["id"]
        )
    op.execute(
        "UPDATE frequent_problem SET anchor_id = (SELECT min(case_id) FROM frequent_problem_case"
        " WHERE problem_id = frequent_problem.id) WHERE cause_id IS NULL"
    )
    with op.batch_alter_table("frequent_problem") as batch:
        batch.create_check_constraint(op.f("ck_frequent_problem_anchored"), ANCHORED)
    op.create_index(op.f("ix_frequent_problem_anchor_id"), "frequent_problem", ["anchor_id"])
    _one_open("hall_id", "matter", "anchor_id")


def downgrade():
    """Leave the largest open problem without a cause of a matter; what finds articles may stay."""
    op.execute(
        "UPDATE frequent_problem SET state = 'dismissed', decided_at = found_at, decided_by = '',"
        " note = '同一事项另有较大的问题' WHERE state = 'open' AND cause_id IS NULL AND EXISTS ("
        "SELECT 1 FROM frequent_problem AS other WHERE other.state = 'open'"
        " AND other.cause_id IS NULL AND other.hall_id = frequent_problem.hall_id"
        " AND other.matter = frequent_problem.matter AND (other.number > frequent_problem.number"
        " OR (other.number = frequent_problem.number AND other.id < frequent_problem.id)))"
    )
    op.drop_index(OPEN, "frequent_problem")
    op.drop_index(op.f("ix_frequent_problem_anchor_id"), "frequent_problem")
    with op.batch_alter_table("frequent_problem") as batch:
        batch.drop_constraint(op.f("ck_frequent_problem_anchored"), type_="check")
        batch.drop_constraint(op.f("fk_frequent_problem_anchor_id"), type_="foreignkey")
        batch.drop_column("anchor_id")
    _one_open("hall_id", "matter")


def _one_open(*columns):
    op.create_index(
        OPEN, "frequent_problem", columns, unique=True,
        postgresql_where=CAUSELESS, sqlite_where=CAUSELESS,
    )  # fmt: skip


# --- what an article is found by, as of this revision --------------------------------------------


def cut_anew(connection):
    """Write anew what the published articles are found by."""
    connection.execute(GRAM.delete())
    for row in connection.execute(sa.select(VERSION).where(VERSION.c.current)).mappings().all():
        found = {}
        for name, weight in WEIGHTS.items():
            for gram in indexed(row[name] or ""):
                found[gram] = max(weight, found.get(gram, 0))
        rows = [{"gram": it, "version_id": row["id"], "weight": at} for it, at in found.items()]
        if rows:
            connection.execute(GRAM.insert(), rows)


def indexed(text):
    plain = unicodedata.normalize("NFKC", text).casefold()
    runs = [*RUN.findall(plain), *RUN.findall(GAP.sub("", plain))]
    pairs = ("".join(pair) for run in runs for pair in pairwise(run))
    return {*(one for run in runs for one in run), *pairs, *(it[:32] for it in WORD.findall(plain))}
