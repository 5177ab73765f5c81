"""Charts: what they refuse, that nothing is cut off, and that colour alone tells nothing."""

import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask import render_template_string

from app.core.charts import Chart, Kind, Series, ink
from app.core.charts.scale import marks
from app.core.charts.text import SIZE, lines, number, width

SVG = "{http://www.w3.org/2000/svg}"
TOKENS = (Path(__file__).parents[2] / "app/static/bancheng/tokens.css").read_text("utf-8")
LONG = "聊城市临清市市场监督管理局行政审批服务科（企业注册登记与食品经营许可窗口）"


def made(kind=Kind.COLUMNS, *, values=((3, 5, 2),), labels=("一月", "二月", "三月"), **more):
    series = tuple(Series(f"第{at}组", tuple(row)) for at, row in enumerate(values, 1))
    return Chart("受理<与>超期", labels, series, kind, **more)


def drawn(chart):
    return ET.fromstring(chart.svg())  # noqa: S314 - of our own making


def texts(chart):
    return [it.text or "" for it in drawn(chart).iter(f"{SVG}text")]


# --- what is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("count", [1, 2, 6])
def test_every_kind_is_well_formed_and_without_style_or_script(kind, count):
    chart = made(kind, values=[(3, None, 0)] * count, labels=('<b>"x"</b>', "&", "三"))
    picture = chart.svg()
    assert "style=" not in picture
    assert "<script" not in picture
    assert "<b>" not in picture
    assert drawn(chart).tag == f"{SVG}svg"


@pytest.mark.parametrize("kind", Kind)
def test_a_chart_of_nothing_is_drawn_too(kind):
    nothing = made(kind, values=[()], labels=())
    assert nothing.empty
    assert drawn(nothing) is not None
    assert made(kind, values=[(None, None, None)]).empty
    assert not made(kind, values=[(0, None, None)]).empty


def test_bars_are_as_high_as_their_values():
    bars = [
        float(it.get("height"))
        for it in drawn(made(values=[(10, 20, 5)])).iter(f"{SVG}rect")
        if "chart-line-1" in it.get("class", "")
    ]
    assert bars[1] == pytest.approx(2 * bars[0], abs=0.2)
    assert bars[2] == pytest.approx(bars[0] / 2, abs=0.2)


def test_a_stack_is_as_high_as_its_sum_and_says_it():
    chart = made(Kind.STACKED, values=[(10, 1, 0), (20, 2, 0)])
    assert {"30", "3"} <= set(texts(chart))


@pytest.mark.parametrize("kind", [Kind.COLUMNS, Kind.STACKED, Kind.RANKING])
def test_no_label_is_cut_and_none_leaves_the_picture(kind):
    chart = made(kind, labels=(LONG, "食药科", "医保局 SP-21 窗口"), values=[(98, 7, 100)])
    wide = float(drawn(chart).get("width"))
    high = float(drawn(chart).get("height"))
    told = drawn(chart)
    assert LONG in "".join(texts(chart))
    for it in told.iter(f"{SVG}text"):
        x, long = float(it.get("x")), width(it.text or "")
        start = {"end": x - long, "middle": x - long / 2}.get(it.get("text-anchor"), x)
        assert start >= -2, it.text
        assert start + long <= wide + 2, it.text
        assert float(it.get("y")) <= high


def test_dates_of_a_trend_never_run_into_each_other():
    labels = tuple(f"2026-{at:02d}-01" for at in range(1, 61))
    shown = [
        it
        for it in drawn(made(Kind.TREND, labels=labels, values=[range(60)])).iter(f"{SVG}text")
        if "-01" in it.text
    ]
    places = sorted(float(it.get("x")) for it in shown)
    assert labels[-1] in {it.text for it in shown}
    assert all(b - a >= width(labels[0]) for a, b in pairwise(places))


def test_names_at_the_ends_of_lines_keep_apart():
    chart = made(Kind.TREND, values=[(1, 2, 5), (1, 2, 5), (1, 2, 5)])
    ends = [
        float(it.get("y"))
        for it in drawn(chart).iter(f"{SVG}text")
        if (it.text or "").startswith("第")
    ]
    assert len(ends) == 3
    assert all(b - a >= 14 for a, b in combinations(sorted(ends), 2))


def test_a_missing_value_breaks_the_line():
    paths = [
        it.get("d") for it in drawn(made(Kind.TREND, values=[(1, None, 3)])).iter(f"{SVG}path")
    ]
    assert any(d.count("M") == 2 and "L" not in d for d in paths)


def test_small_numbers_are_hollow_and_say_why():
    chart = made(Kind.RANKING, muted=frozenset({1}), notes={1: "3 件，不计比率"}, top=100)
    hollow = [it for it in drawn(chart).iter(f"{SVG}rect") if it.get("class") == "chart-muted"]
    assert len(hollow) == 1
    assert hollow[0].get("fill") == "none"
    assert "3 件，不计比率" in texts(chart)


def test_the_table_says_everything_the_picture_says():
    chart = made(values=[(1234.5, None, 0)], digits=1, urls={(0, 0): "/x"}, notes={2: "少"})
    assert chart.rows() == [
        ("一月", [("1,234.5", "/x")], ""),
        ("二月", [("—", "")], ""),
        ("三月", [("0", "")], "少"),
    ]
    assert chart.peak() == ("一月", "1,234.5")


def test_the_page_gives_the_picture_a_name_a_table_and_two_ways_to_save(app):
    with app.test_request_context("/"):
        page = render_template_string(
            '{% from "panel/charts.html" import chart %}{{ chart(it) }}', it=made(unit="件")
        )
    assert 'role="img"' in page
    assert "受理&lt;与&gt;超期：共 3 项" in page
    assert "<details" in page
    assert page.count('scope="row"') == 3
    assert 'data-save="png"' in page
    assert 'data-save="svg"' in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "wrong",
    [{"values": []}, {"values": [(1, 2)]}, {"values": [(1, 2, -1)]}, {"values": [(1, 2, 3)] * 7}],
)
def test_what_can_not_be_drawn_is_refused(wrong):
    with pytest.raises(ValueError, match=r"series|values"):
        made(**wrong)


# --- text and axis -------------------------------------------------------------------------------


def test_han_characters_are_squares_and_latin_ones_narrower():
    assert width("事项") == 2 * SIZE
    assert width("ab") < 2 * SIZE


@pytest.mark.parametrize("text", [LONG, "SP-2026-000318 与 market", "a" * 90, "字", ""])
@pytest.mark.parametrize("room", [13, 40, 111])
def test_broken_text_loses_nothing_and_fits(text, room):
    broken = lines(text, room)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= room or len(line) == 1 for line in broken)


def test_lines_are_about_as_long_as_each_other():
    assert lines("临清市政务服务大厅", 8 * SIZE) == ["临清市政务", "服务大厅"]
    named = "市场监管科 · 临清市政务服务大厅"
    assert lines(named, 10 * SIZE) == ["市场监管科 ·", "临清市政务服务大厅"]


@pytest.mark.parametrize("most", [0, 0.3, 1, 7, 9.99, 10, 34, 99, 100, 101, 12_345])
def test_an_axis_reaches_its_values_by_few_round_steps(most):
    for whole in (True, False):
        axis = marks(most, whole=whole)
        assert axis[0] == 0
        assert axis[-1] >= most
        assert 2 <= len(axis) <= 11
        assert not whole or all(it == int(it) for it in axis)


def test_numbers_are_written_short():
    assert [number(it, 1) for it in (98.0, 98.25, 1234)] == ["98", "98.2", "1,234"]


# --- colour --------------------------------------------------------------------------------------

PROTAN = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
DEUTAN = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
NORMAL = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
"""Without red or green cones, of linear light: Machado, Oliveira and Fernandes 2009."""


def linear(colour):
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(it * 2 for it in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    return [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]


def lightness(colour):
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one, other):
    low, high = sorted((lightness(one), lightness(other)))
    return (high + 0.05) / (low + 0.05)


def lab(colour, matrix):
    r, g, b = (
        max(0, min(1, sum(m * c for m, c in zip(row, linear(colour), strict=True))))
        for row in matrix
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (it ** (1 / 3) if it > 0.008856 else 7.787 * it + 16 / 116 for it in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def token(name, theme):
    found = re.findall(rf"--{name}: (#\w+)", TOKENS)
    return found[0] if theme == "light" else found[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_inks_stand_out_from_the_paper_and_from_each_other_to_every_eye(theme):
    colours = [token(f"chart-{at}", theme) for at in range(1, 7)]
    assert all(contrast(it, token("paper", theme)) >= 3 for it in colours)
    for matrix in (NORMAL, PROTAN, DEUTAN):
        for one, other in combinations(colours[:3], 2):
            apart = sum(
                (a - b) ** 2 for a, b in zip(lab(one, matrix), lab(other, matrix), strict=True)
            )
            assert apart**0.5 >= 12, (one, other)


def test_no_two_inks_share_a_pattern_a_dash_or_a_mark():
    from app.core.charts.trend import MARKS

    filled = [("full" if at == 0 else it or "empty") for at, it in enumerate(ink.STROKES)]
    for kept in (filled, ink.DASHES, MARKS):
        assert len(set(kept)) == len(ink.INKS)


def test_a_saved_picture_has_the_colours_of_the_light_theme():
    assert tuple(token(f"chart-{at}", "light") for at in range(1, 7)) == ink.INKS
    assert (token("paper", "light"), token("line", "light")) == (ink.PAPER, ink.RULE)
