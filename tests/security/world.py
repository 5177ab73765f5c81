"""Rows to ask for: one's own, and those of another department, hall or city."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, func, select

from app.appeals.models import Appeal
from app.articles.models import Article, ArticleVersion
from app.articles.rules import ArticleStatus
from app.cases import operations
from app.cases.documents.models import Attachment
from app.cases.documents.rules import Purpose
from app.cases.models import Case
from app.cases.rules import OPEN
from app.causes.models import Cause
from app.core import scope, timeline
from app.core.db import db
from app.core.files import store
from app.core.history import Action, Change
from app.core.jobs import JobRun, RunState
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay, CalendarRevision, CalendarYear
from app.deadlines.models import Deadline, DeadlineRule
from app.deadlines.rules import ClockKind
from app.departments.models import Department, Hall, Membership, Responsibility, Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_named
from app.departments.rules import Role
from app.frequent.models import FrequencyRule, FrequentProblem
from app.imports.kinds import KINDS
from app.imports.models import ImportRun
from app.imports.report import Report
from app.imports.tables import Found
from app.improvements.models import Improvement
from app.ledgers.models import LedgerKind, LedgerRun
from app.ledgers.subscriptions.models import (
    LedgerSending,
    LedgerSubscription,
    LedgerSubscriptionRun,
)
from app.ledgers.subscriptions.rules import Cadence, Language, SendingState, Span, Weekday
from app.ledgers.tasks.models import LedgerTask
from app.ledgers.templates.definition import Definition, Shown
from app.ledgers.templates.operations import Sharing, create
from app.ledgers.unmasked.models import UnmaskedLedger
from app.notices.models import Notice, NoticeRule, NoticeTarget
from app.notices.rules import Audience, Pace, State, TargetKind, Way
from app.roster.models import Duty, Swap, Window
from app.roster.rules import Half, Shift, SwapState
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.rules import DocumentKind
from app.rulebook.models import Criterion, RemedyPeriod, RemedyRule, TextTemplate
from app.rulebook.rules import Finding, Occasion, PeriodUnit, RemedyKind, RemedyStep, TemplateUse
from app.supervision.models import SupervisionCard, SupervisionRule
from app.supervision.referrals.models import Referral
from app.supervision.referrals.rules import Body
from app.supervision.rules import CardKind
from tests.cases.window import led

NOW = datetime(2026, 9, 17, 2, 0, tzinfo=UTC)
PASSWORD = "admin-2026-password"
PERSONS = {
    "clerk": "clerk.linqing",
    "handler": "handler.linqing.scjg",
    "supervisor": "supervisor.linqing",
    "inspector": "inspector.liaocheng",
    "admin": "admin",
}
FOREIGN = {
    "clerk": ("yanggu", "liaocheng", "dezhou"),
    "handler": ("linqing/syk", "yanggu"),
    "supervisor": ("yanggu", "liaocheng", "dezhou"),
    "inspector": ("dezhou",),
    "admin": (),
}
"""Role → the places whose rows are out of sight of the person above: hall, or hall/department."""

_numbers = count(1)
_years = count()


@contextmanager
def looking():
    """See everything, as it is in the database now: requests work in sessions of their own."""
    db.session.rollback()
    with scope.everything():
        yield


def hall_of(code):
    return db.session.scalars(select(Hall).where(Hall.code == code)).one()


def department_of(hall, code):
    return db.session.scalars(
        select(Department).join(Department.hall).where(Hall.code == hall, Department.code == code)
    ).one()


def another_city():
    """Found Dezhou, which is below nobody here, with one dispatched case in it."""
    with looking(), transaction():
        hall = Hall(code="dezhou", name="德州市政务服务大厅", prefix="DZ")
        department = Department(hall=hall, code="scjg", name="德州市场科")
        db.session.add_all(
            [
                hall,
                department,
                Responsibility(
                    department=department,
                    code="dz1",
                    matter="德州独有事项",
                    legal_basis="德州独有依据",
                ),
            ]
        )
        clerk = add_staff(
            Staff(username="clerk.dezhou", first_name="德州窗口", active=True), PASSWORD
        )
        appoint(clerk, Role.CLERK, hall)
        db.session.flush()
        actor = person_named("clerk.dezhou")
        case = Case(
            hall=hall,
            applicant_name="独孤求助",
            phone="13955550001",
            id_number="371402199001011234",
            address="德州市德城区独有路一号",
            matter="德州独有事项",
            description="德州市独有的反映内容",
            visits=2,
        )
        operations.register(case, actor=actor, now=NOW - timedelta(days=3))
        operations.move(
            case,
            "accept",
            {"classification": "should_be_done"},
            actor=actor,
            now=NOW - timedelta(days=3),
        )
        operations.move(
            case,
            "dispatch",
            {"lead_department": department},
            actor=actor,
            now=NOW - timedelta(days=3),
        )


def case_at(place, *criteria):
    """Return a dispatched case of a hall, or of a hall/department: there a new one if need be."""
    hall, _, department = place.partition("/")
    query = (
        select(Case)
        .join(Case.hall)
        .join(Case.lead_department)
        .where(Hall.code == hall, *criteria)
        .order_by(Case.id)
    )
    if department:
        query = query.where(Department.code == department)
    found = db.session.scalars(query).first()
    if found is None and department:
        sent = ("dispatch", {"lead_department": department_of(hall, department)})
        found = led(("accept", sent), hall_code=hall)
    return found


def secrets_of(place):
    """Return the words that nobody from outside a place may ever read."""
    hall, _, department = place.partition("/")
    with looking():
        query = select(Case).join(Case.hall).where(Hall.code == hall)
        if department:
            query = query.join(Case.lead_department).where(Department.code == department)
        words = set()
        for case in db.session.scalars(query):
            words |= {case.number, case.phone, case.id_number, case.address}
            if case.applicant_name == "独孤求助":
                words |= {case.applicant_name, case.description}
    return words - {None, ""}


def people_of(place):
    """Return who works in a hall: their log-in names and their own."""
    with looking():
        members = db.session.scalars(
            select(Membership).join(Membership.hall).where(Hall.code == place)
        ).all()
        return {word for item in members for word in (item.user.username, item.user.first_name)}


def readable(answer):
    """Return everything that an answer says, as text: HTML, JSON unescaped, Excel unzipped."""
    if answer.mimetype.endswith("json"):
        return json.dumps(answer.json, ensure_ascii=False)
    if answer.mimetype.endswith("spreadsheetml.sheet"):
        return "\n".join(map(str, cells_of(answer)))
    return answer.get_data(as_text=True)


def cells_of(answer):
    """Return every value of every sheet of a workbook."""
    book = load_workbook(io.BytesIO(answer.data))
    return [
        cell
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]


# --- a fresh row of each entity in a place -------------------------------------------------------


def row_at(entity, place, exports=None):
    """Return the number of a row of an entity in a place; a fresh one where one can be deleted."""
    hall = place.partition("/")[0]
    with looking(), transaction():
        if entity in FROM_CASES:
            return FROM_CASES[entity](case_at(place, Case.status.in_(OPEN))).id
        row = FRESH[entity](hall, next(_numbers))
        if entity == "ledgers":
            exports.mkdir(exist_ok=True)
            Workbook().save(exports / row.file_name)
        db.session.add(row)
        db.session.flush()
        return row.id


def own_row(entity, role, exports=None):
    """Return the number of a row that is in sight of a role's person."""
    if entity == "halls" and role != "admin":
        with looking():
            return hall_of("linqing").id
    place = "linqing/scjg" if entity in FROM_CASES else "linqing"
    if entity == "unmasked-ledgers":  # whose it is stays as it was written
        with looking(), transaction():
            row = _unmasked("linqing", next(_numbers))
            row.actor_id = person_named(PERSONS[role]).id
            db.session.add(row)
            db.session.flush()
            return row.id
    number = row_at(entity, place, exports)
    if entity in {"ledger-subscriptions", "ledger-sendings"}:
        kept = LedgerSubscription if entity == "ledger-subscriptions" else LedgerSending
        with looking(), transaction():
            db.session.get_one(kept, number).owner_id = person_named(PERSONS[role]).id
    if entity in {"imports", "ledger-tasks"}:
        with looking(), transaction():
            row = db.session.get_one(ImportRun if entity == "imports" else LedgerTask, number)
            row.actor_id = person_named(PERSONS[role]).id
    return number


def _department(hall, number):
    return Department(hall=hall_of(hall), code=f"new{number}", name=f"新科室{number}")


def _membership(hall, number):
    return Membership(user=_staff(hall, number), role=Role.CLERK, hall=hall_of(hall))


def _staff(_hall, number):
    return Staff(
        username=f"new.{number}",
        first_name=f"新人{number}",
        last_name="",
        active=True,
        email=f"new.{number}@localhost",
    )


def _ledger(hall, number):
    return LedgerRun(
        kind=LedgerKind.CASES,
        hall=hall_of(hall),
        rows=1,
        checksum="0" * 64,
        planned_for=NOW + timedelta(minutes=number),
        produced_at=NOW,
        file_name=f"台账-{hall}-{number}.xlsx",
    )


def _template(hall, number):
    asked = Definition(LedgerKind.CASES, (Shown("number"),))
    sharing = Sharing(shared=True, hall=hall_of(hall))
    clerk = person_named(f"clerk.{hall}")
    return create(f"模板{number}", asked, sharing, actor=clerk, now=NOW)


def _task(hall, number):
    asker = _clerk(hall)
    return LedgerTask(
        requested_at=NOW,
        kind="cases",
        about=f"登记日期：{hall}-{number}",
        asked={"kind": "cases"},
        language="zh",
        actor_id=asker.id,
        username=asker.username,
        actor=asker.name,
        hall=hall_of(hall),
    )


def _subscription(hall, _number):
    return LedgerSubscription(
        kind=LedgerKind.CASES,
        hall=hall_of(hall),
        span=Span.ALL,
        role=Role.SUPERVISOR,
        cadence=Cadence.DAILY,
        weekday=Weekday.MONDAY,
        nth=1,
        at=time(9),
        inbox=True,
        mail=False,
        language=Language.ZH,
        active=True,
        owner=_clerk(hall),
        since=NOW,
    )


def _sending(hall, number):
    run = LedgerSubscriptionRun(planned_for=NOW)
    db.session.add(run)
    db.session.flush()
    return LedgerSending(
        run_id=run.id,
        planned_for=NOW,
        title=f"台账{hall}-{number}",
        hall=hall_of(hall),
        owner_id=_clerk(hall).id,
        recipient=f"收件人{hall}-{number}",
        language=Language.ZH,
        inbox=True,
        mail=False,
        state=SendingState.FAILED,
        reason="没有电子邮箱",
        begun_at=NOW,
        ended_at=NOW,
    )


def _unmasked(hall, number):
    asker = _clerk(hall)
    return UnmaskedLedger(
        at=NOW,
        actor_id=asker.id,
        actor=asker.name,
        hall=hall_of(hall),
        kind="cases",
        about=f"登记日期：{hall}-{number}",
        reason=f"逐一电话核实：{hall}-{number}",
    )


def _import(hall, number):
    return ImportRun(
        created_at=NOW,
        kind="cases",
        file_name=f"登记簿-{hall}-{number}.xlsx",
        sha256="0" * 64,
        size=1,
        actor="窗口",
        hall=hall_of(hall),
        total=0,
        known=0,
        wrong=0,
        report=Report(KINDS["cases"], Found()).as_json(),
    )


def _window(hall, number):
    return Window(hall=hall_of(hall), code=f"new{number}", name=f"新窗口{number}")


def _clerk(hall):
    return db.session.scalars(select(Staff).where(Staff.username == f"clerk.{hall}")).one()


def _duty(hall, number):
    return Duty(
        hall=hall_of(hall),
        window=_window(hall, number),
        day=date(2027, 1, 4),
        half=Half.MORNING,
        staff=_clerk(hall),
    )


def _swap(hall, number):
    window, other = _window(hall, f"{number}a"), _staff(hall, number)
    return Swap(
        hall=hall_of(hall),
        staff=_clerk(hall),
        window=window,
        day=date(2027, 1, 4),
        shift=Shift.WHOLE,
        other_staff=other,
        other_window=window,
        other_day=date(2027, 1, 5),
        other_shift=Shift.WHOLE,
        asked_at=NOW,
        asked_by="窗口",
        state=SwapState.ASKED,
    )


def _next_year():
    return max(2039, db.session.scalar(select(func.max(CalendarYear.year)))) + 1


def _delivery(hall, number):
    case = case_at(hall)
    return Notice(
        event_id=-number,
        row_id=case.id,
        case_id=case.id,
        case_number=case.number,
        hall=case.hall,
        kind="overdue",
        way=Way.GROUP,
        pace=Pace.AT_ONCE,
        place=0,
        recipient="群",
        title=f"超期：{case.number}",
        body="内容",
        created_at=NOW,
        send_after=NOW,
        state=State.DEAD,
    )


def _article(hall, number):
    return Article(
        hall=hall_of(hall), question=f"新问题{number}", solution="办法", writers=[], matter=None
    )


def _improvement(hall, number):
    own = (
        select(Department).join(Department.hall).where(Hall.code == hall, Department.code == "scjg")
    )
    return Improvement(
        number=f"ZG-{number}",
        year=2027,
        serial=number,
        hall=hall_of(hall),
        matter=f"新问题{number}",
        department=db.session.scalars(own).first() or _department(hall, number),
        problem="几个窗口来回跑",
        measure="一窗受理",
        opened_at=NOW,
        opened_by="督查",
        days=20,
        warn_at=NOW + timedelta(days=8),
        due_at=NOW + timedelta(days=9),
        escalate_at=NOW + timedelta(days=10),
        due_version=1,
    )


def _frequency(hall, _number):
    db.session.execute(delete(FrequencyRule).where(FrequencyRule.hall_id == hall_of(hall).id))
    return FrequencyRule(hall=hall_of(hall), cases=9, days=90)


def _version(hall, number):
    article = _article(hall, number)
    article.status = ArticleStatus.REVIEWED
    article.reviewed_by_id = person_named("supervisor.linqing").id
    return ArticleVersion(
        article=article,
        hall=hall_of(hall),
        number=1,
        current=True,
        question=f"新问题{number}",
        causes="其他",
        solution="办法",
        published_at=NOW,
        published_by="甲",
        reviewed_by="乙",
        written_by="丙",
    )


def _event(case):
    return db.session.scalars(select(Event).where(Event.case_id == case.id)).first()


def _clock(case):
    return db.session.scalars(select(Deadline).where(Deadline.case_id == case.id)).first()


def _file(case):
    draft = store().receive(io.BytesIO("独有的材料".encode()), 2**20)
    draft.keep()
    row = Attachment(
        case=case,
        name="材料.txt",
        purpose=Purpose.MATERIAL,
        media_type="text/plain",
        size=draft.size,
        sha256=draft.sha256,
        uploaded_at=NOW,
        uploaded_by="窗口",
    )
    db.session.add(row)
    db.session.flush()
    return row


def _card(case):
    kept = select(SupervisionCard).where(SupervisionCard.case_id == case.id)
    if (found := db.session.scalars(kept).first()) is not None:
        return found
    row = SupervisionCard(
        number=f"{case.number}-01",
        case_id=case.id,
        case_number=case.number,
        serial=1,
        hall_id=case.hall_id,
        kind=CardKind.YELLOW,
        department_id=case.lead_department_id,
        demand="请说明原因",
        issued_at=NOW,
        issued_by="督查",
        reply_due=NOW + timedelta(days=1),
    )
    return _told(row, case, "yellow_card")


def _referral(case):
    kept = select(Referral).where(Referral.case_id == case.id)
    if (found := db.session.scalars(kept).first()) is not None:
        return found
    draft = store().receive(io.BytesIO(case.number.encode()), 2**20)
    draft.keep()
    row = Referral(
        number=f"{case.number}-R01",
        case_id=case.id,
        case_number=case.number,
        serial=1,
        hall_id=case.hall_id,
        body=Body.DISCIPLINE,
        recipient="纪委监委",
        grounds="推诿",
        referred_at=NOW,
        referred_by="督查",
        seal="0" * 64,
        sha256=draft.sha256,
        size=draft.size,
    )
    return _told(row, case, "referred")


def _appeal(case):
    kept = select(Appeal).where(Appeal.case_id == case.id)
    if (found := db.session.scalars(kept).first()) is not None:
        return found
    row = Appeal(
        number=f"{case.number}-A01",
        case_id=case.id,
        case_number=case.number,
        serial=1,
        hall_id=case.hall_id,
        kind=RemedyKind.COMPLAINT,
        occasion=Occasion.REPLY,
        told_at=NOW,
        told_on=NOW.date(),
        told="原来的答复",
        authority="督查部门",
        legal_basis="依据",
        filed_on=NOW.date(),
        grounds="不服",
        registered_at=NOW,
        registered_by="窗口",
    )
    return _told(row, case, "appeal_registered")


def _told(row, case, kind):
    db.session.add(row)
    db.session.flush()
    timeline.record(case, kind, actor=scope.SYSTEM, now=NOW)
    db.session.flush()
    return row


FROM_CASES = {
    "cases": lambda case: case,
    "cards-of-a-case": lambda case: case,
    "referrals-of-a-case": lambda case: case,
    "accountability": lambda case: case,
    "supervision-cards": _card,
    "appeals-of-a-case": lambda case: case,
    "appeals": _appeal,
    "appeal-assignments": _appeal,
    "referrals": _referral,
    "files-of-a-case": lambda case: case,
    "attachments": _file,
    "deadlines": _clock,
    "events": _event,
}

FRESH = {
    "halls": lambda _hall, number: Hall(
        code=f"new{number}",
        name=f"新大厅{number}",
        prefix="".join(chr(65 + int(digit)) for digit in f"{number:06d}"),
    ),
    "departments": _department,
    "responsibilities": lambda hall, number: Responsibility(
        department=_department(hall, number),
        code="new",
        matter=f"新事项{number}",
        legal_basis="依据",
    ),
    "memberships": _membership,
    "staff": _staff,
    "deadline-rules": lambda hall, number: DeadlineRule(
        name=f"新规则{number}",
        kind=ClockKind.RESOLVE,
        hall=hall_of(hall),
        working_days=9,
        source="依据",
        valid_from=date(2027, 1, 1),
    ),
    "articles": _article,
    "frequent-problems": lambda hall, number: FrequentProblem(
        hall=hall_of(hall),
        matter=f"新问题{number}",
        cause_id=db.session.scalars(select(Cause.id)).first(),
        number=9,
        days=90,
        found_at=NOW,
    ),
    "frequency-rules": _frequency,
    "improvements": _improvement,
    "knowledge": _version,
    "causes": lambda _hall, number: Cause(code=f"{90_000_000 + number}", name=f"新原因{number}"),
    "criteria": lambda hall, number: Criterion(
        finding=Finding.ACCEPT,
        code=f"N{number}",
        name=f"新标准{number}",
        hall=hall_of(hall),
        text="内容",
        source="依据",
        valid_from=date(2027, 1, 1),
    ),
    "remedy-rules": lambda hall, number: RemedyRule(
        name=f"新途径{number}",
        code=RemedyKind.COMPLAINT,
        hall=hall_of(hall),
        authority="督查部门",
        period_unit=PeriodUnit.NONE,
        legal_basis="依据",
        valid_from=date(2027, 1, 1),
    ),
    "remedy-periods": lambda hall, number: RemedyPeriod(
        code=RemedyKind.COMPLAINT,
        step=RemedyStep.DECIDE,
        hall=hall_of(hall),
        number=9,
        unit=PeriodUnit.DAYS,
        warn_days=1,
        legal_basis=f"新依据{number}",
        valid_from=date(2027, 1, 1),
    ),
    "text-templates": lambda hall, number: TextTemplate(
        name=f"新模板{number}", use=TemplateUse.RESULT, hall=hall_of(hall), body="已办结"
    ),
    "rule-documents": lambda hall, number: RuleDocument(
        kind=DocumentKind.PRIVACY,
        hall=hall_of(hall),
        title=f"新文件{number}",
        source="依据",
        body="内容",
        valid_from=date(2127, 1, 1),
    ),
    "imports": _import,
    "windows": _window,
    "duties": _duty,
    "swaps": _swap,
    "calendar-years": lambda _hall, _number: CalendarYear(year=_next_year(), final=False),
    "calendar-days": lambda _hall, number: CalendarDay(
        date=date(2040, 1, 1) + timedelta(days=number), name="新节日", working=False
    ),
    "calendar-revisions": lambda _hall, number: CalendarRevision(
        at=NOW, actor="系统", what=f"修订{number}"
    ),
    "changes": lambda hall, number: Change(
        entity="halls",
        row_id=number,
        row_name=f"大厅{number}",
        action=Action.EDITED,
        at=NOW,
        actor="系统",
        hall_id=hall_of(hall).id,
        changes={"name": ["旧名", f"新名{number}"]},
    ),
    "jobs": lambda _hall, number: JobRun(
        name="flag",
        title="标记超期",
        planned_for=NOW + timedelta(minutes=number),
        node="a",
        started_at=NOW,
        state=RunState.DONE,
    ),
    "ledgers": _ledger,
    "ledger-templates": _template,
    "ledger-tasks": _task,
    "ledger-subscriptions": _subscription,
    "ledger-sendings": _sending,
    "unmasked-ledgers": _unmasked,
    "supervision-rules": lambda hall, number: SupervisionRule(
        name=f"新督办规则{number}",
        kind=CardKind.YELLOW,
        hall=hall_of(hall),
        days=9,
        demand="请说明原因",
        reply_days=1,
        source="依据",
        valid_from=date(2027, 1, 1),
    ),
    "notice-rules": lambda hall, _number: NoticeRule(
        kind="overdue",
        audience=Audience.HALL_CLERKS,
        pace=Pace.AT_ONCE,
        inbox=True,
        mail=False,
        active=True,
        hall=hall_of(hall),
    ),
    "notice-targets": lambda hall, number: NoticeTarget(
        name=f"新渠道{number}",
        kind=TargetKind.WEBHOOK,
        address="json://127.0.0.1:9/",
        hall=hall_of(hall),
    ),
    "deliveries": _delivery,
}

UNSCOPED = {
    "staff", "calendar-years", "calendar-days", "calendar-revisions", "jobs", "causes",
    "knowledge",
}  # fmt: skip
"""Entities whose rows belong to no place."""
