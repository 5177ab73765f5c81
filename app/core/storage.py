"""Keep produced files in a folder, or in any store that fsspec knows: `s3://bucket/path`, `sftp://…`.

A file is written to a draft and put under its name when it is whole. Whoever keeps one names it in
a row that is committed afterwards: a crash in between leaves a file that no row names, never a row
without its file.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import fsspec
from flask import current_app

from app.core.errors import DomainError
from app.core.language import gettext
from app.core.workbook.errors import told_plainly

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

DRAFT = ".draft"
LEFT = (f".*{DRAFT}", ".*.part")
"""What a crash may leave in a folder: our drafts, and those of the workbook."""


class StorageError(DomainError):
    """Raise when the store refuses or can't be reached."""


class Storage(Protocol):
    """A place for files; a name is a relative path with `/` in it."""

    def draft(self) -> Any:
        """Give a local path to write to inside a `with`; what is left of it then vanishes."""

    def keep(self, draft: Path, name: str) -> None:
        """Put a draft under a name, whole or not at all."""

    def open(self, name: str) -> IO[bytes] | None:
        """Open a file; None where there is none."""

    def drop(self, name: str) -> None:
        """Delete a file, if it is there."""

    def old(self, folder: str, before: datetime) -> Iterator[str]:
        """Yield the names in a folder, drafts too, that nobody wrote since an instant."""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine, or one that all nodes mount. A draft lies in it already."""

    root: Path

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """Give a path inside the folder: whether the disk has room shows while it is written."""
        with told_plainly():
            self.root.mkdir(parents=True, exist_ok=True)
        path = self.root / f".{uuid4().hex}{DRAFT}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def keep(self, draft: Path, name: str) -> None:
        """Rename the draft."""
        target = self.root / name
        with told_plainly():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(target)

    def open(self, name: str) -> IO[bytes] | None:
        """Open a file; None for what is not there, and for what is outside the folder."""
        path = self._inside(name)
        return path.open("rb") if path is not None and path.is_file() else None

    def drop(self, name: str) -> None:
        """Delete a file."""
        if (path := self._inside(name)) is not None:
            path.unlink(missing_ok=True)

    def old(self, folder: str, before: datetime) -> Iterator[str]:
        """Yield the old files of a folder, and the drafts that a crash left behind."""
        left = [path for pattern in LEFT for path in self.root.glob(pattern)]
        for path in [*left, *(self.root / folder).glob("*")]:
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    yield path.relative_to(self.root).as_posix()

    def _inside(self, name: str) -> Path | None:
        path = (self.root / name).resolve()
        return path if path.is_relative_to(self.root.resolve()) else None


@dataclass(frozen=True)
class Remote:
    """A store behind a URL. A draft lies in the temporary folder and is sent in one piece."""

    url: str

    @cached_property
    def _place(self) -> tuple[Any, str]:
        system, root = fsspec.core.url_to_fs(self.url)
        return system, root.rstrip("/")

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """Give a path in a temporary folder."""
        with told_plainly():
            folder = Path(tempfile.mkdtemp(prefix="bancheng-"))
        try:
            yield folder / "draft"
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, draft: Path, name: str) -> None:
        """Send the draft; after a failure nothing lies under the name."""
        with self._told() as (system, root), ExitStack() as undone:
            undone.callback(self._withdraw, system, f"{root}/{name}")
            system.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
            system.put_file(str(draft), f"{root}/{name}")
            undone.pop_all()

    def open(self, name: str) -> IO[bytes] | None:
        """Fetch a file into a temporary one of this machine; None where there is none."""
        with ExitStack() as left:
            file = left.enter_context(tempfile.TemporaryFile())
            try:
                with self._told() as (system, root), system.open(f"{root}/{name}", "rb") as source:
                    shutil.copyfileobj(source, file)
            except StorageError as error:
                if isinstance(error.__cause__, FileNotFoundError):
                    return None
                raise
            left.pop_all()  # whoever asked closes it
        file.seek(0)
        return file

    def drop(self, name: str) -> None:
        """Delete a file."""
        with self._told() as (system, root), suppress(FileNotFoundError):
            system.rm_file(f"{root}/{name}")

    def old(self, folder: str, before: datetime) -> Iterator[str]:
        """Yield the old files of a folder."""
        with self._told() as (system, root):
            system.invalidate_cache()
            try:
                found = system.ls(f"{root}/{folder}", detail=True)
            except FileNotFoundError:
                found = []
            names = [it["name"] for it in found if it["type"] == "file"]
            times = {name: system.modified(name) for name in names}
        for name in names:
            if times[name].astimezone(UTC) < before:
                yield name.removeprefix(f"{root}/")

    @staticmethod
    def _withdraw(system: Any, path: str) -> None:
        with suppress(Exception):  # the store that failed may refuse this too
            system.rm_file(path)

    @contextmanager
    def _told(self) -> Iterator[tuple[Any, str]]:
        """Say in a sentence that the store refused; each has exceptions of its own."""
        try:
            yield self._place
        except Exception as error:
            if not isinstance(error, FileNotFoundError):
                log.exception("the store of ledgers refused")
            raise StorageError(
                gettext("存放台账的存储暂时不可用，请稍后重试，或告诉系统管理员")
            ) from error


def exports() -> Storage:
    """Return where ledgers are kept (BANCHENG_EXPORTS)."""
    place = current_app.config["EXPORTS"]
    return Remote(place) if "://" in str(place) else Folder(Path(place))
