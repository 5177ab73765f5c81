"""What a saved view may be."""

from __future__ import annotations

LONGEST_NAME = 20
MOST_VIEWS = 30
"""Of one person, on one list."""

SHARERS = ("supervisor", "admin")
"""Who may show a view to a role, in the halls in which they are so."""

PASSING = frozenset({"page", "after", "before"})
"""What of an address is of a moment, and not kept."""
