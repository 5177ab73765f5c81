"""The names of the sheets that stand beside the table, in templates and in marked files."""

from __future__ import annotations

from app.core.words import N_

NOTES = N_("填写说明")
LISTS = N_("选项")
PROBLEMS = N_("导入问题")
