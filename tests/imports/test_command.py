"""`run.py cases import`: a preview, then the cases; 0 done, 1 a plain error, 2 wrong usage."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.imports.models import ImportRun
from run import cli
from tests.imports.files import HEADS, person, xlsx


@pytest.fixture
def run(demo, tmp_path, monkeypatch, at_now):
    monkeypatch.setattr("run._create_app", lambda: demo)

    def command(*words, rows=None):
        path = tmp_path / "登记簿.xlsx"
        if rows is not None:
            path.write_bytes(xlsx(rows))
        return CliRunner().invoke(cli, ["cases", "import", str(path), *words])

    return command


def cases():
    db.session.rollback()
    with scope.everything():
        return db.session.scalar(select(func.count()).select_from(Case))


def test_a_preview_then_the_cases_then_nothing_more(run):
    before, rows = cases(), [["大厅", *HEADS], ["linqing", *person(1)], ["yanggu", *person(2)]]
    preview = run("--json", rows=rows)
    assert preview.exit_code == 0, preview.output
    told = json.loads(preview.stdout)
    assert (told["applied"], told["new"], told["added"], told["names"]) == (False, 2, 0, [])
    assert cases() == before
    done = json.loads(run("--apply", "--json").stdout)
    assert (done["applied"], done["added"]) == (True, 2)
    assert [number[:2] for number in done["names"]] == ["LQ", "YG"]
    again = run("--apply")
    assert again.exit_code == 0
    assert cases() == before + 2
    with scope.everything():
        assert {it.actor for it in db.session.scalars(select(ImportRun))} == {"系统"}


def test_a_wrong_cell_is_named_and_nothing_is_imported(run, tmp_path):
    before, rows = cases(), [HEADS, person(1), ("李四", "12", "事项", "内容")]
    marked = tmp_path / "marked.xlsx"
    refused = run("--apply", "--as", "clerk.linqing", "--errors", str(marked), rows=rows)
    assert refused.exit_code == 1
    assert "B3" in refused.stdout
    assert len(refused.stderr.strip().splitlines()) == 1
    assert cases() == before
    assert load_workbook(marked)["Sheet1"]["B3"].comment is not None
    partly = run("--apply", "--as", "clerk.linqing", "--good-rows", "--json")
    assert partly.exit_code == 0
    assert json.loads(partly.stdout)["added"] == 1


@pytest.mark.parametrize(
    ("words", "code"), [(("--as", "nobody"), 1), (("--as", "admin"), 1), (("--unknown",), 2)]
)
def test_what_can_not_be_done(run, words, code):
    done = run(*words, rows=[HEADS, person(1)])
    assert done.exit_code == code
    assert "Traceback" not in done.output


def test_a_missing_file_is_wrong_usage(run):
    assert run().exit_code == 2
