"""Text on a drawing: how wide it is about, where it is broken, how a number is written."""

from __future__ import annotations

import unicodedata

SIZE = 13
"""Pixels of a full-width character."""

LINE = 17
"""Pixels from one line to the next."""

APART = " · "
"""What stands between a name and its place: there a text is broken first."""

WIDE = ("W", "F", "A")


def width(text: str) -> float:
    """Return about how many pixels a text takes: Han characters a square each, others 0.6 of it."""
    return sum(SIZE if unicodedata.east_asian_width(it) in WIDE else SIZE * 0.6 for it in text)


def lines(text: str, room: float) -> list[str]:
    """Break a text into lines no wider than a room and about as long as each other; cut nothing."""
    name, apart, place = text.partition(APART)
    if width(text) > room and apart and max(width(name + apart.rstrip()), width(place)) <= room:
        return [name + apart.rstrip(), place]
    found = _filled(text, room)
    even = _filled(text, min(room, width(text) / len(found) + SIZE))
    return even if len(even) == len(found) else found


def _filled(text: str, room: float) -> list[str]:
    found = [""]
    for word in _parts(text):
        if width(found[-1] + word.rstrip()) <= room or not found[-1]:
            found[-1] += word
        else:
            found.append(word)
        while width(found[-1].rstrip()) > room and len(found[-1]) > 1:
            most = max(at for at in range(1, len(found[-1])) if _fits(found[-1][:at], room, at))
            found[-1:] = [found[-1][:most], found[-1][most:]]
    return [line.strip() for line in found]


def _fits(text: str, room: float, at: int) -> bool:
    return at == 1 or width(text) <= room


def _parts(text: str) -> list[str]:
    """Return where a text may be broken: behind each wide character, behind a space."""
    parts = [""]
    for character in text:
        wide = unicodedata.east_asian_width(character) in WIDE
        if wide and parts[-1]:
            parts.append("")
        parts[-1] += character
        if wide or character == " ":
            parts.append("")
    return [part for part in parts if part]


def number(value: float, digits: int = 0) -> str:
    """Write a number; without the zeros at its end, thousands apart."""
    written = f"{value:,.{digits}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
