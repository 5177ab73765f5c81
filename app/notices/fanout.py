"""Turn what happened into notices: each event once, to whom the rules name.

Events are taken out of the outbox and their notices written in one transaction; a unique key on
event, way and receiver makes a second notice of the same impossible, whatever happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from app.cases.models import Case
from app.core.db import db
from app.core.language import gettext
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.models import Deadline
from app.deadlines.queries import calendar, hours_of
from app.departments.models import Hall
from app.notices import setting
from app.notices.audiences import Audiences
from app.notices.models import CARDS, CASES, Notice, NoticeRule, Outbox
from app.notices.queries import address_of, mail_server
from app.notices.rules import OLD_NEWS, Pace, State, Way
from app.notices.sending import is_mail
from app.notices.timing import leaves_at
from app.notices.wording import Happening, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from app.notices.wording import Attached

BATCH = 200
"""Events in a transaction."""

_outbox: Any = Outbox.__table__
_event: Any = Event.__table__
_case: Any = Case.__table__
_hall: Any = Hall.__table__
_deadline: Any = Deadline.__table__
_notice: Any = Notice.__table__


def fan_out(now: datetime, *, batch: int = BATCH) -> int:
    """Write the notices of everything in the outbox; return how many are new.

    To be called outside a transaction: it commits each batch.
    """
    total, taken = 0, batch
    while taken == batch:
        with transaction():
            events = _take(now, batch)
            taken = len(events)
            total += _tell(events, now)
    return total


def _take(now: datetime, batch: int) -> list[int]:
    """Take events out of the outbox; what somebody else is taking is left to them."""
    waiting = (
        select(_outbox.c.event_id)
        .where(_outbox.c.taken_at.is_(None))
        .order_by(_outbox.c.event_id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    numbers = list(db.session.scalars(waiting))
    if numbers:
        db.session.execute(
            update(_outbox).where(_outbox.c.event_id.in_(numbers)).values(taken_at=now)
        )
    return numbers


def _tell(numbers: Sequence[int], now: datetime) -> int:
    rules = rules_in_force() if numbers else {}
    events = _happenings(numbers, rules, now) if rules else []
    if not events:
        return 0
    return write(events, rules, now)


def write(events: Sequence[Happening], rules: Mapping[str, list[NoticeRule]], now: datetime) -> int:
    """Write the notices of events by the rules of their kinds; return how many are new."""
    letters = Letters(events, now)
    return _insert([row for event in events for row in letters.of(event, rules[event.kind])])


def write_to(
    event: Happening, name: str, now: datetime, ways: Sequence[Way], file: Attached | None
) -> None:
    """Write the notices of an event to the person whom it names, one by each way."""
    letters = Letters([event], now)
    person = {"user_id": event.person_id, "recipient": name[:128]}
    rows = [letters.row(event, Pace.AT_ONCE, way) | person for way in ways]
    for row in rows:
        if row["way"] is Way.MAIL and file is not None:
            row |= {"file_name": file.name, "file_key": file.key}
    _insert(rows)


def rules_in_force() -> dict[str, list[NoticeRule]]:
    """Return the rules in force by kind of event, what is urgent first: of two it counts."""
    found: dict[str, list[NoticeRule]] = {}
    query = select(NoticeRule).where(NoticeRule.active).options(joinedload(NoticeRule.target))
    rules = db.session.scalars(query.order_by(NoticeRule.id)).all()
    for rule in sorted(rules, key=lambda rule: rule.pace is Pace.DIGEST):
        found.setdefault(rule.kind, []).append(rule)
    return found


def _happenings(
    numbers: Sequence[int], rules: dict[str, list[NoticeRule]], now: datetime
) -> list[Happening]:
    """Return what is told of: events that a rule names and that are no old news."""
    current = and_(
        _deadline.c.case_id == _case.c.id, _deadline.c.current, _deadline.c.met_at.is_(None)
    )
    card = _event.c.payload["card_id"].as_integer()
    query = (
        select(
            _event.c.id.label("event_id"),
            *(_event.c[name] for name in ("kind", "at", "recorded_at", "actor_id", "actor")),
            case((card.is_not(None), CARDS), else_=CASES).label("about"),
            func.coalesce(card, _event.c.case_id).label("row_id"),
            func.coalesce(_event.c.payload["card"].as_string(), _event.c.case_number).label(
                "number"
            ),
            _event.c.case_id,
            _case.c.hall_id,
            _hall.c.name.label("hall"),
            _hall.c.timezone.label("zone"),
            *(_case.c[name] for name in ("matter", "applicant_name", "lead_department_id")),
            _deadline.c.due_at,
            _event.c.payload["person_id"].as_integer().label("person_id"),
            _event.c.payload["department_id"].as_integer().label("department_id"),
        )
        .join_from(_event, _case, _case.c.id == _event.c.case_id)
        .join(_hall, _hall.c.id == _case.c.hall_id)
        .outerjoin(_deadline, current)
        .where(
            _event.c.id.in_(numbers),
            _event.c.kind.in_(sorted(rules)),
            _event.c.recorded_at >= now - OLD_NEWS,
        )
        .order_by(_event.c.id)
    )
    return [Happening(**row) for row in db.session.execute(query).mappings()]


class Letters:
    """What is written of a batch of events, and to whom."""

    def __init__(self, events: Sequence[Happening], now: datetime) -> None:
        """Ask for the people, the calendar and the addresses of the setting, once."""
        self.now, self.days = now, calendar()
        self.people = Audiences(events, now)
        halls = db.session.scalars(
            select(Hall).where(Hall.id.in_({event.hall_id for event in events}))
        )
        self.hours = {hall.id: hours_of(hall) for hall in halls}
        self.mailing = {hall: mail_server(hall) is not None for hall in self.hours}
        known = enumerate(setting.addresses())
        self.places = [number for number, url in known if not is_mail(url)]

    def of(self, event: Happening, rules: Sequence[NoticeRule]) -> list[dict[str, Any]]:
        """Return the notices of an event, one for each way and receiver."""
        found: dict[tuple[Way, str, int], dict[str, Any]] = {}
        for rule in rules:
            if rule.hall_id not in (None, event.hall_id):
                continue
            for way, column, number, name in self._receivers(event, rule):
                if (way, column, number) not in found:
                    row = self.row(event, rule.pace, way)
                    row |= {column: number, "recipient": name[:128]}
                    found[way, column, number] = row
        return list(found.values())

    def _receivers(self, event: Happening, rule: NoticeRule) -> Iterator[tuple[Way, str, int, str]]:
        """Give everybody whom a rule means: way, column, number, name."""
        for number in sorted(self.people.of(rule.audience, event)):
            person = self.people.staff[number]
            if rule.inbox:
                yield Way.INBOX, "user_id", number, person.name
            if rule.mail and self.mailing[event.hall_id] and address_of(person):
                yield Way.MAIL, "user_id", number, person.name
        target = rule.target
        if target is not None and target.active and target.hall_id in (None, event.hall_id):
            yield Way.GROUP, "target_id", target.id, target.name
        for place in self.places:
            name = gettext("BANCHENG_NOTICES 第 %(number)d 个地址", number=place + 1)
            yield Way.GROUP, "place", place, name

    def row(self, event: Happening, pace: Pace, way: Way) -> dict[str, Any]:
        """Return a notice without its receiver."""
        title, body = told(event)
        there = way is Way.INBOX
        leaves = leaves_at(self.now, pace, self.days, self.hours[event.hall_id])
        return {
            "event_id": event.event_id,
            "about": event.about,
            "row_id": event.row_id,
            "case_id": event.case_id,
            "case_number": event.number,
            "hall_id": event.hall_id,
            "kind": event.kind,
            "way": way,
            "pace": pace,
            "file_name": None,
            "file_key": None,
            "user_id": None,
            "target_id": None,
            "place": None,
            "title": title,
            "body": body,
            "created_at": self.now,
            "send_after": self.now if there else leaves,
            "state": State.SENT if there else State.PENDING,
            "sent_at": self.now if there else None,
            "attempts": 0,
        }


def _insert(rows: list[dict[str, Any]]) -> int:
    """Insert notices; one that is there already is passed over."""
    if not rows:
        return 0
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_notice).on_conflict_do_nothing().returning(_notice.c.id)
    return len(db.session.scalars(statement, rows).all())
