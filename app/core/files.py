"""Keep files by their content: `ab/cd/<sha256>` in one folder, each whole or not there at all.

A file is received as a draft beside the others, made safe on disk, and renamed into its place; the
row that names it is committed afterwards. A crash in between leaves an orphan, never a row without
its file. The same content, received twice, is one file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

CHUNK = 256 * 1024
DRAFT = "draft-"
DIGEST = re.compile(r"[0-9a-f]{64}")


class TooLargeError(Exception):
    """Raise when more comes in than one file may hold."""


@dataclass
class Draft:
    """A received file that is not in its place yet. Keep it or discard it."""

    store: Store
    path: Path
    sha256: str
    size: int

    def keep(self) -> Path:
        """Put the file into its place; the same content over itself, with the time of today."""
        target = self.store.path(self.sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.replace(target)
        for folder in (target.parent, target.parent.parent, self.store.folder):
            _settle(folder)
        return target

    def discard(self) -> None:
        """Forget what was not kept."""
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Store:
    """A folder of files named by their content."""

    folder: Path
    chunk: int = field(default=CHUNK)

    def path(self, sha256: str) -> Path:
        """Return the place of a content."""
        if not DIGEST.fullmatch(sha256):
            raise ValueError(sha256)
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def receive(self, stream: IO[bytes], most: int) -> Draft:
        """Write a stream down as a draft, piece by piece; raise TooLargeError beyond `most`."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{DRAFT}{secrets.token_hex(16)}"
        digest, size = hashlib.sha256(), 0
        with ExitStack() as unfinished:
            unfinished.callback(path.unlink, missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                while piece := stream.read(self.chunk):
                    size += len(piece)
                    _bounded(size, most)
                    digest.update(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            unfinished.pop_all()
        return Draft(self, path, digest.hexdigest(), size)

    def old(self, before: datetime) -> Iterator[Path]:
        """Return the files and drafts that nobody touched since an instant."""
        for pattern in (f"{DRAFT}*", "??/??/*"):
            for path in self.folder.glob(pattern):
                if _touched(path) < before:
                    yield path

    def drop(self, path: Path, before: datetime) -> bool:
        """Remove an orphan; one that is received anew at this very moment stays or comes back."""
        aside = self.folder / f"{DRAFT}{secrets.token_hex(16)}"
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if _touched(aside) >= before:
            aside.replace(path)
            return False
        aside.unlink()
        return True


def store() -> Store:
    """Return the store of the running application."""
    return Store(current_app.config["FILES"])


def _bounded(size: int, most: int) -> None:
    if size > most:
        raise TooLargeError


def _touched(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


def _settle(folder: Path) -> None:
    """Let a renaming survive a power cut, where a folder can be synced."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
