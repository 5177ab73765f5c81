"""The pages of people: the generated ones, with a password that is set and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort
from wtforms import Field, PasswordField, StringField, validators

from app.core import clock, scope
from app.core.crud import EntityApi, EntityView
from app.core.crud.fields import empty_is_none, no_control_characters, strip
from app.core.crud.forms import form_class
from app.core.crud.pages import Fact
from app.core.crud.present import EMPTY
from app.core.errors import OutOfScopeError
from app.core.language import gettext
from app.departments import operations
from app.departments.queries import governs
from app.departments.rules import LEAST_PASSWORD, real_address

if TYPE_CHECKING:
    from flask_wtf import FlaskForm


class StaffView(EntityView):
    """People who log in."""

    def form(self, *, editing: bool) -> type[FlaskForm]:
        extra = {"email": mail_field(), "password": password_field(required=not editing)}
        return form_class(self.model, editing=editing, extra=extra)

    def fact(self, name: str, row: Any) -> Fact:
        if name == "email" and real_address(row.email) is None:
            return Fact(gettext("电子邮箱"), EMPTY)
        return super().fact(name, row)

    def find(self, pk: str) -> Any:
        row = super().find(pk)
        if not governs(scope.current(), row):
            abort(404)
        return row

    def create(self, row: Any, form: FlaskForm) -> None:
        operations.add_staff(row, form["password"].data)

    def update(self, row: Any, form: FlaskForm) -> None:
        row.email = row.email or operations.stand_in(row)
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


class MailField(StringField):
    """A mail address; one that stands in for none is not shown."""

    def process_data(self, value: Any) -> None:
        self.data = real_address(value) or ""


def mail_field() -> Field:
    """Return a field for a mail address, which nobody must have."""
    most = validators.Length(max=128, message=gettext("最多 %(most)d 个字", most=128))
    return MailField(
        gettext("电子邮箱"),
        [validators.Optional(), most, no_control_characters],
        filters=[strip, empty_is_none],
        description=gettext("用来接收邮件通知；没有可不填"),
    )


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
