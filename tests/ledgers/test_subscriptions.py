"""Ledgers that are sent on time: to whom, with what, once; what can't be sent is seen."""

from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from threading import Event

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core import clock, scope
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.transaction import transaction
from app.departments.models import Hall, Staff
from app.departments.queries import person_named
from app.departments.rules import Role
from app.ledgers.models import LedgerKind
from app.ledgers.subscriptions import operations
from app.ledgers.subscriptions.jobs import send_ledgers
from app.ledgers.subscriptions.models import LedgerSubscription
from app.ledgers.subscriptions.rules import Cadence, Language, Span, Weekday
from app.ledgers.tasks.making import make_next
from app.ledgers.templates import operations as designing
from app.ledgers.templates.definition import Definition, Shown
from app.ledgers.templates.operations import Sharing
from app.notices.delivery import deliver
from tests.core.screens import Browser, beside, statements, text_of, typed
from tests.ledgers.reading import ask, run, table
from tests.notices.post import Mail, serving
from tests.processes import Forked

BEFORE = datetime(2026, 9, 17, 1, 0, tzinfo=UTC)
"""Thursday 2026-09-17, 09:00 in Linqing: when they subscribe."""
AT = datetime(2026, 9, 17, 1, 30, tzinfo=UTC)
"""Half an hour later: when it is due."""
NOW = AT + timedelta(seconds=20)
SENDINGS = """SELECT s.*, u.username FROM ledger_sending s LEFT JOIN ab_user u ON u.id = s.user_id
              ORDER BY s.id"""
MOVED = """UPDATE membership SET hall_id = (SELECT id FROM hall WHERE code = 'yanggu')
           WHERE user_id = :id"""
WHO = "supervisor.linqing"


@pytest.fixture(autouse=True)
def folder(request, tmp_path, monkeypatch):
    """An empty folder for ledgers, at an instant that stands still."""
    if "demo" in request.fixturenames:
        demo = request.getfixturevalue("demo")
        monkeypatch.setitem(demo.config, "EXPORTS", tmp_path / "exports")
        monkeypatch.setattr(demo, "test_client_class", Browser)
        monkeypatch.setattr(clock, "now", lambda: NOW)
        run("DELETE FROM notice")
    return tmp_path / "exports"


@pytest.fixture
def post(demo, monkeypatch):
    """A mail server that the setting names."""
    with serving(Mail()) as server:
        monkeypatch.setitem(demo.config, "NOTICES", [server.url])
        yield server


def mailbox(username=WHO, address="li@linqing.gov.cn"):
    run("UPDATE ab_user SET email = :it WHERE username = :who", it=address, who=username)


def subscribed(*people, owner=WHO, hall="linqing", now=BEFORE, **more):
    """Set up a subscription; return its number."""
    usual = {
        "kind": LedgerKind.CASES, "span": Span.ALL, "cadence": Cadence.DAILY, "nth": 1,
        "weekday": Weekday.MONDAY, "at": time(9, 30), "inbox": True, "mail": True,
        "language": Language.ZH, "active": True,
    }  # fmt: skip
    actor = person_named(owner)
    with scope.working_for(actor), transaction():
        named = db.session.scalars(select(Staff).where(Staff.username.in_(people or [owner])))
        place = db.session.scalars(select(Hall).where(Hall.code == hall)).one()
        row = LedgerSubscription(hall=place, **{**usual, **more})
        operations.subscribe(row, named.all(), actor=actor, now=now)
        return row.id


def sent(now=NOW):
    return send_ledgers(now, now)


def made():
    """Make everything that waits; return how many ledgers."""
    number = 0
    while make_next(Event()):
        number += 1
    return number


def through(now=NOW):
    """Let a run go from being due to being told."""
    sent(now)
    made()
    return sent(now)


def delivered(now=NOW):
    with scope.everything():
        return deliver(now).sent


def notices(**fields):
    rows = ask("SELECT n.*, u.username FROM notice n JOIN ab_user u ON u.id = n.user_id")
    return [row for row in rows if all(row[key] == it for key, it in fields.items())]


def carried(letter):
    """Return the text of a letter and what it carries: name → content."""
    text = letter.get_body(("plain",)).get_content()
    return text, {part.get_filename(): part.get_content() for part in letter.iter_attachments()}


# --- what arrives --------------------------------------------------------------------------------


def test_a_letter_comes_with_the_figures_and_the_file_of_what_its_reader_may_see(demo, post):
    mailbox()
    subscribed()
    assert sent(AT - timedelta(seconds=1)) == {}
    assert sent() == {"subscribed": 1}
    assert made() == 1
    assert sent() == {"mailed": 1}
    assert [row["state"] for row in ask(SENDINGS)] == ["sent"]
    assert delivered() == 1
    [(to, letter)] = post.got
    assert to == "li@linqing.gov.cn"
    text, files = carried(letter)
    [(name, content)] = files.items()
    assert name.startswith("办不成事台账_临清市政务服务大厅_")
    rows = table(BytesIO(content))
    assert {row[0][:2] for row in rows} == {"LQ"}
    assert all("*" in row[4] for row in rows)
    told = dict(load_workbook(BytesIO(content))["说明"].iter_rows(values_only=True))
    late = sum(row[17] == "是" for row in rows)
    in_time = sum(row[17] == "否" and row[15] is not None for row in rows)
    assert (told["其中超期"], told["其中按期办结"]) == (str(late), str(in_time))
    assert late
    assert in_time
    for line in (
        f"共 {len(rows)} 行", f"其中超期：{late}", f"其中按期办结：{in_time}",
        "筛选条件：大厅：临清市政务服务大厅", f"附件：{name}",
    ):  # fmt: skip
        assert line in text
    assert "订阅的台账" in letter["Subject"]


def test_a_file_that_is_too_large_is_fetched_with_a_log_in(demo, post, login, monkeypatch):
    monkeypatch.setitem(demo.config, "MAIL_LIMIT", 1000)
    monkeypatch.setitem(demo.config, "PANEL_URL", "https://bancheng.example")
    mailbox()
    subscribed()
    through()
    delivered()
    [(_, letter)] = post.got
    text, files = carried(letter)
    assert files == {}
    [task] = ask("SELECT * FROM ledger_task")
    page = f"/ledger-tasks/show/{task['id']}"
    assert f"https://bancheng.example{page}" in text
    assert f"文件：{task['file_name']}（0.1 MB），登录面板后在“我的台账”下载" in text
    assert demo.test_client().get(page).status_code == 302
    client = login(demo, WHO)
    assert client.get(f"/ledger-tasks/{task['id']}/file").mimetype.endswith("sheet")
    assert f"订阅的台账：TZ-{task['id']} 办不成事台账" in text_of(client.get("/notices/"))
    assert login(demo, "supervisor.liaocheng").get(page).status_code == 404


def test_each_of_a_role_gets_what_they_may_see_in_the_language_that_was_chosen(demo, post):
    mailbox("supervisor.liaocheng", "wang@liaocheng.gov.cn")
    subscribed(
        owner="supervisor.liaocheng", hall="liaocheng", kind=LedgerKind.OVERDUE,
        role=Role.SUPERVISOR, language=Language.EN, cadence=Cadence.WEEKLY,
        weekday=Weekday.THURSDAY, span=Span.WEEK,
    )  # fmt: skip
    through()
    delivered()
    [row] = ask(SENDINGS)
    assert (row["username"], row["state"]) == ("supervisor.liaocheng", "sent")
    [task] = ask("SELECT * FROM ledger_task")
    assert "2026-09-07" in task["about"]
    assert "2026-09-13" in task["about"]
    [(_, letter)] = post.got
    text, files = carried(letter)
    assert letter["Subject"].endswith("Ledger of overdue cases")
    assert "rows" in text
    assert "Of these, overdue: " in text
    assert len(files) == 1


def test_a_designed_ledger_is_sent_in_its_newest_version_to_whom_it_is_shared_with(demo, post):
    with scope.working_for(person_named(WHO)), transaction():
        asked = Definition(LedgerKind.CASES, (Shown("number"), Shown("matter", "事由")))
        sharing = Sharing(shared=True)
        actor = person_named(WHO)
        row = designing.create("晨会用表", asked, sharing, actor=actor, now=BEFORE)
        number = row.id
    with scope.working_for(person_named(WHO)):
        template = db.session.get(type(row), number)
        subscribed("handler.linqing.scjg", kind=None, template=template, mail=False)
    assert through() == {"mailed": 1}
    [task] = ask("SELECT * FROM ledger_task")
    assert task["file_name"].startswith("晨会用表_")
    [told] = notices(kind="ledger_sent")
    assert (told["username"], told["way"]) == ("handler.linqing.scjg", "inbox")
    run("UPDATE ledger_template SET active = false")
    through(NOW + timedelta(days=1))
    assert ask(SENDINGS)[-1]["reason"] == "台账模板已停用"


# --- once, whatever happens ----------------------------------------------------------------------


def test_a_run_that_was_missed_for_days_is_made_up_once(demo):
    subscribed(mail=False)
    later = NOW + timedelta(days=11)
    for _ in range(3):
        through(later)
    [row] = ask(SENDINGS)
    assert str(row["planned_for"])[:10] == "2026-09-28"
    assert len(notices(kind="ledger_sent")) == 1


def test_what_was_planned_before_one_subscribed_or_while_it_was_off_is_not_sent(demo):
    number = subscribed(mail=False, now=NOW)
    assert sent() == {}
    with scope.everything(), transaction():
        operations.switch(db.session.get(LedgerSubscription, number), active=False, now=NOW)
    assert sent(NOW + timedelta(days=4)) == {}
    on_again = NOW + timedelta(days=5)
    with scope.everything(), transaction():
        operations.switch(db.session.get(LedgerSubscription, number), active=True, now=on_again)
    assert sent(on_again + timedelta(minutes=1)) == {}
    assert sent(on_again + timedelta(days=1)) == {"subscribed": 1}


def in_a_process(_say, now):
    return send_ledgers(now, now)


def test_two_schedulers_begin_a_run_once_and_tell_of_it_once(demo):
    subscribed(mail=False)
    for _ in range(2):
        two = [Forked(demo, in_a_process, NOW) for _ in range(2)]
        for process in two:
            process.start()
        for process in two:
            process.result()
        made()
    assert len(ask("SELECT id FROM ledger_task")) == len(ask(SENDINGS)) == 1
    assert len(notices(kind="ledger_sent")) == 1


def test_a_crash_before_the_commit_leaves_nothing_and_the_next_minute_does_all(demo, monkeypatch):
    subscribed(mail=False)
    real = operations._keep
    monkeypatch.setattr(operations, "_keep", lambda *_: 1 / 0)
    with pytest.raises(Exception, match="1 份订阅的台账出错"):
        sent()
    assert ask("SELECT id FROM ledger_subscription_run") == ask("SELECT id FROM ledger_task") == []
    monkeypatch.setattr(operations, "_keep", real)
    assert sent() == {"subscribed": 1}
    made()
    told = operations.tell_recipient

    def dies(*given, **more):
        told(*given, **more)
        raise RuntimeError

    monkeypatch.setattr(operations, "tell_recipient", dies)
    with pytest.raises(Exception, match="1 份订阅的台账出错"):
        sent()
    assert notices() == []
    monkeypatch.setattr(operations, "tell_recipient", told)
    assert sent() == {"mailed": 1}
    assert len(notices(kind="ledger_sent")) == 1


def test_one_may_still_ask_for_ledgers_while_subscribed_ones_wait(demo, login):
    for kind in (LedgerKind.CASES, LedgerKind.OVERDUE, LedgerKind.DUTY):
        subscribed(mail=False, kind=kind)
    assert sent() == {"subscribed": 3}
    assert login(demo, WHO).post("/ledgers/take", data={"kind": "cases"}).status_code == 200


# --- what can't be sent --------------------------------------------------------------------------


def test_whoever_has_no_address_is_told_in_the_panel_and_the_owner_sees_it(demo, post, login):
    subscribed()
    through()
    [row] = ask(SENDINGS)
    assert (row["state"], row["reason"]) == ("failed", "没有电子邮箱")
    assert [it["way"] for it in notices(kind="ledger_sent")] == ["inbox"]
    page = text_of(login(demo, WHO).get("/ledger-sendings/list/?tab=failed"))
    assert "没有电子邮箱" in page
    assert "订阅的台账未送达" in text_of(login(demo, WHO).get("/notices/"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE ab_user SET active = false WHERE id = :id", "账号已停用"),
        ("DELETE FROM membership WHERE user_id = :id", "没有生成这种台账的权限"),
        (MOVED, "临清市政务服务大厅不在其权限范围内"),
    ],
)
@pytest.mark.parametrize("meanwhile", [False, True])
def test_whoever_left_or_lost_the_right_gets_nothing_and_that_is_seen(
    demo, post, change, reason, meanwhile
):
    mailbox()
    subscribed(WHO, owner="supervisor.liaocheng")
    if meanwhile:
        sent()
    run(change, id=person_named(WHO).id)
    through()
    delivered()
    [row] = ask(SENDINGS)
    assert row["state"] == "failed"
    assert meanwhile or row["reason"] == reason
    assert post.got == []
    [told] = notices()
    assert (told["username"], told["kind"]) == ("supervisor.liaocheng", "ledger_not_sent")
    assert row["reason"] in told["body"]


def test_a_role_that_nobody_holds_is_seen(demo):
    subscribed(mail=False, role=Role.INSPECTOR, owner="supervisor.liaocheng", hall="yanggu")
    run("DELETE FROM ledger_subscription_person")
    assert sent() == {}
    [row] = ask(SENDINGS)
    assert (row["state"], row["user_id"]) == ("failed", None)
    assert row["reason"] == "没有收件人：无人担任收件角色"


def test_the_owner_is_told_once_of_a_run_however_many_fail(demo, post):
    subscribed(WHO, "supervisor.liaocheng", owner="supervisor.liaocheng")
    through()
    assert [row["reason"] for row in ask(SENDINGS)] == ["没有电子邮箱"] * 2
    assert len(notices(kind="ledger_not_sent")) == 1


def test_a_file_that_is_gone_is_not_sent_and_the_letter_is_dead(demo, post, folder):
    mailbox()
    subscribed()
    through()
    for path in (folder / "tasks").iterdir():
        path.unlink()
    delivered()
    assert post.got == []
    [letter] = notices(way="mail")
    assert (letter["state"], letter["last_error"]) == ("dead", "附件已过保留期或已被清理")


def test_what_nobody_told_of_while_its_file_was_kept_is_not_told_as_if_it_were_there(demo):
    subscribed(mail=False)
    sent()
    made()
    run("UPDATE ledger_task SET file_key = NULL")
    assert sent(NOW + timedelta(minutes=1)) == {}
    [row] = ask(SENDINGS)
    assert (row["state"], row["reason"][:8]) == ("failed", "文件已过保留期或")
    assert notices(kind="ledger_sent") == []


# --- setting one up ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "more"),
    [
        (["clerk.linqing"], {}),  # takes no ledgers
        (["supervisor.linqing"], {"hall": "liaocheng"}),  # does not see the hall
    ],
)
def test_whom_nothing_can_be_sent_to_is_said_at_once(demo, people, more):
    with pytest.raises(InvalidInputError) as caught:
        subscribed(*people, owner="supervisor.liaocheng", **more)
    assert "people" in caught.value.problems


def test_nobody_elsewhere_is_sent_anything(demo):
    with pytest.raises(InvalidInputError, match="没有这个选项"):
        subscribed("supervisor.liaocheng")


def test_one_is_set_up_changed_switched_off_and_deleted_on_its_pages(demo, login):
    client = login(demo, WHO)
    form = typed(client.get("/ledger-subscriptions/add"))
    assert form["people"] == str(person_named(WHO).id)
    wrong = form | {"kind": "", "at": "07:00", "inbox": "", "mail": ""}
    wrong = {name: it for name, it in wrong.items() if it}
    answer = client.post("/ledger-subscriptions/add", data=wrong)
    assert answer.status_code == 422
    assert set(beside(answer)) >= {"kind", "at", "inbox"}
    good = form | {"kind": "cases", "cadence": "monthly", "nth": "3", "at": "10:30"}
    shown = client.post("/ledger-subscriptions/add", data=good).location
    page = text_of(client.get(shown))
    assert "临清市政务服务大厅办不成事台账" in page
    assert "2026-10-10 10:30" in page  # after the 8th and the 9th, a Saturday that is worked on
    assert "每月第 3 个工作日 10:30" in text_of(client.get("/ledger-subscriptions/list/"))
    number = shown.rpartition("/")[2]
    edit = typed(client.get(f"/ledger-subscriptions/edit/{number}"))
    client.post(f"/ledger-subscriptions/edit/{number}", data=edit | {"cadence": "daily"})
    assert "每个工作日 10:30" in text_of(client.get("/ledger-subscriptions/list/"))
    client.post(f"/ledger-subscriptions/{number}/active")
    [row] = ask("SELECT active FROM ledger_subscription")
    assert not row["active"]
    stranger = login(demo, "supervisor.liaocheng")
    assert stranger.get(shown).status_code == 404
    inspector = login(demo, "inspector.liaocheng")
    assert inspector.get(shown).status_code == 200
    assert inspector.get(f"/ledger-subscriptions/edit/{number}").status_code in {403, 404}
    client.post(f"/ledger-subscriptions/delete/{number}")
    assert ask("SELECT id FROM ledger_subscription") == []


DESIGN = {
    "kind": "cases", "columns": ["number", "matter"], "period": "all", "lamp": "any",
    "size": "A4", "orientation": "landscape", "coloured": "y", "fit": "y", "name": "周一用表",
    "do": "save", "send": "weekly", "send_at": "10:15", "send_weekday": "1", "send_nth": "1",
    "send_me": "y", "send_inbox": "y",
}  # fmt: skip


def test_who_gets_a_template_and_when_is_said_where_it_is_designed(demo, login):
    client = login(demo, WHO)
    hall = typed(client.get("/ledger-templates/design?kind=cases"))["send_hall"]
    asked = DESIGN | {"send_hall": hall}
    wrong = asked | {"send_at": "23:00", "send_nth": "40"}
    answer = client.post("/ledger-templates/design?kind=cases", data=wrong)
    assert answer.status_code == 422
    assert set(beside(answer)) == {"send_at", "send_nth"}
    assert ask("SELECT id FROM ledger_template") == ask("SELECT id FROM ledger_subscription") == []
    page = client.post("/ledger-templates/design?kind=cases", data=asked).location
    assert "每周一 10:15" in text_of(client.get(page))
    number = page.rpartition("/")[2]
    design = f"/ledger-templates/{number}/design"
    form = typed(client.get(design))
    assert (form["send"], form["send_at"], form["send_me"]) == ("weekly", "10:15", "y")
    again = asked | {"version": form["version"], "send": "daily", "send_role": "supervisor"}
    client.post(design, data=again)
    [row] = ask("SELECT * FROM ledger_subscription")
    assert (row["cadence"], row["role"], row["template_id"]) == ("daily", "supervisor", int(number))
    assert through(NOW + timedelta(days=1)) == {"mailed": 1}
    form = typed(client.get(design))
    client.post(design, data=again | {"version": form["version"], "send": ""})
    [row] = ask("SELECT active FROM ledger_subscription")
    assert not row["active"]
    assert typed(client.get(design))["send"] == ""


def test_what_was_sent_stays_told_when_its_subscription_is_deleted(demo, login):
    number = subscribed(mail=False)
    through()
    client = login(demo, WHO)
    assert "已送出" in text_of(client.get(f"/ledger-subscriptions/show/{number}"))
    client.post(f"/ledger-subscriptions/delete/{number}")
    assert ask("SELECT id FROM ledger_subscription") == []
    [row] = ask(SENDINGS)
    page = text_of(client.get(f"/ledger-sendings/show/{row['id']}"))
    assert "办不成事台账" in page
    assert "面板消息已发送" in page


def test_the_database_itself_keeps_a_sending_whole(demo):
    number = subscribed(mail=False)
    sent()
    for change in (
        "ledger_sending SET state = 'failed'", "ledger_sending SET state = 'sent'",
        "ledger_sending SET task_id = NULL", "ledger_subscription SET nth = 24",
        "ledger_subscription SET kind = NULL", "ledger_subscription SET inbox = false",
        "ledger_subscription SET cadence = 'hourly'",
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"(?i)check|constraint"):
            run(f"UPDATE {change}")
        db.session.rollback()
    with scope.everything():
        assert db.session.get(LedgerSubscription, number).active


def test_a_minute_without_anything_due_costs_few_statements(demo):
    for kind in (LedgerKind.CASES, LedgerKind.OVERDUE):
        subscribed(mail=False, kind=kind)
    sent(AT - timedelta(minutes=1))  # the calendar is read once
    with statements() as few:
        sent(AT - timedelta(minutes=1))
    for kind in (LedgerKind.DUTY, LedgerKind.RETURNS, LedgerKind.APPEALS):
        subscribed(mail=False, kind=kind)
    with statements() as more:
        sent(AT - timedelta(minutes=1))
    assert len(more) == len(few) <= 5
