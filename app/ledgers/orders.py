"""What is asked for when a ledger is asked for; in plain values, so that it can be kept as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.ledgers.models import LedgerKind
from app.ledgers.rules import Period, days_meant

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Order:
    """Which ledger, of which rows.

    `since` and `until` are local dates of registration, both included; a hall includes the halls
    below it. InvalidInputError for a kind that there is not, and for a period that ends before it
    begins.
    """

    kind: LedgerKind
    since: date | None = None
    until: date | None = None
    hall: str | None = None
    """The code of the hall."""
    department: str | None = None
    """The code of the department."""
    template: tuple[int, int] | None = None
    """The number of a template, and which version of it."""
    roll_up: bool = False
    """Whether each hall has a sheet of its own, behind a summary."""
    unmasked: bool = False
    """Whether names and telephone numbers are told in clear (`app/ledgers/unmasking.py`)."""
    listed: dict[str, str] | None = None
    """What the list of cases was narrowed by, as its address says it; None: it was no list."""
    as_of: datetime | None = None
    """The past instant as of which everything is told; None: now."""

    def __post_init__(self) -> None:
        """Refuse what can't be asked for; accept a kind as its code."""
        if self.kind not in list(LedgerKind):
            known = gettext("、").join(LedgerKind)
            message = gettext(
                "没有“%(kind)s”这种台账；可以是 %(known)s", kind=self.kind, known=known
            )
            raise InvalidInputError({"kind": message})
        object.__setattr__(self, "kind", LedgerKind(self.kind))
        if self.template is not None:
            object.__setattr__(self, "template", tuple(self.template))
        if self.since is not None and self.until is not None and self.since > self.until:
            raise InvalidInputError({"until": gettext("截止日期不能早于起始日期")})
        if self.as_of is not None and self.unmasked:
            sentence = gettext("按过去的时间生成的台账一律脱敏：办理过程只记脱敏的个人信息")
            raise InvalidInputError({"as_of": sentence})

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it, without what was not asked."""
        told = {name: value for name, value in asdict(self).items() if value not in (None, False)}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in told.items()
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what `as_json` told."""
        days = {name: date.fromisoformat(told[name]) for name in ("since", "until") if name in told}
        then = {"as_of": datetime.fromisoformat(told["as_of"])} if "as_of" in told else {}
        return cls(**{**told, **days, **then})


def days_asked(
    period: str, since: date | None, until: date | None, today: date
) -> tuple[date | None, date | None]:
    """Return the days that a period means, or those that are named where it is left to them.

    InvalidInputError for both at once, and for a period that there is not.
    """
    if period not in list(Period):
        raise InvalidInputError({"period": gettext("没有这个周期")})
    if period == Period.FIXED:
        return since, until
    if since is not None or until is not None:
        named = "since" if since is not None else "until"
        raise InvalidInputError(
            {named: gettext("已选周期，日期请留空；要自己填日期，周期请选“指定起止日期”")}
        )
    return days_meant(Period(period), today)
