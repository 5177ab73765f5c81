"""Reckon the clocks of a case from its timeline, event by event, with nothing of app.deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from tests.cases.life.looking import facts, moment
from tests.cases.life.stepping import (
    ONE,
    SHANGHAI,
    Place,
    date_of,
    local,
    named,
    nth,
    nth_back,
    told,
    works,
)

STARTS = {
    "dispatched": "派发",
    "settled": "裁定",
    "reclassified": "重新分类",
    "reopened": "重新办理",
    "resolved": "办结",
    "replied": "办结",
    "extension_granted": "同意延期",
}


@dataclass
class Clock:
    """A clock as the timeline tells of it."""

    number: int
    kind: str
    start: datetime
    event: str
    rule: dict
    place: Place
    due: datetime
    days_kept: list = field(default_factory=list)
    pauses: list = field(default_factory=list)
    extensions: list = field(default_factory=list)
    left: int = 0
    versions: int = 1
    met: datetime | None = None
    verdict: str | None = None
    late: int | None = None

    @property
    def main(self):
        return self.kind in ("resolve", "reply")

    @property
    def granted(self):
        """The working days of the rule; of telling those that are left to the old due time."""
        if self.kind != "telling":
            return self.rule["working_days"]
        day, last, days = local(self.start).date(), date_of(self.due), 0
        while day < last:
            day += ONE
            days += works(day)
        return days

    def stop(self, at, in_time):
        self.met, self.verdict = at, in_time
        if at > self.due:
            self.verdict, self.late, day = "breached", 0, date_of(self.due)
            while (day := day + ONE) <= local(at).date():
                self.late += works(day)

    def move(self, due):
        self.versions += due != self.due
        self.due = due

    def extend(self, days):
        """Move the due time by working days; midnight belongs to the day that it ends."""
        day = date_of(self.due)
        self.move(self.due + (nth(day, days) - day))

    def pause(self, at, days, reason, by):
        until = self.place.ends(nth(local(at).date(), days))
        self.left = self.place.worked(at, self.due)
        self.pauses.append({"began": at, "reason": reason, "approved_by": by})
        self._until(until, is_open=True)
        return until

    def resume(self, at):
        self._until(at, is_open=False)

    def _until(self, ended, *, is_open):
        pause = self.pauses[-1]
        pause |= {"ended": ended, "open": is_open}
        pause["seconds"] = self.place.worked(pause["began"], ended)
        self.move(self.place.runs_out(ended, self.left))

    def terms(self):
        """Return days before which it warns, the time of day, days after which it escalates."""
        if self.kind == "telling":
            return 0, time(9), 1
        return self.rule["warn_days"], _time(self.rule["warn_time"]), self.rule["escalate_days"]

    def instants(self):
        """Return when it warns, is due, escalates."""
        before, at, after = self.terms()
        last = date_of(self.due)
        warn = datetime.combine(nth_back(last, before), at, SHANGHAI)
        earliest = max([self.start, *(pause["ended"] for pause in self.pauses)])
        escalates = self.place.ends(nth(last, after))
        return min(max(warn, earliest), self.due), self.due, escalates

    def days(self):
        """Account for every day."""
        first, last = local(self.start).date(), date_of(self.due)
        if first == last:
            return [_line(first, 1, named(first)[1])]
        lines, ordinal, day = [_line(first, None, "起算日不计入")], 0, first
        while day < last:
            day += ONE
            working, name = named(day)
            if not working and day.weekday() > 4:
                name = "周末"  # the calendar keeps what is unusual: a weekend day off is not
            if working and self._stood_still(day):
                lines.append(_line(day, None, "中止计时"))
                continue
            ordinal += working
            lines.append(_line(day, ordinal if working else None, name))
        return lines

    def _stood_still(self, day):
        return any(
            pause["began"] <= self.place.opens(day) and self.place.ends(day) <= pause["ended"]
            for pause in self.pauses
        )

    def evidence(self, revision):
        """Return the account as it should be kept."""
        warn, due, escalates = self.instants()
        days, place = self.granted, self.place
        limit = {"until": told(due)} if self.kind == "telling" else {"working_days": days}
        before, at, after = self.terms()
        return {
            "rule": {"name": self.rule["name"], "source": self.rule["source"], **limit},
            "start": {"event": STARTS[self.event], "at": told(self.start)},
            "hall": {"tz": "Asia/Shanghai", "opening": f"{place.opening:%H:%M}",
                     "closing": f"{place.closing:%H:%M}",
                     "day_end": "midnight" if place.midnight else "closing"},
            "revision": revision,
            "due_at": told(due), "warn_at": told(warn), "escalate_at": told(escalates),
            "provisional": False,
            "days": self.days(),
            "pauses": [{**pause, "began": told(pause["began"]), "ended": told(pause["ended"])}
                       for pause in self.pauses],
            "extensions": self.extensions,
            "terms": {"working_days": days, "warn_days": before,
                      "warn_time": f"{at:%H:%M}", "escalate_days": after},
        }  # fmt: skip


def _time(value):
    return time.fromisoformat(value) if isinstance(value, str) else value


def _line(day, ordinal, reason):
    return {"date": day.isoformat(), "counted": ordinal is not None, "ordinal": ordinal,
            "reason": reason, "provisional": False}  # fmt: skip


class Recount:
    """The clocks of a case, reckoned event by event; what an event says itself is checked."""

    def __init__(self, place, rules):
        self.place, self.rules = place, rules
        """Number of a clock → the row of its rule."""
        self.clocks: dict[int, Clock] = {}
        self.reasons: dict[str, str] = {}

    def running(self, *kinds):
        return [
            clock
            for clock in self.clocks.values()
            if clock.met is None and (clock.main if kinds == ("main",) else clock.kind in kinds)
        ]

    @property
    def main(self):
        (clock,) = self.running("main")
        return clock

    def read(self, events):
        for row in events:
            payload, at = facts(row["payload"]), moment(row["at"])
            does: Any = getattr(self, f"_{row['kind']}", None)
            if does is not None:
                does(payload, at, row)
            for clock in payload.get("clocks", ()):
                if clock:
                    self._begin(clock, payload, at, row["kind"])
        return self.clocks

    def _begin(self, clock, payload, at, event):
        rule = self.rules[clock["deadline_id"]]
        day = local(at).date()
        last = nth(day, rule["working_days"]) if rule["working_days"] else day
        if not rule["working_days"] and not (works(day) and at < self.place.ends(day)):
            last = nth(day, 1)
        due = self.place.ends(last)
        if clock["clock"] == "telling":
            due = datetime.fromisoformat(payload["old_due"])
        number = clock["deadline_id"]
        self.clocks[number] = Clock(number, clock["clock"], at, event, rule, self.place, due)
        assert datetime.fromisoformat(clock["start"]) == at
        assert datetime.fromisoformat(clock["due_at"]) == due
        assert clock["working_days"] == self.clocks[number].granted

    def _stop(self, payload, at, *kinds, in_time="met"):
        for clock in self.running(*kinds):
            clock.stop(at, in_time)
            if payload.get("clock", clock.kind) == clock.kind and (
                clock.main or payload.get("clock")
            ):
                assert payload["verdict"] == clock.verdict

    def _signed(self, payload, at, _row):
        self._stop(payload, at, "sign")

    _returned = _disputed = _signed

    def _contacted(self, payload, at, _row):
        self._stop(payload, at, "contact")

    def _applicant_told(self, payload, at, _row):
        self._stop(payload, at, "telling")

    def _called_back(self, payload, at, _row):
        self._stop(payload, at, "callback")

    _closed = _called_back

    def _resolved(self, payload, at, _row):
        self._stop(payload, at, "main")
        self._stop({}, at, "sign", "contact", "telling")

    _replied = _resolved

    def _reclassified(self, payload, at, _row):
        if "verdict" in payload:
            self._stop({}, at, "telling", in_time="replaced")
            self._stop(payload, at, "main", in_time="replaced")

    _settled = _reclassified

    def _reopened(self, _payload, at, _row):
        self._stop({}, at, "sign", "contact", "telling", "callback", in_time="replaced")

    def _extension_asked(self, payload, _at, _row):
        self.reasons["extension"] = payload["reason"]

    def _pause_asked(self, payload, _at, _row):
        self.reasons["pause"] = payload["reason"]

    def _extension_granted(self, payload, at, row):
        main, old = self.main, self.main.due
        main.extend(payload["days"])
        main.extensions.append(
            {"at": told(at), "days": payload["days"], "reason": self.reasons["extension"],
             "approved_by": row["actor"], "old_due": told(old), "new_due": told(main.due)}
        )  # fmt: skip
        _same_move(payload, old, main.due)

    def _pause_granted(self, payload, at, row):
        main, old = self.main, self.main.due
        until = main.pause(at, payload["days"], self.reasons["pause"], row["actor"])
        assert datetime.fromisoformat(payload["until"]) == until
        _same_move(payload, old, main.due)

    def _resumed(self, payload, at, _row):
        main, old = self.main, self.main.due
        main.resume(at)
        assert datetime.fromisoformat(payload["began"]) == main.pauses[-1]["began"]
        assert payload["seconds"] == main.pauses[-1]["seconds"]
        _same_move(payload, old, main.due)


def _same_move(payload, old, new):
    assert datetime.fromisoformat(payload["old_due"]) == old
    assert datetime.fromisoformat(payload["new_due"]) == new


def utc(instant):
    return instant.astimezone(UTC) if instant is not None else None
