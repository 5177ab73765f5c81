"""The pages of whoever oversees appeals: rule on a late one, name who handles one."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.appeals import operations
from app.appeals.forms import assign_form, rule_form
from app.appeals.views import AppealView
from app.core import clock, scope
from app.core.language import gettext


class OverseeView(AppealView):
    """What a supervisor alone does with an appeal: admit a late one, name who handles it."""

    @expose("/<pk>/rule", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def rule(self, pk: str) -> Any:
        """Rule on an appeal that came late."""
        row, form = self.find(pk), rule_form()
        return self._step(
            pk,
            form,
            gettext("裁定逾期"),
            operations.why_not_rule,
            lambda: operations.rule_on_lateness(
                row,
                admitted=form["admitted"].data == "yes",
                note=form["note"].data,
                actor=scope.current(),
                now=clock.now(),
            ),
        )

    @expose("/<pk>/assign", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def assign(self, pk: str) -> Any:
        """Name who handles an appeal, or another."""
        row = self.find(pk)
        form = assign_form(row, scope.current())
        label = gettext("改派承办人") if row.handler_id else gettext("指派承办人")
        return self._step(
            pk,
            form,
            label,
            operations.why_not_assign,
            lambda: operations.assign(
                row,
                form["handler"].row,
                note=form["note"].data or "",
                actor=scope.current(),
                now=clock.now(),
            ),
        )
