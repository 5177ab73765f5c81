"""The REST resources of referrals: handing a case over, recording the outcome."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask_appbuilder.api import expose, permission_name, protect, safe

from app.cases.addresses import case_of
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.bodies import body_of, chosen
from app.supervision.referrals import operations
from app.supervision.referrals.rules import Body, Conclusion

if TYPE_CHECKING:
    from flask import Response


class OutcomeApi(EntityApi):
    """The outcome of a referral, by an inspector alone."""

    @expose("/<pk>/outcome", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def outcome(self, pk: str) -> Response:
        """Record what came of a referral: `outcome` and `findings`."""

        def work() -> Response:
            row = self._find(pk, "r")
            body = body_of("outcome", "findings")
            outcome, findings = chosen(body, "outcome", Conclusion), _text(body, "findings")
            operations.conclude(row, outcome, findings, actor=scope.current(), now=clock.now())
            return self.answer(HTTPStatus.OK, result=self._dump(row))

        return self._write(work)


class ReferApi(EntityApi):
    """A referral, below the case that is handed over."""

    @expose("/<pk>/referrals", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def refer(self, pk: str) -> Response:
        """Seal a case and hand it over: `body`, `recipient` and `grounds`."""

        def work() -> Response:
            case = case_of(pk)
            told = body_of("body", "recipient", "grounds")
            row = operations.refer(
                case,
                chosen(told, "body", Body),
                _text(told, "recipient"),
                _text(told, "grounds"),
                actor=scope.current(),
                now=clock.now(),
            )
            return self.answer(HTTPStatus.CREATED, id=row.id, result=self._dump(row))

        return self._write(work)


def _text(body: dict[str, Any], name: str) -> Any:
    """Return what a body says under a name; the operation says what is wrong with it."""
    return body.get(name)
