"""The pages of saved views, and the menu of them on a list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from sqlalchemy import select

from app.core import scope
from app.core.crud.address import Address
from app.core.crud.asking import attempt, form_page
from app.core.crud.lists import Lists
from app.core.crud.pages import Page
from app.core.db import db
from app.core.language import gettext
from app.core.security import may
from app.core.transaction import transaction
from app.panel.saved.forms import naming, sharing_of
from app.panel.saved.models import SavedView
from app.panel.saved.opening import opened
from app.panel.saved.operations import change, keep, listed, remove, require_own
from app.panel.saved.rules import PASSING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUTE = "/views"
MOST_DIGITS = 9


@dataclass(frozen=True)
class Entry:
    """One view in the menu of a list."""

    id: int
    name: str
    own: bool
    active: bool
    shared: bool

    @property
    def url(self) -> str:
        """Where it opens."""
        return f"{ROUTE}/open?id={self.id}"


@dataclass(frozen=True)
class Menu:
    """The views of a list, and where the list as it stands is kept."""

    entries: Sequence[Entry]
    add_url: str
    manage_url: str

    @property
    def current(self) -> str:
        """The name of the view that is shown now."""
        return next((it.name for it in self.entries if it.active), "")


def saved_views(entity: str) -> Menu | None:
    """Return the menu of a list; none for what is no list of an entity."""
    person = scope.current()
    if not entity or person.id is None:
        return None
    now = _lasting(Address.read("", request.args))
    entries = [_entry(row, person, now) for row in listed(entity, person)]
    add_url = replace(Address.read(f"{ROUTE}/add", request.args), page=1, after="", before="").url()
    joint = "&" if "?" in add_url else "?"
    return Menu(entries, f"{add_url}{joint}of={entity}", f"{ROUTE}/?of={entity}")


def _entry(row: SavedView, person: scope.Person, now: dict[str, str] | None = None) -> Entry:
    own = row.owner_id == person.id
    return Entry(row.id, row.name, own, row.parameters == now, row.role is not None)


def _lasting(address: Address) -> dict[str, str]:
    return {name: it for name, it in address.parameters().items() if name not in PASSING}


class SavedViewsView(BaseView):
    """Keep, open, rename and remove views of lists; one's own, or shared."""

    route_base = ROUTE
    default_view = "manage"

    @expose("/")
    def manage(self) -> Any:
        """List the views of a list."""
        if scope.current().id is None:
            return redirect("/login/")
        view = _list_of(request.args.get("of", ""))
        person = scope.current()
        page = _page(view, gettext("管理视图"))
        entries = [_entry(row, person) for row in listed(view.panel.code, person)]
        return self.render_template("panel/views.html", page=page, entries=entries, route=ROUTE)

    @expose("/open")
    def open(self) -> Any:
        """Go to the list as it was kept; say what of it can't be used."""
        if scope.current().id is None:
            return redirect("/login/")
        row = _row()
        address, lost = opened(_list_of(row.entity), row.parameters)
        if lost:
            told = gettext("、").join(lost)
            flash(gettext("视图“%(name)s”中有的内容您现在不能用，已略去：%(told)s",
                          name=row.name, told=told), "warning")  # fmt: skip
        return redirect(address.url())

    @expose("/add", methods=["GET", "POST"])
    def add(self) -> Any:
        """Ask for a name, and keep the list as its address tells."""
        person = scope.current()
        if person.id is None:
            return redirect("/login/")
        view = _list_of(request.args.get("of", ""))
        query = view.query(Address.read(view.url, request.args))
        query.narrowed(select(view.model.id))  # what is no such list is not kept
        address = replace(query.address, columns=tuple(query.columns))
        form = naming(person)
        problems = attempt(
            form,
            lambda: keep(
                person, view.panel.code, form["name"].data, _lasting(address), sharing_of(form)
            ),
        )
        if problems is None:
            flash(gettext("已保存视图“%(name)s”", name=form["name"].data), "success")
            return redirect(address.url())
        columns = gettext("、").join(view.column_label(name) for name in query.columns)
        told = gettext("条件：%(told)s。列：%(columns)s", told=query.in_words(), columns=columns)
        return self._ask(view, form, problems, gettext("保存视图"), told, query.address.url())

    @expose("/edit", methods=["GET", "POST"])
    def edit(self) -> Any:
        """Name a view anew, or share it."""
        person = scope.current()
        if person.id is None:
            return redirect("/login/")
        row = _row()
        require_own(person, row)
        view, form = _list_of(row.entity), naming(person, row)
        back = f"{ROUTE}/?of={row.entity}"
        problems = attempt(
            form, lambda: change(person, row, form["name"].data, sharing_of(form, row))
        )
        if problems is None:
            return redirect(back)
        return self._ask(view, form, problems, gettext("修改视图"), "", back)

    @expose("/remove", methods=["GET", "POST"])
    def remove(self) -> Any:
        """Ask, then remove a view."""
        person = scope.current()
        if person.id is None:
            return redirect("/login/")
        row = _row()
        require_own(person, row)
        name, back = row.name, f"{ROUTE}/?of={row.entity}"
        if request.method == "POST":
            with transaction():
                remove(person, row)
            flash(gettext("已删除：%(row)s", row=name), "success")
            return redirect(back)
        told = [gettext("共享给的人也不再看到它")] if row.role else []
        return self.render_template(
            "panel/confirm.html",
            page=_page(_list_of(row.entity), gettext("删除视图")),
            question=gettext("要删除视图“%(name)s”吗？列表里的内容不受影响。", name=name),
            details=told,
            action=f"{ROUTE}/remove?id={row.id}",
            submit_label=gettext("删除"),
            danger=True,
            cancel_url=back,
        )

    def _ask(
        self, view: Lists, form: Any, problems: dict[str, str], title: str, told: str, back: str
    ) -> Any:
        page, status = form_page(form, gettext("保存"), problems, back)
        drawn = replace(page, action=request.full_path.rstrip("?"))
        html = self.render_template(
            "panel/form.html", page=_page(view, title, told), form=drawn, brief=True
        )
        return html, status


def _page(view: Lists, title: str, subtitle: str = "") -> Page:
    return Page(title, subtitle, [(gettext(view.panel.name), view.url), (title, None)])


def _row() -> SavedView:
    """Return the view that is asked for; a foreign one is none."""
    told = request.args.get("id", "")
    number = int(told) if told.isdecimal() and len(told) <= MOST_DIGITS else 0
    row = db.session.get(SavedView, number) if number else None
    if row is None:
        abort(404)
    return row


def _list_of(code: str) -> Lists:
    """Return the view whose list is meant, if the person may read it."""
    house: Any = current_app
    lists = (view for view in house.appbuilder.baseviews if isinstance(view, Lists))
    there = [view for view in lists if "list" in (view.include_route_methods or {"list"})]
    found = next((view for view in there if view.panel.code == code), None)
    if found is None or not may(code, "r"):
        abort(404)
    return found
