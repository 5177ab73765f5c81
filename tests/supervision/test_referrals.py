"""Handing a case over: the sealed file holds everything; the outcome is an inspector's alone."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

import run as commands
from app.cases.documents.models import Attachment
from app.cases.documents.operations import sweep
from app.cases.documents.rules import Purpose
from app.cases.rules import Status
from app.core import scope, sealed, timeline
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.files import store
from app.core.transaction import transaction
from app.departments.models import Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_named
from app.departments.rules import Role
from app.supervision.referrals import operations
from app.supervision.referrals.models import Referral
from app.supervision.referrals.rules import Body, Conclusion
from tests.cases.window import acting, case_of, hall
from tests.conftest import NOW
from tests.supervision.cards import case, issue, late, told

SOON, LATER = NOW + timedelta(hours=2), NOW + timedelta(hours=3)
SECRETS = {"id_number": "372502196001011234", "address": "临清市潘庄镇某村一号"}
WORDS = b"The original, byte by byte.\x00\xff"


@pytest.fixture(autouse=True)
def seeing(unlimited):
    """Look at everything; what is done is done as somebody."""


@pytest.fixture(autouse=True)
def files(demo, tmp_path, monkeypatch):
    """An empty store."""
    monkeypatch.setitem(demo.config, "FILES", tmp_path / "files")


def attached(number, content=WORDS, name="材料.pdf", **fields):
    """Add a file to a case as it would be found there."""
    draft = store().receive(io.BytesIO(content), 2**30)
    draft.keep()
    of = case_of(number)
    with scope.everything(), transaction():
        row = Attachment(
            case_id=number, name=name, purpose=Purpose.MATERIAL, media_type="application/pdf",
            size=draft.size, sha256=draft.sha256, uploaded_at=NOW, uploaded_by="窗口", **fields,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        timeline.record(of, "attached", actor=scope.SYSTEM, now=NOW)
        return row.id


def refer(number, now=SOON, *, actor=None, **fields):
    """Hand a case over; committed. Return the number of the referral."""
    who = actor or acting("supervisor")
    wanted = {"recipient": "聊城市纪委监委", "grounds": "超期不办，多次推诿", **fields}
    of = case(number)
    with scope.working_for(who), transaction():
        row = operations.refer(of, Body.DISCIPLINE, **wanted, actor=who, now=now)
        return row.id


def referral(number):
    db.session.rollback()
    return db.session.get(Referral, number)


def conclude(number, *, actor=None, now=LATER, outcome=Conclusion.CRITICISM, findings="已批评教育"):
    who, row = actor or acting("inspector"), referral(number)
    with scope.working_for(who), transaction():
        operations.conclude(row, outcome, findings, actor=who, now=now)


def path_of(number):
    return store().path(referral(number).sha256)


# --- handing over --------------------------------------------------------------------------------


def test_a_referral_says_to_whom_and_why_and_the_timeline_only_to_whom(demo):
    number = late()
    row = referral(refer(number))
    of = case_of(number)
    assert row.number == f"{of.number}-R01"
    assert (row.case_id, row.hall_id, row.body) == (number, of.hall_id, Body.DISCIPLINE)
    assert row.grounds == "超期不办，多次推诿"
    [(_, payload)] = told(number, "referred")
    assert payload == {"referral": row.number, "recipient": "聊城市纪委监委", "seal": row.seal}
    assert referral(refer(number)).number.endswith("-R02")


@pytest.mark.parametrize("role", ["clerk", "handler", "inspector", "admin"])
def test_nobody_but_a_supervisor_hands_a_case_over(demo, role):
    number = late()
    with pytest.raises((DomainError, OutOfScopeError)):
        refer(number, actor=acting(role))
    assert told(number, "referred") == []


@pytest.mark.parametrize("role", ["clerk", "handler", "admin"])
def test_who_works_on_the_case_sees_no_referral(demo, role):
    made = refer(late())
    with scope.working_for(acting(role)):
        assert db.session.scalar(select(Referral).where(Referral.id == made)) is None


@pytest.mark.parametrize(
    ("name", "value"), [("recipient", " "), ("recipient", "长" * 129), ("grounds", None)]
)
def test_what_is_missing_is_said_beside_its_field(demo, name, value):
    number = late()
    with pytest.raises(InvalidInputError) as refused:
        refer(number, **{name: value})
    assert set(refused.value.problems) == {name}
    assert not list(store().folder.glob("??/??/*"))


# --- the sealed file -----------------------------------------------------------------------------


def test_the_file_holds_case_timeline_evidence_and_attachments(demo):
    number = late(**SECRETS)
    kept, gone = (
        attached(number),
        attached(
            number, b"removed", "旧.pdf", removed_at=NOW, removed_by="窗口", removed_reason="传错了"
        ),
    )
    issue(number, SOON)
    path = path_of(refer(number, LATER))
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.read(f"attachments/{kept}-材料.pdf") == WORDS
        assert archive.read(f"attachments/{gone}-旧.pdf") == b"removed"
        facts = json.loads(archive.read("case.json"))
        links = [json.loads(line) for line in archive.open("timeline.jsonl")]
        clocks = json.loads(archive.read("evidence/deadline.json"))
        cards = json.loads(archive.read("evidence/supervision_card.json"))
        everything = b"".join(archive.read(name) for name in names).decode(errors="replace")
    assert names[-1] == "manifest.json"
    assert facts["编号"] == case_of(number).number
    assert facts["状态"] == "办理中"
    assert [link["said"][8] for link in links][:4] == [
        "registered", "accepted", "dispatched", "signed",
    ]  # fmt: skip
    assert links[-1]["said"][8] == "yellow_card"
    assert {clock["kind"] for clock in clocks} >= {"resolve", "sign", "contact"}
    assert all(clock["evidence"]["days"] for clock in clocks)
    assert cards[0]["demand"] == "请说明原因"
    for secret in (*SECRETS.values(), "13812342046", "张桂英"):
        assert secret not in everything


def verify(demo, monkeypatch, path, *words):
    """Run the command where there is neither an application nor a database."""

    def none():
        raise AssertionError("asked for the application")

    monkeypatch.setattr(commands, "_create_app", none)
    return CliRunner().invoke(commands.cli, ["timeline", "verify", str(path), *words])


def test_the_command_finds_a_whole_file_whole_without_a_database(demo, monkeypatch):
    number = late()
    attached(number)
    row = referral(refer(number))
    seal, path, name, of = row.seal, path_of(row.id), row.number, case_of(number).number
    done = verify(demo, monkeypatch, path, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["ok"], said["name"], said["case"], said["seal"]) == (True, name, of, seal)
    assert said["events"] == 5
    assert said["sha256"] == row.sha256
    assert verify(demo, monkeypatch, path, "--seal", seal.upper()).exit_code == 0
    assert verify(demo, monkeypatch, path, "--seal", said["sha256"]).exit_code == 0
    wrong = verify(demo, monkeypatch, path, "--seal", "0" * 64)
    assert wrong.exit_code == 1
    assert "封签不符" in wrong.stderr
    assert verify(demo, monkeypatch, path, "--case", of).exit_code == 2
    assert verify(demo, monkeypatch, "nothing.zip").exit_code == 2


def rewritten(path, target, change, *, resealed=False):
    """Copy a sealed file with its parts changed; with a manifest that fits, where asked for."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    change(parts)
    if resealed:
        import hashlib

        manifest = json.loads(parts["manifest.json"])
        manifest["files"] = [
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in parts.items()
            if name != "manifest.json"
        ]
        manifest["seal"] = sealed.seal_of(manifest)
        parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def alter(name, old, new):
    def change(parts):
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)

    return change


def second_line_gone(parts):
    lines = parts["timeline.jsonl"].splitlines(keepends=True)
    parts["timeline.jsonl"] = b"".join([lines[0], *lines[2:]])


def last_line_gone(parts):
    parts["timeline.jsonl"] = b"".join(parts["timeline.jsonl"].splitlines(keepends=True)[:-1])


def swapped(parts):
    a, b, *rest = parts["timeline.jsonl"].splitlines(keepends=True)
    parts["timeline.jsonl"] = b"".join([b, a, *rest])


TAMPERED = {
    "a fact": (alter("case.json", "办理中".encode(), "已结案".encode()), False, "case.json"),
    "the timeline": (alter("timeline.jsonl", b"accepted", b"refused!"), False, "timeline.jsonl"),
    "a manifest": (alter("manifest.json", b"R01", b"R02"), False, "封签"),
    "a part in words gone, sealed anew": (
        lambda parts: parts.pop("told/owners.json"), True, "told/owners.json：缺失",
    ),
    "a part gone": (lambda parts: parts.pop("case.json"), False, "case.json：缺失"),
    "a part more": (lambda parts: parts.update({"more.txt": b"x"}), False, "more.txt"),
    "an event, sealed anew": (
        alter("timeline.jsonl", b"accepted", b"refused!"), True, "第 2 条：内容被改动",
    ),
    "an event gone, sealed anew": (second_line_gone, True, "第 2 条：记录缺失"),
    "the last event gone, sealed anew": (last_line_gone, True, "第 5 条：末尾的记录被删除"),
    "two events swapped, sealed anew": (swapped, True, "第 1 条"),
    "no timeline": (lambda parts: parts.pop("timeline.jsonl"), True, "timeline.jsonl：缺失"),
    "no sense": (
        lambda parts: parts.update({"timeline.jsonl": b"{}\n"}), True, "已经损坏",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_altered_is_found_and_named(demo, monkeypatch, tmp_path, what):
    change, resealed, named = TAMPERED[what]
    number = late()
    attached(number)
    path = rewritten(path_of(refer(number)), tmp_path / "x.zip", change, resealed=resealed)
    done = verify(demo, monkeypatch, path)
    assert done.exit_code == 1, done.output
    assert done.stdout == ""
    [line] = done.stderr.strip().splitlines()
    assert named in line


def test_a_byte_that_is_changed_or_missing_anywhere_in_an_attachment_is_found(
    demo, monkeypatch, tmp_path
):
    number = late()
    attached(number, b"A" * 4000)
    whole = path_of(refer(number)).read_bytes()
    at = whole.index(b"A" * 4000) + 2000
    for damaged in (whole[:at] + b"B" + whole[at + 1 :], whole[: len(whole) // 2], b"", b"PK"):
        (tmp_path / "damaged.zip").write_bytes(damaged)
        done = verify(demo, monkeypatch, tmp_path / "damaged.zip")
        assert done.exit_code == 1, done.output
        assert "Traceback" not in done.output


def test_memory_stays_flat_however_large_the_attachments(demo, tmp_path):
    number = late()
    for place in range(4):
        attached(number, bytes([place]) * 12_000_000, f"大{place}.pdf")
    tracemalloc.start()
    made = refer(number)
    sealed.check(path_of(made))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path_of(made).stat().st_size > 48_000_000
    assert peak < 8_000_000


def test_an_attachment_that_is_gone_or_was_altered_is_not_sealed(demo):
    number = late()
    made = attached(number)
    path = store().path(db.session.get(Attachment, made).sha256)
    path.write_bytes(b"something else")
    with pytest.raises(DomainError, match="已被改动"):
        refer(number)
    path.unlink()
    with pytest.raises(DomainError, match="不在服务器上"):
        refer(number)
    assert told(number, "referred") == []


def test_the_nightly_sweep_leaves_sealed_files_alone(demo):
    made = refer(late())
    with scope.everything():
        assert sweep(NOW + timedelta(days=3650)) == 0
    assert path_of(made).is_file()
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM referral"))
    db.session.rollback()
    with scope.everything():
        assert sweep(NOW + timedelta(days=3650)) == 1


# --- the outcome ---------------------------------------------------------------------------------


def test_an_inspector_records_the_outcome_once(demo):
    number = late()
    made = refer(number)
    conclude(made)
    row = referral(made)
    assert (row.outcome, row.findings) == (Conclusion.CRITICISM, "已批评教育")
    assert (row.concluded_by, row.concluded_at) == (acting("inspector").name, LATER)
    [(_, payload)] = told(number, "referral_concluded")
    assert "findings" not in payload
    with pytest.raises(DomainError, match="已经记录"):
        conclude(made, findings="改一改")


@pytest.mark.parametrize("role", ["clerk", "handler", "supervisor", "admin"])
def test_an_outcome_written_by_anybody_else_is_refused_by_the_operation(demo, role):
    number = late()
    made = refer(number)
    who = acting(role)
    with pytest.raises((DomainError, OutOfScopeError)), transaction():
        operations.conclude(referral(made), Conclusion.OTHER, "不行", actor=who, now=LATER)
    assert referral(made).outcome is None


def test_not_even_the_program_itself_writes_an_outcome(demo):
    made = refer(late())
    with pytest.raises(DomainError), transaction():
        operations.conclude(referral(made), Conclusion.OTHER, "不行", actor=scope.SYSTEM, now=LATER)
    assert referral(made).outcome is None


RECORD = {
    "outcome": Conclusion.OTHER, "findings": "不行", "concluded_at": LATER, "concluded_by": "x",
}  # fmt: skip


@pytest.mark.parametrize("username", ["supervisor.linqing", "supervisor.liaocheng", "admin", None])
def test_the_flush_refuses_an_outcome_that_no_inspector_writes(demo, username):
    made = refer(late())
    inspector = acting("inspector").id
    who = person_named(username) if username else scope.SYSTEM
    row = referral(made)
    for name, value in {**RECORD, "concluded_by_id": inspector}.items():
        setattr(row, name, value)
    with pytest.raises(OutOfScopeError), scope.working_for(who), transaction():
        db.session.flush()
    assert referral(made).outcome is None


@pytest.mark.parametrize("role", ["supervisor", "inspector"])
def test_no_statement_writes_an_outcome_past_the_flush(demo, role):
    made = refer(late())
    values = {**RECORD, "concluded_by_id": acting("inspector").id}
    for statement in (update(Referral).values(values), delete(Referral)):
        with pytest.raises(OutOfScopeError), scope.working_for(acting(role)), transaction():
            db.session.execute(statement)
    assert referral(made).outcome is None


@pytest.mark.parametrize("username", ["supervisor.linqing", "clerk.linqing", "admin"])
def test_the_database_refuses_an_outcome_of_somebody_who_is_no_inspector(demo, username):
    made = refer(late())
    number = person_named(username).id
    table = Referral.__table__
    values = {**RECORD, "concluded_by_id": number}
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == made).values(values))
    assert referral(made).outcome is None


def test_the_database_takes_no_referral_in_with_an_outcome_not_even_an_inspectors(demo):
    made = refer(late())
    table = Referral.__table__
    row = dict(db.session.execute(table.select().where(table.c.id == made)).mappings().one())
    row |= {"id": made + 1, "number": "LQ-X-R02", "serial": 2}
    begun = {**RECORD, "concluded_by_id": acting("inspector").id}
    db.session.rollback()
    with pytest.raises(DBAPIError, match="begins without an outcome"), db.engine.begin() as raw:
        raw.execute(table.insert().values(row | begun))
    with db.engine.begin() as raw:
        raw.execute(table.insert().values(row))
    conclude(made)
    lost = [table.delete().where(table.c.id == made)]
    if db.engine.dialect.name == "sqlite":
        lost.append(table.insert().prefix_with("OR REPLACE").values(row | {"id": made}))
    for statement in lost:
        with pytest.raises(DBAPIError, match="recorded once"), db.engine.begin() as raw:
            raw.execute(statement)
    assert referral(made).findings == "已批评教育"


def test_the_database_keeps_an_outcome_as_it_was_recorded(demo):
    made = refer(late())
    conclude(made)
    for change in ("findings = 'x'", "outcome = 'talk'", "outcome = NULL, findings = NULL"):
        statement = text(f"UPDATE referral SET {change} WHERE id = :id")  # noqa: S608
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(statement, {"id": made})
    assert referral(made).findings == "已批评教育"


def test_who_is_both_does_not_judge_what_they_handed_over(demo):
    with transaction():
        both = add_staff(Staff(username="both", first_name="两任", active=True), "long-password-1")
        appoint(both, Role.SUPERVISOR, hall())
        appoint(both, Role.INSPECTOR, hall())
    who = person_named("both")
    made = refer(late(), actor=who)
    with pytest.raises(DomainError, match="自己移交"):
        conclude(made, actor=who)
    conclude(made)
    assert referral(made).outcome is Conclusion.CRITICISM


def test_an_inspector_of_another_place_records_nothing(demo):
    with transaction():
        other = add_staff(Staff(username="away", first_name="外地", active=True), "long-password-1")
        appoint(other, Role.INSPECTOR, hall("yanggu"))
    made = refer(late())
    with pytest.raises((DomainError, OutOfScopeError)):
        conclude(made, actor=person_named("away"))
    assert referral(made).outcome is None


@pytest.mark.parametrize("status", [Status.CLOSED, Status.REFUSED, Status.ARCHIVED])
def test_a_case_that_is_over_can_be_handed_over_and_concluded_still(demo, status):
    made = refer(late(status))
    conclude(made, outcome=Conclusion.NOT_UPHELD)
    assert sealed.check(path_of(made)).events >= 2
