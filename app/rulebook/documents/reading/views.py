"""The public page of the rules: which halls, what governs there on a day, each version's text."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, request
from flask_appbuilder import BaseView, expose
from flask_babel import force_locale

from app.core import clock, scope
from app.core.crud.present import local
from app.core.language import gettext
from app.core.outside import count, spoken
from app.rulebook.documents import queries
from app.rulebook.documents.reading import page
from app.rulebook.documents.rendering import drawn
from app.rulebook.documents.rules import governing

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.departments.models import Hall


YEARS = range(2000, 2200)


class RulesView(BaseView):
    """The rules of the halls that publish them; no log-in, but not too often."""

    route_base = page.BASE
    default_view = "halls"

    @expose("/", methods=["GET"])
    def halls(self) -> Any:
        """List the halls whose rules may be read."""

        def told() -> Any:
            halls = [(hall.name, page.address(hall)) for hall in queries.open_halls()]
            return self.render_template("rulebook/public_halls.html", halls=halls)

        return self._outside(told)

    @expose("/<code>", methods=["GET"])
    def hall(self, code: str) -> Any:
        """Tell what governs in a hall today or on the day asked for, and every version."""

        def told() -> Any:
            hall, now = _hall(code), clock.now()
            asked = request.args.get("on", "")
            day = _day(asked)
            error = gettext("日期不正确，例如 2026-03-01") if asked and day is None else ""
            at = page.end_of(day, hall) if day else now
            return self.render_template(
                "rulebook/public_hall.html",
                hall=hall.name,
                url=page.address(hall),
                kinds=page.kinds(hall, queries.published(hall.id), at, now),
                day=(day or local(now, hall.timezone).date()).isoformat(),
                error=error,
            ), 422 if error else 200

        return self._outside(told)

    @expose("/<code>/<int:number>", methods=["GET"])
    def document(self, code: str, number: int) -> Any:
        """Show the text of a version, in force or earlier."""

        def told() -> Any:
            hall, now = _hall(code), clock.now()
            rows = queries.published(hall.id)
            row = next((it for it in rows if it.id == number), None)
            if row is None:
                abort(404)
            with force_locale("zh"):
                name = str(row)
            found = page.Reading(
                title=name,
                entry=page.entry(hall, row, now, governing(rows, now).get(row.kind)),
                source=row.source,
                text=drawn(row.text or "", below=1),
            )
            return self.render_template(
                "rulebook/public_document.html", hall=hall.name, url=page.address(hall), it=found
            )

        return self._outside(told)

    def _outside(self, told: Callable[[], Any]) -> Any:
        """Answer somebody unknown: in their language, not too often, with what is published."""
        back = request.path
        if (turned := spoken(back)) is not None:
            return turned
        count(self.appbuilder.sm.limiter, current_app.config["PUBLIC_LIMIT"], "rules")
        with scope.everything():  # what is published is published to everybody
            return told()


def _day(asked: str) -> date | None:
    """Read a day; one that is none, or that no rule of ours knows, is None."""
    with suppress(ValueError):
        day = date.fromisoformat(asked)
        return day if day.year in YEARS else None
    return None


def _hall(code: str) -> Hall:
    found = [hall for hall in queries.open_halls() if hall.code == code]
    if not found:
        abort(404)
    return found[0]
