"""What an open page of a case keeps asking: how its clock stands now, and whether it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import jsonify
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.cases.lamps import lamp
from app.core import clock
from app.deadlines.queries import calendar

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cases.models import Case


class Living:
    """The lamp of a case as JSON, beside the pages of cases."""

    find: Callable[[str], Case]

    @expose("/<pk>/lamp")
    @has_access
    @permission_name("show")
    def lamp(self, pk: str) -> Any:
        """Answer the lamp's `tone` and `text`, and the `version` of the row."""
        row = self.find(pk)
        tone, text = lamp(row, calendar(), clock.now())
        return jsonify({"tone": tone, "text": text, "version": row.version})
