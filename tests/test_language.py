"""The interface in two languages: each whole, and each in its own words."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from gettext import GNUTranslations
from string import Formatter

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from flask_babel import force_locale

import config
from app.cases.moves import MOVES
from app.core import language
from app.core.panel import attributes, entities
from app.core.timeline import KINDS
from app.core.words import N_, Choice
from app.panel.menu import MENU
from app.panel.web import SENTENCES
from app.scheduler import JOBS

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
SIGNS = re.compile(r"[\u3000-\u303f\uff00-\uffef]+")
MARKERS = {"gettext", "ngettext", "N_", "_", "CalendarError"}
DATA = {
    "、", "。", "系统", "简体中文", "微软雅黑", "班", "休", "年", "月", "放假", "农历除夕",
    "【待填[^】]*】",
}  # fmt: skip
"""Chinese in the code that is no text of the interface: what files and libraries say, names."""

WRITERS = {"expansion.py", "citations.py"}
"""Write what stands in documents of a Chinese authority, in Chinese whoever reads the panel."""

GUIDE = tuple(f"{page.stem}#" for page in (config.ROOT / "docs/user-guide").glob("*.md"))
"""How the name of a part of the guide begins, which is written in Chinese alone."""


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
        if "demo" in path.parts or path.name in WRITERS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for text in unmarked(tree):
            told = text in ids and not SIGNS.fullmatch(text)
            assert told or text in DATA or text.startswith(("(?P", "(?:", "[\\s", *GUIDE)), (
                path.name,
                text,
            )


def unmarked(tree):
    """Chinese literals that are neither docstrings nor given to a marker at once."""
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            passed.add(id(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKERS:
            passed.update(map(id, node.args))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in passed
        and CHINESE.search(node.value)
    ]


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


# --- compiling -------------------------------------------------------------------------------


@pytest.fixture
def catalogues(tmp_path, monkeypatch):
    """A catalogue of one word, not compiled yet."""
    source = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    monkeypatch.setattr(language, "TRANSLATIONS", tmp_path)
    return source


def say(source, english, minutes=0):
    source.write_text(f'msgid "派发"\nmsgstr "{english}"\n', encoding="utf-8")
    later = source.stat().st_mtime + 60 * minutes
    os.utime(source, (later, later))


def said(source):
    with source.with_suffix(".mo").open("rb") as file:
        return GNUTranslations(file).gettext("派发")


def test_a_changed_catalogue_is_compiled_again_at_the_next_start(catalogues):
    say(catalogues, "dispatch")
    language.compile_catalogues()
    assert said(catalogues) == "dispatch"
    say(catalogues, "send", minutes=1)
    language.compile_catalogues()
    assert said(catalogues) == "send"


def test_a_catalogue_that_needs_no_compiling_is_left_alone(catalogues):
    say(catalogues, "dispatch")
    language.compile_catalogues()
    before = catalogues.with_suffix(".mo").stat()
    language.compile_catalogues()
    after = catalogues.with_suffix(".mo").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_reader_never_finds_half_a_compiled_catalogue(catalogues, monkeypatch):
    say(catalogues, "dispatch")
    language.compile_catalogues()
    say(catalogues, "send", minutes=1)

    def halfway(out, _catalogue):
        out.write(b"half")
        out.flush()
        assert said(catalogues) == "dispatch"
        raise OSError("disk full")

    monkeypatch.setattr(language, "write_mo", halfway)
    with pytest.raises(OSError, match="disk full"):
        language.compile_catalogues()
    assert said(catalogues) == "dispatch"


def test_several_processes_may_start_at_once(catalogues):
    say(catalogues, "dispatch")
    code = (
        "import sys; from pathlib import Path; from app.core import language\n"
        "language.TRANSLATIONS = Path(sys.argv[1])\n"
        "sys.stdin.read(); language.compile_catalogues()"
    )
    folder = str(catalogues.parents[2])
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", code, folder], cwd=config.ROOT, stdin=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for process in starting:
        process.stdin.close()
    assert [process.wait(60) for process in starting] == [0, 0, 0, 0]
    assert said(catalogues) == "dispatch"
    assert sorted(it.name for it in catalogues.parent.iterdir()) == ["messages.mo", "messages.po"]
