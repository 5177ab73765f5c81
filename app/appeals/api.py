"""The REST resources of appeals: they are read; what is done is a POST each."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask_appbuilder.api import expose, permission_name, protect, safe

from app.appeals import operations
from app.appeals.queries import options
from app.appeals.rules import AppealOutcome
from app.cases.addresses import case_of
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.bodies import body_of, chosen
from app.core.crud.schemas import linked
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.deadlines.rules import Classification
from app.departments.models import Department, Staff
from app.rulebook.rules import RemedyKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from app.appeals.models import Appeal

OUTCOME = (
    *("outcome", "decided_on", "delivered_on", "decided_by", "document", "findings"),
    *("lead_department", "classification"),
)


def _day(body: dict[str, Any], name: str, *, optional: bool = False) -> Any:
    """Return the date that a body names, as ISO 8601 says it."""
    value = body.get(name)
    if value is None and optional:
        return None
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInputError({name: gettext("请填写日期，如 2026-09-17")}) from None


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise InvalidInputError({name: gettext("应为 true 或 false")})
    return value


class CaseAppealsApi(EntityApi):
    """Below the case that they are about: what may be sought, and that it was."""

    @expose("/<pk>/remedies", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    def remedies(self, pk: str) -> Response:
        """List the remedies that the law gives about a case; `closed` says why one is not open."""

        def work() -> Response:
            found = [
                {
                    "kind": it.remedy.code.value,
                    "occasion": it.occasion.value,
                    "authority": it.remedy.authority,
                    "until": it.remedy.until.isoformat() if it.remedy.until else None,
                    "provisional": it.remedy.provisional,
                    "legal_basis": it.remedy.legal_basis,
                    "closed": it.closed,
                }
                for it in options(case_of(pk), clock.now())
            ]
            return self.answer(HTTPStatus.OK, result=found, count=len(found))

        return self._write(work)

    @expose("/<pk>/appeals", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def register(self, pk: str) -> Response:
        """Register one: `kind`, `filed_on`, `grounds`; `authority`, `late_reason` where needed."""

        def work() -> Response:
            case = case_of(pk)
            body = body_of("kind", "filed_on", "grounds", "authority", "late_reason")
            row = operations.register(
                case,
                chosen(body, "kind", RemedyKind),
                filed_on=_day(body, "filed_on"),
                grounds=body.get("grounds"),  # type: ignore[arg-type]
                authority=body.get("authority"),
                late_reason=body.get("late_reason"),
                actor=scope.current(),
                now=clock.now(),
            )
            return self.answer(HTTPStatus.CREATED, id=row.id, result=self._dump(row))

        return self._write(work)


class StepApi(EntityApi):
    """The steps of an appeal, by whoever handles it."""

    @expose("/<pk>/accept", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def accept(self, pk: str) -> Response:
        """Record the acceptance: `accepted_on`, and whether the procedure is `simplified`."""

        def step(row: Appeal) -> None:
            body = body_of("accepted_on", "simplified")
            day, simplified = _day(body, "accepted_on"), _flag(body, "simplified")
            operations.accept(
                row, day, simplified=simplified, actor=scope.current(), now=clock.now()
            )

        return self._done(pk, step)

    @expose("/<pk>/note", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def note(self, pk: str) -> Response:
        """Record how it goes on: `note`."""

        def step(row: Appeal) -> None:
            text: Any = body_of("note").get("note")
            operations.note(row, text, actor=scope.current(), now=clock.now())

        return self._done(pk, step)

    @expose("/<pk>/decide", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def decide(self, pk: str) -> Response:
        """Record the outcome; one that is upheld needs the `lead_department` that begins anew."""

        def step(row: Appeal) -> None:
            body = body_of(*OUTCOME)
            told = {
                **{name: body.get(name) for name in ("decided_by", "document", "findings")},
                "decided_on": _day(body, "decided_on"),
                "delivered_on": _day(body, "delivered_on", optional=True),
                "lead_department": linked(Department, body.get("lead_department")),
            }
            if body.get("classification") is not None:
                told["classification"] = chosen(body, "classification", Classification)
            outcome = chosen(body, "outcome", AppealOutcome)
            operations.decide(row, outcome, told, actor=scope.current(), now=clock.now())

        return self._done(pk, step)

    def _done(self, pk: str, step: Callable[[Appeal], None]) -> Response:
        def work() -> Response:
            row = self._find(pk, "r")
            step(row)
            return self.answer(HTTPStatus.OK, result=self._dump(row))

        return self._write(work)


class OverseeApi(StepApi):
    """What a supervisor alone does with an appeal."""

    @expose("/<pk>/rule", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def rule(self, pk: str) -> Response:
        """Rule on one that came late: `admitted` and `note`."""

        def step(row: Appeal) -> None:
            body = body_of("admitted", "note")
            admitted, note = _flag(body, "admitted"), body.get("note")
            operations.rule_on_lateness(
                row,
                admitted=admitted,
                note=note,  # type: ignore[arg-type]
                actor=scope.current(),
                now=clock.now(),
            )

        return self._done(pk, step)

    @expose("/<pk>/assign", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def assign(self, pk: str) -> Response:
        """Name who handles it: `handler`, the number of a person, and a `note` if need be."""

        def step(row: Appeal) -> None:
            body = body_of("handler", "note")
            number = body.get("handler")
            handler = db.session.get(Staff, number) if type(number) is int else None
            operations.assign(
                row, handler, note=body.get("note") or "", actor=scope.current(), now=clock.now()
            )

        return self._done(pk, step)
