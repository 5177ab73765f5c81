"""The pages of people: the generated ones, with a password that is set and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort
from wtforms import Field, PasswordField, validators

from app.core import clock, scope
from app.core.crud import EntityApi, EntityView
from app.core.crud.forms import form_class
from app.core.errors import OutOfScopeError
from app.core.language import gettext
from app.departments import operations
from app.departments.queries import governs
from app.departments.rules import LEAST_PASSWORD

if TYPE_CHECKING:
    from flask_wtf import FlaskForm


class StaffView(EntityView):
    """People who log in."""

    def form(self, *, editing: bool) -> type[FlaskForm]:
        return form_class(
            self.model, editing=editing, extra={"password": password_field(required=not editing)}
        )

    def find(self, pk: str) -> Any:
        row = super().find(pk)
        if not governs(scope.current(), row):
            abort(404)
        return row

    def create(self, row: Any, form: FlaskForm) -> None:
        operations.add_staff(row, form["password"].data)

    def update(self, row: Any, form: FlaskForm) -> None:
        row.changed_on = clock.now().replace(tzinfo=None)  # what a stale form is told by
        if form["password"].data:
            operations.set_password(row, form["password"].data)


class StaffApi(EntityApi):
    """People who log in, to programs: read and switched on or off; added on the page alone."""

    include_route_methods = {"get_list", "get", "info", "put"}

    def _find(self, pk: Any, letter: str) -> Any:
        row = super()._find(pk, letter)
        if not governs(scope.current(), row):
            raise OutOfScopeError(str(pk))
        return row


def password_field(*, required: bool, label: str = "") -> Field:
    """Return a field for a new password."""
    least = gettext("至少 %(least)d 个字符", least=LEAST_PASSWORD)
    first = validators.InputRequired(gettext("必填")) if required else validators.Optional()
    return PasswordField(
        label or gettext("密码"),
        [first, validators.Length(LEAST_PASSWORD, 128, least)],
        description=least if required else gettext("不改请留空；%(least)s", least=least),
        render_kw={"autocomplete": "new-password"},
    )
