"""A template becomes the ledger of its reader: columns, order, groups, paper, and no more rows."""

from collections import defaultdict
from datetime import date

import pytest
from openpyxl import load_workbook

from app.core import scope
from app.core.errors import InvalidInputError
from app.core.privacy import seal_keys
from app.core.transaction import transaction
from app.core.workbook.verify import verify
from app.departments.queries import person_named
from app.ledgers.columns import LEDGERS
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order
from app.ledgers.production import produce
from app.ledgers.rules import Period, days_meant
from app.ledgers.templates import rights
from app.ledgers.templates.definition import Definition, Shown
from app.ledgers.templates.operations import Sharing, create
from app.ledgers.templates.preview import preview
from app.ledgers.templates.rules import Lamp
from tests.conftest import NOW
from tests.ledgers.reading import ask, cover, run, table

PEOPLE = (
    "clerk.linqing", "handler.linqing.scjg", "supervisor.linqing", "supervisor.liaocheng",
    "inspector.liaocheng",
)  # fmt: skip


def shown(*codes):
    return tuple(Shown(code) for code in codes)


@pytest.fixture
def take(tmp_path):
    """Return a function that saves a template, shared with all, and gives a reader's file."""
    made = []

    def produced(asked, reader="supervisor.liaocheng", name="", **narrowed):
        with scope.working_for(person_named("supervisor.liaocheng")) as owner, transaction():
            made.append(name or f"模板{len(made)}")
            row = create(made[-1], asked, Sharing(shared=True), actor=owner, now=NOW)
            template = row.id, row.number
        path = tmp_path / f"{len(made)}.xlsx"
        order = Order(asked.kind, template=template, **narrowed)
        produce(order, path, person=person_named(reader), now=NOW)
        return path

    return produced


def header(path):
    return [cell.value for cell in load_workbook(path).worksheets[0][2]]


def test_columns_stand_as_designed_with_their_titles_and_widths(every_kind, take):
    columns = (Shown("matter", "办什么", 40), Shown("number"), Shown("hall", width=9))
    path = take(Definition(LedgerKind.CASES, columns))
    assert header(path) == ["办什么", "编号", "大厅"]
    page = load_workbook(path).worksheets[0]
    assert [page.column_dimensions[it].width for it in "ABC"] == [40, 15, 9]


def test_groups_are_summed_up_behind_each_and_behind_all(every_kind, take):
    asked = Definition(
        LedgerKind.CASES,
        shown("number", "working_days", "lead_department"),
        group="lead_department",
        sort=(("working_days", True),),
    )
    page = load_workbook(take(asked)).worksheets[0]
    found, groups, rows = defaultdict(list), [], []
    for row in page.iter_rows(min_row=3):
        values = [cell.value for cell in row]
        if row[0].font.b:
            groups.append((values, rows))
            rows = []
        else:
            rows.append(values)
            found[values[2]].append(values[1])
    (total, none_left), groups = groups[-1], groups[:-1]
    assert not none_left
    assert len(groups) == len(found) > 2
    for (label, days, _department), rows in groups:
        [department] = {row[2] for row in rows}
        assert label == f"小计：{department or '（空）'}，{len(rows)} 行"
        told = [row[1] for row in rows if row[1] is not None]
        assert days == (sum(told) if told else None)
        assert told == sorted(told, reverse=True)
    every = [it for days in found.values() for it in days]
    assert total[0] == f"合计：{len(every)} 行"
    assert total[1] == sum(it for it in every if it is not None)
    assert len(every) == ask('SELECT count(*) AS n FROM "case"')[0]["n"]


def test_a_group_need_not_be_a_column(every_kind, take):
    path = take(Definition(LedgerKind.CASES, shown("number"), group="status"))
    assert header(path) == ["编号"]
    assert any(row[0].startswith("小计：") for row in table(path))
    assert int(cover(path)["其中小计与合计"]) > 1


@pytest.mark.parametrize("lamp", [Lamp.LATE, Lamp.SOON, Lamp.ON_TRACK])
def test_a_lamp_lists_the_rows_that_it_colours(every_kind, take, lamp):
    columns = shown("number", "finished_at", "due_at", "late")
    page = load_workbook(take(Definition(LedgerKind.CASES, columns, lamp=lamp))).worksheets[0]
    whole = load_workbook(take(Definition(LedgerKind.CASES, columns))).worksheets[0]
    colour = {Lamp.LATE: "00FDE3E1", Lamp.SOON: "00FFF1C9", Lamp.ON_TRACK: "00000000"}[lamp]

    def numbers(sheet):
        rows = [row for row in sheet.iter_rows(min_row=3) if row[0].fill.fgColor.rgb == colour]
        if lamp is Lamp.ON_TRACK:
            rows = [row for row in rows if row[2].value and not row[1].value]
        return {row[0].value for row in rows}

    assert numbers(page) == numbers(whole) != set()
    assert page.max_row - 2 == len(numbers(page))


def test_late_comes_first_when_sorted_by_it(every_kind, take):
    asked = Definition(LedgerKind.CASES, shown("late"), sort=(("late", True),), coloured=False)
    path = take(asked)
    told = [row[0] for row in table(path)]
    assert told == sorted(told, key=["是", "否", None].index)
    page = load_workbook(path).worksheets[0]
    assert {row[0].fill.fgColor.rgb for row in page.iter_rows(min_row=3)} == {"00000000"}


def test_only_rows_of_the_chosen_kinds_are_listed_and_the_cover_says_so(every_kind, take):
    asked = Definition(
        LedgerKind.CASES,
        shown("status", "channel"),
        narrowed=(("channel", ("hotline", "online")),),
        lamp=Lamp.LATE,
        period=Period.THIS_YEAR,
        hall="linqing",
    )
    run("UPDATE \"case\" SET channel = 'hotline' WHERE id IN (SELECT case_id FROM deadline)")
    path = take(asked)
    assert {row[1] for row in table(path)} == {"热线"}
    run("UPDATE \"case\" SET channel = 'kiosk' WHERE channel = 'hotline'")
    assert table(take(asked)) == []
    assert cover(path)["筛选条件"] == (
        "登记日期：2026-01-01 至 2026-12-31；大厅：临清市政务服务大厅；"
        "时限：超期；来源渠道：热线、网上"
    )


def test_paper_is_as_chosen(every_kind, take):
    asked = Definition(
        LedgerKind.CASES, shown("number"), size="A3", orientation="portrait", fit=False
    )
    page = load_workbook(take(asked)).worksheets[0]
    assert page.page_setup.paperSize == 8
    assert page.page_setup.orientation == "portrait"
    assert not page.sheet_properties.pageSetUpPr.fitToPage


def test_the_cover_names_template_and_version_and_the_seal_holds(every_kind, take):
    path = take(Definition(LedgerKind.CASES, shown("number"), group="hall"), name="周报")
    assert cover(path)["台账模板"] == "周报（第 1 版）"
    assert load_workbook(path).worksheets[0]["A1"].value.endswith("周报")
    assert verify(path, seal_keys()).untouched


@pytest.mark.parametrize("who", PEOPLE)
def test_sharing_gives_nobody_more_rows(every_kind, take, tmp_path, who):
    path = take(Definition(LedgerKind.CASES, shown("number")), who)
    usual = tmp_path / "usual.xlsx"
    produce(Order("cases"), usual, person=person_named(who), now=NOW)
    assert [row[0] for row in table(path)] == [row[0] for row in table(usual)]


@pytest.mark.parametrize("who", PEOPLE)
def test_a_column_that_the_reader_may_not_see_is_left_out(every_kind, take, monkeypatch, who):
    monkeypatch.setitem(rights.COLUMN, ("cases", "matter"), "duties")
    asked = Definition(
        LedgerKind.CASES,
        (Shown("number"), Shown("matter", "办什么")),
        sort=(("matter", False),),
        group="matter",
    )
    path = take(asked, who)
    allowed = who.partition(".")[0] in {"clerk", "supervisor"}
    assert header(path) == (["编号", "办什么"] if allowed else ["编号"])
    assert any(str(row[0]).startswith("小计") for row in table(path)) is allowed
    left_out = cover(path).get("未列出的列")
    assert left_out == (None if allowed else "事项名称（读者无权查看）")


@pytest.mark.parametrize("who", PEOPLE)
def test_masks_stay_whatever_the_title(every_kind, take, who):
    path = take(Definition(LedgerKind.CASES, (Shown("phone", "电话"), Shown("applicant"))), who)
    for phone, name in table(path):
        assert phone is None or "*" in phone
        assert name is None or "*" in name or "＊" in name


def test_a_ledger_of_which_the_reader_reads_nothing_is_refused(every_kind, take):
    with pytest.raises(InvalidInputError, match="无权"):
        take(Definition(LedgerKind.CASES, shown("number")), "admin")


def test_a_template_out_of_sight_is_refused(every_kind, tmp_path):
    with scope.working_for(person_named("supervisor.liaocheng")) as owner, transaction():
        asked = Definition(LedgerKind.CASES, shown("number"))
        number = create("自用", asked, Sharing(), actor=owner, now=NOW).id
    order = Order("cases", template=(number, 1))
    with pytest.raises(InvalidInputError) as refused:
        produce(order, tmp_path / "no.xlsx", person=person_named("clerk.linqing"), now=NOW)
    assert set(refused.value.problems) == {"template"}


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (Period.ALL, (None, None)),
        (Period.THIS_WEEK, (date(2026, 9, 14), date(2026, 9, 20))),
        (Period.LAST_WEEK, (date(2026, 9, 7), date(2026, 9, 13))),
        (Period.LAST_MONTH, (date(2026, 8, 1), date(2026, 8, 31))),
        (Period.THIS_QUARTER, (date(2026, 7, 1), date(2026, 9, 30))),
        (Period.LAST_QUARTER, (date(2026, 4, 1), date(2026, 6, 30))),
        (Period.LAST_YEAR, (date(2025, 1, 1), date(2025, 12, 31))),
    ],
)
def test_a_period_moves_along(period, days):
    assert days_meant(period, date(2026, 9, 17)) == days


def test_a_period_ends_where_the_next_begins():
    assert days_meant(Period.THIS_MONTH, date(2024, 2, 29)) == (date(2024, 2, 1), date(2024, 2, 29))
    assert days_meant(Period.LAST_QUARTER, date(2026, 1, 1)) == (
        date(2025, 10, 1),
        date(2025, 12, 31),
    )


@pytest.mark.parametrize("kind", LEDGERS)
def test_a_definition_survives_json(kind):
    asked = Definition(
        kind,
        tuple(Shown(column.code, "题", 9.5) for column in LEDGERS[kind].columns),
        Period.FIXED,
        date(2026, 1, 1),
        narrowed=(("status", ("closed",)),),
        lamp=Lamp.SOON,
        sort=(("number", True),),
    )
    assert Definition.from_json(asked.as_json()) == asked


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("kind", LEDGERS)
def test_every_ledger_can_be_designed_whole_by_whoever_may_read_it(
    every_kind, take, ledger, kind, who
):
    with scope.working_for(person_named(who)) as reader:
        if kind not in rights.kinds(reader):
            pytest.skip("not for this reader")
        codes = list(rights.columns(kind, reader))
    designed = table(take(Definition(kind, shown(*codes)), who))
    assert len(designed) == len(table(ledger(kind, who)))
    assert len(codes) == len(LEDGERS[kind].columns)


def test_a_scorecard_is_designed_by_its_columns_and_keeps_its_chart_with_them(demo, take, ledger):
    columns = (Shown("late", "晚了"), Shown("name", "哪个科室", 30), Shown("in_time"))
    with_chart = (*columns, Shown("open_late"))
    plain = load_workbook(ledger("departments", "supervisor.liaocheng")).worksheets[0]
    titles = [cell.value for cell in plain[2]]
    places = [titles.index(it) for it in ("超期办结", "科室", "按期办结", "超期在办")]
    rows = [[row[at] for at in places] for row in plain.iter_rows(min_row=3, values_only=True)]
    path = take(Definition(LedgerKind.DEPARTMENTS, with_chart, size="A3"))
    page = load_workbook(path).worksheets[0]
    assert header(path) == ["晚了", "哪个科室", "按期办结", "超期在办"]
    assert table(path) == rows
    assert page.column_dimensions["B"].width == 30
    assert page.page_setup.paperSize == 8
    assert len(page._charts) == len(plain._charts) == 1
    without = load_workbook(take(Definition(LedgerKind.DEPARTMENTS, columns))).worksheets[0]
    assert without._charts == []
    with scope.working_for(person_named("supervisor.liaocheng")) as reader:
        seen = preview(Definition(LedgerKind.DEPARTMENTS, with_chart), reader, NOW)
    assert [list(texts) for _, texts in seen.rows] == [[str(it) for it in row] for row in rows[:20]]


def test_what_is_counted_is_not_sorted_grouped_or_narrowed_by_a_lamp(demo):
    asked = Definition(
        LedgerKind.CAUSES, shown("cause", "late"), lamp=Lamp.LATE, sort=(("late", True),),
        group="cause",
    )  # fmt: skip
    with scope.working_for(person_named("supervisor.liaocheng")) as reader:
        known = rights.columns(LedgerKind.CAUSES, reader)
    assert set(asked.problems(known)) >= {"lamp", "sort-1", "group"}
