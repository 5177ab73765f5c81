"""Files at the window and over REST: added, shown, downloaded, and only by who may."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.cases.documents.models import Attachment
from app.cases.records import Assignment
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.paper import HTML, PDF, PNG, TEXT
from tests.cases.window import TYPED, case_of, events, hall, made, newest
from tests.core import screens

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture(autouse=True)
def folder(house, tmp_path, monkeypatch):
    monkeypatch.setitem(house.config, "FILES", tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def rest(demo, token):
    """Return a function that asks the REST resource of a case's files as somebody."""

    def ask(username, method, path, **options):
        return demo.test_client().open(
            f"/api/v1/cases/{path}", method=method, headers=token(demo, username), **options
        )

    return ask


def upload(*files):
    return [(io.BytesIO(content), name) for name, content in files]


def post(client, number, *files, **fields):
    data = {"attachments": upload(*files), "purpose": "evidence", **fields}
    return client.post(
        f"/cases/{number}/attachments", data=data, content_type="multipart/form-data"
    )


def rows(number):
    db.session.rollback()
    with scope.everything():
        query = select(Attachment).where(Attachment.case_id == number).order_by(Attachment.id)
        return db.session.scalars(query).all()


def test_a_clerk_adds_several_files_and_sees_them_on_the_page(clerk):
    number = made(Status.REGISTERED)
    form = clerk.get(f"/cases/{number}/attachments")
    assert screens.tree(form).xpath("//form[@enctype='multipart/form-data']")
    assert screens.tree(form).xpath("//input[@name='attachments'][@multiple]")
    answer = post(clerk, number, ("身份证.png", PNG), ("说明.txt", TEXT))
    assert answer.status_code == 302, screens.summary(answer)
    page = clerk.get(f"/cases/show/{number}")
    card = page.text[page.text.index('id="papers"') :]
    for words in ("身份证.png", "说明.txt", "证明 · PNG 图片", "预览", "移除"):
        assert words in card
    assert events(number) == ["registered", "attached", "attached"]
    assert "身份证.png（" in screens.text_of(page)
    [picture, text] = rows(number)
    assert f"/attachments/{picture.id}?inline=1" in card
    assert f"/attachments/{text.id}?inline=1" not in card


def test_one_bad_file_keeps_them_all_out_and_the_purpose_stays(clerk, folder):
    number = made(Status.REGISTERED)
    answer = post(clerk, number, ("好.txt", TEXT), ("坏.png", HTML))
    assert answer.status_code == 422
    assert "网页" in screens.beside(answer)["attachments"][0]
    assert screens.typed(answer)["purpose"] == "evidence"
    assert rows(number) == []
    assert [it for it in folder.rglob("*") if it.is_file()] == []


def test_no_file_and_no_purpose_are_told(clerk):
    number = made(Status.REGISTERED)
    answer = clerk.post(f"/cases/{number}/attachments", data={"purpose": "nonsense"})
    assert answer.status_code == 422
    assert screens.beside(answer)["attachments"] == ["请选择文件"]
    assert "purpose" in screens.beside(answer)


def test_a_download_carries_its_chinese_name_and_can_do_nothing(clerk):
    number = made(Status.REGISTERED)
    post(clerk, number, ("营业执照 副本.pdf", PDF), ("说明.txt", TEXT))
    [pdf, text] = rows(number)
    answer = clerk.get(f"/attachments/{pdf.id}")
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert quote("营业执照 副本.pdf") in answer.headers["Content-Disposition"]
    for response in (answer, clerk.get(f"/attachments/{pdf.id}?inline=1")):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "sandbox"
        assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith("inline")
    shown = clerk.get(f"/attachments/{text.id}?inline=1")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    part = clerk.get(f"/attachments/{pdf.id}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, PDF[:4])
    assert events(number) == ["registered", "attached", "attached"], "looking is no event"


def test_a_handler_whose_department_lost_the_case_gets_nothing(clerk, handler, rest):
    number = made(Status.SIGNED)
    post(clerk, number, ("a.pdf", PDF))
    [row] = rows(number)
    paths = (
        f"/attachments/{row.id}",
        f"/attachments/{row.id}/remove",
        f"/cases/{number}/attachments",
    )
    assert [handler.get(path).status_code for path in paths] == [200, 302, 200]
    me = "handler.linqing.scjg"
    below = (f"{number}/attachments", f"{number}/attachments/{row.id}")
    assert [rest(me, "GET", path).status_code for path in below] == [200, 200]
    db.session.remove()
    with scope.everything(), transaction():
        for assignment in db.session.query(Assignment).filter_by(case_id=number):
            db.session.delete(assignment)
    assert [handler.get(path).status_code for path in paths] == [404, 404, 404]
    assert post(handler, number, ("b.pdf", PDF)).status_code == 404
    assert [rest(me, "GET", path).status_code for path in below] == [404, 404]


def test_a_removal_asks_why_and_is_told(clerk, demo, login):
    number = made(Status.REGISTERED)
    post(clerk, number, ("张桂英身份证.pdf", PDF))
    [row] = rows(number)
    asked = clerk.get(f"/attachments/{row.id}/remove")
    assert "张桂英" not in screens.tree(asked).xpath("//title")[0].text
    assert clerk.post(f"/attachments/{row.id}/remove", data={"reason": " "}).status_code == 422
    answer = clerk.post(f"/attachments/{row.id}/remove", data={"reason": "传错了人"})
    assert answer.status_code == 302
    page = clerk.get(f"/cases/show/{number}")
    assert "还没有材料" in page.text
    assert "传错了人" in page.text
    assert clerk.get(f"/attachments/{row.id}").status_code == 404
    inspector = login(demo, "inspector.liaocheng")
    assert inspector.get(f"/attachments/{row.id}").data == PDF
    assert "传错了人" in inspector.get(f"/cases/show/{number}").text
    assert inspector.get(f"/attachments/{row.id}/remove").status_code == 403


def test_bytes_that_are_gone_are_a_sentence(clerk, folder):
    number = made(Status.REGISTERED)
    post(clerk, number, ("a.pdf", PDF))
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = clerk.get(f"/attachments/{rows(number)[0].id}")
    assert answer.status_code == 409
    assert "已不在服务器上" in answer.text


def test_too_much_at_once_is_a_page_that_can_be_read(demo, clerk, monkeypatch):
    monkeypatch.setitem(demo.config, "MAX_CONTENT_LENGTH", 2000)
    answer = post(clerk, made(Status.REGISTERED), ("a.txt", b"x" * 3000))
    assert answer.status_code == 413
    assert "一次上传的内容过大" in answer.text


def test_a_page_of_a_closed_case_offers_nothing_to_add(clerk):
    number = made(Status.CLOSED)
    assert f"/cases/{number}/attachments" not in clerk.get(f"/cases/show/{number}").text
    assert clerk.get(f"/cases/{number}/attachments").status_code == 302
    answer = post(clerk, number, ("a.pdf", PDF))
    assert answer.status_code == 422
    assert "事项已结束" in screens.summary(answer)[0]


# --- while registering -----------------------------------------------------------------------


def registered(clerk, *files, **typed):
    with scope.everything():
        data = {**screens.typed(clerk.get("/cases/add")), **TYPED, "hall": str(hall().id)}
    data |= {"attachments": upload(*files), **typed}
    return clerk.post("/cases/add", data=data, content_type="multipart/form-data")


def test_files_come_in_with_the_case(clerk):
    answer = registered(clerk, ("a.pdf", PDF), ("b.png", PNG))
    assert answer.status_code == 302, screens.summary(answer)
    number = newest()
    assert [row.name for row in rows(number)] == ["a.pdf", "b.png"]
    assert {row.purpose.value for row in rows(number)} == {"material"}
    assert events(number) == ["registered", "attached", "attached"]


def test_a_bad_file_registers_nothing_and_loses_no_word(clerk, folder):
    before = newest()
    answer = registered(clerk, ("好.txt", TEXT), ("坏.png", HTML))
    assert answer.status_code == 422
    assert screens.typed(answer)["applicant_name"] == TYPED["applicant_name"]
    assert "坏.png" in screens.beside(answer)["attachments"][0]
    assert newest() == before
    answer = registered(clerk, ("好.txt", TEXT), phone="abc")
    assert "重新选择文件" in screens.beside(answer)["attachments"][0]
    assert "phone" in screens.beside(answer)
    assert newest() == before
    assert [it for it in folder.rglob("*") if it.is_file()] == []


# --- REST ------------------------------------------------------------------------------------


def test_files_over_rest(rest, demo):
    number = made(Status.SIGNED)
    me, path = "handler.linqing.scjg", f"{number}/attachments"
    sent = {"file": upload(("结果.pdf", PDF), ("说明.txt", TEXT)), "purpose": "result"}
    answer = rest(me, "POST", path, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 201, answer.text
    listed = rest(me, "GET", path).json
    assert listed["count"] == 2
    first = listed["result"][0]
    assert (first["name"], first["size"], first["purpose"]) == ("结果.pdf", len(PDF), "result")
    download = rest(me, "GET", f"{path}/{rows(number)[0].id}")
    assert download.data == PDF
    assert download.headers["Content-Security-Policy"] == "sandbox"
    assert case_of(number) is not None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "file"),
        ({"file": [(io.BytesIO(HTML), "a.pdf")]}, "file"),
        ({"file": [(io.BytesIO(PDF), "a.pdf")], "purpose": "nonsense"}, "purpose"),
    ],
    ids=["none", "lies", "purpose"],
)
def test_what_is_wrong_is_told_in_problem_details(rest, folder, sent, field):
    number = made(Status.SIGNED)
    fresh = {
        name: [(io.BytesIO(it.getvalue()), told) for it, told in value] if name == "file" else value
        for name, value in sent.items()
    }
    answer = rest(
        "clerk.linqing",
        "POST",
        f"{number}/attachments",
        data=fresh,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert field in answer.json["errors"]
    assert rows(number) == []
    assert [it for it in folder.rglob("*") if it.is_file()] == []


def test_a_file_is_served_below_its_own_case_alone(rest, clerk):
    number, other = made(Status.SIGNED), made(Status.SIGNED)
    post(clerk, number, ("a.pdf", PDF))
    [row] = rows(number)
    assert rest("clerk.linqing", "GET", f"{other}/attachments/{row.id}").status_code == 404
    assert rest("clerk.yanggu", "GET", f"{number}/attachments/{row.id}").status_code == 404
    assert rest("clerk.yanggu", "GET", f"{number}/attachments").status_code == 404
    assert rest("supervisor.linqing", "GET", f"{number}/attachments/{row.id}").data == PDF
    assert rest("supervisor.linqing", "POST", f"{number}/attachments").status_code == 403
    assert rest("clerk.linqing", "GET", "1e3/attachments").status_code == 404
