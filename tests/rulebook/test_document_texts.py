"""Simple text, the comparison of two texts, and which version governs: pure facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from lxml import html

from app.rulebook.documents.comparison import compared, differ
from app.rulebook.documents.rendering import drawn
from app.rulebook.documents.rules import (
    DocumentKind,
    Standing,
    governing,
    last_day,
    midnight,
    plain,
    standing,
    unfilled,
)

CRITERIA, PRIVACY = DocumentKind.CRITERIA, DocumentKind.PRIVACY
NOW = datetime(2026, 9, 17, 2, tzinfo=UTC)
DAY = timedelta(days=1)
KNOWN = {"div", "h2", "h3", "h4", "h5", "h6", "p", "br", "ol", "ul", "li", "hr", "em", "strong"} | {
    *("table", "thead", "tbody", "tr", "th", "td")
}
TRICKY = st.text(st.sampled_from("<>&\"'`*_#|-+=~!()[]{}\\:/.,1 \n\t甲乙javascript"), max_size=80)


@dataclass(frozen=True)
class Version:
    kind: DocumentKind
    hall_id: int | None
    in_force_from: datetime | None
    in_force_until: datetime | None = None


# --- simple text -----------------------------------------------------------------------------


def test_headings_lists_tables_and_lines_are_drawn_below_the_title_of_the_page():
    page = drawn(
        "# 一\n甲\n乙\n\n1. 丙\n2. **丁**\n\n| 事项 | 科室 |\n|:-:|---|\n| 戊 | 己 |", below=1
    )
    assert "<h2>一</h2>" in page
    assert "甲<br>" in page
    assert "<li><strong>丁</strong></li>" in page
    assert "<td>戊</td>" in page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[点我](javascript:alert(1))",
        "![图](http://example.org/a.png)",
        "<http://example.org>",
        "| a |\n|:-:|\n| <b>x</b> |",
        "&lt;script&gt;",
    ],
)
def test_no_html_no_link_no_picture_no_style_comes_through(text):
    assert_safe(drawn(text))


@given(TRICKY)
def test_whatever_is_written_nothing_but_known_elements_without_attributes_comes_out(text):
    assert_safe(drawn(text))


def assert_safe(markup):
    for element in html.fromstring(f"<div>{markup}</div>").iter():
        assert element.tag in KNOWN
        assert set(element.attrib) <= {"start"}


@given(TRICKY)
def test_a_value_from_the_data_stands_as_it_is_in_a_list_and_in_a_table(value):
    line = " ".join(value.split())
    for text in (f"1. 甲{plain(value)}", f"| 甲 |\n|---|\n| 甲{plain(value)} |"):
        page = html.fromstring(f"<div>{drawn(text)}</div>")
        assert page.xpath("string(.//li | .//td)").strip() == f"甲{line}".strip()


@given(TRICKY)
def test_a_value_at_the_beginning_of_a_line_is_no_heading_and_no_list(value):
    page = html.fromstring(f"<div>{drawn(plain(value))}</div>")
    assert not page.xpath(".//h2 | .//li | .//table | .//hr")


def test_what_is_to_be_filled_in_is_found():
    assert unfilled("由【待填：单位】负责，【提示】，【待填：单位】【待填】") == [
        "【待填：单位】",
        "【待填】",
    ]


# --- the comparison --------------------------------------------------------------------------


def signs(old, new):
    return "".join(line.sign for line in compared(old, new))


def test_lines_that_came_went_and_changed():
    assert signs("甲\n乙", "甲\n乙\n丙") == "  +"
    assert signs("甲\n乙\n丙", "甲\n丙") == " - "
    [went, came] = compared("自受理之日起 3 个工作日内办结", "自受理之日起 5 个工作日内办结")
    assert [part.text for part in went.parts if part.changed] == ["3"]
    assert [part.text for part in came.parts if part.changed] == ["5"]


def test_lines_that_have_nothing_in_common_are_marked_whole():
    [went, came] = compared("甲乙丙丁", "子丑寅卯")
    assert [part.changed for part in (*went.parts, *came.parts)] == [True, True]


def test_what_is_the_same_far_from_a_change_is_folded():
    same = "\n".join(map(str, range(20)))
    lines = compared(f"{same}\n甲", f"{same}\n乙")
    assert [line.folded for line in lines if line.folded] == [18]
    assert not differ(compared(same, same))


@given(
    st.lists(st.sampled_from("甲乙丙丁"), max_size=8),
    st.lists(st.sampled_from("甲乙丙丁"), max_size=8),
)
def test_both_texts_can_be_read_from_a_comparison(old, new):
    lines = compared("\n".join(old), "\n".join(new))
    for signed, text in (("-", old), ("+", new)):
        read = sum((line.folded or line.sign in {" ", signed}) for line in lines)
        assert read == len(text) or any(line.folded for line in lines)


# --- which version governs -------------------------------------------------------------------


def test_a_hall_s_own_version_governs_before_the_general_one_and_only_while_it_holds():
    general = Version(CRITERIA, None, NOW - 9 * DAY)
    own = Version(CRITERIA, 1, NOW - 5 * DAY, NOW - 2 * DAY)
    other = Version(PRIVACY, None, NOW - DAY)
    versions = [general, own, other]
    assert governing(versions, NOW - 10 * DAY) == {}
    assert governing(versions, NOW - 6 * DAY) == {CRITERIA: general}
    assert governing(versions, NOW - 5 * DAY) == {CRITERIA: own}  # from the instant it begins
    assert governing(versions, NOW - 2 * DAY) == {CRITERIA: general}  # to the instant it ends
    assert governing(versions, NOW) == {CRITERIA: general, PRIVACY: other}


@pytest.mark.parametrize(
    ("begins", "ends", "is_now"),
    [
        (None, None, Standing.DRAFT),
        (NOW + DAY, None, Standing.COMING),
        (NOW + DAY, NOW + DAY, Standing.ENDED),  # replaced before it began
        (NOW, None, Standing.IN_FORCE),
        (NOW - DAY, NOW + DAY, Standing.IN_FORCE),
        (NOW - DAY, NOW, Standing.ENDED),
    ],
)
def test_what_a_version_is_now_follows_from_its_times(begins, ends, is_now):
    assert standing(Version(CRITERIA, 1, begins, ends), NOW) is is_now


def test_what_ends_at_midnight_held_to_the_day_before():
    assert last_day(midnight(date(2026, 9, 18), "Asia/Shanghai"), "Asia/Shanghai") == date(
        2026, 9, 17
    )
    assert last_day(NOW, "Asia/Shanghai") == date(2026, 9, 17)
