"""What is asked for when a ledger is asked for; in plain values, so that it can be kept as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.ledgers.models import LedgerKind

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

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it, without what was not asked."""
        told = {name: value for name, value in asdict(self).items() if value is not None}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in told.items()
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what `as_json` told."""
        days = {name: date.fromisoformat(told[name]) for name in ("since", "until") if name in told}
        return cls(**{**told, **days})
