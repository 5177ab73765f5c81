"""Reckon one clock as the timeline tells of it, with nothing of app.deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time

from tests.cases.life.stepping import (
    OFF,
    ONE,
    SHANGHAI,
    Place,
    date_of,
    known,
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
    "overturned": "重新办理",
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
    revision: int = 0
    off: dict = field(default_factory=dict)
    """The corrections of the calendar that it was reckoned with last."""
    due: datetime = field(init=False)
    granted: int = 0
    """The working days of the rule; of telling those that were left to the old due time."""
    pauses: list = field(default_factory=list)
    extensions: list = field(default_factory=list)
    versions: int = 1
    met: datetime | None = None
    verdict: str | None = None
    late: int | None = None

    @property
    def main(self):
        return self.kind in ("resolve", "reply")

    def begin(self, due=None):
        """Reckon it for the first time; of telling the due time is given."""
        self.granted = self.rule["working_days"]
        if due is None:
            due = self.reckoned()
        else:
            day, last, self.granted = local(self.start).date(), date_of(due), 0
            while day < last:
                day += ONE
                self.granted += works(day)
        self.due, self.off = due, dict(OFF)

    def reckoned(self):
        """Return the due time, from the start through all that the clock went through."""
        if self.kind == "telling":
            return self.due
        day = local(self.start).date()
        last = nth(day, self.granted) if self.granted else day
        if not self.granted and not (works(day) and self.start < self.place.ends(day)):
            last = nth(day, 1)
        due = self.place.ends(last)
        went = [(pause["began"], 0, pause) for pause in self.pauses]
        went += [(datetime.fromisoformat(it["at"]), it["days"], it) for it in self.extensions]
        for _, days, it in sorted(went, key=lambda it: it[0]):
            if days:  # midnight belongs to the day that it ends
                due += nth(date_of(due), days) - date_of(due)
            else:
                due = self.place.runs_out(it["ended"], self.place.worked(it["began"], due))
        return due

    def stop(self, at, in_time):
        self.met, self.verdict = at, in_time
        if at > self.due:
            self.verdict, self.late, day = "breached", 0, date_of(self.due)
            while (day := day + ONE) <= local(at).date():
                self.late += works(day)

    def move(self, revision):
        """Reckon it anew, by the calendar of a revision."""
        due = self.reckoned()
        self.versions += due != self.due
        self.due, self.revision, self.off = due, revision, dict(OFF)

    def pause(self, at, days, reason, by):
        self.pauses.append({"began": at, "reason": reason, "approved_by": by})
        until = self.place.ends(nth(local(at).date(), days))
        self.until(until, is_open=True)
        return until

    def until(self, ended, *, is_open=False):
        """End the last pause at an instant, or let it last until then."""
        pause = self.pauses[-1]
        pause |= {"ended": ended, "open": is_open}
        pause["seconds"] = self.place.worked(pause["began"], ended)

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

    def would_move(self):
        """Return what its times would become by the calendar that is known; None if nothing."""
        now, old, new = dict(OFF), self.due, self.reckoned()
        self.due = new
        later = self.instants()
        self.due = old
        known(self.off)
        sooner = self.instants()
        known(now)
        return (old, new) if later != sooner else None

    def evidence(self):
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
            "revision": self.revision,
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
