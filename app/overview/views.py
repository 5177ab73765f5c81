"""The pages of the overview: figures on the screen, on paper, in a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import force_locale

from app.core import clock, scope
from app.core.crud.export import send_workbook
from app.core.crud.present import local
from app.core.language import gettext
from app.overview import board, paper, workbook
from app.overview.asking import Asked, asked

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flask import Response


class OverviewView(BaseView):
    """The figures of halls over a period."""

    route_base = "/overview"
    class_permission_name = "overview"
    base_permissions = ["can_list", "can_export"]
    default_view = "board"

    @expose("/")
    @has_access
    @permission_name("list")
    def board(self) -> Any:
        """Show the figures, looked at in one way."""
        now = clock.now()
        return self.render_template(
            "overview/board.html", **board.build(_asked(now), scope.current(), now)
        )

    @expose("/report")
    @has_access
    @permission_name("list")
    def report(self) -> Any:
        """Show the figures as a paper, in Chinese whatever language the panel speaks."""
        now = clock.now()
        wanted = _asked(now)
        bar = {
            "url": wanted.url(),
            "back": gettext("返回统计"),
            "print": gettext("打印"),
            "notes": [],
        }
        with force_locale("zh"):
            told = paper.build(_asked(now), scope.current(), now)
            return self.render_template("overview/report.html", bar=bar, **told)

    @expose("/export")
    @has_access
    @permission_name("export")
    def export(self) -> Response:
        """Send the figures as a workbook: a summary, a sheet for each dimension, definitions."""
        now = clock.now()
        wanted = _asked(now)

        def write(path: Path) -> None:
            workbook.write_figures(path, wanted, scope.current(), now)

        return send_workbook(write, workbook.file_name(wanted, now))


def _asked(now: datetime) -> Asked:
    today = local(now, current_app.config["TIMEZONE"]).date()
    return asked(request.args, scope.current(), today)
