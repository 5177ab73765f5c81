"""A template while it is being designed: what stands in the form, and what was pressed.

Nothing here refuses: what was typed stays as it was typed until it is saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.ledgers.rules import Period
from app.ledgers.templates.definition import Definition, Shown
from app.ledgers.templates.rules import MOST_SORTS, Lamp
from app.ledgers.templates.sending import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from app.ledgers.columns import LedgerColumn
    from app.ledgers.models import LedgerKind

ONCE = (
    *("name", "period", "since", "until", "hall", "department", "lamp", "group", "size"),
    *("orientation", "coloured", "fit", "share", "share_hall", "share_role", *NAMES),
    *(f"{what}-{place}" for place in range(1, MOST_SORTS + 1) for what in ("sort", "down")),
)
"""The fields that hold one value."""


@dataclass
class Draft:
    """What stands in the form: the chosen columns in order, and every other field as text.

    `said` tells what the last press did, `focus` names what is to be pressed next.
    """

    kind: LedgerKind
    chosen: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    ticked: dict[str, list[str]] = field(default_factory=dict)
    said: str = ""
    focus: str = ""

    @classmethod
    def posted(cls, kind: LedgerKind, form: MultiDict[str, str], known: Mapping[str, Any]) -> Draft:
        """Read what was posted; a column that there is not is passed over."""
        chosen = [code for code in dict.fromkeys(form.getlist("columns")) if code in known]
        texts = {name: form.get(name, "").strip() for name in ONCE}
        for code in known:
            for name in (f"title-{code}", f"width-{code}"):
                if name in form:
                    texts[name] = form[name].strip()
        ticked = {code: form.getlist(f"only-{code}") for code in known}
        return cls(kind, chosen, texts, {code: it for code, it in ticked.items() if it})

    @classmethod
    def of(cls, asked: Definition) -> Draft:
        """Return the draft of what was saved."""
        texts = {
            "period": asked.period.value,
            "since": str(asked.since or ""),
            "until": str(asked.until or ""),
            "hall": asked.hall,
            "department": asked.department,
            "lamp": asked.lamp.value,
            "group": asked.group,
            "coloured": "y" if asked.coloured else "",
            "size": asked.size,
            "orientation": asked.orientation,
            "fit": "y" if asked.fit else "",
        }
        for shown in asked.columns:
            texts[f"title-{shown.code}"] = shown.title
            texts[f"width-{shown.code}"] = f"{shown.width:g}" if shown.width is not None else ""
        for place, (code, down) in enumerate(asked.sort, 1):
            texts |= {f"sort-{place}": code, f"down-{place}": "y" if down else ""}
        ticked = {code: list(values) for code, values in asked.narrowed}
        return cls(asked.kind, [it.code for it in asked.columns], texts, ticked)

    @classmethod
    def fresh(cls, kind: LedgerKind, known: Mapping[str, Any]) -> Draft:
        """Return a draft of everything that there is to see."""
        return cls.of(Definition(kind, tuple(Shown(code) for code in known)))

    # --- what is pressed --------------------------------------------------------------------------

    def press(self, what: str, known: Mapping[str, LedgerColumn]) -> None:
        """Do what a button of the column chooser says, as in `up:number` or `place:hall:number`."""
        verb, _, rest = what.partition(":")
        code, _, other = rest.partition(":")
        match verb:
            case "all":
                self.chosen += [it for it in known if it not in self.chosen]
                self.said = gettext("已添加全部列")
            case "none":
                self.chosen, self.said = [], gettext("已移除全部列")
            case "add" if code in known and code not in self.chosen:
                self._add(code, known)
            case "remove" if code in self.chosen:
                self._remove(code, known)
            case "up" | "down" if code in self.chosen:
                self._move(code, self.chosen.index(code) + (1 if verb == "down" else -1), known)
                self.focus = f"{verb}-{code}" if self._can(verb, code) else f"{_BACK[verb]}-{code}"
            case "place" if code in known and (other in self.chosen or not other):
                self._place(code, other, known)

    def _add(self, code: str, known: Mapping[str, LedgerColumn]) -> None:
        left = [it for it in known if it not in self.chosen]
        self.chosen.append(code)
        self.said = _at(known[code], len(self.chosen))
        following = [*left[left.index(code) + 1 :], *reversed(left[: left.index(code)])]
        self.focus = f"add-{following[0]}" if following else f"remove-{code}"

    def _remove(self, code: str, known: Mapping[str, LedgerColumn]) -> None:
        at = self.chosen.index(code)
        self.chosen.remove(code)
        self.said = gettext("已移除“%(title)s”", title=gettext(known[code].title))
        next_one = self.chosen[min(at, len(self.chosen) - 1)] if self.chosen else ""
        self.focus = f"remove-{next_one}" if next_one else f"add-{code}"

    def _move(self, code: str, at: int, known: Mapping[str, LedgerColumn]) -> None:
        self.chosen.remove(code)
        self.chosen.insert(max(at, 0), code)
        self.said = _at(known[code], self.chosen.index(code) + 1)

    def _place(self, code: str, before: str, known: Mapping[str, LedgerColumn]) -> None:
        if code == before:
            return
        if code in self.chosen:
            self.chosen.remove(code)
        at = self.chosen.index(before) if before else len(self.chosen)
        self.chosen.insert(at, code)
        self.said = _at(known[code], at + 1)

    def _can(self, verb: str, code: str) -> bool:
        return code != (self.chosen[0] if verb == "up" else self.chosen[-1])

    # --- what is asked for ------------------------------------------------------------------------

    def definition(self) -> Definition:
        """Return what the form asks for; InvalidInputError where a field can't be read."""
        problems: dict[str, str] = {}
        text = self.texts.get
        period = text("period", "")
        lamp = text("lamp", "")
        asked = Definition(
            self.kind,
            tuple(self._shown(code, problems) for code in self.chosen),
            period=Period(period) if period in list(Period) else Period.ALL,
            since=_day(text("since", ""), "since", problems),
            until=_day(text("until", ""), "until", problems),
            hall=text("hall", ""),
            department=text("department", ""),
            narrowed=tuple((code, tuple(values)) for code, values in self.ticked.items()),
            lamp=Lamp(lamp) if lamp in list(Lamp) else Lamp.ANY,
            sort=tuple(self._sorted()),
            group=text("group", ""),
            coloured=bool(text("coloured", "")),
            size=text("size", ""),
            orientation=text("orientation", ""),
            fit=bool(text("fit", "")),
        )
        if problems:
            raise InvalidInputError(problems)
        return asked

    def _shown(self, code: str, problems: dict[str, str]) -> Shown:
        typed = self.texts.get(f"width-{code}", "")
        try:
            width = float(typed) if typed else None
        except ValueError:
            width, problems[f"width-{code}"] = None, gettext("请填写数字")
        return Shown(code, self.texts.get(f"title-{code}", ""), width)

    def _sorted(self) -> list[tuple[str, bool]]:
        places = range(1, MOST_SORTS + 1)
        pairs = [
            (self.texts.get(f"sort-{it}", ""), self.texts.get(f"down-{it}", "")) for it in places
        ]
        return [(code, bool(down)) for code, down in pairs if code]


_BACK = {"up": "down", "down": "up"}


def _at(column: LedgerColumn, place: int) -> str:
    return gettext("“%(title)s”现为第 %(place)d 列", title=gettext(column.title), place=place)


def _day(typed: str, name: str, problems: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        problems[name] = gettext("日期不正确：%(value)s", value=typed[:32])
        return None
