"""What the environment says of notices: addresses that are always there, and the panel's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Sequence


def addresses() -> Sequence[str]:
    """Return Apprise's URLs of BANCHENG_NOTICES."""
    found: Sequence[str] = current_app.config["NOTICES"]
    return found


def panel_url() -> str:
    """Return the panel's address as people type it, without a slash behind; empty if not set."""
    found: str = current_app.config["PANEL_URL"]
    return found
