"""Send texts packed with gzip, to whoever takes it; and let what is ours be kept for good.

docs/decisions/ says why a page that another site asked for goes out unpacked.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, request

if TYPE_CHECKING:
    from flask import Response

ASSETS = "/assets/"
TEXTS = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/plain",
    }
)
LEAST = 600
"""Below this many bytes nothing is gained."""

OURS = frozenset({"", "none", "same-origin"})
"""Who may ask for a packed page: ourselves, a person by hand, or a program that doesn't say."""

FOR_GOOD = "public, max-age=31536000, immutable"
"""A year: the address has the content in it."""


def pack(response: Response) -> Response:
    """Pack a text, if the browser takes it so and no other site chose what is in it."""
    if response.mimetype not in TEXTS or response.headers.get("Content-Encoding"):
        return response
    response.vary.add("Accept-Encoding")
    fixed = request.path.startswith(ASSETS)
    if not fixed:
        response.vary.add("Sec-Fetch-Site")
    if not (_whole(response) and request.accept_encodings["gzip"] > 0):
        return response
    if not fixed and request.headers.get("Sec-Fetch-Site", "") not in OURS:
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < LEAST:
        return response
    response.set_data(_packed_once(plain) if fixed else gzip.compress(plain, 6, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _whole(response: Response) -> bool:
    """Say whether an answer has all its content with it."""
    if request.method == "HEAD" or (response.is_streamed and not response.direct_passthrough):
        return False
    return response.status_code not in {
        HTTPStatus.NO_CONTENT,
        HTTPStatus.PARTIAL_CONTENT,
        HTTPStatus.NOT_MODIFIED,
    }


@lru_cache(maxsize=64)
def _packed_once(plain: bytes) -> bytes:
    return gzip.compress(plain, 9, mtime=0)


# --- what may be kept --------------------------------------------------------------------------


@cache
def digest(path: Path) -> str:
    """Return what stands for the content of a file in its address."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def kept(response: Response) -> str:
    """Return how long a file of ours may be kept: for good, if this is what the address means."""
    asked, name = request.args.get("v", ""), (request.view_args or {}).get("filename", "")
    if response.status_code not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED} or not asked:
        return "no-cache"
    path = Path(str(current_app.static_folder)) / name
    return FOR_GOOD if asked == digest(path) else "no-cache"
