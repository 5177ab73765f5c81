"""Who may do what: FAB's security manager, asked of a table in memory instead of its tables.

`grants` is the table of app/access.py: entity → role → letters, where r reads (list, show, REST),
a adds, e edits, d deletes and x exports. An entity that the table doesn't name belongs to the
administrator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_jwt_extended import current_user as token_user, verify_jwt_in_request
from flask_login import current_user

from app.core import scope
from app.core.problems import Problems, unknown_caller
from app.core.words import unprintable

if TYPE_CHECKING:
    from collections.abc import Mapping

LETTERS = {
    "can_list": "r",
    "can_show": "r",
    "can_get": "r",
    "can_info": "r",
    "can_choices": "r",
    "can_add": "a",
    "can_post": "a",
    "can_edit": "e",
    "can_put": "e",
    "can_delete": "d",
    "can_export": "x",
}
"""The letter that each generated permission asks for; any other is a name of its own."""

UNNAMED = {"admin": "raedx"}


def grants_of(code: str) -> Mapping[str, str]:
    """Return what each role may do with an entity."""
    table: Mapping[str, Mapping[str, str]] = current_app.extensions["grants"]
    return table.get(code, UNNAMED)


def holders(code: str, letter: str) -> frozenset[str]:
    """Return the roles that may do something with an entity."""
    return frozenset(role for role, letters in grants_of(code).items() if letter in letters)


def may(code: str, letter: str, row: Any = None) -> bool:
    """Say whether the person may do something with an entity, or with this row of it."""
    person = scope.current()
    if person.unlimited:
        return True
    roles = holders(code, letter) & person.roles
    return bool(roles) if row is None else scope.within_as(person, roles, row)


class TokenApi(Problems, SecurityApi):
    """Where programs get their tokens."""


class PanelSecurityManager(SecurityManager):
    """FAB's users and log-in; permissions from the table, roles from memberships."""

    security_api = TokenApi

    def auth_user_db(self, username: str, password: str) -> Any:
        """Check name and password; a name that no database keeps is nobody's."""
        return None if unprintable(username) else super().auth_user_db(username, password)

    def create_jwt_manager(self, app: Any) -> Any:
        """Answer every token that can't be believed alike, in problem details."""
        manager = super().create_jwt_manager(app)
        for kind in (
            "expired_token",
            "invalid_token",
            "unauthorized",
            "user_lookup_error",
            "revoked_token",
            "needs_fresh_token",
        ):
            getattr(manager, f"{kind}_loader")(unknown_caller)
        return manager

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Answer from memory: no statement is sent."""
        person = scope.current()
        letter = LETTERS.get(permission_name, "")
        return bool(letter) and bool(holders(view_name, letter) & person.roles)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:  # noqa: ARG002
        """Make nothing public by permission: public pages are said to be so in their code."""
        return False

    def register_views(self) -> None:
        """Register the token log-in alone; pages for people are the panel's own."""
        tokens = self.appbuilder.add_api(self.security_api)
        self.auth_view = self.appbuilder.add_view_no_menu(self.authdbview)
        for view in (tokens, self.auth_view):
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(view.blueprint)


def asking_user(*, rest: bool) -> Any:
    """Return the user of this request: REST believes tokens alone, pages the session alone."""
    if rest:
        verify_jwt_in_request(optional=True)
        return token_user or None
    return current_user if current_user.is_authenticated else None
