"""Departments, responsibilities, rules, the calendar and people: added once, never overwritten."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.history import Change
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.models import DeadlineRule
from app.departments.models import Department, Membership, Responsibility, Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from app.imports.kinds import KINDS
from app.imports.operations import examine
from tests.imports.files import csv, xlsx

LINQING = "临清市政务服务大厅"
DEPARTMENTS = xlsx(
    [
        ["大厅", "名称", "代码", "上级科室", "负责人", "办公电话"],
        [LINQING, "档案股", "dag", "档案局", "赵六", "0635-2345678"],
        [LINQING, "档案局", "daj", None, "钱七", None],
    ]
)
DUTIES = xlsx(
    [
        ["大厅", "责任单位", "事项", "编码", "依据"],
        [LINQING, "市场监管科", "个体户档案查询", "x-01", "《档案法》"],
    ]
)
RULES = xlsx(
    [
        ["名称", "时限种类", "大厅", "工作日数", "依据文件", "生效日期", "启用"],
        ["当日联系", "联系", "linqing", 1, "本厅规则", "2026.1.1", "是"],
    ]
)
DAYS = csv(
    [
        ("日期", "是否上班", "名称"),
        ("2031年1月1日", "休", "元旦"),
        ("2031.1.4", "班", ""),
        ("2031/10/01", "0", "国庆节"),
    ]
)
PEOPLE = xlsx(
    [
        ["登录名", "姓名", "角色", "大厅", "科室", "初始密码"],
        ["li.si", "李四", "经办人", LINQING, "食药科", "secret-2026"],
        ["li.si", "李四", "窗口人员", LINQING, None, None],
        ["wang.wu", "王五", "督查", "linqing", None, None],
    ]
)


def rows(model, *criteria):
    db.session.rollback()
    with scope.everything():
        return db.session.scalars(select(model).where(*criteria)).all()


def first_department(hall="linqing"):
    from app.departments.models import Hall

    with scope.everything():
        return db.session.scalars(
            select(Department)
            .join(Department.hall)
            .where(Hall.code == hall)
            .order_by(Department.id)
        ).first()


def test_departments_below_one_another_whatever_the_order(desk):
    report = desk.take("departments", DEPARTMENTS, "admin")
    assert len(report.added) == 2
    [below] = rows(Department, Department.code == "dag")
    assert below.parent.code == "daj"
    told = rows(Change, Change.entity == "departments", Change.row_id == below.id)
    assert [it.actor for it in told] == [rows(Staff, Staff.username == "admin")[0].name]
    again = desk.take("departments", DEPARTMENTS, "admin")
    assert (again.added, again.counts()["known"], again.problems) == ([], 2, [])


def test_a_department_that_is_there_is_never_changed(desk):
    desk.take("departments", DEPARTMENTS, "admin")
    heads = ["大厅", "名称", "代码", "负责人", "上级科室"]
    changed = xlsx([heads, [LINQING, "档案局", "daj", "孙八", "档案股"]])
    report = desk.check("departments", changed, "admin")
    assert [it.cell for it in report.problems] == ["D2", "E2"]
    assert "钱七" in report.problems[0].text
    other = xlsx([heads, [LINQING, "档案管理局", "daj", "钱七", None]])
    assert [it.cell for it in desk.check("departments", other, "admin").problems] == ["B2"]


def test_what_hangs_below_a_wrong_department_is_wrong_too(desk):
    data = xlsx(
        [
            ["大厅", "名称", "代码", "上级科室"],
            [LINQING, "一", "one", "二"],
            [LINQING, "二", "TWO!", None],
            [LINQING, "三", "three", "四"],
            [LINQING, "四", "four", "三"],
            [LINQING, "五", "five", None],
            [LINQING, "五", "five", None],
            [LINQING, "六", "five", None],
        ]
    )
    report = desk.check("departments", data, "admin")
    assert {it.cell for it in report.problems} == {"C3", "D2", "D4", "D5", "A8"}
    assert desk.take("departments", data, "admin", together=False).added == [f"五 · {LINQING}"]


def test_responsibilities_rules_and_the_same_again(desk):
    department = first_department()
    duties = xlsx(
        [
            ["大厅", "责任单位", "事项", "编码", "依据"],
            [LINQING, department.name, "个体户档案查询", "x-01", "《档案法》"],
        ]
    )
    for kind, data in (("responsibilities", duties), ("rules", RULES)):
        report = desk.take(kind, data, "admin")
        assert (len(report.added), report.problems) == (1, []), kind
        assert desk.take(kind, data, "admin").counts()["known"] == 1
    assert rows(Responsibility, Responsibility.code == "x-01")[0].department.id == department.id
    [rule] = rows(DeadlineRule, DeadlineRule.name == "当日联系")
    assert (rule.hall.code, rule.working_days, rule.valid_from) == (
        "linqing", 1, dt.date(2026, 1, 1),
    )  # fmt: skip


def test_an_unknown_department_is_named_with_those_there_are(desk):
    data = xlsx(
        [["大厅", "责任单位", "事项", "编码", "依据"], [LINQING, "外星科", "事", "a", "法"]]
    )
    [problem] = desk.check("responsibilities", data, "admin").problems
    assert problem.cell == "B2"
    assert first_department().name in problem.text


def test_the_calendar_replaces_whole_years_and_says_what_goes(desk):
    report = desk.take("calendar", DAYS, "admin")
    assert len(report.added) == 3
    assert [day.name for day in rows(CalendarDay, CalendarDay.date >= dt.date(2031, 1, 1))]
    assert desk.check("calendar", DAYS, "admin").counts()["known"] == 3
    shorter = csv([("日期", "是否上班", "名称"), ("2031-01-01", "休", "元旦")])
    found = desk.check("calendar", shorter, "admin")
    assert [note[:10] for note in found.notes] == ["2031-01-04", "2031-10-01"]
    assert found.counts()["new"] == 1
    contradiction = csv([("日期", "是否上班"), ("2031-01-01", "休"), ("2031.1.1", "班")])
    assert [it.cell for it in desk.check("calendar", contradiction, "admin").problems] == ["B3"]
    assert desk.take("calendar", contradiction, "admin", together=False).added == []


def test_people_with_their_posts(desk, demo, login):
    department = first_department()
    data = xlsx(
        [
            ["登录名", "姓名", "角色", "大厅", "科室", "初始密码"],
            ["li.si", "李四", "经办人", LINQING, department.name, "secret-2026"],
            ["li.si", "李四", "窗口人员", LINQING, None, None],
            ["wang.wu", "王五", "督查", "linqing", None, None],
        ]
    )
    report = desk.take("staff", data, "admin")
    assert (len(report.added), report.problems) == (3, [])
    [person] = rows(Staff, Staff.username == "li.si")
    held = rows(Membership, Membership.user_id == person.id)
    assert {(it.role, it.department_id) for it in held} == {
        (Role.HANDLER, department.id), (Role.CLERK, None),
    }  # fmt: skip
    assert login(demo, "li.si", "secret-2026").get("/").status_code == 200
    again = desk.take("staff", data, "admin")
    assert again.added == []
    assert [it.cell for it in again.problems] == ["F2"]
    with_mistakes = xlsx(
        [
            ["登录名", "姓名", "角色", "大厅", "科室", "初始密码"],
            ["li.si", "王二", "窗口人员", LINQING, None, None],
            ["new.one", "新一", "经办人", LINQING, None, None],
            ["new.two", "新二", "窗口人员", LINQING, None, "short"],
            ["new.two", "新三", "督查", LINQING, None, None],
            ["new.six", "新六", "窗口人员", "月球大厅", None, None],
        ]
    )
    found = desk.check("staff", with_mistakes, "admin")
    assert [it.cell for it in found.problems] == ["B2", "E3", "F4", "B5", "D6"]


def test_an_administrator_of_one_hall_stays_in_it(desk, demo):
    from app.core.transaction import transaction
    from app.departments.models import Hall
    from app.departments.queries import person_named
    from tests.conftest import NOW

    with scope.everything(), transaction():
        hall = db.session.scalars(select(Hall).where(Hall.code == "yanggu")).one()
        local = add_staff(Staff(username="admin.yanggu", first_name="阳谷管理员", active=True))
        appoint(local, Role.ADMIN, hall)
    found = desk.check("departments", DEPARTMENTS, "admin.yanggu")
    assert [it.cell for it in found.problems] == ["A2", "A3"]
    rule = xlsx(
        [
            ["名称", "时限种类", "工作日数", "依据文件", "生效日期"],
            ["全", "联系", 1, "无", "2026-1-1"],
        ]
    )
    assert len(desk.check("rules", rule, "admin.yanggu").problems) == 1
    assert len(desk.check("calendar", DAYS, "admin.yanggu").problems) == 3
    with scope.working_for(person_named("admin.yanggu")) as person:
        own = csv([("登录名", "姓名", "角色"), ("zhou", "周一", "窗口人员")])
        report = examine(KINDS["staff"], desk.book(own), actor=person, now=NOW)
    assert report.problems == []
    assert report.rows[0].values["hall"].code == "yanggu"
