"""Where help is asked for: beside a screen, as a page of its own, and the whole guide."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, send_from_directory
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView

from app.core import scope
from app.core.crud.pages import Button, Page
from app.core.language import gettext
from app.panel.help import guide
from app.panel.help.places import parts_of

KEPT = 3600
"""Seconds that a browser keeps a picture."""


class HelpView(BaseView):
    """The guide, in parts and whole; for whoever is logged in."""

    route_base = ""
    default_view = "whole"

    @expose("/help")
    def help(self) -> Any:
        """Show what the guide says of a screen: the `path` of it and its `tab`."""
        if scope.current().id is None:
            return redirect("/login/")
        places = parts_of(request.args.get("path", "/"), request.args.get("tab", ""))
        found = [part for part in map(guide.part_of, places) if part is not None]
        title = gettext("帮助")
        page = Page(title, crumbs=[(title, None)])
        if request.args.get("beside"):
            return self.render_template(
                "panel/beside.html", page=page, parts=found, guide_url=guide.ADDRESS
            )
        whole = Button(gettext("完整的使用指南"), guide.ADDRESS)
        return self.render_template("panel/help.html", page=page, parts=found, buttons=[whole])

    @expose("/guide/")
    @expose("/guide/<page>")
    def whole(self, page: str = guide.INDEX) -> Any:
        """Show a page of the guide."""
        if scope.current().id is None:
            return redirect("/login/")
        parts = guide.parts(page)
        if not parts:
            abort(404)
        name = gettext("使用指南")
        crumbs = [(name, None if page == guide.INDEX else guide.ADDRESS)]
        if page != guide.INDEX:
            crumbs.append((parts[0].heading, None))
        return self.render_template(
            "panel/help.html", page=Page(name, crumbs=crumbs), parts=parts, contents=parts[1:]
        )

    @expose("/guide/images/<name>")
    def picture(self, name: str) -> Any:
        """Send a picture of the guide."""
        if scope.current().id is None:
            return redirect("/login/")
        return send_from_directory(guide.FOLDER / "images", name, max_age=KEPT)
