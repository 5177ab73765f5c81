"""Keep personal data encrypted at rest, findable by equality, and masked on the way out.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the stored text is
`<key id>.<base64 of nonce and ciphertext>`, so that an older key still opens what it closed. The
blind index is HMAC-SHA-256 over the normalised value; its key comes from
the oldest data key, so that it survives a rotation.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from app.core.errors import DomainError
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True)
class Keyring:
    """The data keys, newest first: the newest closes, each of them opens."""

    keys: Sequence[bytes]

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read comma-separated URL-safe base64 keys of 32 bytes; raise ValueError for others."""
        try:
            keys = [base64.urlsafe_b64decode(part) for part in text.split(",") if part.strip()]
        except ValueError as error:
            msg = "BANCHENG_DATA_KEY: not base64"
            raise ValueError(msg) from error
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            msg = "BANCHENG_DATA_KEY: every key must be 32 bytes in URL-safe base64"
            raise ValueError(msg)
        return cls(keys)

    def close(self, text: str) -> str:
        """Encrypt a text with the newest key."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.keys[0]).encrypt(nonce, text.encode(), None)
        return f"{_key_id(self.keys[0])}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, stored: str) -> str:
        """Decrypt what any of the keys closed; raise DomainError when none of them did."""
        identity, _, payload = stored.partition(".")
        cipher = self._ciphers.get(identity)
        with contextlib.suppress(InvalidTag, ValueError):  # tampered with, or cut off
            if cipher is not None:
                sealed = base64.b64decode(payload)
                return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()
        raise DomainError(gettext("无法解密个人信息：数据密钥不符，请联系系统管理员"))

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        """Keep what opens with each key: a ledger opens a hundred thousand numbers."""
        return {_key_id(key): AESGCM(key) for key in self.keys}

    def derived(self, purpose: str) -> dict[str, bytes]:
        """Return keys for another purpose, by the ids of those they come from, newest first."""
        return {
            _key_id(key): hmac.digest(key, f"bancheng {purpose}".encode(), "sha256")
            for key in self.keys
        }

    def index(self, text: str) -> str:
        """Return the blind index of a value: equal values, equal indexes; nothing else shows."""
        key = hashlib.sha256(b"bancheng blind index" + self.keys[-1]).digest()
        return hmac.new(key, normalised(text).encode(), hashlib.sha256).hexdigest()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]


def keyring() -> Keyring:
    """Return the keyring of the running application."""
    ring: Keyring = current_app.extensions["keyring"]
    return ring


def seal_keys() -> dict[str, bytes]:
    """Return the keys that seal workbooks: the newest seals, each of them opens."""
    return keyring().derived("seal")


def normalised(text: str) -> str:
    """Strip what people put between the digits of a number."""
    return re.sub(r"[\s\-()（）]+", "", text).upper()


class Secret(TypeDecorator[str]):
    """A text that the database only ever sees encrypted."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Encrypt on the way in; an empty text is kept as NULL."""
        return keyring().close(value) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Decrypt on the way out."""
        return keyring().open(value) if value else None


LONGEST_NAME = 8


def mask_name(text: str) -> str:
    """Keep the family name: 王** ; a company keeps its first four and last two characters.

    What is short enough for somebody's name, or has the dot of one, is masked as one. A company's
    that is masked already stays so.
    """
    if len(text) == LONGEST_NAME and text[4:6] == "**":
        return text
    if len(text) > LONGEST_NAME and "·" not in text:
        return f"{text[:4]}**{text[-2:]}"
    return text[:1] + "**" if text else ""


def mask_phone(text: str) -> str:
    """Keep three digits in front and four behind: 138****2046."""
    if len(text) < 8:  # noqa: PLR2004 - too short to keep seven of its digits
        return "*" * len(text)
    return f"{text[:3]}****{text[-4:]}"


def mask_id_number(text: str) -> str:
    """Keep one character at each end of an identity number."""
    return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}" if len(text) > 1 else "*" * len(text)


def mask_address(text: str) -> str:
    """Keep the first six characters, which name the county."""
    return f"{text[:6]}****" if text else ""


def mask_url(text: str) -> str:
    """Keep the scheme: what follows it holds passwords and keys."""
    return f"{text.partition('://')[0]}://****" if "://" in text else "****" if text else ""


MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "phone": mask_phone,
    "id_number": mask_id_number,
    "address": mask_address,
    "url": mask_url,
}


def masked(kind: str, text: str | None) -> str:
    """Return a value as a person who need not know it sees it."""
    return MASKS[kind](text) if text else ""
