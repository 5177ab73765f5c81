"""A template is designed in the panel: pressed together, previewed, saved, copied, brought back."""

from io import BytesIO

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import run
from app.core import scope
from app.core.db import db
from app.departments.queries import person_named
from app.ledgers.templates.models import LedgerTemplate
from tests.core.screens import Browser, text_of, tree
from tests.ledgers.reading import ask

NEW = "/ledger-templates/design"
FORM = {
    "kind": "cases", "name": "科室周报", "columns": ["number", "lead_department", "working_days"],
    "title-number": "事项编号", "period": "all", "lamp": "any", "group": "lead_department",
    "sort-1": "working_days", "down-1": "y", "size": "A3", "orientation": "portrait",
    "coloured": "y", "fit": "y",
}  # fmt: skip


@pytest.fixture
def supervisor(demo, login, monkeypatch):
    monkeypatch.setattr(demo, "test_client_class", Browser)
    return login(demo, "supervisor.linqing")


def saved(browser, **changes):
    """Save a template and give its number."""
    answer = browser.post(NEW, data=FORM | changes)
    assert answer.status_code == 302, text_of(answer)
    return int(answer.location.rpartition("/")[2])


def chosen(answer):
    return tree(answer).xpath("//input[@name='columns']/@value")


def focused(answer):
    return tree(answer).xpath("//*[@autofocus]/@id")


def test_the_base_is_asked_for_first_and_begins_with_every_column(supervisor):
    bases = tree(supervisor.get("/ledger-templates/base")).xpath("//a[@class='base']/@href")
    assert "/ledger-templates/design?kind=cases" in bases
    page = supervisor.get(bases[0])
    assert len(chosen(page)) == 23
    assert supervisor.get(NEW).location.endswith("/base")


@pytest.mark.parametrize(
    ("press", "left", "focus"),
    [
        ("up:lead_department", ["lead_department", "number", "working_days"],
         "down-lead_department"),
        ("down:number", ["lead_department", "number", "working_days"], "down-number"),
        ("remove:number", ["lead_department", "working_days"], "remove-lead_department"),
        ("add:hall", ["number", "lead_department", "working_days", "hall"], "add-channel"),
        ("place:working_days:number", ["working_days", "number", "lead_department"], None),
        ("none", [], None),
        ("up:nonsense", FORM["columns"], None),
        ("place:hall:nonsense", FORM["columns"], None),
    ],
)  # fmt: skip
def test_a_press_changes_the_columns_and_loses_nothing_typed(supervisor, press, left, focus):
    page = supervisor.post(NEW, data=FORM | {"do": press, "since": "someday"})
    assert page.status_code == 200
    assert chosen(page) == left
    assert focused(page) == ([focus] if focus else [])
    found = tree(page)
    assert found.xpath("//input[@name='name']/@value") == ["科室周报"]
    assert found.xpath("//input[@name='since']/@value") == ["someday"]
    if "number" in left:
        assert found.xpath("//input[@name='title-number']/@value") == ["事项编号"]


def test_what_is_wrong_stands_beside_its_field(supervisor):
    wrong = {
        "name": " ", "period": "fixed", "width-number": "wide", "title-working_days": "主办科室",
        "sort-1": "phone", "columns": [*FORM["columns"], "phone"],
    }  # fmt: skip
    page = supervisor.post(NEW, data=FORM | wrong)
    assert page.status_code == 422
    assert tree(page).xpath("//*[@id='e-width-number']")
    assert len(chosen(page)) == 4
    page = supervisor.post(NEW, data=FORM | wrong | {"width-number": "12"})
    for field in ("name", "since", "title-working_days", "sort-1"):
        assert tree(page).xpath(f"//*[@id='e-{field}']"), field
    assert ask("SELECT count(*) AS n FROM ledger_template")[0]["n"] == 0


def test_a_masked_column_is_neither_sorted_nor_grouped_by(supervisor):
    page = tree(supervisor.post(NEW, data=FORM | {"do": "all"}))
    for name in ("sort-1", "group"):
        offered = page.xpath(f"//select[@name='{name}']/option/@value")
        assert "lead_department" in offered
        assert not {"phone", "applicant"} & set(offered)


def test_the_preview_shows_rows_and_subtotals_and_keeps_the_form(supervisor):
    page = supervisor.post(NEW, data=FORM | {"do": "preview"})
    assert page.status_code == 200
    assert tree(page).xpath("//section[@id='preview']//th//text()") == [
        "事项编号", "主办科室", "时限(工作日)",
    ]  # fmt: skip
    assert 1 < len(tree(page).xpath("//section[@id='preview']//tbody/tr")) <= 20
    assert tree(page).xpath("//section[@id='preview']//tr[@class='sum']")
    assert chosen(page) == FORM["columns"]


def test_each_save_is_a_version_and_an_old_one_comes_back(supervisor):
    number = saved(supervisor)
    again = {"version": "1"}
    answer = supervisor.post(
        f"/ledger-templates/{number}/design", data=FORM | again | {"group": "", "columns": ["hall"]}
    )
    assert answer.status_code == 302
    page = text_of(supervisor.get(f"/ledger-templates/show/{number}"))
    assert "第 2 版" in page
    assert "第 1 版" in page
    supervisor.post(f"/ledger-templates/{number}/versions/1")
    kept = ask("SELECT number, definition FROM ledger_template_version ORDER BY number")
    assert [row["number"] for row in kept] == [1, 2, 3]
    assert kept[0]["definition"] == kept[2]["definition"] != kept[1]["definition"]


def test_saving_the_same_is_no_new_version(supervisor):
    number = saved(supervisor)
    supervisor.post(f"/ledger-templates/{number}/design", data=FORM | {"version": "1"})
    assert len(ask("SELECT id FROM ledger_template_version")) == 1


def test_a_template_saved_meanwhile_is_told_and_nothing_is_lost(supervisor):
    number = saved(supervisor)
    address = f"/ledger-templates/{number}/design"
    assert supervisor.post(address, data=FORM | {"version": "1", "columns": ["hall"]}).location
    late = supervisor.post(address, data=FORM | {"version": "1", "name": "我的"})
    assert late.status_code == 409
    assert chosen(late) == FORM["columns"]
    version = tree(late).xpath("//input[@name='version']/@value")[0]
    assert supervisor.post(address, data=FORM | {"version": version, "name": "我的"}).location
    assert len(ask("SELECT id FROM ledger_template_version")) == 3


def test_a_template_of_somebody_else_is_copied_not_changed(demo, supervisor, login):
    number = saved(supervisor, share="y", share_role="inspector")
    inspector = login(demo, "inspector.liaocheng")
    address = f"/ledger-templates/{number}/design"
    assert inspector.post(address, data=FORM | {"name": "改名", "version": "1"}).status_code == 302
    assert ask("SELECT name FROM ledger_template")[0]["name"] == "科室周报"
    copied = inspector.post(f"/ledger-templates/{number}/copy").location
    assert "（副本）" in text_of(inspector.get(copied))
    assert login(demo, "clerk.linqing").get(f"/ledger-templates/show/{number}").status_code == 404


def test_what_is_shared_with_another_hall_stays_out_of_sight(demo, supervisor, login):
    with scope.everything():
        hall = ask("SELECT id FROM hall WHERE code = 'linqing'")[0]["id"]
    number = saved(supervisor, share="y", share_hall=str(hall))
    show = f"/ledger-templates/show/{number}"
    assert login(demo, "clerk.linqing").get(show).status_code == 200
    assert login(demo, "clerk.yanggu").get(show).status_code == 404


def test_the_file_of_a_template_is_taken_from_its_page(supervisor):
    number = saved(supervisor)
    with supervisor.post(f"/ledger-templates/{number}/produce") as answer:
        book = load_workbook(BytesIO(answer.data))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["事项编号", "主办科室", "时限(工作日)"]
    cover = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert cover["台账模板"] == "科室周报（第 1 版）"


def test_a_version_is_never_changed(supervisor, unlimited):
    saved(supervisor)
    for statement in (
        "UPDATE ledger_template_version SET author = 'x'",
        "DELETE FROM ledger_template_version",
    ):
        with pytest.raises(Exception, match="kept as it was saved"):
            db.session.execute(db.text(statement))
        db.session.rollback()


def test_two_of_a_name_are_refused(supervisor):
    saved(supervisor)
    page = supervisor.post(NEW, data=FORM)
    assert page.status_code == 422
    assert tree(page).xpath("//*[@id='e-name']")
    with scope.working_for(person_named("supervisor.linqing")):
        assert db.session.query(LedgerTemplate).count() == 1


def test_the_list_tells_whose_and_which_version(supervisor):
    saved(supervisor)
    for tab in ("all", "mine"):
        page = text_of(supervisor.get(f"/ledger-templates/list/?tab={tab}"))
        assert "科室周报" in page
        assert "第 1 版" in page
    assert "科室周报" not in text_of(supervisor.get("/ledger-templates/list/?tab=shared"))


def test_the_command_takes_a_template_by_its_name(demo, supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_create_app", lambda: demo)
    saved(supervisor)
    path = tmp_path / "t.xlsx"
    words = ["ledger", "template", "科室周报", "--out", str(path), "--as", "supervisor.linqing"]
    done = CliRunner().invoke(run.cli, words)
    assert done.exit_code == 0, done.output
    assert load_workbook(path).worksheets[0]["A2"].value == "事项编号"
