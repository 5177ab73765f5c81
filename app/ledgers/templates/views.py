"""The pages of templates: the list, one with its versions, and its ledger at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import clock, scope
from app.core.crud.integrity import explain, problems_of
from app.core.crud.listing import TabRule
from app.core.crud.pages import Button, Cell, Col, Fact, Listing, Row
from app.core.crud.present import local
from app.core.crud.schemas import MOST_ID
from app.core.errors import DomainError, InvalidInputError
from app.core.language import N_, gettext
from app.core.security import may
from app.core.transaction import transaction
from app.ledgers.columns import LEDGERS
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order
from app.ledgers.subscriptions.listings import SUBSCRIPTIONS, sent_on_time
from app.ledgers.tasks.asking import ask_on_page
from app.ledgers.tasks.taking import send_or_queue
from app.ledgers.templates import operations, queries
from app.ledgers.templates.designing import Designing
from app.ledgers.templates.models import LedgerTemplate
from app.ledgers.templates.wording import facts_of
from app.ledgers.unmasking import may_unmask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ledgers.templates.models import LedgerTemplateVersion


class LedgerTemplateView(Designing):
    """Templates of ledgers."""

    own_routes = (
        "base",
        "draw",
        "redraw",
        "old",
        "duplicate",
        "activate",
        "take",
        "then",
        "unmasked",
    )
    tabs = {
        "all": TabRule(N_("全部")),
        "mine": TabRule(N_("我的"), lambda _now: LedgerTemplate.owner_id == scope.current().id),
        "shared": TabRule(
            N_("共享给我的"), lambda _now: LedgerTemplate.owner_id != scope.current().id
        ),
    }

    # --- the list and the page of one ------------------------------------------------------------

    def _add_button(self) -> Sequence[Button]:
        if not may(self.panel.code, "a"):
            return []
        return [Button(gettext("新建模板"), f"{self.route_base}/base", "main", "N")]

    def cell(self, name: str, row: LedgerTemplate) -> Cell:
        if name == "number":
            return Cell(gettext("第 %(number)d 版", number=row.number))
        return super().cell(name, row)

    def buttons_of(self, row: LedgerTemplate) -> list[Button]:
        base, own = f"{self.route_base}/{row.id}", row.owner_id == scope.current().id
        found = []
        if may(self.panel.code, "x") and row.active:
            take = Button(gettext("生成台账"), f"{base}/produce", "main", method="post")
            found.append(take)
            if LEDGERS[LedgerKind(row.kind)].past:
                found.append(Button(gettext("按过去的时间生成"), f"{base}/as-of"))
            if may_unmask(scope.current()):
                found.append(Button(gettext("申请未脱敏台账"), f"{base}/unmasked"))
        if may(SUBSCRIPTIONS, "a") and row.active:
            found.append(Button(gettext("定时发送"), f"/{SUBSCRIPTIONS}/add?template={row.id}"))
        if may(self.panel.code, "e") and own:
            found.append(Button(gettext("修改"), f"{base}/design", "", "E"))
        if may(self.panel.code, "a"):
            found.append(Button(gettext("复制一份"), f"{base}/copy", method="post"))
        if may(self.panel.code, "e") and own:
            said = gettext("停用") if row.active else gettext("启用")
            found.append(Button(said, f"{base}/active", method="post"))
        return found

    def facts(self, row: LedgerTemplate) -> list[tuple[str, list[Fact]]]:
        asked = queries.definition(row.id, row.number)
        contents = [(gettext("内容"), facts_of(asked))] if asked is not None else []
        return [*super().facts(row), *contents]

    def related(self, row: LedgerTemplate) -> list[tuple[str, Listing]]:
        sent = [(gettext("谁收、何时发"), sent_on_time(row.id))] if may(SUBSCRIPTIONS, "r") else []
        return [*sent, (gettext("历次版本"), self._versions(row)), *super().related(row)]

    def _versions(self, row: LedgerTemplate) -> Listing:
        heads = (gettext("版本"), gettext("保存人"), gettext("保存时间"))
        return Listing(
            [Col(str(at), label) for at, label in enumerate(heads)],
            [self._version(row, version) for version in queries.versions(row)],
        )

    def _version(self, row: LedgerTemplate, version: LedgerTemplateVersion) -> Row:
        url = f"{self.route_base}/{row.id}/versions/{version.number}"
        cells = [
            Cell(gettext("第 %(number)d 版", number=version.number), url=url),
            Cell(version.author),
            Cell(f"{local(version.at):%Y-%m-%d %H:%M}", "datetime"),
        ]
        return Row(version.id, cells)

    # --- its versions, and what else can be done with it --------------------------------------

    @expose("/<pk>/versions/<int:number>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def old(self, pk: str, number: int) -> Any:
        """Show a version; bring it back as the newest."""
        row = self.find(pk)
        asked = queries.definition(row.id, number) if number <= MOST_ID else None
        if asked is None:
            abort(404)
        back = f"{self.route_base}/show/{row.id}"
        if request.method == "POST":
            if not may(self.panel.code, "e"):
                abort(403)
            person, now = scope.current(), clock.now()
            _done(lambda: operations.restore(row, number, actor=person, now=now),
                  gettext("已恢复第 %(number)d 版的内容", number=number))  # fmt: skip
            return redirect(back)
        buttons = []
        if (
            may(self.panel.code, "e")
            and row.owner_id == scope.current().id
            and number != row.number
        ):
            buttons.append(Button(gettext("恢复为最新版本"), request.path, "main", method="post"))
        title = gettext("%(name)s 第 %(number)d 版", name=row.name, number=number)
        return self.render_template(
            "panel/show.html",
            page=self._page(title),
            sections=[("", facts_of(asked))],
            buttons=[*buttons, Button(gettext("返回"), back)],
        )

    @expose("/<pk>/copy", methods=["POST"])
    @has_access
    @permission_name("add")
    def duplicate(self, pk: str) -> Any:
        """Make a template of one's own like this one."""
        row, made = self.find(pk), []
        person, now = scope.current(), clock.now()
        _done(lambda: made.append(operations.copy(row, actor=person, now=now).id),
              gettext("已复制为您自己的模板，可以修改"))  # fmt: skip
        return redirect(f"{self.route_base}/show/{made[0] if made else row.id}")

    @expose("/<pk>/active", methods=["POST"])
    @has_access
    @permission_name("edit")
    def activate(self, pk: str) -> Any:
        """Put a template out of use, or back into it."""
        row = self.find(pk)
        active, person = not row.active, scope.current()
        said = gettext("已启用") if active else gettext("已停用")
        _done(lambda: operations.set_active(row, active=active, actor=person), said)
        return redirect(f"{self.route_base}/show/{row.id}")

    @expose("/<pk>/produce", methods=["POST"])
    @has_access
    @permission_name("export")
    def take(self, pk: str) -> Any:
        """Send the ledger of a template, or go to the page of its making."""
        row = self.find(pk)
        back = f"{self.route_base}/show/{row.id}"
        order = Order(LedgerKind(row.kind), template=(row.id, row.number))
        try:
            return send_or_queue(order, person=scope.current(), now=clock.now())
        except InvalidInputError as error:
            flash(gettext("；").join(error.problems.values()), "danger")
        except DomainError as error:
            flash(str(error), "danger")
        return redirect(back)

    @expose("/<pk>/unmasked", methods=["GET", "POST"])
    @has_access
    @permission_name("export")
    def unmasked(self, pk: str) -> Any:
        """Ask whether the ledger of a template is to be masked, and why not."""
        return self._asked(pk)

    @expose("/<pk>/as-of", methods=["GET", "POST"])
    @has_access
    @permission_name("export")
    def then(self, pk: str) -> Any:
        """Ask as of which past instant the ledger of a template is to be told."""
        return self._asked(pk, then=True)

    def _asked(self, pk: str, *, then: bool = False) -> Any:
        row = self.find(pk)
        order = Order(LedgerKind(row.kind), template=(row.id, row.number))
        back = f"{self.route_base}/show/{row.id}"
        return ask_on_page(self, order, row.name, cancel_url=back, action=request.path, then=then)


def _done(work: Callable[[], Any], said: str) -> None:
    """Do something in one transaction and say so, or say why not."""
    problems: dict[str, str] = {}
    try:
        with transaction():
            work()
    except IntegrityError as error:
        problems = explain(error, LedgerTemplate).problems
    except (DomainError, StaleDataError) as error:
        problems = problems_of(error)
    flash(gettext("；").join(problems.values()) or said, "warning" if problems else "success")
