"""What is sent packed, to whom, and what a browser may keep."""

from __future__ import annotations

import gzip
import re

import pytest

PAGE = "/cases/list/"
YEAR = "public, max-age=31536000, immutable"
TAKES = {"Accept-Encoding": "gzip, deflate, br"}


def packed(answer):
    return answer.headers.get("Content-Encoding") == "gzip"


class Reader:
    """A browser that reads each answer to its end, and so closes what it was read from."""

    def __init__(self, browser):
        self.browser = browser

    def get(self, address, **options):
        return self.browser.get(address, buffered=True, **options)


@pytest.fixture
def clerk(demo, login):
    return Reader(login(demo, "clerk.linqing"))


def test_a_page_is_packed_for_whoever_takes_it(clerk):
    plain = clerk.get(PAGE)
    small = clerk.get(PAGE, headers=TAKES)
    assert not packed(plain)
    assert packed(small)
    assert small.content_length == len(small.data) < len(plain.data) / 3
    assert "<!doctype html>" in gzip.decompress(small.data).decode()
    assert not packed(clerk.get(PAGE, headers={"Accept-Encoding": "gzip;q=0, br"}))


@pytest.mark.parametrize(
    ("asked_by", "expected"),
    [
        ("", True),
        ("none", True),
        ("same-origin", True),
        ("same-site", False),
        ("cross-site", False),
    ],
)
def test_a_page_that_another_site_asked_for_tells_nothing_by_its_length(clerk, asked_by, expected):
    headers = TAKES | ({"Sec-Fetch-Site": asked_by} if asked_by else {})
    answer = clerk.get(PAGE + "?q=guess", headers=headers)
    assert packed(answer) is expected
    assert {"Accept-Encoding", "Sec-Fetch-Site"} <= set(answer.vary.as_set(preserve_casing=True))


def test_json_and_errors_are_packed_and_files_are_not(clerk, demo, token):
    bearer = token(demo, "clerk.linqing")
    assert packed(clerk.get("/api/v1/departments/", headers=TAKES | bearer))
    assert packed(clerk.get("/nothing-here", headers=TAKES))
    ledger = clerk.get("/cases/export", headers=TAKES)
    assert ledger.status_code == 200
    assert not packed(ledger)


def test_a_file_of_ours_is_kept_for_a_year_by_the_address_that_has_its_content(clerk):
    addresses = re.findall(r'(?:src|href)="(/assets/[^"]+)"', clerk.get(PAGE).text)
    assert len(addresses) >= 4
    for address in addresses:
        answer = clerk.get(address, headers=TAKES)
        assert answer.headers["Cache-Control"] == YEAR, address
        again = clerk.get(address, headers=TAKES | {"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304, address
        other = clerk.get(re.sub(r"v=\w+", "v=0123456789ab", address))
        assert other.headers["Cache-Control"] == "no-cache", address
        assert clerk.get(address.partition("?")[0]).headers["Cache-Control"] == "no-cache"
    assert clerk.get("/assets/nothing.js?v=1").headers["Cache-Control"] == "no-cache"
