"""The file of an import with what is wrong in it marked."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.language import gettext
from app.core.sheets import reading
from app.core.sheets.marking import Mark, Marks
from app.core.workbook.errors import told_plainly
from app.imports.words import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.imports.operations import Upload
    from app.imports.tables import Problem


def write_marked(upload: Upload, problems: Sequence[Problem], out: Path) -> None:
    """Write an upload with its problems marked to a file: whole, or not at all."""
    heads = (gettext("工作表"), gettext("行"), gettext("单元格"), gettext("问题"))
    marks = Marks(
        gettext(PROBLEMS),
        heads,
        [Mark(it.page, max(it.row, 1), max(it.column, 1), it.heading, it.text) for it in problems],
        gettext("办成"),
    )
    with tempfile.TemporaryDirectory(prefix="bancheng-") as folder, upload.on_disk() as path:
        draft = Path(folder) / "marked.xlsx"
        reading.mark(path, marks, draft)
        with told_plainly():
            out.write_bytes(draft.read_bytes())


def marked(upload: Upload, problems: Sequence[Problem]) -> bytes:
    """Return an upload with its problems marked."""
    with tempfile.TemporaryDirectory(prefix="bancheng-") as folder:
        out = Path(folder) / "out.xlsx"
        write_marked(upload, problems, out)
        return out.read_bytes()
