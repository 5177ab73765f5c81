"""What a template may ask for, standard library only: lamps, paper, bounds."""

from __future__ import annotations

from app.core.words import N_, Choice

MOST_SORTS = 3
"""Columns to sort by at most."""

WIDTHS = (4.0, 100.0)
"""The narrowest and the widest column, in characters of the standard font."""

LONGEST_TITLE = 64

SIZES = ("A4", "A3")
ORIENTATIONS = {"landscape": N_("横向"), "portrait": N_("纵向")}


class Lamp(Choice):
    """How the clock of a row stands."""

    ANY = "any", N_("不限")
    LATE = "late", N_("超期")
    SOON = "soon", N_("临期")
    ON_TRACK = "on-track", N_("在限内办理")
