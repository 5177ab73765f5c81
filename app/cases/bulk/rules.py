"""Which moves can be made for many cases at once, and for how many."""

from __future__ import annotations

BULK = ("dispatch", "remind", "reassign", "archive")
"""Verbs of the table of moves, in the order of their buttons."""

MOST = 200
"""Cases at once: as many as a person can look through."""
