"""What pages before the log-in share: the reader's language, and counting of who asks how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, redirect, request, session
from flask_babel import refresh

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response


def spoken(back: str) -> Response | None:
    """Keep to the language that the address asks for, and come back; None when it asks for none."""
    locale = request.args.get("lang")
    if locale not in current_app.config["LANGUAGES"]:
        return None
    session["locale"] = locale
    refresh()
    return redirect(back)


def count(limiter: Any, most: str, pages: str, keys: Iterable[str] = ()) -> None:
    """Count a question to some pages against its address and against each key.

    Raise TooManyRequests beyond `most`.
    """
    with limiter.shared_limit(most, pages):
        pass
    for key in keys:
        with limiter.shared_limit(most, pages, key_func=lambda key=key: key):
            pass
