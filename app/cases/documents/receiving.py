"""Take a file in: clean its name, write it down as a draft, look at its content, have it scanned.

All of it before anything is written to the database: no lock is held while a scanner thinks.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from app.cases.documents.content import recognise
from app.cases.documents.rules import KIND, KINDS, MOST_FILES, OTHERS, Kind, cleaned, extension_of
from app.cases.documents.scanning import scan
from app.core.errors import DomainError
from app.core.files import Draft, TooLargeError, store
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO


@dataclass(frozen=True)
class Paper:
    """A file that is good, and not yet of any case."""

    name: str
    kind: Kind
    draft: Draft


def receive(files: Iterable[tuple[str, IO[bytes]]]) -> tuple[list[Paper], list[str]]:
    """Take files in, all or none: what is wrong with any of them is told of each."""
    papers: list[Paper] = []
    problems: list[str] = []
    for number, (given, stream) in enumerate(files):
        if number >= MOST_FILES:
            problems.append(gettext("一次最多上传 %(most)d 个文件", most=MOST_FILES))
            break
        try:
            papers.append(_taken(cleaned(given) or gettext("未命名"), stream))
        except DomainError as error:
            problems.append(str(error))
        except OSError:
            current_app.logger.exception("a file could not be written")
            problems.append(gettext("服务器暂时不能保存文件，请联系系统管理员"))
    if problems:
        discard(papers)
        papers = []
    return papers, problems


def discard(papers: Iterable[Paper]) -> None:
    """Forget the drafts of what was not kept."""
    for paper in papers:
        paper.draft.discard()


def _taken(name: str, stream: IO[bytes]) -> Paper:
    most = current_app.config["FILE_LIMIT"]
    try:
        draft = store().receive(stream, most)
    except TooLargeError as error:
        raise DomainError(
            gettext("“%(name)s”超过 %(most)d MB，未保存", name=name, most=most // 2**20)
        ) from error
    with ExitStack() as refused:
        refused.callback(draft.discard)
        kind = _kind(name, draft)
        scan(draft.path, name)
        refused.pop_all()
    return Paper(name, kind, draft)


def _kind(name: str, draft: Draft) -> Kind:
    """Return the type of a draft; raise DomainError when it is not taken, or its name lies."""
    if not draft.size:
        raise DomainError(gettext("“%(name)s”是空文件，未保存", name=name))
    code, extension = recognise(draft.path), extension_of(name)
    kind = KIND.get(code)
    if kind is None:
        raise DomainError(_refusal(name, code))
    if extension not in kind.extensions:
        raise DomainError(
            gettext(
                "“%(name)s”的内容其实是%(what)s，与扩展名不符，未保存。"
                "请核对文件，或把扩展名改为 .%(right)s",
                name=name,
                what=gettext(kind.label),
                right=kind.extensions[0],
            )
        )
    return kind


def _refusal(name: str, code: str) -> str:
    taken = gettext("、").join(kind.code for kind in KINDS)
    if code not in OTHERS:
        return gettext(
            "“%(name)s”不是可以上传的文件类型，未保存。可上传：%(taken)s", name=name, taken=taken
        )
    return gettext(
        "“%(name)s”的内容其实是%(what)s，不能上传，未保存。可上传：%(taken)s",
        name=name,
        what=gettext(OTHERS[code]),
        taken=taken,
    )
