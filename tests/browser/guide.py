"""What a walk of the user guide shows: one picture of a screen, as a reader of it sees the step."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from tests.browser.probes import TEXTS, english

IMAGES = Path(__file__).parents[2] / "docs" / "user-guide" / "images"
SCREEN = {"width": 1366, "height": 768}
SHARP, SMALLEST, LARGEST = 82, 40, 120_000
"""The quality that a picture begins with, the least that is still good, and the most bytes."""

SPOKEN = ("English",)
"""What stands in another language on purpose: the door into it."""


class Guide:
    """Takes the pictures of the guide, and notes what is not as it should be on the screens."""

    def __init__(self, folder):
        self.folder, self.faults, self.taken = folder, [], []

    def show(self, person, name, at=None):
        """Take a picture of what somebody sees; `at` is scrolled to the top of it."""
        page = person.page
        page.mouse.move(0, 0)
        if at is None:
            page.evaluate("scrollTo(0, 0)")
        else:
            page.locator(at).first.evaluate(
                "it => scrollTo(0, it.getBoundingClientRect().top + scrollY - 76)"
            )
        self.faults += [
            f"{name}: English {text}"
            for text in english(page.evaluate(TEXTS))
            if text.strip() not in SPOKEN
        ]
        self.faults += [f"{name}: {text}" for text in person.complaints]
        self.taken.append(name)
        (self.folder / f"{name}.webp").write_bytes(picture(person))


def picture(person):
    """Return what is on the screen as WebP, of a size that a guide can carry."""
    session = person.context.new_cdp_session(person.page)
    for quality in range(SHARP, SMALLEST, -10):
        answer = session.send(
            "Page.captureScreenshot", {"format": "webp", "quality": quality, "fromSurface": True}
        )
        taken = base64.b64decode(answer["data"])
        if len(taken) <= LARGEST:
            return taken
    raise AssertionError(len(taken))


def folder(otherwise):
    """Return where the pictures go: into the guide when `make screenshots` says so."""
    found = IMAGES if os.environ.get("BANCHENG_GUIDE") else otherwise
    found.mkdir(parents=True, exist_ok=True)
    return found
