"""Facts of the rulebook: its closed lists, the last day of a remedy, the filling of a template."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from app.core.words import N_, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

MOST_PERIOD = 3650


class Finding(Choice):
    """What a criterion leads to."""

    ACCEPT = "accept", N_("应予受理")
    REFUSE = "refuse", N_("不予受理")


class RemedyKind(Choice):
    """What an applicant who disagrees may do."""

    COMPLAINT = "complaint", N_("申诉")
    RECONSIDERATION = "reconsideration", N_("行政复议")
    LITIGATION = "litigation", N_("行政诉讼")


class PeriodUnit(Choice):
    """What the period of a remedy is counted in."""

    NONE = "none", N_("不限期")
    DAYS = "days", N_("日")
    WORKING_DAYS = "working_days", N_("个工作日")
    MONTHS = "months", N_("个月")


class Occasion(Choice):
    """What a remedy is against."""

    REPLY = "reply", N_("对答复不服")
    REFUSAL = "refusal", N_("对不予受理不服")
    RESULT = "result", N_("对办理结果不服")
    RECONSIDERATION = "reconsideration", N_("对复议决定不服")


class RemedyStep(Choice):
    """What whoever a remedy is sought from has to do within a period."""

    ACCEPT = "accept", N_("受理审查")
    DECIDE = "decide", N_("作出决定")
    SIMPLIFIED = "simplified", N_("作出决定（简易程序）")


class TemplateUse(Choice):
    """What a text is for."""

    RESULT = "result", N_("办理结果")
    REPLY = "reply", N_("释因答复")
    REFUSAL = "refusal", N_("不予受理")
    EXTENSION = "extension", N_("延期告知")
    CALLBACK = "callback", N_("回访用语")


# --- the last day ----------------------------------------------------------------------------


def last_day(
    told_on: date, number: int, unit: PeriodUnit, is_workday: Callable[[date], bool]
) -> date:
    """Return the last day of a period that a telling starts (Civil Code, arts. 200-204).

    The day of the telling is not counted; months end on the day of the same number, or with the
    month where it has none; a last day on which no work is done gives way to the next on which it
    is. Of working days only those are counted on which work is done.
    """
    if unit is PeriodUnit.WORKING_DAYS:
        return _nth_workday(told_on, number, is_workday)
    day = nominal_last_day(told_on, number, unit)
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def _nth_workday(day: date, number: int, is_workday: Callable[[date], bool]) -> date:
    """Return the working day that is the n-th after a date."""
    while number:
        day += timedelta(days=1)
        number -= is_workday(day)
    return day


def nominal_last_day(told_on: date, number: int, unit: PeriodUnit) -> date:
    """Return the last day as it is counted, before it gives way to a working day."""
    if unit is PeriodUnit.DAYS:
        return told_on + timedelta(days=number)
    if unit is PeriodUnit.MONTHS:
        years, month = divmod(told_on.month - 1 + number, 12)
        year, month = told_on.year + years, month + 1
        return date(year, month, min(told_on.day, monthrange(year, month)[1]))
    raise ValueError(unit)


@dataclass(frozen=True)
class Remedy:
    """A remedy as the applicant is told of it: where to turn to, until when, by which law.

    `until` is None where there is no period; it is `provisional` while the holidays of its year
    are not published.
    """

    code: RemedyKind
    name: str
    authority: str
    number: int | None
    unit: PeriodUnit
    told_on: date
    until: date | None
    legal_basis: str
    provisional: bool = False


def as_data(remedies: Iterable[Remedy]) -> list[dict[str, Any]]:
    """Return remedies as JSON keeps them: told is told, whatever the rules say later."""
    return [
        asdict(remedy)
        | {
            "code": remedy.code.value,
            "unit": remedy.unit.value,
            "told_on": remedy.told_on.isoformat(),
            "until": remedy.until.isoformat() if remedy.until else None,
        }
        for remedy in remedies
    ]


def from_data(kept: Iterable[Mapping[str, Any]]) -> list[Remedy]:
    """Read back what `as_data` gave."""
    return [
        Remedy(
            **{
                **item,
                "code": RemedyKind(item["code"]),
                "unit": PeriodUnit(item["unit"]),
                "told_on": date.fromisoformat(item["told_on"]),
                "until": date.fromisoformat(item["until"]) if item["until"] else None,
            }
        )
        for item in kept
    ]


# --- templates -------------------------------------------------------------------------------

PLACEHOLDERS = (
    N_("编号"),
    N_("反映人"),
    N_("事项"),
    N_("诉求"),
    N_("科室"),
    N_("登记时间"),
    N_("到期时间"),
    N_("今天"),
    N_("大厅"),
)
"""What stands for a fact between braces; they are Chinese in every language, like the texts."""

BLANK = "________"
"""Stands where a fact is not known: to be filled in by hand, and seen to be missing."""

_PLACE = re.compile(r"\{([^{}]*)\}")
_NARROW = str.maketrans({chr(0xFF5B): "{", chr(0xFF5D): "}"})
"""Braces as a Chinese keyboard gives them mean the same."""


def named_in(body: str) -> list[str]:
    """Return what stands between braces, in the order of the text."""
    return list(dict.fromkeys(name.strip() for name in _PLACE.findall(body.translate(_NARROW))))


def unknown_placeholders(body: str, known: Collection[str] = PLACEHOLDERS) -> list[str]:
    """Return what stands between braces and is no placeholder, in the order of the text."""
    return [name for name in named_in(body) if name not in known]


def has_stray_brace(body: str) -> bool:
    """Say whether a brace is left that opens or closes nothing."""
    rest = _PLACE.sub("", body.translate(_NARROW))
    return "{" in rest or "}" in rest


def fill(body: str, facts: Mapping[str, str | None], known: Collection[str] = PLACEHOLDERS) -> str:
    """Return a template's text with its placeholders filled in; raise ValueError for an unknown.

    A fact is put in as it is: braces in it are text. One that is not known leaves a blank.
    """
    if unknown := unknown_placeholders(body, known):
        raise ValueError(unknown)
    plain = body.translate(_NARROW)
    return _PLACE.sub(lambda found: facts.get(found[1].strip()) or BLANK, plain)
