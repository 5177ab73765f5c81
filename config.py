"""Settings, all from the environment. Each is read once, at start, by `settings()`."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import shlex
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
MEGABYTE = 2**20
FILES_AT_ONCE = 5
"""How many files of the largest size one request may bring."""


def settings() -> dict[str, Any]:
    """Return the configuration of the application from the environment."""
    # Where the embedded database and generated keys live.
    instance = Path(os.environ.get("BANCHENG_INSTANCE", ROOT / "instance"))
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{instance / 'bancheng.db'}"
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    embedded = url.startswith("sqlite")
    limit = _megabytes("BANCHENG_FILE_LIMIT", "10", least=1)
    return {
        # SQLite file by default; postgresql://user:password@host/name in production.
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": {} if embedded else {"pool_pre_ping": True},
        "EMBEDDED": embedded,
        "INSTANCE": instance,
        # Signs sessions and tokens; the same on every node.
        "SECRET_KEY": _secret("BANCHENG_SECRET_KEY", instance, embedded=embedded),
        # Encrypts personal data: comma-separated, newest first; the same on every node.
        "DATA_KEY": _secret("BANCHENG_DATA_KEY", instance, embedded=embedded),
        # Where notices go, as Apprise URLs, comma-separated: the first mailto(s):// one mails to
        # people, any other gets every event that somebody is told of.
        "NOTICES": _names(os.environ.get("BANCHENG_NOTICES", "")),
        # The panel's address as people type it, for the links in messages.
        "PANEL_URL": os.environ.get("BANCHENG_URL", "").rstrip("/"),
        # How large a ledger may be that a letter carries, in bytes; larger ones are fetched.
        "MAIL_LIMIT": _megabytes("BANCHENG_MAIL_LIMIT", "5", least=0),
        # Where ledgers are kept: a folder, or a URL that fsspec knows, as s3://bucket/path.
        "EXPORTS": _place(os.environ.get("BANCHENG_EXPORTS", "") or str(ROOT / "exports")),
        # redis://… of the broker whose workers make ledgers; empty: a thread makes them.
        "BROKER_URL": os.environ.get("BANCHENG_BROKER_URL", ""),
        # The folder that the files of cases are kept in; the same on every node.
        "FILES": Path(os.environ.get("BANCHENG_FILES", instance / "files")).absolute(),
        # How large one file of a case may be, in MB.
        "FILE_LIMIT": limit,
        # What one request may bring: a few files at once.
        "MAX_CONTENT_LENGTH": max(16 * MEGABYTE, FILES_AT_ONCE * limit + MEGABYTE),
        # The command of a virus scanner, {file} in it: 0 clean, 1 infected; empty: none is asked.
        "SCAN": _command(os.environ.get("BANCHENG_SCAN", "")),
        # zh or en: the language before a person chooses, and of the command line.
        "BABEL_DEFAULT_LOCALE": os.environ.get("BANCHENG_LOCALE", "zh"),
        # 1 when every request comes through HTTPS: cookies are then sent over it alone.
        "SESSION_COOKIE_SECURE": os.environ.get("BANCHENG_HTTPS", "") == "1",
        # Host names that the panel answers to, comma-separated; empty: any.
        "TRUSTED_HOSTS": _names(os.environ.get("BANCHENG_HOSTS", "")) or None,
        # How many log-ins one address may try.
        "AUTH_RATE_LIMIT": os.environ.get("BANCHENG_LOGIN_LIMIT", "10 per minute"),
        # How often one address, or anybody about one case, may look up progress without a log-in.
        "PROGRESS_LIMIT": os.environ.get("BANCHENG_PROGRESS_LIMIT", "10 per minute"),
        # How often one address may read the public pages of the rules.
        "PUBLIC_LIMIT": os.environ.get("BANCHENG_PUBLIC_LIMIT", "60 per minute"),
        # The address at which the public reaches the panel, https://…; empty: that of the request.
        "PUBLIC_URL": os.environ.get("BANCHENG_PUBLIC_URL", "").rstrip("/"),
        # Where log-in attempts are counted; redis://… when several processes serve.
        "RATELIMIT_STORAGE_URI": os.environ.get("BANCHENG_LIMIT_STORAGE", "memory://"),
    }


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _place(text: str) -> Path | str:
    return text.rstrip("/") if "://" in text else Path(text)


def _megabytes(name: str, usual: str, *, least: int) -> int:
    """Read a number of MB from the environment; return as many bytes."""
    text = os.environ.get(name, usual)
    if text.isdecimal() and least <= int(text) <= 1024:  # noqa: PLR2004 - a film, and no end to it
        return int(text) * MEGABYTE
    msg = f"{name}: a whole number of MB from {least} to 1024 is needed, not {text!r}"
    raise SystemExit(msg)


def _command(text: str) -> list[str]:
    """Split a command into its words; a command that names no file is given it at the end."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        msg = f"BANCHENG_SCAN: {error}"
        raise SystemExit(msg) from error
    return words if not words or "{file}" in text else [*words, "{file}"]


def _secret(name: str, instance: Path, *, embedded: bool) -> str:
    """Read a key from the environment; on the embedded database make one and keep it."""
    if value := os.environ.get(name):
        return value
    if not embedded:
        msg = f"{name} must be set when DATABASE_URL names a server: every node needs the same key"
        raise SystemExit(msg)
    path = instance / name.lower()
    if not path.exists():
        _keep(path, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return path.read_text().strip()


def _keep(path: Path, text: str) -> None:
    """Write a private file whole or not at all; of several processes, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
