"""Files of a case: who adds and removes, when, how many, what is told, what a crash leaves."""

from __future__ import annotations

import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import scheduler
from app.cases.documents import scanning
from app.cases.documents.models import Attachment
from app.cases.documents.operations import attach, remove
from app.cases.documents.queries import count_of, file_for, files_of
from app.cases.documents.receiving import receive
from app.cases.documents.rules import MOST_FILES, Purpose
from app.cases.rules import Status
from app.core import clock, scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.files import store
from app.core.timeline import Event
from app.core.transaction import transaction
from tests.cases.paper import EXE, HTML, JPG, PDF, PNG, TEXT
from tests.cases.window import act, acting, brought_to, kinds, person, register
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def folder(house, tmp_path, monkeypatch):
    """An empty store for each test."""
    monkeypatch.setitem(house.config, "FILES", tmp_path / "files")
    return tmp_path / "files"


def kept(folder):
    return sorted(it for it in folder.rglob("*") if it.is_file())


def taken(**files):
    names = [(name.replace("_", "."), io.BytesIO(content)) for name, content in files.items()]
    papers, problems = receive(names)
    assert not problems, problems
    return papers


def added(case, actor=None, purpose=Purpose.MATERIAL, **files):
    who = actor or acting("clerk")
    papers = taken(**(files or {"a_pdf": PDF}))
    with scope.working_for(who), transaction():
        return attach(case, papers, purpose, actor=who, now=NOW)


def removed(row, reason="传错了", actor=None):
    who = actor or acting("clerk")
    with scope.working_for(who), transaction():
        remove(row, reason, actor=who, now=NOW)


# --- taking in ---------------------------------------------------------------------------------


def refused(name, content):
    papers, problems = receive([("好.txt", io.BytesIO(TEXT)), (name, io.BytesIO(content))])
    assert papers == []
    [sentence] = problems
    return sentence


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("发票.pdf", EXE, "Windows 程序"),
        ("照片.png", HTML, "网页"),
        ("照片.png", JPG, "JPG 图片"),
        ("说明.txt", b"", "空文件"),
        ("无扩展名", PDF, "PDF 文件"),
        ("双.pdf.exe", PDF, "PDF 文件"),
        ("未知.dat", b"\x00\x01\x02\x03" * 9, "不是可以上传的文件类型"),
    ],
)
def test_a_file_that_lies_is_refused_by_name_and_nothing_is_kept(app, folder, name, content, words):
    sentence = refused(name, content)
    assert name in sentence
    assert words in sentence
    assert kept(folder) == []


def test_a_file_that_is_too_large_is_refused(app, folder, monkeypatch):
    monkeypatch.setitem(app.config, "FILE_LIMIT", 2**20)
    assert "超过 1 MB" in refused("大.pdf", PDF + b"\n" * 2**20)
    assert kept(folder) == []
    papers, problems = receive([("恰好.pdf", io.BytesIO(PDF + b"\n" * (2**20 - len(PDF))))])
    assert problems == []
    assert papers[0].draft.size == 2**20


def test_each_bad_file_has_its_sentence(app):
    papers, problems = receive(
        [("a.pdf", io.BytesIO(EXE)), ("b.txt", io.BytesIO(TEXT)), ("c.png", io.BytesIO(HTML))]
    )
    assert papers == []
    assert [sentence[1:6] for sentence in problems] == ["a.pdf", "c.png"]


def test_a_full_disk_is_a_sentence(app, monkeypatch, caplog):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.core.files.os.fsync", full)
    assert "服务器暂时不能保存文件" in receive([("a.pdf", io.BytesIO(PDF))])[1][0]


# --- the virus scanner ---------------------------------------------------------------------------


SCANNER = """
import sys, time
text = open(sys.argv[1], "rb").read()
time.sleep(30 if b"SLEEP" in text else 0)
sys.exit(1 if b"EVIL" in text else 2 if b"CRASH" in text else 0)
"""


@pytest.fixture
def scanner(house, tmp_path, monkeypatch):
    script = tmp_path / "scan; touch pwned.py"
    script.write_text(SCANNER)
    monkeypatch.setitem(house.config, "SCAN", [sys.executable, str(script), "{file}"])
    monkeypatch.setattr(scanning, "PATIENCE", 5)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"EVIL", "含有病毒"), (b"CRASH", "查毒程序不可用"), (b"SLEEP", "查毒程序不可用")],
)
def test_what_the_scanner_does_not_call_clean_is_refused(app, scanner, folder, content, words):
    assert words in refused("b.txt", content)
    assert kept(folder) == []


def test_a_clean_file_comes_in(app, scanner):
    assert taken(a_txt=TEXT)


def test_a_scanner_that_is_not_there_refuses_everything(app, monkeypatch, folder):
    monkeypatch.setitem(app.config, "SCAN", ["/no/such/scanner", "{file}"])
    _papers, problems = receive([("a.txt", io.BytesIO(TEXT))])
    assert "查毒程序不可用" in problems[0]
    assert kept(folder) == []


# --- adding and removing -------------------------------------------------------------------------


def test_files_are_rows_bytes_and_events(demo, folder):
    case = register()
    rows = added(case, a_pdf=PDF, b_png=PNG)
    with scope.everything():
        assert [(row.name, row.media_type, row.size) for row in rows] == [
            ("a.pdf", "application/pdf", len(PDF)),
            ("b.png", "image/png", len(PNG)),
        ]
        assert {store().path(row.sha256).read_bytes() for row in rows} == {PDF, PNG}
        assert rows[0].uploaded_by == acting("clerk").name
        event = db.session.scalars(
            select(Event).where(Event.case_id == case.id).order_by(Event.id)
        ).all()[-2]
        assert kinds(case) == ["registered", "attached", "attached"]
        assert event.payload["name"] == "a.pdf"
        assert event.payload["size"] == len(PDF)
        assert event.payload["sha256"] == rows[0].sha256
    assert len(kept(folder)) == 2


def test_the_same_content_in_two_cases_is_one_file(demo, folder):
    for _ in range(2):
        added(register())
    assert len(kept(folder)) == 1


@pytest.mark.parametrize("role", ["clerk", "handler"])
def test_who_works_on_a_case_adds_and_removes_files(demo, role):
    case = brought_to(Status.SIGNED)
    [row] = added(case, acting(role), Purpose.RESULT)
    removed(row, actor=acting(role))
    with scope.everything():
        assert (row.removed_by, row.removed_reason) == (acting(role).name, "传错了")
        assert kinds(case)[-2:] == ["attached", "attachment_removed"]


@pytest.mark.parametrize("role", ["supervisor", "inspector"])
def test_who_looks_back_adds_nothing(demo, role):
    case = brought_to(Status.SIGNED)
    with pytest.raises(DomainError, match="只有窗口人员和承办科室"):
        added(case, acting(role))


def test_a_handler_removes_only_what_is_their_own(demo):
    case = brought_to(Status.SIGNED)
    [row] = added(case)
    with pytest.raises(DomainError, match="只有上传人"):
        removed(row, actor=acting("handler"))
    [own] = added(case, acting("handler"))
    removed(own)
    with scope.everything():
        assert own.removed_by == acting("clerk").name


def test_a_removal_needs_a_reason_and_happens_once(demo):
    [row] = added(register())
    with pytest.raises(InvalidInputError, match="移除原因"):
        removed(row, "  ")
    removed(row)
    with pytest.raises(DomainError, match="已被移除"):
        removed(row)


def test_a_foreign_case_takes_no_file(demo):
    case = register(hall_code="yanggu")
    with pytest.raises((DomainError, OutOfScopeError)):
        added(case)
    with scope.everything():
        assert count_of(case) == 0


def test_a_closed_case_is_shut(demo):
    case = brought_to(Status.SIGNED)
    [row] = added(case)
    for verb in ("resolve", "callback", "close"):
        act(case, verb)
    for attempt in (lambda: added(case), lambda: removed(row)):
        with pytest.raises(DomainError, match="事项已结束"):
            attempt()


def test_a_refused_case_still_takes_the_proof_of_telling(demo):
    assert added(brought_to(Status.REFUSED), purpose=Purpose.TELLING)


def test_a_case_holds_so_many_and_removed_ones_make_room(demo, folder):
    case = register()
    rows = added(case, **{f"f{number}_txt": TEXT + bytes([65 + number]) for number in range(19)})
    with pytest.raises(DomainError, match=f"最多 {MOST_FILES} 个"):
        added(case, a_pdf=PDF, b_png=PNG)
    added(case, a_pdf=PDF)
    with pytest.raises(DomainError, match="最多"):
        added(case, b_png=PNG)
    removed(rows[0])
    added(case, b_png=PNG)


def test_two_at_once_do_not_go_over_the_limit(demo):
    case = register()
    number = case.id
    added(case, **{f"f{at}_txt": TEXT + bytes([65 + at]) for at in range(18)})
    db.session.remove()

    def one(at):
        from app.cases.models import Case

        with demo.app_context():
            clerk = person("clerk.linqing")
            db.session.rollback()
            papers = taken(**{f"g{at}_txt": TEXT + bytes([97 + at])})
            try:
                with scope.working_for(clerk), transaction():
                    found = db.session.get(Case, number)
                    attach(found, papers, Purpose.OTHER, actor=clerk, now=NOW)
            except DomainError:
                return 0
            finally:
                db.session.remove()
            return 1

    with ThreadPoolExecutor(5) as crowd:
        assert sum(crowd.map(one, range(5))) == 2
    with scope.everything():
        assert db.session.query(Attachment).filter_by(case_id=number).count() == MOST_FILES


def test_removed_files_are_seen_by_those_who_look_back_alone(demo):
    case = brought_to(Status.SIGNED)
    [gone, there] = added(case, a_pdf=PDF, b_png=PNG)
    removed(gone)
    for role, names in (
        ("clerk", ["b.png"]),
        ("handler", ["b.png"]),
        ("supervisor", ["a.pdf", "b.png"]),
        ("inspector", ["a.pdf", "b.png"]),
    ):
        who = acting(role)
        with scope.working_for(who):
            assert [it.name for it in files_of(case, who)] == names
            assert (file_for(gone.id, who) is None) is (len(names) == 1)
            assert file_for(there.id, who) is not None


def test_the_database_wants_a_reason_for_a_removal(demo, unlimited):
    from sqlalchemy.exc import IntegrityError

    [row] = added(register())
    row.removed_at = NOW
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


# --- what a crash leaves -------------------------------------------------------------------------


def test_a_row_that_is_not_committed_leaves_an_orphan_and_no_row(demo, folder):
    case, clerk = register(), acting("clerk")
    papers = taken(a_pdf=PDF)

    def crash():
        with scope.working_for(clerk), transaction():
            attach(case, papers, Purpose.OTHER, actor=clerk, now=NOW)
            raise MemoryError

    with pytest.raises(MemoryError):
        crash()
    with scope.everything():
        assert count_of(case) == 0
    assert len(kept(folder)) == 1


def test_the_job_sweeps_orphans_after_a_day(demo, folder):
    case = register()
    [row, gone] = added(case, a_pdf=PDF, b_png=PNG)
    removed(gone)
    [orphan] = taken(c_txt=TEXT)
    lost = orphan.draft.keep()
    [draft] = taken(d_jpg=JPG)
    for path in kept(folder):
        before = path.stat().st_mtime - 2 * 86_400
        os.utime(path, (before, before))
    [fresh] = taken(e_txt=TEXT + b"!")
    young = fresh.draft.keep()
    job = next(job for job in scheduler.JOBS if job.name == "sweep-files")
    assert scheduler.run_job(job, clock.now())
    with scope.everything():
        known = {store().path(row.sha256), store().path(gone.sha256), young}
        assert set(kept(folder)) == known
        assert job.run(NOW, clock.now() + timedelta(days=2)) == {"swept": 1}
    assert not lost.exists()
    assert not draft.draft.path.exists()
