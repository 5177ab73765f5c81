"""What goes onto paper: notices, replies and files of a case; and the look-up of its progress.

Change here: which paper is offered when (`offers`), what stands in it (`contents` and
templates/papers), how its type is fitted to the page (`rules`), who may look up what (`queries`),
which rules a case cites (`citations`).
The papers are Chinese in every language of the panel: they are documents of a Chinese authority.
"""

from __future__ import annotations

from typing import Any

from app.cases import casepage
from app.papers import citations
from app.papers.offers import papers_of
from app.papers.views import PaperView, ProgressView

__all__ = ["papers_of", "register"]


def register(appbuilder: Any) -> None:
    """Register the papers, the public look-up, and the buttons on the page of a case."""
    appbuilder.add_view_no_menu(PaperView)
    appbuilder.add_view_no_menu(ProgressView)
    if papers_of not in casepage.PAPERS:
        casepage.PAPERS.append(papers_of)
        casepage.CARDS.append(citations.card)
