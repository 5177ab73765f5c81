"""The page on which a template is designed: its fields as they are drawn, and the two panes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.crud.pages import Input
from app.core.language import gettext
from app.departments.rules import Role
from app.ledgers.columns import LEDGERS
from app.ledgers.queries import all_halls
from app.ledgers.rules import Period
from app.ledgers.subscriptions.rules import Cadence, Weekday
from app.ledgers.templates import queries, sorts
from app.ledgers.templates.operations import LONGEST_NAME
from app.ledgers.templates.rules import MOST_SORTS, ORIENTATIONS, SIZES, Lamp
from app.ledgers.templates.sending import allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.core.words import Choice
    from app.departments.models import Hall
    from app.ledgers.columns import LedgerColumn
    from app.ledgers.templates.drafts import Draft


@dataclass(frozen=True)
class Picked:
    """A chosen column: its fields, and whether it can go up and down."""

    code: str
    title: str
    heading: Input
    width: Input
    first: bool
    last: bool


@dataclass(frozen=True)
class Canvas:
    """Everything that the page draws."""

    chosen: Sequence[Picked]
    left: Sequence[tuple[str, str]]
    sections: Sequence[tuple[str, str, Sequence[Input]]]
    wrong: Sequence[str]
    said: str
    focus: str


def canvas(draft: Draft, known: Mapping[str, LedgerColumn], problems: Mapping[str, str]) -> Canvas:
    """Return a draft as the page draws it, with what is wrong beside each field."""
    draw = _Drawing(draft, problems)
    titles = {code: gettext(column.title) for code, column in known.items()}
    halls, listed = all_halls(), LEDGERS[draft.kind].figures is None
    return Canvas(
        [
            Picked(
                code,
                titles[code],
                draw.line(f"title-{code}", gettext("标题"), placeholder=titles[code]),
                draw.line(f"width-{code}", gettext("列宽"), placeholder=f"{known[code].width:g}"),
                first=place == 0,
                last=place == len(draft.chosen) - 1,
            )
            for place, code in enumerate(draft.chosen)
        ],
        [(code, title) for code, title in titles.items() if code not in draft.chosen],
        [
            (gettext("筛选"), "filters", list(_filters(draw, known, halls, listed=listed))),
            *([(gettext("排序与分组"), "order", list(_order(draw, known)))] if listed else []),
            (gettext("外观与纸张"), "look", list(_look(draw))),
            (gettext("共享"), "share", list(_share(draw, halls))),
            *([(gettext("谁收、何时发"), "send", list(_send(draw, halls)))] if allowed() else []),
        ],
        [problems["columns"]] if problems.get("columns") else [],
        draft.said,
        draft.focus,
    )


def name_input(draft: Draft, problems: Mapping[str, str]) -> Input:
    """Return the field of the name."""
    return _Drawing(draft, problems).line(
        "name", gettext("模板名称"), required=True, most=LONGEST_NAME
    )


def labels(drawn: Canvas, known: Mapping[str, LedgerColumn]) -> dict[str, str]:
    """Return what each field is called in the summary of what is wrong."""
    found = {field.name: field.label for _, _, fields in drawn.sections for field in fields}
    for code, column in known.items():
        title = gettext(column.title)
        found[f"title-{code}"] = gettext("“%(title)s”的标题", title=title)
        found[f"width-{code}"] = gettext("“%(title)s”的列宽", title=title)
    return {**found, "name": gettext("模板名称"), "columns": gettext("列")}


class _Drawing:
    """Draw fields of a draft."""

    def __init__(self, draft: Draft, problems: Mapping[str, str]) -> None:
        self._draft, self._problems = draft, problems

    def line(
        self,
        name: str,
        label: str,
        kind: str = "text",
        *,
        hint: str = "",
        placeholder: str = "",
        required: bool = False,
        most: int = 0,
    ) -> Input:
        return Input(
            name,
            label,
            kind,
            self._draft.texts.get(name, ""),
            hint=hint,
            placeholder=placeholder,
            required=required,
            max_length=most,
            errors=self._errors(name),
        )

    def pick(
        self, name: str, label: str, choices: Iterable[tuple[str, str]], hint: str = ""
    ) -> Input:
        value = self._draft.texts.get(name, "")
        drawn = [(code, said, code == value) for code, said in choices]
        if value and not any(chosen for _, _, chosen in drawn):
            drawn.append((value, value, True))  # what is out of sight is not lost on saving
        return Input(
            name, label, "select", value, hint=hint, choices=drawn, errors=self._errors(name)
        )

    def listed(self, name: str, label: str, kind: type[Choice]) -> Input:
        return self.pick(name, label, [(it.value, gettext(it.label)) for it in kind])

    def tick(self, name: str, label: str, hint: str = "") -> Input:
        value = self._draft.texts.get(name, "")
        return Input(name, label, "checkbox", value, hint=hint, errors=self._errors(name))

    def boxes(self, code: str, label: str, kind: type[Choice]) -> Input:
        ticked = set(self._draft.ticked.get(code, ()))
        choices = [(it.value, gettext(it.label), it.value in ticked) for it in kind]
        name = f"only-{code}"
        return Input(name, label, "boxes", choices=choices, errors=self._errors(name))

    def _errors(self, name: str) -> list[str]:
        return [self._problems[name]] if self._problems.get(name) else []


def _filters(
    draw: _Drawing, known: Mapping[str, LedgerColumn], halls: Iterable[Hall], *, listed: bool
) -> Iterable[Input]:
    any_hall = [("", gettext("读者权限内的全部大厅"))]
    any_department = [("", gettext("全部科室"))]
    yield draw.listed("period", gettext("期间"), Period)
    if listed:
        yield draw.listed("lamp", gettext("时限"), Lamp)
    yield draw.line("since", gettext("起始日期"), "date", hint=gettext("选“指定起止日期”时填写"))
    yield draw.line("until", gettext("截止日期"), "date")
    coded = [(hall.code, hall.name) for hall in halls]
    yield draw.pick("hall", gettext("大厅"), [*any_hall, *coded], gettext("含其下级大厅"))
    yield draw.pick("department", gettext("科室"), [*any_department, *queries.departments()])
    for code, column in known.items():
        if (kind := sorts.words(column)) is not None:
            yield draw.boxes(code, gettext(column.title), kind)


def _order(draw: _Drawing, known: Mapping[str, LedgerColumn]) -> Iterable[Input]:
    nothing = ("", gettext("不指定"))
    groups = [(code, gettext(it.title)) for code, it in known.items() if sorts.groupable(it)]
    yield draw.pick(
        "group",
        gettext("分组小计"),
        [("", gettext("不分组")), *groups],
        gettext("每组后加一行小计，末尾加合计：行数，以及数字列的和"),
    )
    columns = [(code, gettext(it.title)) for code, it in known.items() if sorts.sortable(it)]
    for place in range(1, MOST_SORTS + 1):
        label = gettext("第 %(place)d 排序列", place=place)
        yield draw.pick(f"sort-{place}", label, [nothing, *columns])
        yield draw.tick(f"down-{place}", gettext("第 %(place)d 排序列从大到小", place=place))


def _look(draw: _Drawing) -> Iterable[Input]:
    yield draw.pick("size", gettext("纸张"), [(size, size) for size in SIZES])
    turned = [(code, gettext(said)) for code, said in ORIENTATIONS.items()]
    yield draw.pick("orientation", gettext("方向"), turned)
    yield draw.tick("coloured", gettext("按时限着色"), gettext("超期红色，临期黄色"))
    yield draw.tick("fit", gettext("缩放到一页宽"))


def _share(draw: _Drawing, halls: Iterable[Hall]) -> Iterable[Input]:
    yield draw.tick(
        "share", gettext("共享给他人"), gettext("他人只能看到自己权限内的事项和列；要修改须先复制")
    )
    numbered = [(str(hall.id), hall.name) for hall in halls]
    yield draw.pick("share_hall", gettext("共享给大厅"), [("", gettext("全部大厅")), *numbered])
    roles = [(role.value, gettext(role.label)) for role in Role if role is not Role.ADMIN]
    yield draw.pick("share_role", gettext("共享给角色"), [("", gettext("全部角色")), *roles])


def _send(draw: _Drawing, halls: Iterable[Hall]) -> Iterable[Input]:
    """Draw who gets the ledger and when; more people are named on the subscription's own page."""
    how_often = [(it.value, gettext(it.label)) for it in Cadence]
    yield draw.pick(
        "send",
        gettext("多久一次"),
        [("", gettext("不定时发送")), *how_often],
        gettext("只在工作日发：逢休息日顺延到下一工作日"),
    )
    yield draw.line("send_at", gettext("时间"), "time", hint=gettext("在大厅的工作时间之内"))
    days = [(it.value, gettext(it.label)) for it in Weekday]
    yield draw.pick("send_weekday", gettext("周几"), days, gettext("每周发送时"))
    yield draw.line("send_nth", gettext("当月第几个工作日"), "number", hint=gettext("每月发送时"))
    numbered = [("", gettext("请选择")), *((str(hall.id), hall.name) for hall in halls)]
    yield draw.pick("send_hall", gettext("发送哪个大厅的"), numbered, gettext("含其下级大厅"))
    roles = [(role.value, gettext(role.label)) for role in Role if role is not Role.ADMIN]
    yield draw.pick(
        "send_role",
        gettext("收件角色"),
        [("", gettext("不指定")), *roles],
        gettext("发送时在这个大厅任此职务的全部人员"),
    )
    yield draw.tick("send_me", gettext("发给我本人"))
    yield draw.tick("send_inbox", gettext("面板消息"))
    yield draw.tick("send_mail", gettext("邮件"), gettext("文件不太大时作为附件，否则须登录下载"))
