"""What a sealed file tells in words; each part is sealed; files of before are still read."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from app.appeals.rules import AppealOutcome
from app.cases.linking import link
from app.core import scope, sealed
from app.core.errors import DomainError
from app.core.sealed import TOLD, told_part
from app.core.transaction import transaction
from tests.appeals.appeals import HANDLER, concluded, decided, handled
from tests.cases.window import acting, brought_to, case_of, staff
from tests.supervision.test_referrals import (
    LATER,
    SECRETS,
    SOON,
    conclude,
    files,
    path_of,
    refer,
    referral,
    rewritten,
    seeing,
    verify,
)

__all__ = ["files", "seeing"]

OLD = Path(__file__).parent / "files" / "sealed-1.zip"
"""Made before files told anything in words."""
OLD_SEAL = "052705b7ebd17bbb29d7222a0be6b5a8ea68c6a88297b22ab1d4aecbff5647dc"


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def full(demo):
    """A case with a cause, a link, an appeal and a referral; and handed over again."""
    number = decided("reply", "callback", "close")
    concluded(handled(number), AppealOutcome.REJECTED, findings="原答复依据充分")
    with scope.everything():
        other = brought_to("registered", matter="别人的事情", applicant_name="李四海")
        with transaction():
            link(case_of(number), other, actor=acting("clerk"), now=SOON, why="同一家企业")
    first = refer(number, grounds="只给纪委看的理由")
    conclude(first, findings="只给纪委看的结论")
    return number, other.number, refer(number, LATER)


def test_the_file_tells_in_words_what_belongs_to_the_case(full):
    number, other, made = full
    parts = parts_of(path_of(made))
    told = {name: json.loads(parts[told_part(name)]) for name in TOLD}
    of = case_of(number)
    assert [it["办不成的原因"] for it in told["causes"]] == [str(it) for it in of.causes]
    [link_] = told["links"]
    assert (link_["编号"], link_["缘由"]) == (other, "同一家企业")
    [appeal] = told["appeals"]
    assert (appeal["种类"], appeal["申诉结果"], appeal["针对"]) == ("申诉", "不成立", "对答复不服")
    assert appeal["承办人"] == staff(HANDLER).name
    assert appeal["登记时间"].endswith("+08:00")
    [period] = appeal["办理期限"]
    assert (period["环节"], period["最后一日"]) == ("作出决定", "2026-10-14")
    [before] = told["referrals"]
    assert before["移交编号"] == f"{of.number}-R01"
    assert (before["接收单位"], before["处理结果"]) == ("聊城市纪委监委", "批评教育")
    window, unsigned, department, *_ = told["owners"]
    assert (window["承办"], window["起"]) == ("窗口", "2026-09-17 10:00:00+08:00")
    assert (department["角色"], department["承办"]) == ("主办", of.lead_department.name)
    assert department["assignment_id"] == of.assignments[0].id
    assert "经办人" not in unsigned
    assert department["经办人"] == of.assignments[0].signed_by
    listed = told["responsibilities"][0]
    assert listed["事项名称"] == of.matter
    assert "当日权责清单" in listed
    rows = json.loads(parts["evidence/assignment.json"])
    assert rows[0]["department_id"] == of.lead_department_id
    assert rows[0]["department"] == str(of.lead_department)


def test_nothing_of_other_cases_and_of_other_bodies_is_told(full):
    _, _, made = full
    everything = b"".join(parts_of(path_of(made)).values()).decode(errors="replace")
    for secret in ("别人的事情", "李四海", "只给纪委看的", "13812342046", *SECRETS.values()):
        assert secret not in everything
    assert referral(made).seal == sealed.check(path_of(made)).seal


@pytest.mark.parametrize("name", TOLD)
def test_a_byte_that_is_changed_in_a_part_in_words_is_found(demo, monkeypatch, tmp_path, name):
    path = path_of(refer(decided()))

    def change(parts):
        last = parts[told_part(name)]
        parts[told_part(name)] = bytes([last[0] ^ 1]) + last[1:]

    done = verify(demo, monkeypatch, rewritten(path, tmp_path / "x.zip", change))
    assert done.exit_code == 1
    assert f"{told_part(name)}：内容被改动" in done.stderr


def test_a_file_of_the_earlier_form_is_still_read(tmp_path):
    done = sealed.check(OLD, OLD_SEAL)
    assert (done.seal, done.files, done.events) == (OLD_SEAL, 12, 6)
    assert json.loads(parts_of(OLD)["manifest.json"])["format"] == "bancheng-sealed-1"

    def change(parts):
        parts["case.json"] += b" "

    with pytest.raises(DomainError, match=r"case.json"):
        sealed.check(rewritten(OLD, tmp_path / "x.zip", change))


def test_a_form_that_nobody_knows_yet_is_refused(tmp_path):
    def change(parts):
        manifest = json.loads(parts["manifest.json"])
        parts["manifest.json"] = json.dumps(manifest | {"format": "bancheng-sealed-9"}).encode()

    with pytest.raises(DomainError):
        sealed.check(rewritten(OLD, tmp_path / "x.zip", change))
