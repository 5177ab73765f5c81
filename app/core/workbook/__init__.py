"""Write a table of any length as an Excel workbook: every ledger and every list export is one.

Rows stream through: memory stays flat, whatever their number. The file appears whole or not at
all, and the same rows with the same `produced_at` make the same bytes.

Change here: what a cell can hold (`cells`), the look on screen and paper (`pages`), a chart below
the rows (`drawing`), the XML of the rows (`body`), the file around them (`frames`), the order of it
all (`writer`), what the checksum is taken over (`checksum`), what is said when the disk is full
(`errors`), what a password protects (`locked`).
"""

from __future__ import annotations

from app.core.workbook.body import Row
from app.core.workbook.cells import Kind, Value
from app.core.workbook.checksum import checksum
from app.core.workbook.errors import WorkbookError
from app.core.workbook.locked import Lock
from app.core.workbook.pages import USUAL_PAPER, Chart, Column, Paper, Sheet, Tone, sheet_name
from app.core.workbook.writer import Produced, safe_file_name, write, write_tables

__all__ = [
    "USUAL_PAPER",
    "Chart",
    "Column",
    "Kind",
    "Lock",
    "Paper",
    "Produced",
    "Row",
    "Sheet",
    "Tone",
    "Value",
    "WorkbookError",
    "checksum",
    "safe_file_name",
    "sheet_name",
    "write",
    "write_tables",
]
