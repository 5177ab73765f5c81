"""Low code: an entity declared in 25 lines has its pages, REST resource, Excel file and rights."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import config
from tests.databases import missing, postgres_answers

HERE = Path(__file__).parent
MOST_LINES = 25


def test_the_declaration_takes_no_more_than_25_lines():
    source = (HERE / "throwaway.py").read_text()
    [size, stall] = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    assert (size.name, stall.name) == ("Size", "Stall")
    lines = source.splitlines()[size.lineno - 1 : stall.end_lineno]
    assert len([line for line in lines if line.strip()]) <= MOST_LINES


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_it_is_found_working_with_nothing_but_its_declaration(backend):
    if backend == "postgresql" and not postgres_answers():
        missing("a PostgreSQL server")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            str(HERE / "generated_entity.py"),
            "-q",
            "-k",
            backend,
            "-o",
            "python_functions=it_*",
            "-p",
            "no:cacheprovider",
            "-n",
            "0",
        ],
        cwd=config.ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 passed" in done.stdout
