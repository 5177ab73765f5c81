"""The REST resources of supervision: cards and referrals are read; what is done is a POST each."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask_appbuilder.api import expose, permission_name, protect, safe

from app.cases.addresses import case_of
from app.core import clock, scope
from app.core.crud import EntityApi
from app.core.crud.bodies import body_of, chosen
from app.core.crud.schemas import linked
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.departments.models import Department
from app.supervision import operations
from app.supervision.queries import usual_rule
from app.supervision.rules import USUAL, CardKind

if TYPE_CHECKING:
    from flask import Response


class CardApi(EntityApi):
    """What is done with a card: issued below its case, answered, withdrawn."""

    @expose("/<pk>/reply", methods=["POST"])
    @protect()
    @safe
    @permission_name("put")
    def reply(self, pk: str) -> Response:
        """Answer a card for its department."""

        def work() -> Response:
            row = self._find(pk, "r")
            text = body_of("reply").get("reply")
            operations.reply(row, text, actor=scope.current(), now=clock.now())  # type: ignore[arg-type]
            return self.answer(HTTPStatus.OK, result=self._dump(row))

        return self._write(work)

    @expose("/<pk>/withdraw", methods=["POST"])
    @protect()
    @safe
    @permission_name("delete")
    def withdraw(self, pk: str) -> Response:
        """Withdraw a card, with the reason."""

        def work() -> Response:
            row = self._find(pk, "r")
            reason = body_of("reason").get("reason")
            operations.withdraw(row, reason, actor=scope.current(), now=clock.now())  # type: ignore[arg-type]
            return self.answer(HTTPStatus.OK, result=self._dump(row))

        return self._write(work)


class IssueApi(EntityApi):
    """A card by hand, below the case that it is about."""

    @expose("/<pk>/supervision-cards", methods=["POST"])
    @protect()
    @safe
    @permission_name("post")
    def issue(self, pk: str) -> Response:
        """Issue a card: `kind`, `department`; `demand` and `reply_days` as usual where left out."""

        def work() -> Response:
            case, now = case_of(pk), clock.now()
            body = body_of("kind", "department", "demand", "reply_days")
            kind = chosen(body, "kind", CardKind)
            department = linked(Department, body.get("department"))
            if department is None:
                wrong = gettext("没有这个选项，请重新选择")
                raise InvalidInputError({"department": wrong})
            rule = usual_rule(case.hall_id, kind, now.date())
            demand, days = (
                (rule.demand, rule.reply_days)
                if rule is not None
                else (gettext(USUAL[kind][0]), USUAL[kind][1])
            )
            row = operations.issue(
                case,
                kind,
                department=department,
                demand=body.get("demand", demand),
                reply_days=body.get("reply_days", days),
                actor=scope.current(),
                now=now,
            )
            return self.answer(HTTPStatus.CREATED, id=row.id, result=self._dump(row))

        return self._write(work)
