"""Help beside each screen: every screen has one that exists, and it says what the guide says."""

from __future__ import annotations

import pytest
from lxml import html

from app.core.panel import entities
from app.panel.help import guide
from app.panel.help.places import PLACES, parts_of
from app.panel.menu import MENU
from tests.core.screens import tree

ENTRIES = [url for _, entries in MENU for _, url, *_ in entries]


@pytest.mark.parametrize("url", ENTRIES)
def test_every_entry_of_the_menu_has_help_of_its_own(url):
    path, _, tab = url.partition("?tab=")
    assert parts_of(path, tab)
    assert not tab or f"{path.rstrip('/')}?tab={tab}" in PLACES


def test_every_part_that_is_named_stands_in_the_guide():
    named = {place for places in PLACES.values() for place in places}
    assert [place for place in sorted(named) if guide.part_of(place) is None] == []


def test_every_entity_has_help_and_a_form_has_that_of_its_list():
    codes = {model.__panel__.code for model in entities()} - {"of-tests"}
    assert [code for code in sorted(codes) if not parts_of(f"/{code}/edit/1")] == []
    assert parts_of("/halls/edit/1") == parts_of("/halls/list/") == PLACES["/halls"]
    assert parts_of("/nowhere/else") == ()


def test_the_guide_is_drawn_with_its_pictures_and_without_links_that_lead_out():
    for page in sorted(guide.pages()):
        drawn = html.fromstring("".join(f"<div>{it.html}</div>" for it in guide.parts(page)))
        pictures = drawn.xpath("//img/@src")
        assert all((guide.FOLDER / src.removeprefix("/guide/")).is_file() for src in pictures)
        assert page == guide.INDEX or pictures
        hrefs = set(drawn.xpath("//a/@href"))
        assert all(href.startswith("/guide/") for href in hrefs), hrefs
        assert not drawn.xpath("//@style")
    assert guide.parts("../decisions/README") == ()


def test_a_screen_leads_to_its_help_and_the_help_to_the_whole_guide(demo, login):
    client = login(demo, "clerk.linqing")
    [link] = tree(client.get("/cases/list/?tab=overdue")).xpath("//main//a[@data-help]")
    assert link.get("href") == "/help?path=/cases/list/&tab=overdue"
    beside = client.get(link.get("href") + "&beside=1")
    assert "<html" not in beside.text
    assert tree(beside).xpath("//section[@lang='zh-CN']/h3/text()")[0] == "督办与追责"
    alone = client.get(link.get("href"))
    assert tree(alone).xpath("//main//h2/text()")[0] == "督办与追责"
    assert tree(alone).xpath("//main//a[@href='/guide/']")
    assert client.get("/guide/linqing").status_code == 200
    picture = client.get("/guide/images/linqing-1-roster.webp")
    assert (picture.status_code, picture.mimetype) == (200, "image/webp")
    assert client.get("/guide/nothing").status_code == 404
    assert client.get("/guide/images/..%2Flinqing.md").status_code == 404


def test_who_reads_english_is_told_that_the_guide_is_chinese(demo, login):
    client = login(demo, "clerk.linqing")
    client.get("/lang/en")
    for address in ("/help?path=/&beside=1", "/help?path=/", "/guide/"):
        answer = client.get(address)
        assert "The guide is in Chinese" in answer.text, address
        left = tree(answer).xpath("//*[contains(@class, 'guide')][h2 or h3]/@lang")
        assert set(left) == {"zh-CN"}


def test_nobody_is_helped_before_the_log_in(demo):
    for address in ("/help?path=/", "/guide/", "/guide/images/linqing-1-roster.webp"):
        assert demo.test_client().get(address).location == "/login/", address
