"""Reckon the clocks of a case from its timeline, event by event, with nothing of app.deadlines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.cases.life.correcting import NAME
from tests.cases.life.looking import facts, moment
from tests.cases.life.reckoning import Clock
from tests.cases.life.stepping import OFF, known, told


class Recount:
    """The clocks of a case, reckoned event by event; what an event says itself is checked.

    `corrections`: of the calendar, each with its instant, its revision and the day off.
    """

    def __init__(self, place, rules, revision, corrections=()):
        self.place, self.rules = place, rules
        """Number of a clock → the row of its rule."""
        self.revision, self.corrections = revision, list(corrections)
        self.clocks: dict[int, Clock] = {}
        self.reasons: dict[str, str] = {}
        self.moving: list[Clock] = []
        """The clocks that the last correction of the calendar moves."""

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
        known({})
        for row in events:
            payload, at = facts(row["payload"]), moment(row["at"])
            self._correct(moment(row["recorded_at"]))
            does: Any = getattr(self, f"_{row['kind']}", None)
            if does is not None:
                does(payload, at, row)
            for clock in payload.get("clocks", ()):
                if clock:
                    self._begin(clock, payload, at, row["kind"])
        assert not self.moving
        return self.clocks

    def _correct(self, now):
        """Come to know the corrections of the calendar that were made by now."""
        while self.corrections and self.corrections[0][0] <= now:
            assert not self.moving
            _, self.revision, day = self.corrections.pop(0)
            known({**OFF, day: NAME})
            running = (it for it in self.clocks.values() if it.met is None)
            self.moving = [it for it in running if it.would_move()]

    def _recomputed(self, payload, _at, _row):
        told = tuple(datetime.fromisoformat(payload[it]) for it in ("old_due", "new_due"))
        clock = next(it for it in self.moving if it.would_move() == told)
        self.moving.remove(clock)
        clock.move(self.revision)
        assert payload["calendar_revision"] == self.revision

    def _begin(self, clock, payload, at, event):
        number, rule = clock["deadline_id"], self.rules[clock["deadline_id"]]
        began = Clock(number, clock["clock"], at, event, rule, self.place, self.revision)
        old = payload["old_due"] if clock["clock"] == "telling" else None
        began.begin(datetime.fromisoformat(old) if old else None)
        self.clocks[number] = began
        assert datetime.fromisoformat(clock["start"]) == at
        assert datetime.fromisoformat(clock["due_at"]) == began.due
        assert clock["working_days"] == began.granted

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

    def _overturned(self, payload, at, row):
        if payload.get("clocks"):
            self._reopened(payload, at, row)

    def _extension_asked(self, payload, _at, _row):
        self.reasons["extension"] = payload["reason"]

    def _pause_asked(self, payload, _at, _row):
        self.reasons["pause"] = payload["reason"]

    def _extension_granted(self, payload, at, row):
        main, old = self.main, self.main.due
        fact = {"at": told(at), "days": payload["days"], "reason": self.reasons["extension"],
                "approved_by": row["actor"], "old_due": told(old)}  # fmt: skip
        main.extensions.append(fact)
        main.move(self.revision)
        fact["new_due"] = told(main.due)
        _same_move(payload, old, main.due)

    def _pause_granted(self, payload, at, row):
        main, old = self.main, self.main.due
        until = main.pause(at, payload["days"], self.reasons["pause"], row["actor"])
        main.move(self.revision)
        assert datetime.fromisoformat(payload["until"]) == until
        _same_move(payload, old, main.due)

    def _resumed(self, payload, at, _row):
        main, old = self.main, self.main.due
        main.until(at)
        main.move(self.revision)
        assert datetime.fromisoformat(payload["began"]) == main.pauses[-1]["began"]
        assert payload["seconds"] == main.pauses[-1]["seconds"]
        _same_move(payload, old, main.due)


def _same_move(payload, old, new):
    assert datetime.fromisoformat(payload["old_due"]) == old
    assert datetime.fromisoformat(payload["new_due"]) == new


def utc(instant):
    return instant.astimezone(UTC) if instant is not None else None
