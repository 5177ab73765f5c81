"""Problems that come back: grouped, proposed once, accepted or dismissed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.articles.rules import ArticleStatus
from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.transaction import transaction
from app.frequent import operations
from app.frequent.jobs import find_frequent
from app.frequent.models import FrequencyRule, FrequentProblem
from app.frequent.rules import Decision
from app.improvements import operations as improvements
from app.improvements.models import Improvement
from app.improvements.rules import ImprovementStatus
from app.notices.models import Notice
from tests.cases.window import act, cause, department, hall, person, register
from tests.conftest import NOW
from tests.core.screens import beside, tree

MATTER = "高频测试事项"
STORY = "老人没有智能手机，刷脸认证一直过不去，来了几趟都没有办成"
SUPERVISOR = "supervisor.linqing"


def closed(number, code="0301", matter=MATTER, now=NOW, hall_code="linqing"):
    """Close so many cases of a matter with a cause."""
    who, at = person(f"clerk.{hall_code}"), now - timedelta(hours=2)
    with transaction():
        cases = [register(at, hall_code, matter=matter) for _ in range(number)]
        for case in cases:
            act(case, "close_on_the_spot", at, actor=who, causes=[cause(code)])
    return [case.id for case in cases]


def found(now=NOW):
    """Let the night pass; return the open problems of the matter, by cause."""
    db.session.rollback()
    with scope.everything():
        find_frequent(now, now)
        rows = db.session.scalars(
            select(FrequentProblem).where(
                FrequentProblem.matter == MATTER, FrequentProblem.state == Decision.OPEN
            )
        )
        return {row.cause.code if row.cause else None: row for row in rows}


OPEN_ONES = (FrequentProblem.matter == MATTER) & (FrequentProblem.state == Decision.OPEN)


def clusters(now=NOW):
    """Let the night pass; return the cases of each open problem of the matter."""
    db.session.rollback()
    find_frequent(now, now)
    rows = db.session.scalars(select(FrequentProblem).where(OPEN_ONES).order_by(FrequentProblem.id))
    return [[case.id for case in row.cases] for row in rows]


@pytest.fixture
def everything(demo, unlimited):
    """Work with every row in sight."""


@pytest.mark.usefixtures("everything")
class TestFinding:
    """What is proposed, and when."""

    def test_a_problem_is_proposed_from_the_threshold_on_with_its_cases(self):
        numbers = closed(4)
        assert found() == {}
        numbers += closed(1)
        [problem] = found().values()
        assert (problem.number, problem.cause.code) == (5, "0301")
        assert [case.id for case in problem.cases] == numbers

    def test_another_cause_or_hall_is_another_problem(self):
        closed(4)
        closed(4, "0202")
        closed(3, hall_code="yanggu")
        assert found() == {}

    def test_what_is_open_is_not_proposed_twice_and_grows(self):
        closed(5)
        first = found()["0301"]
        again = found(NOW + timedelta(days=1))["0301"]
        assert again.id == first.id
        closed(2)
        assert found(NOW + timedelta(days=2))["0301"].number == 7

    def test_old_cases_do_not_count(self):
        closed(5, now=NOW - timedelta(days=100))
        assert found() == {}

    def test_the_setting_of_a_hall_goes_before_the_general_one(self):
        with transaction():
            db.session.add(FrequencyRule(hall=hall(), cases=2, days=7))
        closed(2)
        assert found()["0301"].number == 2
        with transaction():
            general = FrequencyRule.hall_id.is_(None)
            db.session.scalars(select(FrequencyRule).where(general)).one().active = False
        closed(9, hall_code="yanggu")
        assert found()["0301"].number == 2

    def test_open_cases_join_by_their_words(self):
        closed_ones = closed(3)
        for number in closed_ones:
            db.session.get(Case, number).description = STORY
        db.session.commit()
        joined = [register(matter=MATTER, description=f"{STORY}。第{at}次").id for at in range(2)]
        register(matter=MATTER, description="房产证上的名字写错了一个字，要求更正登记簿")
        problem = found()["0301"]
        assert {case.id for case in problem.cases} == {*closed_ones, *joined}

    def test_open_cases_alone_make_a_problem_without_a_cause(self):
        for at in range(5):
            register(matter=MATTER, description=f"{STORY}。第{at}次")
        register(matter=MATTER, description="房产证上的名字写错了一个字，要求更正登记簿")
        assert {code: row.number for code, row in found().items()} == {None: 5}

    def test_every_cluster_without_a_cause_that_passes_the_threshold_is_proposed(self):
        other = "房产证上的名字写错了一个字，要求更正登记簿，窗口说系统里改不了"
        first = [register(matter=MATTER, description=f"{STORY}。第{at}次").id for at in range(6)]
        second = [register(matter=MATTER, description=f"{other}。第{at}次").id for at in range(5)]
        register(matter=MATTER, description="网上预约的号在现场取不出来，机器一直提示无记录")
        assert clusters() == [first, second]
        assert clusters(NOW + timedelta(days=1)) == [first, second], "each is proposed once"
        second.append(register(matter=MATTER, description=f"{other}。又来").id)
        assert clusters(NOW + timedelta(days=2)) == [first, second]

    def test_deciding_about_one_cluster_says_nothing_about_another(self):
        other = "房产证上的名字写错了一个字，要求更正登记簿，窗口说系统里改不了"
        for at in range(5):
            register(matter=MATTER, description=f"{STORY}。第{at}次")
        clusters()
        [problem] = db.session.scalars(select(FrequentProblem).where(OPEN_ONES)).all()
        with transaction():
            operations.dismiss(problem, "正在改造系统", actor=person(SUPERVISOR), now=NOW)
        second = [register(matter=MATTER, description=f"{other}。第{at}次").id for at in range(5)]
        register(matter=MATTER, description=f"{STORY}。还来")
        assert clusters(NOW + timedelta(days=1)) == [second]
        later = [register(matter=MATTER, description=f"{STORY}。再{at}").id for at in range(4)]
        [_, again] = clusters(NOW + timedelta(days=2))
        assert set(later) < set(again)

    def test_after_a_decision_only_new_cases_propose_it_again(self):
        closed(5)
        problem = found()["0301"]
        with transaction():
            operations.dismiss(problem, "正在改造系统", actor=person(SUPERVISOR), now=NOW)
        later = NOW + timedelta(days=10)
        assert found(later) == {}
        closed(4, now=later)
        assert found(later) == {}
        closed(1, now=later)
        assert found(later)["0301"].number == 5

    def test_the_database_lets_a_problem_be_open_once(self):
        for why in (cause(), None):
            anchor = None if why else register(matter=MATTER).id
            told = {"hall": hall(), "matter": "乙", "cause": why, "number": 1, "days": 1,
                    "anchor_id": anchor}  # fmt: skip
            db.session.add_all(FrequentProblem(**told, found_at=NOW) for _ in range(2))
            with pytest.raises(IntegrityError):
                db.session.flush()
            db.session.rollback()


@pytest.mark.usefixtures("everything")
class TestDeciding:
    """What becomes of it, and who says so."""

    def test_accepting_begins_an_article_on_its_cases(self):
        numbers = closed(5)
        problem, who = found()["0301"], person(SUPERVISOR)
        with transaction():
            article = operations.accept(problem, "刷脸不过怎么办", "一、上门", actor=who, now=NOW)
        assert article.status is ArticleStatus.DRAFT
        assert [case.id for case in article.cases] == numbers
        assert [row.code for row in article.causes] == ["0301"]
        assert (problem.state, problem.decided_by) == (Decision.ACCEPTED, who.name)
        with pytest.raises(DomainError, match="已经处理过"):
            operations.dismiss(problem, "再来一次", actor=who, now=NOW)
        db.session.rollback()

    def test_what_is_missing_or_too_long_is_said(self):
        closed(5)
        problem, who = found()["0301"], person(SUPERVISOR)
        with pytest.raises(InvalidInputError) as error:
            operations.accept(problem, "长" * 256, " ", actor=who, now=NOW)
        assert set(error.value.problems) == {"question", "solution"}
        db.session.rollback()
        with pytest.raises(InvalidInputError):
            operations.dismiss(problem, " ", actor=who, now=NOW)
        db.session.rollback()

    @pytest.mark.parametrize("who", ["clerk.linqing", "inspector.liaocheng"])
    def test_others_do_not_decide(self, who):
        closed(5)
        problem = found()["0301"]
        with pytest.raises(OutOfScopeError):
            operations.dismiss(problem, "不", actor=person(who), now=NOW)
        db.session.rollback()


ITEM = {"problem": "没有智能手机办不了", "measure": "上门帮办"}


def improved(problem, now=NOW, **fields):
    """Take a problem up as an improvement item that is reported complete; committed."""
    actor, owner = person(SUPERVISOR), person("handler.linqing.scjg")
    with transaction():
        item = Improvement(department=department(), **ITEM, **fields)
        operations.improve(problem, item, days=5, actor=actor, now=now)
    with transaction():
        improvements.move(item, "start", {}, actor=owner, now=now)
        improvements.move(item, "complete", {"evidence": "做了"}, actor=owner, now=now)
    return item


@pytest.mark.usefixtures("everything")
class TestImproving:
    """A problem becomes an improvement item, which is reopened when the problem is back."""

    def test_accepting_opens_an_item_on_its_cases(self):
        numbers = closed(5)
        problem = found()["0301"]
        item = improved(problem)
        assert (item.matter, item.cause.code, item.hall.code) == (MATTER, "0301", "linqing")
        assert [case.id for case in item.cases] == numbers
        assert (problem.state, problem.improvement) == (Decision.ACCEPTED, item)
        with pytest.raises(DomainError, match="已经处理过"):
            operations.dismiss(problem, "再来一次", actor=person(SUPERVISOR), now=NOW)
        db.session.rollback()

    def test_it_is_reopened_once_when_the_problem_is_back(self):
        closed(5)
        item = improved(found()["0301"])
        later = NOW + timedelta(days=20)
        closed(4, now=later)
        night(later)
        assert item.status is ImprovementStatus.COMPLETED
        back = closed(1, now=later)
        night(later)
        db.session.refresh(item)
        assert (item.status, item.reopenings) == (ImprovementStatus.OPENED, 1)
        assert "5 件" in item.reason
        assert back[0] in [case.id for case in item.cases]
        assert item.due_at > later
        told = select(Notice).where(Notice.kind == "improvement_reopened")
        assert {row.recipient for row in db.session.scalars(told)} >= {
            person("handler.linqing.scjg").name,
            person(SUPERVISOR).name,
        }
        night(later + timedelta(days=1))
        db.session.refresh(item)
        assert item.reopenings == 1

    def test_while_it_is_being_improved_it_is_not_proposed(self):
        closed(5)
        improved(found()["0301"])
        later = NOW + timedelta(days=20)
        closed(6, now=later)
        assert found(later) == {}

    def test_another_cause_and_older_cases_reopen_nothing(self):
        closed(5)
        item = improved(found()["0301"])
        later = NOW + timedelta(days=20)
        closed(6, "0202", now=later)
        closed(9, hall_code="yanggu", now=later)
        night(later)
        closed(6, now=NOW - timedelta(days=1))
        night(later)
        db.session.refresh(item)
        assert item.status is ImprovementStatus.COMPLETED

    def test_an_item_of_a_city_counts_the_cases_of_all_its_halls_together(self):
        with transaction():
            item = Improvement(
                hall=hall("liaocheng"), matter=MATTER, cause=cause(),
                department=department(), **ITEM,
            )  # fmt: skip
            improvements.open_item(item, days=5, actor=person("supervisor.liaocheng"), now=NOW)
        owner = person("handler.linqing.scjg")
        with transaction():
            improvements.move(item, "start", {}, actor=owner, now=NOW)
            improvements.move(item, "complete", {"evidence": "做了"}, actor=owner, now=NOW)
        later = NOW + timedelta(days=20)
        back = closed(2, now=later) + closed(2, now=later, hall_code="yanggu")
        night(later)
        db.session.refresh(item)
        assert item.status is ImprovementStatus.COMPLETED
        back += closed(1, now=later, hall_code="yanggu")
        night(later)
        db.session.refresh(item)
        assert (item.status, item.reopenings) == (ImprovementStatus.OPENED, 1)
        assert [case.id for case in item.cases] == back
        assert "聊城市政务服务大厅及下级大厅在 90 天内又有 5 件" in item.reason

    def test_the_halls_of_a_city_do_not_reopen_the_item_of_one(self):
        closed(5)
        item = improved(found()["0301"])
        later = NOW + timedelta(days=20)
        closed(4, now=later)
        closed(9, now=later, hall_code="yanggu")
        night(later)
        db.session.refresh(item)
        assert item.status is ImprovementStatus.COMPLETED

    def test_of_two_schedulers_one_reopens(self, demo):
        closed(5)
        item = improved(found()["0301"])
        later = NOW + timedelta(days=20)
        closed(5, now=later)
        number = item.id

        def run(_number):
            with demo.app_context(), scope.everything():
                try:
                    return find_frequent(later, later)["reopened"]
                finally:
                    db.session.remove()

        db.session.rollback()
        with ThreadPoolExecutor(3) as crowd:
            assert sum(crowd.map(run, range(3))) == 1
        db.session.rollback()
        assert db.session.get(Improvement, number).reopenings == 1


def night(now):
    db.session.rollback()
    find_frequent(now, now)
    db.session.rollback()


def test_the_page_leads_from_the_problem_to_the_item(demo, login):
    with scope.everything():
        closed(5)
        number, owner = found()["0301"].id, department().id
    supervisor, base = login(demo, SUPERVISOR), f"/frequent-problems/{number}"
    assert f"{base}/improve" in supervisor.get(f"/frequent-problems/show/{number}").text
    answer = supervisor.post(f"{base}/improve", data={**ITEM, "days": "0"})
    assert set(beside(answer)) == {"department", "days"}
    answer = supervisor.post(f"{base}/improve", data={**ITEM, "days": "9", "department": owner})
    assert answer.location.startswith("/improvements/show/")
    assert MATTER in supervisor.get(answer.location).text
    assert answer.location in supervisor.get(f"/frequent-problems/show/{number}").text


def test_the_pages_lead_from_the_problem_to_the_article(demo, login):
    with scope.everything():
        closed(5)
        number = found()["0301"].id
    supervisor, clerk = login(demo, SUPERVISOR), login(demo, "clerk.linqing")
    base = f"/frequent-problems/{number}"
    assert MATTER in supervisor.get("/frequent-problems/list/").text
    page = tree(clerk.get(f"/frequent-problems/show/{number}"))
    assert not page.xpath(f"//a[@href='{base}/accept']")
    assert clerk.get(f"{base}/accept").status_code == 404
    assert supervisor.get(f"{base}/nothing").status_code == 404
    answer = supervisor.post(f"{base}/dismiss", data={"note": ""})
    assert (answer.status_code, list(beside(answer))) == (422, ["note"])
    answer = supervisor.post(f"{base}/accept", data={"question": "怎么办", "solution": "上门"})
    assert answer.location.startswith("/articles/show/")
    assert "怎么办" in supervisor.get(answer.location).text
    answer = supervisor.post(f"{base}/dismiss", data={"note": "晚了"})
    assert answer.status_code == 422
    assert "已经处理过" in answer.text
