"""Improvement items of Linqing; every client is a browser of its own."""

from tests.cases.conftest import at_now, browsers

__all__ = ["at_now", "browsers"]
