"""The generated view of an entity: list, show, add, edit, delete, choices, export.

FAB's `ModelView` gives the routes and the permissions; what it does on them is done here, so that
rows are fetched in scope, input is never lost, and there is one commit (FRAMEWORK: the holes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, jsonify, redirect, request
from flask_appbuilder import ModelView, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import clock, scope
from app.core.crud import present
from app.core.crud.export import export_list
from app.core.crud.forms import drawn, fill, form_class, initial, options, shown
from app.core.crud.integrity import explain, in_use
from app.core.crud.listing import COUNT_UP_TO, PAGE_SIZES, Address, Query, TabRule
from app.core.crud.pages import (
    Button,
    Cell,
    Col,
    Conflict,
    Fact,
    FormPage,
    Input,
    Listing,
    Page,
    Row,
    Tab,
)
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError, StaleEditError
from app.core.language import gettext
from app.core.panel import attributes, list_columns, sections
from app.core.security import may
from app.core.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_wtf import FlaskForm
    from werkzeug.wrappers import Response

    from app.core.panel import Panel

MOST_ID = 2**31 - 1


class EntityView(ModelView):
    """The base of every generated view; a feature overrides the hooks it needs."""

    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_export",
                        "can_choices"]
    own_routes: tuple[str, ...] = ()
    """Routes that a feature adds to those of a read-only entity."""
    tabs: Mapping[str, TabRule] = {}
    query_class: type[Query] = Query

    # --- what the model says ---------------------------------------------------------------

    @property
    def model(self) -> type[Any]:
        """The model that is shown."""
        model: type[Any] = self.datamodel.obj
        return model

    @property
    def panel(self) -> Panel:
        """What the model says of itself."""
        panel: Panel = self.model.__panel__
        return panel

    @property
    def url(self) -> str:
        """The address of the list."""
        return f"{self.route_base}/list/"

    def _init_forms(self) -> None:
        """Make no form at start: ours are made for a request, in its language."""

    def find(self, pk: str) -> Any:
        """Return the row, or answer that there is none: a foreign row is no row."""
        number = int(pk) if str(pk).isdecimal() and len(str(pk)) < 11 else 0  # noqa: PLR2004
        row = db.session.get(self.model, number) if 0 < number <= MOST_ID else None
        if row is None:
            abort(404)
        return row

    # --- hooks ---------------------------------------------------------------------------------

    def cell(self, name: str, row: Any) -> Cell:
        """Return one cell of the list."""
        return present.cell_of(attributes(self.model)[name], row)

    def column_label(self, name: str) -> str:
        """Return the head of a column."""
        return gettext(attributes(self.model)[name].label)

    def sortable(self) -> Mapping[str, Any]:
        """Return more columns to sort by: name → expression."""
        return {}

    def create(self, row: Any, form: FlaskForm) -> None:  # noqa: ARG002 - for the features
        """Add the row."""
        db.session.add(row)

    def update(self, row: Any, form: FlaskForm) -> None:
        """Do what goes with an edit, in the same commit."""

    def prepare(self, form: FlaskForm, row: Any) -> None:
        """Adjust a form before it is drawn or read."""

    def draw(self, field: Any, row: Any) -> Input:
        """Return a field as it is drawn."""
        known = attributes(self.model).get(field.name)
        return drawn(field, row, known, f"{self.route_base}/choices/{field.name}")

    def buttons_of(self, row: Any) -> list[Button]:
        """Return what may be done with a row from its page."""
        found = []
        if may(self.panel.code, "e", row):
            found.append(Button(gettext("修改"), f"{self.route_base}/edit/{row.id}", "main", "E"))
        if may(self.panel.code, "d", row):
            found.append(Button(gettext("删除"), f"{self.route_base}/delete/{row.id}", "danger"))
        return found

    # --- list ------------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """Show a page of the list."""
        address = Address.read(self.url, request.args)
        query = self.query(address)
        page = Page(self.list_title_of(address))
        return self.render_template("panel/list.html", page=page, listing=self.listing(query))

    def list_title_of(self, address: Address) -> str:
        """Return the title of a list: its own, or that of the part that is shown."""
        rule = self.tabs.get(address.tab)
        return gettext(rule.label) if rule else gettext(self.panel.name)

    def add_label(self) -> str:
        """Say what adding a row is called."""
        return gettext("新增%(name)s", name=gettext(self.panel.name))

    def query(self, address: Address) -> Query:
        """Return the query that an address means."""
        return self.query_class(self.model, address, tabs=self.tabs, now=clock.now(),
                     sortable=self.sortable())

    def listing(self, query: Query) -> Listing:
        """Return a page of rows with everything around it."""
        address, rows = query.address, list(query.rows())
        more = len(rows) > address.size
        rows = rows[:address.size]
        first = (address.page - 1) * address.size + 1 if rows else 0
        total = query.count()
        return Listing(
            columns=self._columns(query), rows=[self.row(row) for row in rows],
            tabs=self._tabs(query), filters=query.filters(), q=address.q, chips=query.chips(),
            search_hint=self._search_hint(), total=min(total, COUNT_UP_TO),
            total_capped=total > COUNT_UP_TO, first=first, last=first + len(rows) - 1 if rows else 0,
            previous_url=address.url(page=address.page - 1) if address.page > 1 else None,
            next_url=address.url(page=address.page + 1) if more else None,
            page_sizes=[(size, address.url(size=size), size == address.size)
                        for size in PAGE_SIZES],
            hidden=[(name, value) for name, value in address.parameters().items()
                    if name in {"tab", "sort", "size"}],
            buttons=self.list_buttons(address),
            empty=gettext("没有符合条件的记录") if query.chips() else gettext("还没有记录"),
            empty_action=next(iter(self._add_button()), None) if not query.chips() else None,
        )

    def row(self, row: Any) -> Row:
        """Return one row of the list."""
        names = list_columns(self.model)
        cells = [self.cell(name, row) for name in names]
        link = self.row_url(row)
        cells[0] = Cell(cells[0].text, cells[0].kind, link, cells[0].tone)
        return Row(row.id, cells, link)

    def row_url(self, row: Any) -> str | None:
        """Return the page of a row."""
        return f"{self.route_base}/show/{row.id}"

    def list_buttons(self, address: Address) -> list[Button]:
        """Return what may be done from the list."""
        found = []
        if may(self.panel.code, "x"):
            found.append(Button(gettext("导出"), address.url(f"{self.route_base}/export")))
        return [*found, *self._add_button()]

    def _add_button(self) -> list[Button]:
        if not may(self.panel.code, "a"):
            return []
        return [Button(self.add_label(), f"{self.route_base}/add", "main", "N")]

    def _columns(self, query: Query) -> list[Col]:
        address, found = query.address, []
        now_by = address.sort.removeprefix("-")
        down = address.sort.startswith("-")
        for name in list_columns(self.model):
            sort_url = direction = None
            if name in query.sortable:
                turned = f"-{name}" if now_by == name and not down else name
                sort_url = address.url(sort=turned)
                direction = ("desc" if down else "asc") if now_by == name else ""
            known = query.attributes.get(name)
            kind = present.CELL_KINDS.get(known.kind, "text") if known else "text"
            found.append(Col(name, self.column_label(name), kind, sort_url, direction or ""))
        return found

    def _tabs(self, query: Query) -> list[Tab]:
        active = query.address.tab or next(iter(self.tabs), "")
        return [Tab(gettext(rule.label), query.address.url(tab=code), code == active)
                for code, rule in self.tabs.items()]

    def _search_hint(self) -> str:
        known = attributes(self.model)
        return "、".join(gettext(known[name].label) for name in self.panel.search if name in known)

    @expose("/export")
    @has_access
    def export(self) -> Response:
        """Send the filtered list as an Excel file."""
        query = self.query(Address.read(self.url, request.args))
        return export_list(query, scope.current(), clock.now())

    @expose("/choices/<name>")
    @has_access
    def choices(self, name: str) -> Response:
        """Answer what a large select box may be set to, narrowed by what was typed."""
        known = attributes(self.model).get(name)
        if known is None or known.kind != "link" or known.target is None:
            abort(404)
        found = options(known.target, request.args.get("q", "").strip()[:100])
        return jsonify({"results": [{"id": row.id, "text": str(row)} for row in found]})

    # --- show ------------------------------------------------------------------------------

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Show one row."""
        row = self.find(pk)
        return self.render_template(
            "panel/show.html", page=self._page(str(row)), sections=self.facts(row),
            buttons=self.buttons_of(row), related=self.related(row),
        )

    def facts(self, row: Any) -> list[tuple[str, list[Fact]]]:
        """Return everything that the row's page says, in sections."""
        known = attributes(self.model)
        shown_names = [name for section in sections(self.model) for name in section.names]
        rest = [name for name, item in known.items() if name not in shown_names and not item.many]
        groups = [(section.title, section.names) for section in sections(self.model)]
        if rest:
            groups.append((gettext("其他"), tuple(rest)))
        return [(title, [self.fact(name, row) for name in names if name in known])
                for title, names in groups]

    def fact(self, name: str, row: Any) -> Fact:
        """Return one labelled value."""
        known = attributes(self.model)[name]
        kind = {"long": "long", "datetime": "mono", "integer": "mono"}.get(known.kind, "text")
        return Fact(gettext(known.label), present.text_of(known, row) or present.EMPTY, kind)

    def related(self, row: Any) -> list[tuple[str, Listing]]:
        """Return the lists of what belongs to the row, as far as the person may see it."""
        found = []
        for name in self.panel.related:
            known = attributes(self.model)[name]
            if known.target is not None and may(known.target.__panel__.code, "r"):
                found.append((gettext(known.label), self._related_listing(known.target, row, name)))
        return found

    def _related_listing(self, target: type[Any], row: Any, name: str) -> Listing:
        known = attributes(target)
        back = {item.name for item in known.values() if item.target is self.model}
        names = [column for column in list_columns(target) if column not in back]
        rows = list(getattr(row, name))
        base = f"/{target.__panel__.code}/show"
        return Listing(
            columns=[Col(column, gettext(known[column].label)) for column in names],
            rows=[Row(item.id, [present.cell_of(known[column], item, url=f"{base}/{item.id}"
                                                if index == 0 else None)
                                for index, column in enumerate(names)], f"{base}/{item.id}")
                  for item in rows],
            total=len(rows), empty=gettext("还没有记录"),
        )

    def _page(self, title: str, subtitle: str = "") -> Page:
        name = gettext(self.panel.name)
        crumbs = [(name, self.url if may(self.panel.code, "r") else None), (title, None)]
        return Page(title, subtitle, crumbs)

    # --- add and edit ----------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Add a row."""
        row = self.model()
        form = self.form(editing=False)()
        self.prepare(form, row)
        problems: dict[str, str] = {}
        if request.method == "POST":
            problems = self._attempt(form, row, lambda item: self.create(item, form))
            if not problems:
                flash(gettext("已新增：%(row)s", row=str(row)), "success")
                return redirect(self.after_add(row))
        return self._render_form(form, None, self.add_label(), problems)

    def after_add(self, row: Any) -> str:
        """Return where one goes after adding a row."""
        return f"{self.route_base}/show/{row.id}"

    def form(self, *, editing: bool) -> type[FlaskForm]:
        """Return the form of the entity."""
        return form_class(self.model, editing=editing)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        """Edit a row; refuse when it changed since the form was read."""
        row = self.find(pk)
        if not may(self.panel.code, "e", row):
            abort(404)
        form = self.form(editing=True)(data=initial(row))
        self.prepare(form, row)
        problems: dict[str, str] = {}
        conflict = None
        if request.method == "POST":
            conflict = self._conflict(form, row)
            if conflict is None:
                problems = self._attempt(form, row, lambda item: self.update(item, form))
                if not problems:
                    flash(gettext("已保存：%(row)s", row=str(row)), "success")
                    return redirect(self.row_url(row) or self.url)
                row = self.find(pk)
        title = gettext("修改 %(row)s", row=str(row))
        return self._render_form(form, row, title, problems, conflict)

    def _attempt(self, form: FlaskForm, row: Any, write: Any) -> dict[str, str]:
        """Validate and write in one transaction; return the problems, field by field."""
        if not form.validate():
            return {"": ""}
        try:
            with transaction():
                fill(form, row)
                found = row.problems() if hasattr(row, "problems") else {}
                if found:
                    raise InvalidInputError(found)
                write(row)
                db.session.flush()
        except InvalidInputError as error:
            return error.problems
        except IntegrityError as error:
            return explain(error, self.model).problems
        except (StaleDataError, StaleEditError):
            return {"": gettext("他人刚刚修改了同一记录，请核对后再保存")}
        except OutOfScopeError:
            return {"": gettext("所选内容不在您的权限范围内，未保存")}
        except DomainError as error:
            return {"": str(error)}
        return {}

    def _conflict(self, form: FlaskForm, row: Any) -> Conflict | None:
        """Compare the version that the form was read at with the present one."""
        if request.form.get("version", "") == self.version_of(row):
            return None
        theirs = self.form(editing=True)(formdata=None, data=initial(row))
        self.prepare(theirs, row)
        rows = []
        for field in theirs:
            was = request.form.get(f"was-{field.name}")
            if was is not None and was != shown(field) and field.name in form:
                rows.append((str(field.label.text), _words(self.draw(field, row)),
                             _words(self.draw(form[field.name], row))))
        who = getattr(row, "changed_by", None) or gettext("他人")
        when = getattr(row, "changed_at", None)
        sentence = gettext(
            "%(who)s 于 %(when)s 修改了这条记录。您填写的内容都还在，请核对后再次保存。",
            who=who, when=f"{present.local(when):%m-%d %H:%M}" if when else gettext("刚才"),
        )
        return Conflict(sentence, rows)

    def version_of(self, row: Any) -> str:
        """Return what tells one state of a row from the next."""
        return str(getattr(row, "version", None) or getattr(row, "changed_on", ""))

    def _render_form(self, form: FlaskForm, row: Any, title: str, problems: dict[str, str],
                     conflict: Conflict | None = None) -> Any:
        for name, sentence in problems.items():
            if name in form:
                form[name].errors = [*form[name].errors, sentence]
        errors = [(f"f-{field.name}", f"{field.label.text}：{error}")
                  for field in form for error in field.errors]
        errors += [("", text) for name, text in problems.items() if text and name not in form]
        page = FormPage(
            sections=self._drawn_sections(form, row), action=request.path,
            submit_label=gettext("保存"), hidden=self._hidden(form, row), errors=errors,
            cancel_url=(self.row_url(row) or self.url) if row is not None else self.url,
            conflict=conflict,
        )
        status = 409 if conflict else 422 if errors else 200
        html = self.render_template("panel/form.html", page=self._page(title), form=page)
        return html, status

    def _hidden(self, form: FlaskForm, row: Any) -> list[tuple[str, str]]:
        """Return the version and what each field said when the form was read."""
        if row is None:
            return []
        before = self.form(editing=True)(formdata=None, data=initial(row))
        known = attributes(self.model)
        return [("version", self.version_of(row)),
                *((f"was-{field.name}", shown(field)) for field in before
                  if field.name in known and known[field.name].kind != "secret")]

    def _drawn_sections(self, form: FlaskForm, row: Any) -> list[tuple[str, list[Input]]]:
        drawn_names: set[str] = {"csrf_token"}
        found = []
        for section in sections(self.model):
            names = [name for name in section.names if name in form]
            drawn_names.update(names)
            if names:
                found.append((section.title, [self.draw(form[name], row) for name in names]))
        rest = [self.draw(field, row) for field in form if field.name not in drawn_names]
        if rest:
            found.append(("", rest))
        return found

    # --- delete ----------------------------------------------------------------------------

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Ask, then delete a row that nothing refers to; otherwise say what does."""
        row = self.find(pk)
        if not may(self.panel.code, "d", row):
            abort(404)
        blocked = in_use(row)
        if request.method == "POST" and not blocked:
            name = str(row)
            try:
                with transaction():
                    db.session.delete(row)
                flash(gettext("已删除：%(row)s", row=name), "success")
                return redirect(self.url)
            except (IntegrityError, StaleDataError):
                row = self.find(pk)
                blocked = in_use(row) or [gettext("他人刚刚修改了同一记录，请核对后再操作")]
        html = self.render_template(
            "panel/confirm.html", page=self._page(str(row)),
            question=gettext("要删除“%(row)s”吗？删除后不能恢复。", row=str(row)), details=[],
            action=request.path, submit_label=gettext("删除"), danger=True,
            cancel_url=self.row_url(row) or self.url,
            blocked=[gettext("不能删除：%(reason)s", reason=reason) for reason in blocked],
        )
        return html, 409 if request.method == "POST" else 200

    # --- what FAB offers and we do not -----------------------------------------------------

    def download(self, filename: str) -> Any:  # noqa: ARG002
        """Refuse: attachments are served by their own view, in scope."""
        abort(404)

    def action(self, name: str, pk: str) -> Any:  # noqa: ARG002
        """Refuse: what may be done with a row is a move or a form of ours."""
        abort(404)

    def action_post(self) -> Any:
        """Refuse: see `action`."""
        abort(404)


def _words(field: Input) -> str:
    """Return what a field says, as a person reads it."""
    for value, label, _ in field.choices:
        if value == field.value:
            return label
    return field.value or present.EMPTY
