"""What the database tells by itself (app/core/guards/), with rows and columns in words."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import Boolean, Enum

from app.cases.documents.models import Attachment
from app.cases.intake.models import CaseLink
from app.cases.models import Case
from app.cases.records import Assignment, Callback, CaseCause, Visit
from app.core.changes import HIDDEN
from app.core.crud import changed
from app.core.crud.present import EMPTY, TELLERS, local
from app.core.db import Instant, db
from app.core.language import N_, gettext
from app.core.panel import attributes
from app.core.timeline import WORDS, Event
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.models import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TOLD = {"changed_outside", "migrated"}
"""The kinds of event that the database tells, in the names of its columns."""

NAMES: dict[type[Any], str] = {
    Case: N_("事项"),
    Deadline: N_("时限"),
    Assignment: N_("承办科室"),
    Visit: N_("上门帮办"),
    Callback: N_("回访"),
    Extension: N_("延期申请"),
    Pause: N_("中止申请"),
    Attachment: N_("材料"),
    CaseCause: N_("办不成的原因"),
    CaseLink: N_("关联", "event"),
}
"""What the tables hold that are watched (app/core/guards/watched.py)."""

TABLES = {model.__tablename__: model for model in NAMES}

COLUMNS: dict[str, str] = {
    **WORDS,
    "department_id": N_("承办科室"),
    "role": N_("承办方式"),
    "dispatched_at": N_("派发时间"),
    "signed_at": N_("签收时间"),
    "signed_by": N_("签收人"),
    "handler_id": N_("经办人"),
    "returned_at": N_("退回时间"),
    "returned_by": N_("退回人"),
    "return_reason": N_("退回理由"),
    "finished_at": N_("办结时间"),
    "done_at": N_("完成时间"),
    "done": N_("帮办情况"),
    "at": N_("时间"),
    "by": N_("经手人"),
    "reached": N_("已接通"),
    "asked_at": N_("申请时间"),
    "asked_by": N_("申请人"),
    "decided_at": N_("审批时间"),
    "decided_by": N_("审批人"),
    "decision": N_("审批意见"),
    "state": N_("状态"),
    "began_at": N_("中止时间"),
    "ended_at": N_("恢复时间"),
    "ended_by": N_("恢复人"),
    "cause_id": N_("办不成的原因"),
    "current": N_("现行"),
    "other_id": N_("另一事项"),
    "deadline_id": N_("时限"),
    "evidence": N_("计时依据"),
    "calendar_revision": N_("工作日历版次"),
    "warning_flagged_at": N_("预警标记时间"),
    "overdue_flagged_at": N_("超期标记时间"),
    "escalated_flagged_at": N_("提级标记时间"),
}
"""What the columns are called that no form shows; any other is shown under its own name."""

OF_NO_INTEREST = {"id", "case_id", "deadline_id", "previous_id"}
"""Columns that tell a reader nothing beside the name of the row."""


def name_table(model: type[Any], name: str) -> None:
    """Say what a table of a feature above holds, whose changes the database itself tells."""
    NAMES[model], TABLES[model.__tablename__] = name, model


def actor(event: Event) -> str:
    """Return who it was: as whom the database knows them, or which upgrade."""
    name = event.actor.partition(":")[2]
    if event.kind == "migrated":
        return gettext("系统升级 %(number)s", number=name)
    return gettext("数据库用户 %(name)s", name=name) if name else gettext("数据库")


def detail(event: Event) -> str:
    """Say of which row it is told, and whether it came or went."""
    model = TABLES[event.payload["table"]]
    name, upgraded = gettext(NAMES[model]), event.kind == "migrated"
    if event.payload.get("added"):
        if upgraded:
            return gettext("升级程序添加了%(name)s", name=name)
        if model is Case:
            return gettext("该事项不是经本系统登记的")
        return gettext("不经本系统添加了%(name)s", name=name)
    if event.payload.get("removed"):
        if upgraded:
            return gettext("升级程序删除了%(name)s", name=name)
        return gettext("不经本系统删除了%(name)s", name=name)
    return "" if model is Case else name


def changes(event: Event, zone: str) -> list[str]:
    """Say which columns changed from what to what."""
    model = TABLES[event.payload["table"]]
    told: Mapping[str, Sequence[Any]] = event.payload["changes"]
    kept = [name for name in told if name not in OF_NO_INTEREST] or list(told)
    return [_change(model, name, told[name], zone) for name in kept]


def _change(model: type[Any], column: str, pair: Sequence[Any], zone: str) -> str:
    known: Mapping[str, Any] = attributes(model) if "__panel__" in vars(model) else {}
    field = known.get(column) or next(
        (item for item in known.values() if item.foreign_key == column), None
    )
    label = gettext(field.label if field is not None else COLUMNS.get(column, column))
    if HIDDEN in pair:
        return gettext("%(label)s：已改动（内容不记录）", label=label)
    if field is not None and field.target is None:
        say: Callable[[Any], str] = partial(changed.said, field, zone=zone)
    else:
        say = _by_type(model, column, zone)
    old, new = (say(value) for value in pair)
    return gettext("%(label)s：%(old)s → %(new)s", label=label, old=old, new=new)


def _by_type(model: type[Any], name: str, zone: str) -> Callable[[Any], str]:
    """Return what tells a value of a column that no form shows."""
    column = model.__table__.columns.get(name)
    if column is None:  # a later migration took it away
        return _plainly
    for key in column.foreign_keys:
        return _named(key.column.table.name)
    if isinstance(column.type, Instant):
        return partial(_instant, zone=zone)
    if isinstance(column.type, Boolean):
        return lambda value: EMPTY if value == "" else TELLERS["boolean"](value in BOOLEANS)
    if isinstance(column.type, Enum):
        known: Any = column.type.enum_class or ()
        words = {item.value: item.label for item in known}
        return lambda value: gettext(words[value]) if value in words else _plainly(value)
    return _plainly


BOOLEANS = (True, 1, "1", "true")
"""What is true in the words of either database."""


def _plainly(value: Any) -> str:
    return EMPTY if value in (None, "") else str(value)


def _instant(value: Any, zone: str) -> str:
    try:
        return f"{local(datetime.fromisoformat(value), zone):%Y-%m-%d %H:%M}"
    except (TypeError, ValueError):
        return _plainly(value)


def _named(table: str) -> Callable[[Any], str]:
    """Return what tells the row behind a key."""
    target = next(
        mapper.class_ for mapper in Model.registry.mappers if mapper.local_table.name == table
    )

    def say(key: Any) -> str:
        row = db.session.get(target, int(key)) if str(key).isdecimal() else None
        if row is not None:
            return str(row)
        return f"#{key}" if key not in (None, "") else EMPTY

    return say
