"""Open a view for its reader: what they may not use of it is left out, and said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core.crud.address import PAGE_SIZES, Address
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.panel import attributes, offered_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.crud.lists import Lists


def opened(view: Lists, told: Mapping[str, str]) -> tuple[Address, list[str]]:
    """Return the address that a kept view means today, and what of it is left out, in words."""
    plain = Address.read(view.url, {})
    kept, lost = Address.read(view.url, {"q": told.get("q", "")}), []
    query = view.query(plain)
    if (tab := told.get("tab", "")) in view.tabs:
        kept = replace(kept, tab=tab)
    elif tab:
        lost.append(gettext("分类页"))
    if (sort := told.get("sort", "")).removeprefix("-") in query.sortable:
        kept = replace(kept, sort=sort)
    elif sort:
        lost.append(gettext("排序"))
    if told.get("size", "") in map(str, PAGE_SIZES):
        kept = replace(kept, size=int(told["size"]))
    offered = offered_columns(view.model)
    columns = tuple(filter(None, told.get("columns", "").split(",")))
    kept = replace(kept, columns=tuple(name for name in columns if name in offered))
    lost += [gettext("列“%(name)s”", name=name) for name in columns if name not in offered]
    filters = {}
    for name, value in told.items():
        if not name.startswith("f_"):
            continue
        if _takes(view, replace(plain, filters={name[2:]: value})):
            filters[name[2:]] = value
        else:
            lost.append(gettext("条件“%(name)s”", name=_label(view, name[2:])))
    return replace(kept, filters=filters), lost


def _takes(view: Lists, address: Address) -> bool:
    """Say whether a list can be narrowed so, by this reader."""
    [(name, value)] = address.filters.items()
    known = attributes(view.model).get(name)
    try:
        view.query(address).narrowed(select(view.model.id), with_tab=False)
    except InvalidInputError:
        return False
    if known is None or known.kind != "link":
        return True
    target: Any = known.target
    return db.session.scalar(select(target.id).where(target.id == int(value))) is not None


def _label(view: Lists, name: str) -> str:
    known = attributes(view.model).get(name.removesuffix("_from").removesuffix("_to"))
    return gettext(known.label) if known is not None else name
