"""What people call things, as data: other headings, other words for a choice, examples."""

from __future__ import annotations

import json
from pathlib import Path

_TOLD = json.loads((Path(__file__).parent / "aliases.json").read_text(encoding="utf-8"))

HEADINGS: dict[str, dict[str, list[str]]] = _TOLD["headings"]
"""Kind of import → column → what else its heading may be."""

MEANT: dict[str, dict[str, list[str]]] = _TOLD["meant"]
"""Closed list → code → what else is said for it."""

EXAMPLES: dict[str, dict[str, str]] = _TOLD["examples"]
"""Kind of import → column → what may stand in it."""
