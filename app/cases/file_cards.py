"""What the case page shows of files and of linked cases; how the timeline tells of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cases.documents.operations import removable, why_not_add
from app.cases.documents.queries import files_of
from app.cases.documents.rules import BY_MEDIA_TYPE, in_words
from app.cases.queries import case_numbered, linked
from app.core.crud.present import local
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.cases.documents.models import Attachment
    from app.cases.models import Case
    from app.core.scope import Person


@dataclass(frozen=True)
class PaperLine:
    """One file, as the card shows it."""

    name: str
    url: str
    preview_url: str
    remove_url: str
    about: str
    by: str
    removed: str


@dataclass(frozen=True)
class LinkedLine:
    """One linked case, as the card shows it."""

    number: str
    url: str
    matter: str
    status: str


def cards(case: Case, actor: Person) -> dict[str, Any]:
    """Return the cards of files and of linked cases."""
    files = files_of(case, actor)
    own = removable(case, files, actor)
    return {
        "papers": [_line(row, case, own=row in own) for row in files],
        "add_paper_url": "" if why_not_add(case, actor) else f"/cases/{case.id}/attachments",
        "linked": [
            LinkedLine(it.number, f"/cases/show/{it.id}", it.matter, gettext(it.status.label))
            for it in linked(case)
        ],
    }


def _line(row: Attachment, case: Case, *, own: bool) -> PaperLine:
    kind = BY_MEDIA_TYPE.get(row.media_type)
    url, zone = f"/attachments/{row.id}", case.hall.timezone
    about = [row.purpose.label, kind.label if kind else row.media_type]
    removed = ""
    if row.removed_at is not None:
        removed = gettext(
            "%(who)s 于 %(when)s 移除：%(why)s",
            who=row.removed_by,
            when=f"{local(row.removed_at, zone):%Y-%m-%d %H:%M}",
            why=row.removed_reason,
        )
    return PaperLine(
        row.name,
        url,
        f"{url}?inline=1" if kind is not None and kind.shown else "",
        f"{url}/remove" if own else "",
        " · ".join([*map(gettext, about), in_words(row.size)]),
        f"{row.uploaded_by} {local(row.uploaded_at, zone):%Y-%m-%d %H:%M}",
        removed,
    )


def _told_file(told: Mapping[str, Any]) -> str:
    """Tell of a file: its name and size, the beginning of its SHA-256, and why it was removed."""
    text = gettext(
        "%(name)s（%(size)s，SHA-256 %(sha256)s…）",
        name=told["name"],
        size=in_words(told["size"]),
        sha256=told["sha256"][:12],
    )
    return gettext("；").join([text, told["reason"]]) if told.get("reason") else text


def _told_link(told: Mapping[str, Any]) -> str:
    """Tell of a linked case by its number, if the reader may see that case at all."""
    seen = case_numbered(told["other"]) is not None
    number = told["other"] if seen else gettext("另一事项")
    return gettext("；").join([number, told["why"]]) if told.get("why") else str(number)


TOLD: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "attached": _told_file,
    "attachment_removed": _told_file,
    "linked": _told_link,
}
"""How the timeline tells of these kinds of event."""
