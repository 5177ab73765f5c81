"""What a draft may be."""

from __future__ import annotations

from datetime import timedelta

MOST_PATH = 255
MOST_CHARACTERS = 64_000
"""Of all fields together, as JSON."""

MOST_DRAFTS = 20
"""Of one person; the oldest go first."""

KEPT = timedelta(days=7)
