"""The guide, drawn: its pages by their headings, its links and pictures led to where they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

import config

FOLDER = config.ROOT / "docs" / "user-guide"
INDEX = "README"
ADDRESS = "/guide/"


@dataclass(frozen=True)
class Part:
    """What stands under one heading of a page; the heading of the first is the page's own."""

    heading: str
    html: Markup


def pages() -> frozenset[str]:
    """Return the names of the pages that there are."""
    return frozenset(path.stem for path in FOLDER.glob("*.md"))


def part_of(place: str) -> Part | None:
    """Return the part that `page#heading` names, None when there is none."""
    page, _, heading = place.partition("#")
    return next((it for it in parts(page)[1:] if it.heading == heading), None)


@cache
def parts(page: str) -> tuple[Part, ...]:
    """Return a page of the guide as parts; no part when there is no such page."""
    if page not in pages():
        return ()
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((FOLDER / f"{page}.md").read_text(encoding="utf-8"))
    starts = [at for at, it in enumerate(tokens) if it.type == "heading_open" and it.tag <= "h2"]
    found = []
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        body = tokens[start + 3 : end]
        _lead(body)
        html = parser.renderer.render(body, parser.options, {})
        found.append(Part(tokens[start + 1].content, Markup(html)))  # noqa: S704 - HTML is off
    return tuple(found)


def _lead(tokens: list[Token]) -> None:
    """Lead links to pages of the guide and pictures to their addresses; let go of other links."""
    for token in tokens:
        token.attrs.pop("style", None)  # of columns; no page of ours has styles of its own
        if token.type == "link_open":
            page = str(token.attrs["href"]).removesuffix(".md")
            if page in pages():
                token.attrs["href"] = ADDRESS if page == INDEX else f"{ADDRESS}{page}"
            else:
                token.attrs.pop("href")
        if token.children:
            _lead(token.children)
            kept = (it for it in token.children if it.type != "softbreak")  # Chinese has no blanks
            token.children = [it for child in kept for it in _enlarged(child)]


def _enlarged(token: Token) -> list[Token]:
    """Return a picture inside a link to itself, as large as it is; anything else as it is."""
    if token.type != "image":
        return [token]
    address = f"{ADDRESS}{token.attrs['src']}"
    token.attrs |= {"src": address, "loading": "lazy"}
    link = Token("link_open", "a", 1, attrs={"href": address, "aria-label": token.content})
    return [link, token, Token("link_close", "a", -1)]
