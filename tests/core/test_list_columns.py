"""The columns of a list, as each person wants them: chosen, kept, exported, and nobody else's."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import func, select, text

from app.core import scope
from app.core.db import db
from app.core.list_settings import ListSetting
from tests.core import screens

USUAL = "/departments/list/"
CHOOSE = "/departments/columns"


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


def save(client, shown, order=(), address=CHOOSE, **widths):
    sent = {"show": list(shown), "order": list(order or shown)}
    return client.post(address, data=sent | {f"w-{name}": it for name, it in widths.items()})


def heads(client, address=USUAL):
    answer = client.get(address)
    assert answer.status_code == 200, screens.text_of(answer)
    return screens.head(answer)


def kept():
    with scope.everything():
        return db.session.scalar(select(func.count()).select_from(ListSetting))


def test_columns_are_shown_in_the_chosen_order_and_kept(admin, demo, login):
    before = heads(admin)
    answer = save(admin, ["name", "code"], ["code", "phone", "name"], f"{CHOOSE}?q=科&sort=code")
    assert answer.status_code == 302
    assert answer.location.startswith(USUAL)
    assert "sort=code" in answer.location
    assert heads(admin) == ["代码", "名称"] != before
    db.session.remove()
    assert heads(login(demo, "admin")) == ["代码", "名称"], "in another browser, too"
    assert heads(login(demo, "clerk.linqing")) == before, "and for nobody else"
    assert save(admin, [], address=CHOOSE).status_code == 422
    assert admin.post(CHOOSE, data={"reset": "1"}).status_code == 302
    assert heads(admin) == before
    assert kept() == 0


def test_what_is_hidden_is_not_sent(admin):
    with_names = admin.get(USUAL).text
    assert "市场监管科" in with_names
    save(admin, ["code"])
    assert (
        "市场监管科" not in admin.get(USUAL).text.partition("<tbody>")[2].partition("</tbody>")[0]
    )


def test_an_export_has_the_columns_of_the_list_and_its_address_tells_them(admin):
    save(admin, ["name", "code"])
    [address] = screens.tree(admin.get(USUAL)).xpath("//a[contains(@href, '/export')]/@href")
    assert "columns=name%2Ccode" in address
    admin.post(CHOOSE, data={"reset": "1"})
    sheet = openpyxl.load_workbook(io.BytesIO(admin.get(address).data)).worksheets[0]
    assert len([cell for cell in sheet[2] if cell.value]) == 2
    assert [cell.value for cell in sheet[2]][:2] == ["名称", "代码"]
    assert heads(admin, address.replace("export", "list/")) == ["名称", "代码"]


def test_widths_are_kept_and_only_known_ones(admin):
    save(admin, ["name", "code"], name="broad", code="1px;evil")
    page = screens.tree(admin.get(USUAL))
    assert len(page.xpath("//th[contains(@class, 'w-broad')]")) == 1
    assert "evil" not in admin.get(USUAL).text


@pytest.mark.parametrize(
    "name", ["password", "id", "__class__", "phone_index", "nothing", "hall_id", "metadata"]
)
def test_no_column_is_shown_that_the_list_does_not_offer(admin, name):
    assert admin.get(f"{USUAL}?columns=name,{name}").status_code == 400
    assert save(admin, [name]).status_code == 422
    for other in ("staff", "cases", "halls"):
        assert admin.get(f"/{other}/list/?columns={name}").status_code in {400, 403}


def test_personal_data_stays_masked_or_out_whatever_is_asked_for(demo, login):
    clerk = login(demo, "clerk.linqing")
    for secret in ("phone", "id_number", "address"):
        assert clerk.get(f"/cases/list/?columns=number,{secret}").status_code == 400
    names = [
        row[1] for row in screens.rows(clerk.get("/cases/list/?columns=number,applicant_name"))
    ]
    with scope.everything():
        known = set(db.session.scalars(text('SELECT applicant_name FROM "case"')))
    assert names
    assert not known & set(names)


def test_every_column_of_every_list_can_be_shown(admin, demo, login):
    """Each is drawn at once, with as many statements however many rows there are."""
    clerk = login(demo, "clerk.linqing")
    for client, entity in ((clerk, "cases"), (admin, "departments"), (admin, "deadline-rules")):
        choices = screens.tree(client.get(f"/{entity}/columns")).xpath(
            "//input[@name='show']/@value"
        )
        address = f"/{entity}/list/?columns={','.join(choices)}&size="
        assert len(heads(client, f"{address}100")) == len(choices) > 4
        costs = []
        for size in (5, 10):
            db.session.remove()
            with screens.statements() as sent:
                assert client.get(f"{address}{size}").status_code == 200
            costs.append(len(sent))
        assert costs[0] == costs[1], entity


def test_a_setting_of_a_column_that_is_no_more_is_passed_over(admin):
    save(admin, ["name", "code"])
    with scope.everything():
        row = db.session.scalar(select(ListSetting))
        row.columns = [["gone", ""], *row.columns]
        db.session.commit()
    db.session.remove()
    assert len(heads(admin)) == 2
