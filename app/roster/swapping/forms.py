"""The form that asks for a swap: a shift to give away, a shift to take over, and why."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, validators
from wtforms.fields import SelectChoice

from app.core.crud.fields import empty_is_none, no_control_characters, strip
from app.core.language import gettext
from app.roster.models import MOST_REASON
from app.roster.page import in_words
from app.roster.rules import Half, Shift, Turn, turn_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.roster.models import Duty


class TurnField(SelectField):
    """A select box of shifts; what is posted is read back as one."""

    turn: Turn | None = None

    def pre_validate(self, form: FlaskForm) -> None:
        """Read the shift; the operation says whether it is still what it was."""
        self.turn = turn_of(self.data or "")
        if self.data and self.turn is None:
            raise validators.ValidationError(gettext("没有这个选项，请重新选择"))


def swap_form(own: Sequence[Duty], others: Sequence[Duty], *, setting: bool) -> type[FlaskForm]:
    """Return the form; `setting`: for whoever plans, who exchanges other people's shifts."""
    most = gettext("最多 %(most)d 个字", most=MOST_REASON)
    fields: dict[str, Field] = {
        "mine": _turn_field(gettext("换出的班") if setting else gettext("我的班"), own),
        "theirs": _turn_field(gettext("换入的班") if setting else gettext("对方的班"), others),
        "reason": StringField(
            gettext("换班原因"),
            [validators.Optional(), validators.Length(max=MOST_REASON, message=most),
             no_control_characters],
            filters=[strip, empty_is_none],
        ),
    }  # fmt: skip
    return type("SwapForm", (FlaskForm,), fields)


def _turn_field(label: str, found: Sequence[Duty]) -> Field:
    choices = [SelectChoice(turn.key, words) for turn, words in turns(found)]
    return TurnField(
        label,
        [validators.InputRequired(gettext("必填"))],
        choices=[SelectChoice("", gettext("请选择")), *choices],
        validate_choice=False,
    )


def turns(found: Iterable[Duty]) -> list[tuple[Turn, str]]:
    """Return the shifts of duties, each with its words: whole days before their halves."""
    told = []
    for (day, window), group in groupby(found, key=lambda duty: (duty.day, duty.window)):
        duties = list(group)
        people = {duty.staff_id for duty in duties}
        if len(duties) == len(Half) and len(people) == 1:
            told.append((Turn(window.id, day, Shift.WHOLE), _words(duties[0], Shift.WHOLE)))
        for duty in duties:
            shift = Shift(duty.half.value)
            told.append((Turn(window.id, day, shift), _words(duty, shift)))
    return told


def _words(duty: Duty, shift: Shift) -> str:
    return gettext(
        "%(day)s %(shift)s %(window)s %(who)s",
        day=in_words(duty.day),
        shift=gettext(shift.label),
        window=duty.window.name,
        who=duty.staff.name,
    )
