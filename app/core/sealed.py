"""A sealed file: a zip of parts, with a manifest of their SHA-256 and one hash over the manifest.

Written piece by piece and checked piece by piece, so that memory stays flat; checked without a
database, the chain of the timeline inside included. Whoever changes a part and the manifest alike
makes another seal: it is compared with the one that was told when the file was made.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from app.core.chain import LINE, PROBLEMS, Walk, walk_case
from app.core.errors import DomainError
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import IO

MANIFEST = "manifest.json"
TIMELINE = "timeline.jsonl"
TOLD = ("causes", "links", "appeals", "referrals", "owners", "responsibilities")
"""What a file tells in words, each a part of its own."""
FORMAT = "bancheng-sealed-2"


def told_part(name: str) -> str:
    """Return under which name a part stands that tells something in words."""
    return f"told/{name}.json"


NEEDED = {"bancheng-sealed-1": (TIMELINE,), FORMAT: (TIMELINE, *map(told_part, TOLD))}
"""Format that is read → the parts that every file of it has."""
CHUNK = 256 * 1024
MOST_MANIFEST = 16 * 1024 * 1024
MOST_LINE = 16 * 1024 * 1024
"""Characters of one event at most: no line is read without a bound."""

_UNREADABLE = (
    BadZipFile, EOFError, KeyError, LargeZipFile, NotImplementedError, OSError, RuntimeError,
    TypeError, UnicodeDecodeError, ValueError, zlib.error,
)  # fmt: skip
"""What a damaged file, or one that is no sealed file, makes the libraries raise."""


@dataclass(frozen=True)
class Part:
    """One file inside: its name, its bytes piece by piece, and whether it is worth packing."""

    name: str
    pieces: Iterable[bytes]
    packed: bool = True


@dataclass(frozen=True)
class Head:
    """Where the chain of the case's timeline ended when it was sealed."""

    case: str
    sequence: int
    hash: str


@dataclass(frozen=True)
class Checked:
    """What a whole sealed file holds."""

    case: str
    name: str
    seal: str
    sha256: str
    files: int
    events: int


# --- write ---------------------------------------------------------------------------------------


def write(out: IO[bytes], name: str, head: Head, parts: Iterable[Part], *, now: datetime) -> str:
    """Write a sealed file of a name into an open file; return its seal."""
    day = now.timetuple()[:6]
    with ZipFile(out, "w", allowZip64=True) as archive:
        files = [_add(archive, part, day) for part in parts]
        manifest = {
            "format": FORMAT,
            "name": name,
            "sealed_at": now.isoformat(),
            "timeline": {"case": head.case, "sequence": head.sequence, "hash": head.hash},
            "files": files,
        }
        seal = seal_of(manifest)
        text = json.dumps({**manifest, "seal": seal}, ensure_ascii=False, indent=1)
        archive.writestr(_info(MANIFEST, day), text.encode(), ZIP_DEFLATED)
    return seal


def _add(archive: ZipFile, part: Part, day: Any) -> dict[str, Any]:
    """Write a part; return its line of the manifest."""
    info = _info(part.name, day)
    info.compress_type = ZIP_DEFLATED if part.packed else ZIP_STORED
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as target:
        for piece in part.pieces:
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return {"name": part.name, "size": size, "sha256": digest.hexdigest()}


def _info(name: str, day: Any) -> ZipInfo:
    info = ZipInfo(name, day)
    info.external_attr = 0o600 << 16
    return info


def seal_of(manifest: dict[str, Any]) -> str:
    """Return the one hash over a manifest, whatever the order in which it is written."""
    told = {name: value for name, value in manifest.items() if name != "seal"}
    line = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


# --- check ---------------------------------------------------------------------------------------


def check(path: Path, seal: str = "") -> Checked:
    """Check a sealed file from what is in it alone; `seal` is what was told of it, if known.

    Raises DomainError, which names the first part or event that is not as it was sealed.
    """
    try:
        with path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest()
        with ZipFile(path) as archive:
            manifest = _manifest(archive)
            _same_files(archive, manifest)
            head = Head(**manifest["timeline"])
            events = _follow(archive, head)
    except _UNREADABLE as error:
        raise DomainError(gettext("这个文件不是密封卷宗，或者已经损坏")) from error
    if seal and seal.strip().lower() not in {manifest["seal"], whole}:
        raise DomainError(gettext("封签不符：文件的封签是 %(seal)s", seal=manifest["seal"]))
    return Checked(
        head.case, manifest["name"], manifest["seal"], whole, len(manifest["files"]), events
    )


def _manifest(archive: ZipFile) -> dict[str, Any]:
    if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise ValueError(MANIFEST)
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if manifest["format"] not in NEEDED:
        raise ValueError(manifest["format"])
    if seal_of(manifest) != manifest["seal"]:
        raise DomainError(gettext("清单被改动，与封签不符"))
    return manifest


def _same_files(archive: ZipFile, manifest: dict[str, Any]) -> None:
    """Check that exactly the files of the manifest are there, each with its size and SHA-256."""
    told = {line["name"]: line for line in manifest["files"]}
    there = [info.filename for info in archive.infolist()]
    for name in (*told, *NEEDED[manifest["format"]]):
        if name not in there:
            raise DomainError(gettext("%(name)s：缺失", name=name))
    for name in there:
        if there.count(name) > 1 or (name not in told and name != MANIFEST):
            raise DomainError(gettext("%(name)s：不在清单中，系另行加入", name=name))
    for name, line in told.items():
        digest, size = hashlib.sha256(), 0
        try:
            with archive.open(name) as part:
                while size <= line["size"] and (piece := part.read(CHUNK)):
                    digest.update(piece)
                    size += len(piece)
        except (BadZipFile, EOFError, zlib.error) as error:
            raise DomainError(gettext("%(name)s：内容被改动", name=name)) from error
        if (size, digest.hexdigest()) != (line["size"], line["sha256"]):
            raise DomainError(gettext("%(name)s：内容被改动", name=name))


def _follow(archive: ZipFile, head: Head) -> int:
    """Follow the chain of the timeline inside; return how many events it has."""
    walk = Walk()
    with archive.open(TIMELINE) as lines:
        broken = walk_case(_links(lines, head), walk)
    if broken is not None:
        raise DomainError(
            gettext(
                "%(case)s 第 %(sequence)d 条：%(problem)s",
                case=broken.case or head.case,
                sequence=broken.sequence,
                problem=gettext(PROBLEMS[broken.problem]),
            )
        )
    if walk.events != head.sequence:
        raise DomainError(gettext("%(name)s：内容被改动", name=TIMELINE))
    return walk.events


def _links(lines: IO[bytes], head: Head) -> Iterator[Any]:
    """Read the events of a chain as the walk takes them."""
    while line := lines.readline(MOST_LINE):
        told = json.loads(line)
        said = [str(text) for text in told["said"]]
        if len(said) != len(LINE["sqlite"]) or said[2] != head.case:
            raise ValueError(TIMELINE)
        yield SimpleNamespace(
            id=said[3],
            number=head.case,
            head=head.sequence,
            head_hash=head.hash,
            sequence=int(said[3]),
            previous=said[0],
            hash=told["hash"],
            _mapping={f"said_{place}": text for place, text in enumerate(said)},
        )
