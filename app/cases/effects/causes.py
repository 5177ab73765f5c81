"""Say why it could not be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.records import CaseCause
from app.core.errors import InvalidInputError
from app.core.language import gettext

if TYPE_CHECKING:
    from app.cases.models import Case


def name_causes(case: Case, filled: dict[str, Any]) -> dict[str, Any]:
    """Make the causes that were filled in those of the case; none filled in leaves them."""
    chosen = filled["causes"]
    if chosen is None:
        return {}
    shut = [cause for cause in chosen if not cause.active and cause not in case.causes]
    if shut:
        wrong = gettext("“%(name)s”已停用，请另选", name=shut[0])
        raise InvalidInputError({"causes": wrong})
    known = {item.cause_id: item for item in case.causes_named}
    for item in known.values():
        item.current = item.cause in chosen
    case.causes_named += [CaseCause(cause=cause) for cause in chosen if cause.id not in known]
    return {"causes": [str(cause) for cause in chosen]}
