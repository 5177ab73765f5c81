"""What is asked for: halls and days, read from an address and written back into one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.core.errors import InvalidInputError
from app.core.language import N_, gettext
from app.overview.places import BELOW, Place, overseen, place
from app.overview.rules import Period, Preset, preset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.scope import Person

CUSTOM = "custom"
USUAL = Preset.YEAR
FURTHEST = 20
"""Years that a period may last."""

VIEWS: dict[str, str] = {
    "": N_("总览"),
    "hall": N_("按大厅"),
    "department": N_("按科室"),
    "matter": N_("按事项"),
    "cause": N_("按原因"),
    "classification": N_("按分类"),
    "need": N_("窗口必要性"),
}
"""How the figures may be looked at."""


@dataclass(frozen=True)
class Asked:
    """Halls, days and the way of looking at them."""

    place: Place
    period: Period
    preset: str
    by: str = ""

    def url(self, base: str = "/overview/", **changes: str) -> str:
        """Return the address that asks for this, with something changed."""
        words = {"hall": self.place.code, "period": self.preset, "by": self.by}
        if self.preset == CUSTOM:
            words |= {"since": f"{self.period.since}", "until": f"{self.period.until}"}
        kept = {name: value for name, value in (words | changes).items() if value}
        return f"{base}?{urlencode(kept)}" if kept else base

    @property
    def days(self) -> str:
        """The period in words."""
        return gettext("%(since)s 至 %(until)s", since=self.period.since, until=self.period.until)


def asked(args: Mapping[str, str], person: Person, today: date) -> Asked:
    """Read what is asked for; raise InvalidInputError, in a sentence, for what can't be."""
    by = args.get("by", "")
    if by not in VIEWS:
        raise InvalidInputError({"": gettext("没有这个统计维度")})
    which, period = _period(args, today)
    return Asked(place(args.get("hall", ""), person), period, which, by)


def _period(args: Mapping[str, str], today: date) -> tuple[str, Period]:
    since, until = args.get("since", "").strip(), args.get("until", "").strip()
    which = args.get("period", "") or (CUSTOM if since or until else USUAL.value)
    if which in list(Preset):
        return which, preset(Preset(which), today)
    if which != CUSTOM:
        raise InvalidInputError({"": gettext("没有这个统计期间")})
    first, last = _day(since, today.replace(month=1, day=1)), _day(until, today)
    if last < first:
        raise InvalidInputError({"until": gettext("截止日期不能早于起始日期")})
    if last.year - first.year > FURTHEST:
        raise InvalidInputError({"until": gettext("统计期间最长 %(most)d 年", most=FURTHEST)})
    return which, Period(first, last)


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        wrong = gettext("日期不正确：%(value)s", value=text[:32])
        raise InvalidInputError({"since": wrong}) from None


def choices(person: Person) -> dict[str, Any]:
    """Return what the form offers: halls, with those below where there are any, and periods."""
    halls = overseen(person)
    parents = {hall.parent_id for hall in halls}
    known = {hall.id: 0 for hall in halls}
    places = [("", gettext("全部大厅"))]
    for hall in halls:
        depth = known[hall.id] = known.get(hall.parent_id, -1) + 1 if hall.parent_id in known else 0
        indent = "\u00a0\u00a0" * depth
        if hall.id in parents:
            below = gettext("%(hall)s及下级大厅", hall=hall.name)
            places.append((hall.code + BELOW, indent + below))
        places.append((hall.code, indent + hall.name))
    periods = [(it.value, gettext(it.label)) for it in Preset]
    return {"places": places, "periods": [*periods, (CUSTOM, gettext("自定义期间"))]}
