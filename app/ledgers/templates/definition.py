"""What a template asks for: in plain values, so that it can be kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from app.core.language import gettext
from app.core.words import unprintable
from app.core.workbook import Kind
from app.ledgers.columns import LEDGERS
from app.ledgers.models import LedgerKind
from app.ledgers.rules import Period
from app.ledgers.templates import sorts
from app.ledgers.templates.rules import LONGEST_TITLE, MOST_SORTS, ORIENTATIONS, SIZES, WIDTHS, Lamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.ledgers.columns import LedgerColumn


@dataclass(frozen=True)
class Shown:
    """A column of a template: which, under what title, how wide; as the ledger has it if unsaid."""

    code: str
    title: str = ""
    width: float | None = None


@dataclass(frozen=True)
class Definition:
    """A template as it was saved once.

    Columns are named by their codes, halls and departments by theirs. `narrowed` gives for a column
    the codes that its rows may have; `sort` names columns, True for the largest first.
    """

    kind: LedgerKind
    columns: tuple[Shown, ...] = ()
    period: Period = Period.ALL
    since: date | None = None
    until: date | None = None
    hall: str = ""
    department: str = ""
    narrowed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lamp: Lamp = Lamp.ANY
    sort: tuple[tuple[str, bool], ...] = ()
    group: str = ""
    coloured: bool = True
    size: str = "A4"
    orientation: str = "landscape"
    fit: bool = True

    def problems(self, known: Mapping[str, LedgerColumn]) -> dict[str, str]:
        """Say what is wrong with it: field → sentence; `known` are the columns to choose from."""
        return dict(self._wrong(known))

    def _wrong(self, known: Mapping[str, LedgerColumn]) -> Iterator[tuple[str, str]]:
        codes = [shown.code for shown in self.columns]
        if not codes:
            yield "columns", gettext("请至少选择一列")
        if unknown := [code for code in codes if code not in known]:
            yield "columns", gettext("没有这一列：%(code)s", code=unknown[0])
        if len(set(codes)) < len(codes):
            yield "columns", gettext("同一列只能选一次")
        yield from self._ill_titled(known)
        yield from self._ill_dated()
        yield from self._ill_placed()
        yield from self._ill_narrowed(known)
        yield from self._ill_ordered(known)
        if self.lamp is not Lamp.ANY and LEDGERS[self.kind].figures is not None:
            yield "lamp", gettext("这种台账逐行是统计数字，不能按时限筛选")
        if self.size not in SIZES or self.orientation not in ORIENTATIONS:
            yield "size", gettext("没有这种纸张，请重新选择")

    def _ill_placed(self) -> Iterator[tuple[str, str]]:
        for field, code in (("hall", self.hall), ("department", self.department)):
            if code and unprintable(code):
                yield field, gettext("没有这个选项，请重新选择")

    def _ill_narrowed(self, known: Mapping[str, LedgerColumn]) -> Iterator[tuple[str, str]]:
        for code, values in self.narrowed:
            listed = sorts.words(known[code]) if code in known else None
            if listed is None or not set(values) <= set(listed):
                yield f"only-{code}", gettext("没有这个选项，请重新选择")

    def _ill_dated(self) -> Iterator[tuple[str, str]]:
        if self.period is Period.FIXED and self.since is None and self.until is None:
            yield "since", gettext("请填写起始日期或截止日期")
        if self.since is not None and self.until is not None and self.since > self.until:
            yield "until", gettext("截止日期不能早于起始日期")

    def _ill_ordered(self, known: Mapping[str, LedgerColumn]) -> Iterator[tuple[str, str]]:
        ordered = [code for code, _descending in self.sort]
        if len(ordered) > MOST_SORTS or len(set(ordered)) < len(ordered):
            yield "sort-1", gettext("同一列只能用来排序一次")
        for place, code in enumerate(ordered, 1):
            if code not in known or not sorts.sortable(known[code]):
                yield f"sort-{place}", gettext("不能按这一列排序，请重新选择")
        if self.group and (self.group not in known or not sorts.groupable(known[self.group])):
            yield "group", gettext("不能按这一列分组，请重新选择")
        texts = [it for it in self.columns if it.code in known and known[it.code].kind is Kind.TEXT]
        if self.group and self.columns and not texts:
            yield "group", gettext("分组时至少要有一列文字，用来写明小计")

    def _ill_titled(self, known: Mapping[str, LedgerColumn]) -> Iterator[tuple[str, str]]:
        low, high = WIDTHS
        titles: set[str] = set()
        for shown in self.columns:
            field, said = f"title-{shown.code}", shown.title
            if len(said) > LONGEST_TITLE:
                yield field, gettext("最多 %(most)d 个字", most=LONGEST_TITLE)
            if unprintable(said) or "\n" in said:
                yield field, gettext("含有无法显示的控制字符，请删除后再提交")
            title = said or (gettext(known[shown.code].title) if shown.code in known else "")
            if title in titles:
                yield field, gettext("两列不能用同一个标题：%(title)s", title=title)
            titles.add(title)
            if shown.width is not None and not low <= shown.width <= high:
                sentence = gettext("列宽须在 %(low)d 至 %(high)d 之间", low=low, high=high)
                yield f"width-{shown.code}", sentence

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "kind": self.kind.value,
            "columns": [[it.code, it.title, it.width] for it in self.columns],
            "period": self.period.value,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "hall": self.hall,
            "department": self.department,
            "narrowed": [[code, list(values)] for code, values in self.narrowed],
            "lamp": self.lamp.value,
            "sort": [[code, descending] for code, descending in self.sort],
            "group": self.group,
            "coloured": self.coloured,
            "size": self.size,
            "orientation": self.orientation,
            "fit": self.fit,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what `as_json` told."""
        return cls(
            **{
                **told,
                "kind": LedgerKind(told["kind"]),
                "columns": tuple(Shown(*column) for column in told["columns"]),
                "period": Period(told["period"]),
                "since": date.fromisoformat(told["since"]) if told["since"] else None,
                "until": date.fromisoformat(told["until"]) if told["until"] else None,
                "narrowed": tuple((code, tuple(values)) for code, values in told["narrowed"]),
                "lamp": Lamp(told["lamp"]),
                "sort": tuple((code, descending) for code, descending in told["sort"]),
            }
        )
