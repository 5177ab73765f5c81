"""The interface in two languages: each whole, and each in its own words."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from string import Formatter

import config
import pytest
from app.cases.rules import MOVES
from app.core import language, scope
from app.core.db import db
from app.core.panel import attributes, entities
from app.core.privacy import masked
from app.core.timeline import KINDS, Event
from app.core.words import N_, Choice
from app.deadlines.models import Deadline
from app.panel.menu import MENU
from app.panel.web import SENTENCES
from app.scheduler import JOBS
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from flask_babel import force_locale
from flask_wtf import FlaskForm
from lxml import html
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
SIGNS = re.compile(r"[\u3000-\u303f\uff00-\uffef]+")
MARKERS = {"gettext", "ngettext", "N_", "_", "CalendarError"}
DATA = {
    "、", "系统", "简体中文", "微软雅黑", "班", "休", "放假", "农历除夕",
}  # fmt: skip
"""Chinese in the code that is no text of the interface: what files and libraries say, names."""


# --- the catalogues --------------------------------------------------------------------------


def catalogue(locale):
    path = language.TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return {(m.context, one_of(m)): m for m in read_po(file, locale=locale) if m.id}


def one_of(message):
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)


def places(text):
    named = re.findall(r"%\((\w+)\)", text)
    braced = [name for _, name, _, _ in Formatter().parse(text) if name] if "{" in text else []
    return set(named) | set(braced)


@pytest.fixture(scope="module")
def english():
    return catalogue("en")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """What `make messages` finds in the code and the templates."""
    target = tmp_path_factory.mktemp("messages") / "messages.pot"
    CommandLineInterface().run([
        "pybabel", "-q", "extract", "-F", str(config.ROOT / "pyproject.toml"),
        "-o", str(target), str(config.ROOT),
    ])  # fmt: skip
    with target.open("rb") as file:
        return {(m.context, one_of(m)) for m in read_po(file) if m.id}


def test_every_text_is_in_the_english_catalogue_and_nothing_else_is(english, extracted):
    assert extracted - english.keys() == set(), "run: make messages"
    assert english.keys() - extracted == set(), "run: make messages"


def test_every_english_text_is_there_and_is_english(english):
    for key, message in english.items():
        assert not message.fuzzy, key
        assert all(text for text in texts(message)), key
        assert not any(CHINESE.search(text) for text in texts(message)), key


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_translation_has_the_variables_of_its_original(locale):
    for key, message in catalogue(locale).items():
        original = message.id if isinstance(message.id, str) else message.id[-1]
        for text in texts(message):
            assert places(text) == places(original), key


def test_every_chinese_text_in_the_code_is_marked_for_translation(english):
    """Also what an extractor overlooks: a text inside an f-string or another marked call."""
    ids = {text for _, text in english}
    for path in [config.ROOT / "run.py", *sorted((config.ROOT / "app").rglob("*.py"))]:
        if "demo" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for text in unmarked(tree):
            told = text in ids and not SIGNS.fullmatch(text)
            assert told or text in DATA or text.startswith(("(?P", "[\\s")), (path.name, text)


def unmarked(tree):
    """Chinese literals that are neither docstrings nor given to a marker at once."""
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            passed.add(id(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKERS:
            passed.update(map(id, node.args))
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and id(node) not in passed and CHINESE.search(node.value)]


def test_every_label_that_is_data_is_in_the_english_catalogue(english):
    said = [label for heading, entries in MENU for label in (heading, *(it[0] for it in entries))]
    said += [step.label for step in MOVES] + list(KINDS.values()) + [job.title for job in JOBS]
    said += [text for pair in SENTENCES.values() for text in pair]
    said += [member.label for kind in choices(Choice) for member in kind]
    for model in entities():
        panel = model.__panel__
        said += [panel.name, *(title for title, _ in panel.form), *panel.labels.values()]
        said += [text for it in attributes(model).values() for text in (it.label, it.hint)]
    assert len(said) > 200
    for text in filter(None, said):
        context, _, plain = text.rpartition(language.CONTEXT)
        assert (context or None, plain) in english, text


def choices(kind):
    below = kind.__subclasses__()
    return below + [it for one in below for it in choices(one)]


def test_a_word_with_two_meanings_is_told_apart_by_its_context(demo):
    button = N_("不予受理", "move")
    for locale, words in {"zh": ("不予受理", "不予受理"), "en": ("Refused", "Refuse")}.items():
        with demo.test_request_context(), force_locale(locale):
            assert (language.gettext("不予受理"), language.gettext(button)) == words


# --- the pages -------------------------------------------------------------------------------


@pytest.fixture
def pages(house):
    """The invented data, with no context left open: each request finds its own language."""
    with house.app_context():
        house.backend.restore("demo")
        with scope.everything():
            stored = sorted(data(), key=len, reverse=True)
        db.session.remove()
    return house, re.compile("|".join(map(re.escape, stored)))


def data():
    """Every Chinese value that the database holds, also as a mask leaves it."""
    found = set()
    for model in entities():
        for row in db.session.scalars(select(model)):
            for name, it in attributes(model).items():
                value = getattr(row, name)
                if isinstance(value, str) and not isinstance(value, Choice):
                    found |= {value, masked(it.mask, value)} if it.mask else {value}
    for event in db.session.scalars(select(Event)):
        found |= set(re.findall(r'"([^"]*)"', json.dumps(event.payload, ensure_ascii=False)))
    return {value for value in found if CHINESE.search(value)}


STRICT = ("//th[@scope='col'] | //label | //legend | //button | //summary | //nav[@id='menu']//a"
          " | //input | //textarea | //title")
"""Where words of the interface stand and none of the database's."""


def leftovers(text, stored):
    """What is Chinese on a page: anything at all in its labels, elsewhere what is no data."""
    page = html.fromstring(text)
    for gone in page.xpath("//script | //style"):
        gone.drop_tree()
    said = [node for node in page.xpath("//text() | //@title | //@aria-label | //@placeholder")
            if CHINESE.search(node)]
    found = [str(node).strip() for node in said if CHINESE.search(stored.sub("", node))]
    return found + [label.text_content() for label in page.xpath(STRICT)
                    if CHINESE.search(label.text_content())]
