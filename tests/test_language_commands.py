"""The command line in two languages: helps, refusals, and what the libraries say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

import config
from tests.test_language import CHINESE, catalogue, one_of

HELP = """
import click, json, run
def walk(command, path):
    context = click.Context(command, info_name=path)
    told = [command.help, *(it.help for it in command.params if isinstance(it, click.Option))]
    yield path, command.get_help(context), told
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, f"{path} {name}")
print(json.dumps(list(walk(run.cli, "run.py"))))
"""

WRONG = """
import contextlib, io, json, run
said = []
for call in (["nope"], ["ledger", "nope"], ["ledger", "cases"], ["serve", "--port", "x"],
             ["serve", "--prot"], ["deadline", "--start", "x", "--days", "3"],
             ["calendar", "import", "nowhere.csv"], ["calendar", "show", "2026", "more"]):
    try:
        with contextlib.redirect_stderr(io.StringIO()) as told:
            run.cli.main(call)
    except SystemExit as end:
        said.append((end.code, told.getvalue()))
print(json.dumps(said))
"""


def run(locale, *words):
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=config.ROOT,
        env={**os.environ, "BANCHENG_LOCALE": locale, "PYTHONIOENCODING": "utf-8"},
        timeout=60,
    )


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_command_helps_in_the_language_of_the_place(locale):
    commands = json.loads(run(locale, "-c", HELP).stdout)
    assert len(commands) > 20
    for path, page, told in commands:
        assert all(bool(CHINESE.search(text)) == (locale == "zh") for text in told), (path, told)
        if locale == "en":
            assert not CHINESE.search(page), path
        else:
            words = re.search(r"Usage|Options|Commands|Show |default|required|Arguments", page)
            assert words is None, (path, words)


def test_a_wrong_call_is_refused_in_the_language_of_the_place():
    chinese, english = (json.loads(run(locale, "-c", WRONG).stdout) for locale in ("zh", "en"))
    for (code, told), (_, told_in_english) in zip(chinese, english, strict=True):
        assert code == 2, told
        assert "Error: " in told_in_english
        assert not CHINESE.search(told_in_english), told_in_english
        assert CHINESE.search(told.splitlines()[-1]), told
        assert not re.search(r"Usage|Error|Invalid|Missing|No such|Try|valid|exist", told), told


def test_the_chinese_of_the_libraries_is_of_texts_that_they_still_have(tmp_path):
    target = tmp_path / "click.pot"
    CommandLineInterface().run(
        ["pybabel", "-q", "extract", "-o", str(target), str(Path(click.__file__).parent)]
    )
    with target.open("rb") as file:
        known = {one_of(message) for message in read_po(file)}
    english = json.loads(run("en", "-c", HELP).stdout)
    known |= {text for path, _, told in english if path.startswith("run.py db") for text in told}
    assert {text for _, text in catalogue("zh")} <= known
