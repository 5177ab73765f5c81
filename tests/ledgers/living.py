"""Let a good deal happen to the demo's cases, by the operations that people use."""

from __future__ import annotations

from datetime import time, timedelta
from random import Random

from sqlalchemy import inspect, select

from app.cases import operations
from app.cases.models import Case
from app.core import clock, scope
from app.core.crud.present import local
from app.core.db import db
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.deadlines import flagging
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.correction import correct
from app.departments.models import Department, Hall
from app.supervision import operations as supervision
from app.supervision.models import SupervisionCard
from app.supervision.rules import CardKind
from tests.appeals import appeals
from tests.cases.life.choosing import CLOCK_WEIGHTS, Chooser
from tests.cases.life.looking import look
from tests.cases.life.world import CODES, WINDOWS, opened
from tests.cases.window import led, person


class Life:
    """What happens one thing after the other, by dice; `now` is when."""

    def __init__(self, monkeypatch, seed):
        self.now = clock.now() + timedelta(days=1)  # after what the demo was made by
        monkeypatch.setattr(clock, "now", lambda: self.now)
        self.world, self.dice = opened(), Random(seed)  # noqa: S311 - dice
        self.made, self.names = set(), 0

    def live(self, steps):
        """Take so many steps, each committed."""
        for _ in range(steps):
            self.now += timedelta(minutes=self.dice.choice((1, 7, 45, 300, 1500)))
            happening = self.dice.choices(
                (self.move, self.register, self.edit, self.card, self.answer, self.appeal,
                 self.rename, self.calendar, self.job),
                (60, 6, 6, 5, 3, 6, 3, 2, 6),
            )[0]  # fmt: skip
            db.session.remove()
            try:
                happening()
            except (DomainError, LookupError):  # not possible, or departments beyond the walks
                db.session.rollback()
            else:
                self.made.add(happening.__name__)
        db.session.remove()

    def _case(self):
        query = select(Case).join(Case.hall).where(Hall.code.in_(WINDOWS)).order_by(Case.id)
        with scope.everything():
            found = db.session.scalars(query).all()
            case = self.dice.choice(found[-25:] if self.dice.random() < 0.7 else found)
            return case, case.hall.code

    def move(self):
        case, window = self._case()
        chooser = Chooser(self.world, self.dice, window, CLOCK_WEIGHTS)
        with scope.everything():
            others = db.session.scalars(select(Case).where(Case.hall_id == case.hall_id)).all()
            chooser.others = (self.dice.choice(others), others[0])
            step = chooser.next(look(case.id), self.now)
            self.now = min(max(step.at, self.now), self.now + timedelta(days=4))
            if step.kind == "flag":
                with transaction():
                    flagging.flag(self.now)
                return
            if step.kind == "lapse":
                with transaction():
                    operations.let_lapse(case, now=self.now)
                return
            actor = person(step.who)
            filled = {name: self._here(value) for name, value in step.filled.items()}
        with scope.working_for(actor), transaction():
            operations.move(case, step.verb, filled, actor=actor, now=self.now)
        self.made.add(step.verb)

    def _here(self, value):
        if isinstance(value, list):
            return [self._here(item) for item in value]
        kept = hasattr(value, "__table__")
        return db.session.get(type(value), inspect(value).identity) if kept else value

    def register(self):
        window = self.dice.choice(WINDOWS)
        clerk = person(f"clerk.{window}")
        name = self.dice.choice(("张桂英", "临清市鑫源食品有限公司", "王·伊布"))
        with scope.working_for(clerk), transaction():
            hall = db.session.scalars(select(Hall).where(Hall.code == window)).one()
            case = Case(
                hall=hall,
                applicant_name=name,
                phone="13812342046",
                matter=f"事项{self.dice.randrange(9)}",
                description="无法完成人脸识别",
            )
            operations.register(case, actor=clerk, now=self.now)

    def edit(self):
        case, window = self._case()
        with scope.working_for(person(f"clerk.{window}")), transaction():
            self.names += 1
            case.matter = f"改过的事项{self.names}"
            case.applicant_name = f"聊城市第{self.names}号食品有限公司"
            case.phone = f"1390000{self.names:04d}"
            case.description = f"改过的内容{self.names}"

    def card(self):
        case, window = self._case()
        who = person(f"supervisor.{window}")
        with scope.working_for(who), transaction():
            runs = [row for row in case.assignments if row.running]
            if not runs:
                raise DomainError
            asked = {"demand": "请尽快办理", "reply_days": 2, "actor": who, "now": self.now}
            kind = self.dice.choice([*CardKind])
            supervision.issue(case, kind, department=runs[0].department, **asked)

    def answer(self):
        with scope.everything():
            cards = db.session.scalars(select(SupervisionCard)).all()
            if not cards:
                raise DomainError
            card = self.dice.choice(cards)
            window = db.session.get(Hall, card.hall_id).code
            holder = self.world.offices.get(card.department_id)
        if self.dice.random() < 0.5 and holder:
            who = person(holder)
            with scope.working_for(who), transaction():
                supervision.reply(card, "已在办理", actor=who, now=self.now)
        else:
            who = person(f"supervisor.{window}")
            with scope.working_for(who), transaction():
                supervision.withdraw(card, "下发有误", actor=who, now=self.now)

    def appeal(self):
        """Have a reply appealed against, the appeal handled, and now and then upheld."""
        with scope.everything():
            number = led(appeals.REPLY, now=self.now).id
        self.now += timedelta(hours=1)
        day = local(self.now).date()
        appeal = appeals.handled(number, now=self.now, filed_on=day)
        if self.dice.random() < 0.5:
            appeals.concluded(appeal, now=self.now, decided_on=day)

    def rename(self):
        with scope.everything(), transaction():
            self.names += 1
            row = self.world.departments[self.dice.choice(WINDOWS), self.dice.choice(CODES)]
            db.session.get(Department, row.id).name = f"改名科{self.names}"
            place = db.session.scalars(select(Hall).where(Hall.code == "yanggu")).one()
            place.name = f"阳谷厅{self.names}"
            place.closing = time(16, self.names % 60)

    def calendar(self):
        with scope.everything():
            with transaction():
                self.names += 1
                day = self.now.date() + timedelta(days=self.dice.randrange(-20, 10))
                row = db.session.scalars(select(CalendarDay).where(CalendarDay.date == day)).first()
                if row is None:
                    db.session.add(CalendarDay(date=day, working=day.weekday() > 4, name="临时"))
                elif self.dice.random() < 0.5:
                    db.session.delete(row)
                else:
                    row.working = not row.working
            with transaction():
                correct(actor=scope.SYSTEM, now=self.now, confirming=self.dice.random() < 0.5)

    def job(self):
        with scope.everything(), transaction():
            flagging.flag(self.now)
