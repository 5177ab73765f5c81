"""Choose what somebody tries next: mostly what may be done, sometimes what may not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.cases.moves import MOVE
from tests.cases.life import appealing
from tests.cases.life.law import LAW
from tests.cases.life.looking import moment
from tests.cases.life.stepping import MAKE_UP, local, works
from tests.cases.life.world import CODES

LATEST = datetime(2026, 10, 20, tzinfo=UTC)
"""From then on walks hurry, so that no clock runs into a year without a notice."""

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

WEIGHTS = {
    "accept": 9, "dispatch": 9, "sign": 9, "settle": 4, "return": 3, "return_again": 6,
    "grant_extension": 9, "grant_pause": 9, "ask_extension": 3, "ask_pause": 3,
    "tell_applicant": 6, "resume": 4, "finish_assist": 9, "report_visit": 4, "callback": 3,
    "no_answer": 3, "close_unreached": 9, "explain": 6, "resolve": 2, "reply": 2,
    "refuse": 1, "merge": 1, "close_on_the_spot": 0.5, "link": 0.3, "archive": 0.5,
}  # fmt: skip
CLOCK_WEIGHTS = {
    **dict.fromkeys(LAW, 0.5), **WEIGHTS,
    "ask_extension": 14, "ask_pause": 14, "grant_extension": 30, "grant_pause": 30,
    "tell_applicant": 12, "resume": 9, "reclassify": 3, "reopen": 12, "sign": 20,
    "refuse": 0.3, "merge": 0.3, "close_on_the_spot": 0.3, "archive": 0.3,
}  # fmt: skip
USUAL = 2.0
KINDS = {"move": 0.8, "flag": 0.08, "lapse": 0.06, "appeal": 0.08}
FAVOUR = 10
"""How much more often a tree tries the moves that it favours."""


def _asked(seen):
    return any(row["state"] == "asked" for row in (*seen.extensions, *seen.pauses))


def _paused(seen):
    return seen.main is not None and seen.main["paused_at"] is not None


def _finishable(seen):
    visiting = any(not row["done_at"] for row in seen.visits)
    waiting = visiting or seen.running("assist") or seen.open_clocks("telling")
    return not waiting and not _paused(seen)


def _unhappy(seen):
    case = seen.case[0]
    return case["satisfaction"] in ("1", "2") and not case["explanation"]


HOPES = {
    "return": lambda seen: not seen.returns,
    "return_again": lambda seen: seen.returns,
    "sign_assist": lambda seen: any(not row["signed_at"] for row in seen.running("assist")),
    "reassign": lambda seen: any(row["handler_id"] for row in seen.running()),
    "return_assist": lambda seen: any(not row["signed_at"] for row in seen.running("assist")),
    "finish_assist": lambda seen: any(row["signed_at"] for row in seen.running("assist")),
    "plan_visit": lambda seen: all(row["done_at"] for row in seen.visits),
    "report_visit": lambda seen: not all(row["done_at"] for row in seen.visits),
    "ask_extension": lambda seen: not _asked(seen) and not _paused(seen),
    "ask_pause": lambda seen: not _asked(seen) and not _paused(seen),
    "grant_extension": lambda seen: any(row["state"] == "asked" for row in seen.extensions),
    "decline_extension": lambda seen: any(row["state"] == "asked" for row in seen.extensions),
    "grant_pause": lambda seen: any(row["state"] == "asked" for row in seen.pauses),
    "decline_pause": lambda seen: any(row["state"] == "asked" for row in seen.pauses),
    "tell_applicant": lambda seen: seen.open_clocks("telling"),
    "resume": _paused,
    "reclassify": lambda seen: not _paused(seen),
    "resolve": _finishable,
    "reply": lambda seen: _finishable(seen) and seen.case[0]["classification"] != "should_be_done",
    "explain": _unhappy,
    "close": lambda seen: not _unhappy(seen),
    "close_unreached": lambda seen: len(seen.callbacks) > 2,
}
"""When it is worth trying a move, beyond the state of the case; the application decides."""


@dataclass(frozen=True)
class Step:
    """What is tried at an instant: a move, a step of an appeal, or one of the clock's own jobs."""

    kind: str
    at: datetime
    verb: str = ""
    who: str = ""
    filled: dict[str, Any] = field(default_factory=dict)
    spoiled: bool = False

    def __str__(self) -> str:
        if not self.verb:
            return f"{self.at.isoformat()} {self.kind}"
        filled = {
            name: value if type(value) is int else str(value) for name, value in self.filled.items()
        }
        return f"{self.at.isoformat()} {self.who} {self.verb} {filled}"


class Chooser:
    """What comes to mind at one window; everything by the same dice."""

    def __init__(self, world, dice, window, weights):
        self.world, self.dice, self.window, self.weights = world, dice, window, weights
        self.wild = 0
        """How often somebody tries what may not be done."""
        self.others = ()
        """Cases to merge into or to link with; the first may be taken."""
        self.kinds = dict(KINDS)
        """Kind of a step → how often it is tried."""

    def next(self, seen, now):
        """Return the next step after what is seen now."""
        at = self._later(seen, now)
        kind = self.dice.choices([*self.kinds], [*self.kinds.values()])[0]
        if kind == "appeal" and (verb := appealing.comes_to_mind(seen)):
            return self.appealed(verb, seen, at)
        if kind == "correct":
            return Step(kind, at, filled={"day": self._workday(at)})
        if kind in ("flag", "lapse"):
            return Step(kind, at)
        if self.dice.random() < self.wild:
            verb = self.dice.choice([*LAW])
            who = self.dice.choice([*self.world.people])
        else:
            verb = self._hoped_for(seen)
            who = self._entitled(seen, verb)
        filled = self._filled(seen, verb, at)
        spoiled = False
        if filled and self.dice.random() < self.wild / 3:
            spoiled = self._spoil(filled, verb, seen)
        return Step("move", at, verb, who, filled, spoiled)

    def appealed(self, verb, seen, at):
        """Return a step of an appeal."""
        return Step("appeal", at, verb, *appealing.chosen(self, seen, at, verb))

    def _workday(self, at):
        """Return a working day to come, made one off by a correction."""
        day = local(at).date() + self.dice.randint(0, 6) * DAY
        while not works(day) or day in MAKE_UP:
            day += DAY
        return day

    def usual(self, verb, seen, now, **fields):
        """Return a move as it should be, a little later, without departments that assist."""
        at = now + self.dice.randint(1, 60) * MINUTE
        filled = self._filled(seen, verb, at)
        filled.pop("assist_departments", None)
        return Step("move", at, verb, self._entitled(seen, verb), filled | fields)

    def _later(self, seen, now):
        dice = self.dice
        if now > LATEST:
            return now + dice.randint(1, 5) * MINUTE
        coming = sorted(
            moment(row[name])
            for row in seen.open_clocks()
            for name in ("warn_at", "due_at", "escalate_at", "paused_until")
            if row[name] is not None and moment(row[name]) > now + DAY / 86400
        )
        sort = dice.choices(("minutes", "hours", "days", "long", "edge"), (52, 22, 10, 3, 13))[0]
        if sort == "edge" and coming:
            return dice.choice(coming[:4]) + dice.choice((-1, 0, 0, 1)) * DAY / 86400
        spans = {"minutes": (1, 120), "hours": (60, 600), "days": (1440, 4320)}
        return now + dice.randint(*spans.get(sort, (2880, 17280))) * MINUTE

    def _hoped_for(self, seen):
        verbs = [
            verb
            for verb, line in LAW.items()
            if seen.status in line.sources and (verb not in HOPES or HOPES[verb](seen))
        ]
        if not verbs:
            return self.dice.choice([*LAW])
        return self.dice.choices(verbs, [self.weights.get(verb, USUAL) for verb in verbs])[0]

    def _entitled(self, seen, verb):
        who = self.dice.choice(LAW[verb].who)
        if who == "clerk":
            return f"clerk.{self.window}"
        if who == "supervisor":
            return self.dice.choice((f"supervisor.{self.window}", "supervisor.liaocheng"))
        running = seen.running(None if who == "party" else who)
        if not running:
            return f"handler.{self.window}.scjg"
        return self.world.offices[self.dice.choice(running)["department_id"]]

    def _filled(self, seen, verb, at):
        step, dice = MOVE[verb], self.dice
        names = [*step.required, *(name for name in step.optional if dice.random() < 0.5)]
        filled = {name: self._value(name, seen, at) for name in names}
        if "criterion" in filled:
            filled["criterion"] = dice.choice(self.world.criteria[verb])
        if "assist_departments" in filled:
            lead = filled["lead_department"]
            filled["assist_departments"] = [
                row for row in filled["assist_departments"] if row is not lead
            ]
        return filled

    def _value(self, name, seen, at):
        """Return something to fill a field in with."""
        dice = self.dice
        others = {"should_be_done", "unlawful", "infeasible"} - {seen.case[0]["classification"]}
        values = {
            "classification": lambda: dice.choice(sorted(others)),
            "satisfaction": lambda: dice.choice("11223345"),
            "means": lambda: dice.choice(("phone", "in_person", "letter")),
            "lead_department": lambda: dice.choice(self._free(seen)),
            "assist_departments": lambda: dice.sample(self._free(seen), dice.randint(0, 2)),
            "causes": lambda: dice.sample(self.world.causes, dice.randint(1, 2)),
            "add_to_list": lambda: dice.random() < 0.5,
            "restart_clock": lambda: dice.random() < 0.5,
            "handler": lambda: self._colleague(seen),
            "other_case": lambda: self.others[0],
            "visit_at": lambda: at + dice.randint(0, 48) * 60 * MINUTE,
            "days": lambda: dice.randint(1, 5),
        }
        texts = ("已联系反映人", "材料已补齐", "《行政许可法》第三十八条")
        return values.get(name, lambda: dice.choice(texts))()

    def _free(self, seen):
        """The window's departments that are not at the case yet; all, should there be none."""
        here = [self.world.departments[self.window, code] for code in CODES]
        running = {row["department_id"] for row in seen.running()}
        free = [row for row in here if row.id not in running]
        return free if len(free) > 1 else here

    def _colleague(self, seen):
        running = [row["department_id"] for row in seen.running("lead")]
        name = self.world.offices[running[0]] if running else "clerk.linqing"
        return self.world.staff[name]

    def _spoil(self, filled, verb, seen):
        """Spoil one field; return whether it can't be taken by anybody."""
        name = self.dice.choice([*filled])
        elsewhere = "yanggu" if self.window == "linqing" else "linqing"
        wrong = {
            "lead_department": self.world.departments[elsewhere, "scjg"],
            "assist_departments": [self.world.departments[elsewhere, "syk"]],
            "handler": self.world.staff["clerk.yanggu"],
            "other_case": self.others[1],
            "visit_at": datetime(2026, 9, 1),  # noqa: DTZ001 - no zone: that is what is wrong
            "days": self.dice.choice((0, -1, True, 10**6, "2", 2.5)),
            "add_to_list": "yes",
            "restart_clock": 1,
        }
        worse = self.dice.choice(("\x00x", 7, "长" * 4001, ["x"]))
        filled[name] = wrong.get(name, worse)
        if self.dice.random() < 0.3 and name in MOVE[verb].required:
            filled[name] = self.dice.choice((None, "  "))
        return True
