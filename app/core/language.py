"""Translate the interface: Chinese is the source, catalogues in app/translations add the rest.

Labels that are data are marked with `N_` where they are written and translated with `gettext`
where they are shown, so that pure modules need nothing but this one function.
"""

from __future__ import annotations

import gettext as catalogues
import os
from functools import cache
from pathlib import Path

import flask_babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import current_app, has_app_context

from app.core.words import N_

__all__ = ["N_", "gettext", "ngettext"]

CONTEXT = "\x04"
"""Stands between a message's context and the message, in marked words and in catalogues."""

TRANSLATIONS = Path(__file__).parent.parent / "translations"


def gettext(message: str, **variables: object) -> str:
    """Translate a message into the reader's language and fill in its %(name)s variables."""
    if _in_panel():
        text = str(flask_babel.gettext(message, **variables)) if message else ""
    else:
        text = _console().gettext(message) if message else ""
        text = text % variables if variables else text
    return text.removeprefix("".join(message.rpartition(CONTEXT)[:2]))


def _in_panel() -> bool:
    """Say whether a reader's language can be asked for, or only the command's."""
    return has_app_context() and "babel" in current_app.extensions


def ngettext(singular: str, plural: str, num: int, **variables: object) -> str:
    """Translate a message with a count; %(num)d is the count itself."""
    if _in_panel():
        return str(flask_babel.ngettext(singular, plural, num, **variables))
    return _console().ngettext(singular, plural, num) % {"num": num, **variables}


def console() -> None:
    """Let a command speak: compile the catalogues, and give them to what else asks gettext."""
    compile_catalogues()
    os.environ["LANGUAGE"] = os.environ.get("BANCHENG_LOCALE", "zh")
    catalogues.bindtextdomain("messages", str(TRANSLATIONS))


@cache
def _console() -> catalogues.NullTranslations:
    """Find the catalogue of a command that runs outside the application."""
    locale = os.environ.get("BANCHENG_LOCALE", "zh")
    return catalogues.translation("messages", TRANSLATIONS, [locale], fallback=True)


def compile_catalogues() -> None:
    """Compile catalogues that are newer than their compiled form; of several processes, any one."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        with draft.open("wb") as out:
            write_mo(out, catalogue)
        draft.replace(target)


@cache
def wordings(message: str) -> tuple[str, ...]:
    """Return a message in every language of the interface, without its context: Chinese first."""
    context, _, plain = message.rpartition(CONTEXT)
    found = [plain]
    for folder in sorted(TRANSLATIONS.glob("*/LC_MESSAGES")):
        locale = catalogues.translation(
            "messages", TRANSLATIONS, [folder.parent.name], fallback=True
        )
        text = locale.pgettext(context, plain) if context else locale.gettext(plain)
        found.append(text)
    return tuple(dict.fromkeys(found))
