"""`run.py ledger verify`: what it says of a ledger, and with which exit code it ends."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

import run
from app.core.privacy import Keyring
from tests.ledgers.reading import HEADER


@pytest.fixture
def command(demo, monkeypatch):
    """Return a function that runs a command of ledgers over the demo."""
    monkeypatch.setattr(run, "_create_app", lambda: demo)

    def call(*words):
        result = CliRunner().invoke(run.cli, ["ledger", *map(str, words)])
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.fixture
def changed(ledger):
    """A ledger of which three cells were changed, one of them by a formula."""
    path = ledger()
    book = openpyxl.load_workbook(path)
    page = book["台账"]
    cell = next(row[HEADER.index("是否超期")] for row in page.iter_rows(min_row=3)
                if row[HEADER.index("是否超期")].value == "是")  # fmt: skip
    cell.value = "否"
    page["A4"] = "LQ-0000-0000"
    told = [row[HEADER.index("反映内容")] for row in page.iter_rows(min_row=5)]
    texts = [it.value for it in told]
    once = next(it for it in told if texts.count(it.value) == 1)  # what stands twice can be known
    once.value = "=1+1"
    book.save(path)
    return path, cell.coordinate, once.coordinate


def test_a_ledger_as_it_was_produced_is_said_to_be_one(command, ledger):
    path = ledger()
    code, told, _ = command("verify", path)
    assert code == 0
    assert told.startswith(
        "与生成时一致：聊城市政务服务大厅办不成事台账，60 行，生成于 2026-09-17 10:00:00"
    )
    openpyxl.load_workbook(path).save(path)
    code, told, _ = command("verify", path)
    assert (code, told.partition("：")[0]) == (0, "内容与生成时一致，文件另存过")


def test_a_changed_ledger_names_its_cells_in_words_and_ends_with_one(command, changed):
    path, cell, once = changed
    code, told, error = command("verify", path)
    assert code == 1
    assert set(told.splitlines()) == {
        f"台账!{cell}：原为“是”，现为“否”",
        "台账!A4：原为“（无从得知）”，现为“LQ-0000-0000”",
        f"台账!{once}：原为“（无从得知）”，现为“=1+1”",
    }
    assert error == "台账“聊城市政务服务大厅办不成事台账”在生成之后有 3 处改动\n"


def test_a_machine_reads_the_same_as_json(command, ledger, changed):
    code, told, _ = command("verify", ledger(), "--json")
    assert (code, json.loads(told)["state"], json.loads(told)["changes"]) == (0, "untouched", [])
    code, told, _ = command("verify", changed[0], "--json")
    verdict = json.loads(told)
    assert (code, verdict["state"], verdict["rows"]) == (1, "changed", 60)
    assert {
        "what": "cell", "sheet": "台账", "cell": changed[1], "was": "是", "now": "否",
    } in verdict["changes"]  # fmt: skip


def test_a_ledger_of_another_system_is_none_of_ours(command, ledger, demo, monkeypatch):
    path = ledger()
    monkeypatch.setitem(demo.extensions, "keyring", Keyring((b"x" * 32,)))
    code, told, error = command("verify", path)
    assert (code, told) == (1, "")
    assert "数据密钥" in error


def test_an_exported_list_is_sealed_too(command, demo, login, tmp_path):
    path = tmp_path / "list.xlsx"
    with login(demo, "admin").get("/departments/export") as answer:
        path.write_bytes(answer.data)
    assert command("verify", path)[0] == 0


def test_a_file_that_is_not_there_is_a_wrong_call(command, tmp_path):
    assert command("verify", tmp_path / "none.xlsx")[0] == 2
    assert command("causes-of-nothing", "--out", tmp_path / "a.xlsx")[0] == 2


def test_a_ledger_written_by_the_command_passes(command, tmp_path):
    path = tmp_path / "a.xlsx"
    assert command("overdue", "--out", path, "--hall", "linqing")[0] == 0
    assert command("verify", path)[0] == 0
