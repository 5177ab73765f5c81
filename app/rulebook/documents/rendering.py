"""Draw simple text: paragraphs, headings, lists, tables, emphasis; no HTML, no links."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

KNOWN = ("heading", "list", "table", "hr", "emphasis", "escape", "newline")
DEEPEST = 6


def drawn(text: str, *, below: int = 1) -> Markup:
    """Return simple text as HTML; its headings stand `below` so many levels of the page's own."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(DEEPEST, int(token.tag[1:]) + below)}"
        token.attrs.pop("style", None)  # of columns; no page of ours has styles of its own
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - HTML is off


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False, "breaks": True}).enable(list(KNOWN))
