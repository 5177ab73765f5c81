"""One's own inbox, the bell, the rules, the channels and what became of each message."""

from __future__ import annotations

import pytest

from app.core import scope
from app.core.db import db
from app.notices.kinds import KINDS
from app.notices.models import NoticeTarget
from app.notices.queries import few_unread
from app.notices.rules import TargetKind
from tests.cases.window import hall, register
from tests.core import screens
from tests.core.screens import statements, text_of, tree, typed
from tests.notices.telling import ask, deliver, fan_out, notices, run

pytestmark = pytest.mark.usefixtures("at_now")

SECRET = "wecombot://693a9159-bb2d-44dd"


@pytest.fixture
def told(quiet, rule):
    """Tell the supervisor of Linqing of two cases."""
    rule("registered", "hall_supervisors")
    cases = [register(), register()]
    fan_out()
    return cases


@pytest.fixture
def supervisor(told, quiet, login):
    return login(quiet, "supervisor.linqing")


def unread(client):
    return "".join(tree(client.get("/notices/")).xpath("//a[@class='bell']/b/text()"))


def mine(username="supervisor.linqing"):
    return notices(username=username, way="inbox")


# --- the inbox -----------------------------------------------------------------------------------


def test_the_inbox_lists_what_one_was_told_with_unread_ones_first(supervisor, told):
    page = supervisor.get("/notices/")
    said = text_of(page)
    assert all(case.number in said for case in told)
    assert "张桂英" not in said
    run("UPDATE notice SET read_at = created_at WHERE id = :id", id=mine()[1]["id"])
    titles = tree(supervisor.get("/notices/")).xpath("//ul[contains(@class,'inbox')]/li/@class")
    assert [title.split()[0] for title in titles] == ["unread", "read"]
    only = text_of(supervisor.get("/notices/?tab=unread"))
    assert told[0].number in only
    assert told[1].number not in only


def test_opening_a_message_leads_to_its_case_and_it_is_read(supervisor, told):
    assert unread(supervisor) == "2"
    number = mine()[0]["id"]
    answer = supervisor.post("/notices/read", data={"id": number, "then": "case"})
    assert answer.location == f"/cases/show/{told[0].id}"
    assert supervisor.get(answer.location).status_code == 200
    assert unread(supervisor) == "1"
    first = ask("SELECT read_at FROM notice WHERE id = :id", id=number)
    supervisor.post("/notices/read", data={"id": number})
    assert ask("SELECT read_at FROM notice WHERE id = :id", id=number) == first


def test_all_are_read_at_once_and_nobody_else_s(supervisor):
    run("INSERT INTO notice (event_id, about, row_id, case_id, case_number, hall_id, kind, way, "
        "pace, user_id, recipient, title, body, created_at, send_after, state, sent_at, attempts) "
        "SELECT n.event_id, n.about, n.row_id, n.case_id, n.case_number, n.hall_id, n.kind, "
        "n.way, n.pace, u.id, u.username, n.title, n.body, "
        "n.created_at, n.send_after, n.state, n.sent_at, 0 "
        "FROM notice n, ab_user u WHERE u.username = 'clerk.linqing'")  # fmt: skip
    answer = supervisor.post("/notices/read", data={"all": "1"}, follow_redirects=True)
    assert "没有未读消息" in text_of(answer)
    assert unread(supervisor) == ""
    assert {row["read_at"] for row in mine("clerk.linqing")} == {None}


def test_a_foreign_message_is_none(supervisor, quiet, login):
    number = mine()[0]["id"]
    for username in ("clerk.linqing", "admin", "inspector.liaocheng"):
        client = login(quiet, username)
        assert client.post("/notices/read", data={"id": number}).status_code == 404
        assert "还没有消息" in text_of(client.get("/notices/"))
    assert supervisor.post("/notices/read", data={"id": "x"}).status_code == 404
    assert mine()[0]["read_at"] is None


def test_a_message_of_a_case_out_of_sight_leads_nowhere(supervisor, told):
    run("UPDATE membership SET hall_id = :hall WHERE user_id = (SELECT id FROM ab_user "
        "WHERE username = 'supervisor.linqing')", hall=hall("yanggu").id)  # fmt: skip
    page = supervisor.get("/notices/")
    assert "现不在您的权限范围内" in text_of(page)
    assert "then" not in [item.get("name") for item in tree(page).xpath("//button")]


def test_the_bell_costs_one_statement_that_an_index_answers(supervisor, quiet):
    with statements() as sent:
        supervisor.get("/password")
    about = [text for text in sent if "notice" in text]
    assert len(about) == 1
    query = few_unread(1).compile(db.engine, compile_kwargs={"literal_binds": True})
    with db.engine.begin() as connection:
        if quiet.backend.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan TO off")
            plan = connection.exec_driver_sql(f"EXPLAIN {query}")
        rows = plan.all()
    assert "ix_notice_unread" in str(rows)


def test_a_page_number_that_is_none_is_said_to_be_none(supervisor):
    for number in ("0", "x", "-1", "9" * 12):
        answer = supervisor.get(f"/notices/?page={number}")
        assert answer.status_code == 400
        assert "页码" in answer.text


# --- rules and channels --------------------------------------------------------------------------


@pytest.fixture
def admin(quiet, login):
    return login(quiet, "admin")


def test_the_administrator_edits_who_is_told(admin):
    form = typed(admin.get("/notice-rules/add"))
    assert set(screens.choices(admin.get("/notice-rules/add"), "kind")) == {"", *KINDS}
    form |= {"kind": "registered", "audience": "hall_supervisors", "inbox": "y", "active": "y"}
    assert admin.post("/notice-rules/add", data=form).status_code == 302
    register()
    fan_out()
    assert [row["username"] for row in notices()] == ["supervisor.linqing"]
    [row] = ask("SELECT id FROM notice_rule")
    form = typed(admin.get(f"/notice-rules/edit/{row['id']}"))
    assert form["kind"] == "registered"
    form |= {"audience": "supervisors_above"}
    assert admin.post(f"/notice-rules/edit/{row['id']}", data=form).status_code == 302
    register()
    fan_out()
    assert notices()[-1]["username"] == "supervisor.liaocheng"


@pytest.mark.parametrize(
    ("typed_in", "field", "sentence"),
    [
        ({"kind": ""}, "kind", "必填"),
        ({"kind": "nothing"}, "kind", "Not a valid choice"),
        ({"inbox": ""}, "inbox", "至少选一种"),
        ({"audience": "group_only"}, "target", "须选择群或接口"),
        ({"target": "YANGGU"}, "target", "只属于阳谷县政务服务大厅"),
        ({"target": "MAIL"}, "target", "邮件服务器不是群"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_beside_its_field(
    admin, channel, typed_in, field, sentence
):
    made = {
        "YANGGU": channel(SECRET, TargetKind.WECOM, "阳谷群", hall=hall("yanggu")).id,
        "MAIL": channel("mailtos://a:b@lq.gov.cn", TargetKind.MAIL, "邮件").id,
    }
    form = typed(admin.get("/notice-rules/add"))
    form |= {"kind": "overdue", "audience": "hall_clerks", "inbox": "y", "active": "y"}
    form |= {name: str(made.get(value, value)) for name, value in typed_in.items()}
    if not form["inbox"]:
        del form["inbox"]
    answer = admin.post("/notice-rules/add", data=form)
    assert answer.status_code == 422
    if sentence != "Not a valid choice":
        assert sentence in "".join(screens.beside(answer)[field])


def test_an_address_is_kept_encrypted_and_shown_to_nobody(admin, quiet, token):
    form = {"name": "督查群", "kind": "wecom", "address": SECRET, "active": "y"}
    answer = admin.post("/notice-targets/add", data=form)
    assert answer.status_code == 302
    [row] = ask("SELECT * FROM notice_target")
    assert "693a9159" not in row["address"]
    headers = token(quiet, "admin")
    rest = quiet.test_client()
    seen = [
        admin.get(answer.location).text,
        admin.get(f"/notice-targets/edit/{row['id']}").text,
        admin.get("/notice-targets/list/").text,
        rest.get(f"/api/v1/notice-targets/{row['id']}", headers=headers).text,
        rest.get("/api/v1/notice-targets/", headers=headers).text,
        admin.get("/notice-targets/export").get_data(as_text=True),
    ]
    assert all("693a9159" not in text for text in seen)
    assert "wecombot://****" in seen[0]
    form = typed(admin.get(f"/notice-targets/edit/{row['id']}")) | {"name": "改名"}
    assert admin.post(f"/notice-targets/edit/{row['id']}", data=form).status_code == 302
    with scope.everything():
        kept = db.session.get(NoticeTarget, row["id"], populate_existing=True)
        assert (kept.name, kept.address) == ("改名", SECRET)


@pytest.mark.parametrize(
    ("kind", "address", "sentence"),
    [
        ("wecom", "随便写写", "这个地址无法识别"),
        ("dingtalk", SECRET, "这不是钉钉群机器人的地址"),
        ("wecom", "", "必填"),
    ],
)
def test_an_address_that_can_not_be_read_is_refused(admin, kind, address, sentence):
    form = {"name": "群", "kind": kind, "address": address, "active": "y"}
    answer = admin.post("/notice-targets/add", data=form)
    assert answer.status_code == 422
    assert sentence in "".join(screens.beside(answer)["address"])


def test_a_channel_is_tried(admin, channel, web):
    number = channel(web.url).id
    page = admin.get(f"/notice-targets/show/{number}")
    assert f'action="/notice-targets/{number}/test"' in page.text
    answer = admin.post(f"/notice-targets/{number}/test", follow_redirects=True)
    assert "测试消息已发出" in text_of(answer)
    assert web.got[0]["title"] == "“办成”测试消息"
    web.status = 500
    answer = admin.post(f"/notice-targets/{number}/test", follow_redirects=True)
    assert "测试消息没有发出：对方服务器拒收（HTTP 500）" in text_of(answer)


def test_a_mail_server_is_tried_with_a_letter_to_oneself(admin, channel, mail, mailbox):
    number = channel(mail.url, TargetKind.MAIL).id
    answer = admin.post(f"/notice-targets/{number}/test", follow_redirects=True)
    assert "请先在“人员”中填写您自己的电子邮箱" in text_of(answer)
    mailbox("admin", "admin@linqing.gov.cn")
    admin.post(f"/notice-targets/{number}/test")
    assert [to for to, _, _ in mail.read] == ["admin@linqing.gov.cn"]


def test_a_mail_address_is_filled_in_with_the_person(admin):
    [row] = ask("SELECT id, email FROM ab_user WHERE username = 'clerk.linqing'")
    assert row["email"] == "clerk.linqing@localhost"
    assert "@localhost" not in admin.get(f"/staff/show/{row['id']}").text
    form = typed(admin.get(f"/staff/edit/{row['id']}"))
    assert form["email"] == ""
    for wrong in ("li", "li@", "li@localhost.", "a b@lq.gov.cn"):
        answer = admin.post(f"/staff/edit/{row['id']}", data=form | {"email": wrong})
        assert "电子邮箱的格式不正确" in "".join(screens.beside(answer)["email"])
    admin.post(f"/staff/edit/{row['id']}", data=form | {"email": "li@linqing.gov.cn"})
    assert "li@linqing.gov.cn" in admin.get(f"/staff/show/{row['id']}").text
    form = typed(admin.get(f"/staff/edit/{row['id']}"))
    admin.post(f"/staff/edit/{row['id']}", data=form | {"email": ""})
    assert ask("SELECT email FROM ab_user WHERE username = 'clerk.linqing'")[0] == {
        "email": "clerk.linqing@localhost"
    }


# --- what became of each message -----------------------------------------------------------------


@pytest.fixture
def failed(quiet, rule, channel, web):
    """A message that an interface refused for good."""
    web.status = 500
    rule("registered", "group_only", inbox=False, target=channel(web.url))
    register()
    fan_out()
    deliver()
    run("UPDATE notice SET state = 'dead'")
    return notices()[0]["id"]


def test_what_failed_is_seen_and_sent_again_by_the_administrator(admin, failed, web):
    for tab, there in (("dead", True), ("unknown", False), ("sent", False), ("pending", False)):
        said = text_of(admin.get(f"/deliveries/list/?tab={tab}"))
        assert ("对方服务器拒收（HTTP 500）" in said) is there
    page = admin.get(f"/deliveries/show/{failed}")
    assert notices()[0]["case_number"] not in page.text  # who sends need not read
    assert f'action="/deliveries/{failed}/resend"' in page.text
    answer = admin.post(f"/deliveries/{failed}/resend", follow_redirects=True)
    assert "已重新排队" in text_of(answer)
    assert "resend" not in answer.text
    assert admin.post(f"/deliveries/{failed}/resend").status_code == 409
    web.status = 200
    assert deliver() == (1, 0)
    said = text_of(admin.get(f"/deliveries/show/{failed}"))
    assert "重发人" in said
    assert "系统管理员" in said


def test_the_inspector_reads_and_sends_nothing(quiet, login, failed):
    inspector = login(quiet, "inspector.liaocheng")
    assert "群" in text_of(inspector.get("/deliveries/list/"))
    page = inspector.get(f"/deliveries/show/{failed}")
    assert page.status_code == 200
    assert "resend" not in page.text
    assert notices()[0]["case_number"] in page.text
    assert inspector.post(f"/deliveries/{failed}/resend").status_code == 403
    assert login(quiet, "clerk.linqing").get("/deliveries/list/").status_code == 403
