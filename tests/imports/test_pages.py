"""The pages of imports: template, upload, what was found, confirm, the record."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.core.sheets import child
from app.imports.kinds import KINDS
from app.imports.models import ImportRun
from app.imports.tables import find
from tests.imports.files import HEADS, csv, person, xls, xlsx

GOOD = xlsx([HEADS, person(1), person(2)])
BAD = xlsx([["登记簿"], HEADS, person(1), ("李四", "12", "事项", "没有办成")])
OPEN = {
    "clerk.linqing": {"cases"},
    "handler.linqing.scjg": set(),
    "admin": {"departments", "responsibilities", "rules", "calendar", "staff"},
}


@pytest.fixture
def clerk(demo, login, at_now):
    return login(demo, "clerk.linqing")


def sent(client, data, name="登记簿.xlsx", kind="cases"):
    answer = client.post(
        f"/imports/{kind}/upload",
        data={"file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    found = re.search(r"/imports/show/(\d+)$", answer.location or "")
    return answer, int(found[1]) if found else None


def cases():
    db.session.rollback()
    with scope.everything():
        return db.session.scalar(select(func.count()).select_from(Case))


def test_everybody_is_offered_what_they_may_add(demo, login):
    for who, kinds in OPEN.items():
        client = login(demo, who)
        page = client.get("/imports/").text
        offered = set(re.findall(r'href="/imports/(\w+)/upload"', page))
        assert offered - {"progress"} == kinds, who
        for kind in KINDS:
            status = 200 if kind in offered else 404
            assert client.get(f"/imports/{kind}/upload").status_code == status


def test_a_supervisor_reads_and_does_not_import(demo, login, clerk, desk):
    run = desk.upload("cases", GOOD)
    supervisor = login(demo, "supervisor.linqing")
    page = supervisor.get(f"/imports/show/{run}").text
    assert "登记簿.xlsx" in page
    assert "/apply" not in page
    assert supervisor.post(f"/imports/{run}/apply").status_code == 403
    assert login(demo, "clerk.yanggu").get(f"/imports/show/{run}").status_code == 404


def test_upload_look_confirm(clerk, demo):
    before = cases()
    answer, run = sent(clerk, GOOD)
    assert answer.status_code == 302
    page = clerk.get(f"/imports/show/{run}").text
    assert "确认导入 2 行" in page
    assert "139****0001" in page
    assert "13906350001" not in page
    assert cases() == before
    done = clerk.post(f"/imports/{run}/apply", follow_redirects=True).text
    assert "已导入 2 行" in done
    assert cases() == before + 2
    again = clerk.post(f"/imports/{run}/apply", follow_redirects=True).text
    assert "没有重复导入" in again
    _, second = sent(clerk, GOOD)
    page = clerk.get(f"/imports/show/{second}").text
    assert "都已经有了" in page
    assert "/apply" not in page
    assert cases() == before + 2


def test_what_is_wrong_is_shown_with_its_cell_and_marked_in_the_file(clerk, demo):
    before = cases()
    _, run = sent(clerk, BAD)
    page = clerk.get(f"/imports/show/{run}").text
    assert "B4" in page
    assert "只导入没有问题的 1 行" in page
    assert "确认导入" not in page
    refused = clerk.post(f"/imports/{run}/apply", follow_redirects=True).text
    assert "没有导入任何一行" in refused
    assert cases() == before
    file = clerk.get(f"/imports/{run}/marked")
    book = load_workbook(io.BytesIO(file.data))
    cell = book["Sheet1"]["B4"]
    assert cell.fill.fgColor.rgb.endswith("FFC7CE")
    assert "7 至 20 位" in cell.comment.text
    assert book["Sheet1"]["A1"].value == "登记簿"
    assert book["导入问题"]["C2"].value == "B4 联系电话"
    done = clerk.post(f"/imports/{run}/apply", data={"rows": "good"}, follow_redirects=True).text
    assert "已导入 1 行" in done
    assert cases() == before + 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("旧表.xls", xls([HEADS, ("李四", "12", "事项", "内容"), ("=1+1", "1", "事", "内")])),
        ("导出.csv", csv([HEADS, ("李四", "12", "事项", "内容"), ("=1+1", "1", "事", "内")])),
    ],
)
def test_old_files_and_text_are_marked_in_a_new_workbook(clerk, demo, name, data):
    _, run = sent(clerk, data, name)
    file = clerk.get(f"/imports/{run}/marked")
    book = load_workbook(io.BytesIO(file.data))
    sheet = book.worksheets[0]
    assert sheet["B2"].comment is not None
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "请选择文件"), (b"PK\x03\x04 broken", "已损坏"), (b"%PDF-1.7", "不是电子表格")],
)
def test_what_can_not_be_read_is_said_beside_the_field(clerk, demo, data, sentence):
    name = "" if not data else "x.xlsx"
    answer, run = sent(clerk, data, name)
    assert (answer.status_code, run) == (422, None)
    assert sentence in answer.text
    with scope.everything():
        assert db.session.scalar(select(func.count()).select_from(ImportRun)) == 0


def test_a_file_that_is_too_large_is_refused(clerk, demo, monkeypatch):
    monkeypatch.setattr("app.imports.operations.MOST_BYTES", 1000)
    answer, _ = sent(clerk, GOOD)
    assert answer.status_code == 422
    assert "文件超过" in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_is_understood_when_it_comes_back(demo, login, tmp_path, language):
    people = {"cases": "clerk.linqing"}
    for code, kind in KINDS.items():
        if not kind.template:
            continue
        client = login(demo, people.get(code, "admin"))
        client.get(f"/lang/{language}")
        file = client.get(f"/imports/{code}/template")
        assert file.status_code == 200, code
        book = load_workbook(io.BytesIO(file.data))
        sheet = book.worksheets[0]
        heads = [cell for cell in sheet[1] if cell.value]
        assert len(heads) == len(kind.columns)
        assert all(cell.comment for cell in heads)
        assert [it.sheet_state for it in book] == ["visible", "hidden", "visible"]
        chosen = [it for it in kind.columns if it.choices is not None or it.kind == "boolean"]
        assert len(sheet.data_validations.dataValidation) >= len(chosen)
        path = tmp_path / "template.xlsx"
        path.write_bytes(file.data)
        found = find(child.read(path), code, kind.columns)
        assert set(found.columns) == {it.name for it in kind.columns}
        assert found.ignored == []


def test_english_is_whole(demo, login, at_now):
    client = login(demo, "clerk.linqing")
    client.get("/lang/en")
    assert "Import" in client.get("/imports/").text
    _, run = sent(client, BAD)
    page = client.get(f"/imports/show/{run}").text
    assert "A telephone number has 7 to 20 digits" in page or "digits" in page
