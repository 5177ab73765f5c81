"""The table of moves as the people of the window would write it down, typed in by hand.

It is compared with what happens, never read from the application.
"""

from __future__ import annotations

from typing import NamedTuple

OPEN = "registered|accepted|returned|dispatched|signed|disputed"
ANY = f"{OPEN}|refused|resolved|replied|called_back|closed|merged"
WITH = "dispatched|signed"

TABLE = f"""
accept             registered                    accepted     clerk
refuse             registered                    refused      clerk
close_on_the_spot  registered|accepted           closed       clerk
merge              registered|accepted           merged       clerk
link               {ANY}                         -            clerk
dispatch           accepted|returned             dispatched   clerk
sign               dispatched                    signed       lead
sign_assist        {WITH}                        -            assist
return             dispatched                    returned     lead
return_again       dispatched                    disputed     lead
return_assist      {WITH}                        -            assist
settle             returned|disputed             dispatched   supervisor
reassign           {WITH}|returned|disputed      -            party|supervisor
contact            {WITH}                        -            clerk|party
progress           signed                        -            party
finish_assist      signed                        -            assist
plan_visit         {WITH}                        -            clerk|party
report_visit       {WITH}                        -            clerk|party
raise              {WITH}|returned|disputed      -            clerk|party|supervisor
instruct           {WITH}|returned|disputed      -            supervisor
remind             {WITH}                        -            clerk|supervisor
ask_extension      signed                        -            lead
grant_extension    signed                        -            supervisor
decline_extension  signed                        -            supervisor
tell_applicant     signed                        -            clerk|party
ask_pause          signed                        -            lead
grant_pause        signed                        -            supervisor
decline_pause      signed                        -            supervisor
resume             signed                        -            clerk|party|supervisor
reclassify         accepted|returned|{WITH}|disputed  -       clerk|supervisor
resolve            signed                        resolved     lead
reply              signed                        replied      lead
callback           resolved|replied              called_back  clerk
no_answer          resolved|replied              -            clerk
explain            called_back                   -            clerk|supervisor
close              called_back                   closed       clerk
close_unreached    resolved|replied              closed       clerk
reopen             resolved|replied|called_back|closed  dispatched  clerk|supervisor
archive            closed|refused|merged         archived     clerk
"""
"""Verb, states from which, state afterwards (- the same), who: party is lead or assist."""

UPHELD = f"""
overturn           resolved|replied|called_back|closed|archived  dispatched  clerk|supervisor
overturn_refusal   refused|archived              registered   clerk|supervisor
mark_wrong         {ANY}|archived                -            clerk|supervisor
"""
"""The same, of what an appeal does that is upheld: whoever handles it records its outcome."""


class Line(NamedTuple):
    """One line of the table."""

    sources: frozenset[str]
    target: str | None
    who: tuple[str, ...]


def _line(sources, target, who):
    return Line(
        frozenset(sources.split("|")), None if target == "-" else target, tuple(who.split("|"))
    )


def _read(table):
    return {verb: _line(*told) for verb, *told in map(str.split, table.strip().splitlines())}


LAW, ON_APPEAL = _read(TABLE), _read(UPHELD)
"""Verb → its line."""
