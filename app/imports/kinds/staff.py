"""People and what they are where: one row for each post that somebody holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core.db import db
from app.core.language import N_, gettext
from app.core.security import holders
from app.departments.models import Membership, Staff
from app.departments.operations import add_staff, appoint, set_password
from app.departments.queries import governs
from app.departments.rules import LEAST_PASSWORD, Role
from app.imports.columns import Column, of_model
from app.imports.kinds.base import Kind, build, said_twice
from app.imports.queries import Places
from app.imports.rules import Verdict, folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.imports.kinds.base import Judged
    from app.imports.models import ImportRun

POST = ("role", "hall", "department")

COLUMNS = (
    *of_model(
        Staff,
        ("username", "first_name", "email"),
        username={"kind": "code", "most": 64},
        first_name={"most": 64},
        email={"kind": "code", "required": False, "hint": N_("用来接收邮件通知；没有可不填")},
    ),
    *of_model(Membership, POST, hall={"width": 22}),
    Column(
        "password",
        N_("初始密码"),
        "code",
        most=128,
        hint=N_("至少 8 个字符；不填则由管理员在人员页面设置后才能登录。已有人员不填"),
    ),
)


class StaffTaking:
    """One reading of a file of people."""

    def __init__(self, person: Person, now: datetime) -> None:
        """Read the halls that the person administers."""
        self.person, self.now = person, now
        self.places = Places(person, holders("staff", "a"))
        self.notes: list[str] = []
        self._there: dict[str, Staff] = {}
        self._posts: set[tuple[Any, ...]] = set()

    def judge(self, lines: Sequence[Judged]) -> None:
        """Say of every row whether it brings a person or a post that is not there yet."""
        self._read({it.values["username"] for it in lines if "username" in it.values})
        people: dict[str, Judged] = {}
        posts: dict[tuple[Any, ...], Judged] = {}
        for it in lines:
            self._place(it)
            if it.problems:
                continue
            self._check_person(it, people)
            key = _post(it)
            if key in posts:
                said_twice(it, posts[key])
            posts.setdefault(key, it)
            there = self._there.get(it.values["username"])
            if there is not None and (there.id, *key[1:]) in self._posts:
                it.known = gettext("已有这个人员和任职，内容相同")
            if it.verdict is Verdict.NEW:
                self._build(it, there, people)

    def _read(self, names: set[str]) -> None:
        """Read who is there under those log-in names, and every post that they hold."""
        query = select(Staff).where(Staff.username.in_(sorted(names)))
        self._there = {it.username: it for it in db.session.scalars(query)}
        held = Membership.__table__.c
        numbers = [it.id for it in self._there.values()]
        rows = db.session.execute(
            select(held.user_id, held.role, held.hall_id, held.department_id).where(
                held.user_id.in_(numbers)
            )
        )
        self._posts = {tuple(row) for row in rows}

    def _place(self, it: Judged) -> None:
        """Turn what a row says of hall and department into those."""
        hall_text = it.values.pop("hall", "")
        text = it.values.pop("department", "")
        hall = self.places.hall(hall_text) if hall_text else None
        if hall_text and hall is None:
            it.wrong("hall", self.places.no_hall(hall_text))
        elif hall is None and it.values.get("role") is not Role.ADMIN:
            hall = self.places.only
        elif hall is None and not self.places.everywhere:
            it.wrong("hall", gettext("请填写您管理的大厅"))
        department = self.places.department(hall, text) if hall is not None and text else None
        if hall is not None and text and department is None:
            it.wrong("department", self.places.no_department(hall, text))
        it.values |= {"hall": hall, "department": department}
        it.hall_id = hall.id if hall is not None else None

    def _check_person(self, it: Judged, people: dict[str, Judged]) -> None:
        """Compare a row with the person who is there, or with an earlier row about them."""
        name, there = it.values["username"], self._there.get(it.values["username"])
        password = it.values.get("password", "")
        if password and len(password) < LEAST_PASSWORD:
            it.wrong("password", gettext("密码至少 %(least)d 个字符", least=LEAST_PASSWORD))
        if there is not None:
            if not governs(self.person, there):
                it.wrong("username", gettext("这个登录名已有人使用，且不由您管理"))
            elif folded(there.name) != folded(it.values["first_name"]):
                wrong = gettext("这个登录名已有人使用，姓名不同；没有改动")
                it.wrong("first_name", wrong)
            elif password:
                it.wrong("password", gettext("已有这个人员，密码不由表格改动"))
        elif name in people:
            first = people[name]
            if first.values["first_name"] != it.values["first_name"]:
                wrong = gettext("与第 %(row)d 行登录名相同，姓名不同", row=first.line.number)
                it.wrong("first_name", wrong)
        else:
            people[name] = it

    def _build(self, it: Judged, there: Staff | None, people: dict[str, Judged]) -> None:
        """Check the person and the post as their forms would; the rows are made when added."""
        if there is None and people[it.values["username"]] is it:
            fresh = {"username": it.values["username"], "first_name": it.values["first_name"]}
            build(Staff, it, {**fresh, "active": True, "email": it.values.get("email")})
            it.row = None
        with db.session.no_autoflush:
            post = Membership(**{name: it.values.get(name) for name in POST})
            for name, text in post.problems().items():
                it.wrong(name, text)
            post.hall = post.department = None

    def turn(self, judged: Judged) -> int:
        """Go by the order of the file."""
        return judged.line.number

    def add(self, judged: Judged, run: ImportRun) -> str:
        """Add the person, unless an earlier row did, and give them the post."""
        del run
        told = judged.values
        query = select(Staff).where(Staff.username == told["username"])
        person = db.session.scalar(query)
        if person is None:
            person = Staff(
                username=told["username"],
                first_name=told["first_name"],
                email=told.get("email"),
                active=True,
            )
            add_staff(person)
            if told.get("password"):
                set_password(person, told["password"])
        appoint(person, told["role"], told["hall"], told["department"])
        return str(person)

    def finish(self, run: ImportRun) -> None:
        """Nothing goes with the rows as a whole."""


def _post(it: Judged) -> tuple[Any, ...]:
    hall, department = it.values["hall"], it.values["department"]
    numbers = [row.id if row is not None else None for row in (hall, department)]
    return (it.values["username"], it.values["role"], *numbers)


KIND = Kind(
    "staff",
    Staff.__panel__.name,
    N_("建立人员的账号和任职；一人几处任职就写几行"),
    "staff",
    COLUMNS,
    StaffTaking,
    Staff,
)
