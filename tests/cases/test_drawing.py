"""The drawing of the table of moves says what the table says, in the panel and in the docs."""

from __future__ import annotations

from pathlib import Path

from app.cases import drawing
from app.cases.moves import EVERY, MOVES
from app.cases.rules import Status
from tests.core import screens

ROOT = Path(__file__).parent.parent.parent


def test_the_document_is_made_from_the_table():
    assert (ROOT / "docs" / "moves.md").read_text() == drawing.markdown()


def test_every_state_has_a_place_of_its_own():
    assert set(drawing.PLACES) == set(Status)
    assert len(set(drawing.PLACES.values())) == len(Status)


def test_every_change_of_state_is_an_arrow():
    drawn = {(source, target): steps for (source, target), steps in drawing.edges().items()}
    told = {
        (source, step.target, step.verb)
        for step in EVERY
        if step.target is not None
        for source in step.sources
    }
    assert {(*pair, step.verb) for pair, steps in drawn.items() for step in steps} == told


def test_the_page_shows_each_move_and_each_state(clerk):
    answer = clerk.get("/cases/moves")
    assert answer.status_code == 200
    said = screens.text_of(answer)
    for status in Status:
        assert str(status.label) in said, status
    for step in MOVES:
        assert step.label.partition("\x04")[2] in said, step.verb
