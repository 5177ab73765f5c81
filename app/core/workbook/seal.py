"""The seal of a workbook: what it takes to say later whether a cell was changed, and which one.

While rows are written, 64 bits of each row's SHA-256 and 16 bits of each cell's CRC-32 are noted.
In the end they are encrypted (AES-256-GCM) together with the titles, the cover and what else is to
be known, and put into a hidden sheet, which office programs keep. Without the key nobody can make
another seal, nor guess from it what a deleted cell said. The key of a file comes from its content,
so that the same workbook has the same seal (docs/decisions/0015).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import tempfile
from array import array
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any
from zlib import crc32

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.errors import DomainError
from app.core.language import gettext
from app.core.workbook.errors import told_plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.core.workbook.body import Batch

FORMAT = "bancheng-seal-1"
SHEET = "封签"
ROW_BYTES, TAG_BYTES = 8, 2
PIECE = 6_000
"""Bytes to a cell of the hidden sheet: 8,024 characters, well below Excel's limit."""
_HEAD = struct.Struct("<HH")
_LENGTH = struct.Struct("<I")
_LAST, _MORE = b"last", b""


@dataclass(frozen=True)
class Noted:
    """A sealed row: the start of its SHA-256, and the tags of its cells."""

    digest: bytes
    tags: tuple[int, ...]


class Notes:
    """What is noted of rows while they are written; kept on disk, for there may be a million."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` does

    def add(self, batch: Batch) -> None:
        """Note some rows."""
        noted = [
            _HEAD.pack(len(batch.rows), len(batch.columns)),
            *map(row_digest, batch.rows),
            *map(_tags, batch.columns),
        ]
        with told_plainly():
            self._file.write(b"".join(noted))

    def sealed(self, facts: Mapping[str, Any], keys: Mapping[str, bytes]) -> Iterator[str]:
        """Yield the texts of the hidden sheet: which key, then the pieces; the newest key seals."""
        told = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
        start = _LENGTH.pack(len(told)) + told
        self._file.seek(0)
        digest = hashlib.sha256(start)
        while piece := self._file.read(PIECE):
            digest.update(piece)
        identity, master = next(iter(keys.items()))
        salt = hmac.digest(master, digest.digest(), "sha256")[:16]
        yield f"{FORMAT} {identity} {salt.hex()}"
        self._file.seek(0)
        cipher = AESGCM(_key(master, salt))
        pieces = _in_pieces(chain([start], iter(lambda: self._file.read(PIECE), b"")))
        for number, (piece, last) in enumerate(pieces):
            sealed = cipher.encrypt(_nonce(number), piece, _LAST if last else _MORE)
            yield base64.b64encode(sealed).decode()

    def close(self) -> None:
        """Forget everything."""
        self._file.close()


def opened(
    texts: Iterable[str], keys: Mapping[str, bytes]
) -> tuple[dict[str, Any], Iterator[Noted]]:
    """Open a seal: what is to be known of the workbook, and its rows one by one.

    DomainError when no key of ours made it, or it was tampered with; for the rows, on the way.
    """
    told = iter(texts)
    name, identity, salt = (*next(told, "").split(" "), "", "", "")[:3]
    if name != FORMAT or identity not in keys:
        raise DomainError(gettext("封签不是用本系统的数据密钥加的"))
    stream = _Stream(_decrypted(told, _key(keys[identity], _salt(salt))))
    facts: dict[str, Any] = json.loads(stream.take(_LENGTH.unpack(stream.take(_LENGTH.size))[0]))
    return facts, _noted(stream)


def row_digest(line: bytes) -> bytes:
    """Return what is noted of a row."""
    return hashlib.sha256(line).digest()[:ROW_BYTES]


def tag(cell: bytes) -> int:
    """Return what is noted of a cell."""
    return crc32(cell) & 0xFFFF


def _tags(cells: Sequence[bytes]) -> bytes:
    """Return the tags of a column's cells, as `tag` does of one, two bytes each."""
    whole = array("H", struct.pack(f"<{len(cells)}I", *map(crc32, cells)))
    return whole[::2].tobytes()  # the lower halves


class _Stream:
    """Bytes that come in pieces, taken in other pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def take(self, size: int) -> bytes:
        """Return the next bytes; fewer at the end."""
        parts = [self._rest]
        have = len(self._rest)
        while have < size and (piece := next(self._pieces, b"")):
            parts.append(piece)
            have += len(piece)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]


def _noted(stream: _Stream) -> Iterator[Noted]:
    while head := stream.take(_HEAD.size):
        rows, columns = _HEAD.unpack(head)
        digests = stream.take(rows * ROW_BYTES)
        tags: Sequence[array[int]] = [
            array("H", stream.take(rows * TAG_BYTES)) for _ in range(columns)
        ]
        for at, cells in enumerate(zip(*tags, strict=True)):
            yield Noted(digests[at * ROW_BYTES : (at + 1) * ROW_BYTES], cells)


def _decrypted(texts: Iterator[str], key: bytes) -> Iterator[bytes]:
    """Yield the pieces of a seal; DomainError at one that is missing or not as it was."""
    cipher = AESGCM(key)
    number, text = 0, next(texts, "")
    while True:
        ahead = next(texts, "")
        try:
            sealed = base64.b64decode(text, validate=True)
            piece = cipher.decrypt(_nonce(number), sealed, _MORE if ahead else _LAST)
        except (InvalidTag, ValueError) as error:
            raise DomainError(gettext("封签已被改动")) from error
        yield piece
        if not ahead:
            return
        number, text = number + 1, ahead


def _in_pieces(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut bytes into pieces of one size, and say which is the last."""
    stream = _Stream(iter(parts))
    piece = stream.take(PIECE)
    while piece:
        ahead = stream.take(PIECE)
        yield piece, not ahead
        piece = ahead


def _key(master: bytes, salt: bytes) -> bytes:
    return hmac.digest(master, b"seal" + salt, "sha256")


def _salt(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise DomainError(gettext("封签已被改动")) from error


def _nonce(number: int) -> bytes:
    """Return the number of a piece: each file has its own key, so that no nonce is used twice."""
    return number.to_bytes(12, "big")
