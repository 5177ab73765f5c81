"""The pages that belong to no feature: workbench, log-in, password, and the state of the house."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import flash, jsonify, redirect, request
from flask_appbuilder import IndexView, expose
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.views import AuthDBView
from flask_login import login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.security import check_password_hash
from wtforms import PasswordField, validators

from app.core import clock, scope
from app.core.crud import EntityView, changed, present
from app.core.crud.forms import drawn
from app.core.crud.pages import Cell, Fact, FormPage, Page
from app.core.db import db
from app.core.language import gettext
from app.core.panel import entities
from app.core.transaction import transaction
from app.departments.models import Staff
from app.departments.operations import set_password
from app.departments.views import password_field
from app.panel import readiness, workbench


class Workbench(IndexView):
    """What I must do now."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        """Show the workbench, or the log-in to whoever is nobody yet."""
        person = scope.current()
        if person.id is None:
            return redirect("/login/")
        return self.render_template("panel/workbench.html", **workbench.build(person, clock.now()))


class LoginView(AuthDBView):
    """Log in and out."""

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        """Check name and password; say nothing about which of them was wrong."""
        target = _here(request.args.get("next", ""))
        if scope.current().id is not None:
            return redirect(target)
        error, name = "", request.form.get("username", "").strip()[:128]
        if request.method == "POST":
            user = self.appbuilder.sm.auth_user_db(name, request.form.get("password", "")[:128])
            if user is not None:
                login_user(user, remember=False)
                return redirect(target)
            error = gettext("用户名或密码不正确，或账号已停用。")
        html = self.render_template("panel/login.html", error=error, username=name)
        return html, 401 if error else 200

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """Log out."""
        logout_user()
        return redirect("/login/")


def _here(address: str) -> str:
    """Return the part of an address that leads around this panel; the workbench for any other."""
    told = urlsplit(address.replace("\\", "/"))
    ours = told.netloc in {"", request.host} and told.path.startswith("/")
    if not ours or told.path.startswith("//"):
        return "/"
    return urlunsplit(("", "", told.path, told.query, ""))


class PasswordView(BaseView):
    """Set one's own password."""

    route_base = ""
    default_view = "password"

    @expose("/password", methods=["GET", "POST"])
    def password(self) -> Any:
        """Ask for the present password and a new one, twice."""
        person = scope.current()
        if person.id is None:
            return redirect("/login/?next=/password")
        form = _password_form()
        if request.method == "POST" and form.validate():
            user = db.session.get(Staff, person.id)
            if user is None or not check_password_hash(user.password, form["old"].data or ""):
                form["old"].errors = [gettext("现在的密码不正确")]
            else:
                with transaction():
                    set_password(user, form["new"].data or "")
                flash(gettext("密码已修改"), "success")
                return redirect("/")
        errors = [
            (f"f-{item.name}", gettext("%(label)s：%(text)s", label=item.label.text, text=error))
            for item in form
            for error in item.errors
        ]
        title = gettext("修改密码")
        fields = [drawn(form[name]) for name in ("old", "new", "again")]
        page = FormPage([("", fields)], "/password", gettext("保存"), "/", errors=errors)
        html = self.render_template(
            "panel/password.html", form=page, page=Page(title, crumbs=[(title, None)])
        )
        return html, 422 if errors else 200


def _password_form() -> FlaskForm:
    must = validators.InputRequired(gettext("必填"))
    same = validators.EqualTo("new", gettext("两次填写的新密码不一致"))
    fields = {
        "old": PasswordField(gettext("现在的密码"), [must]),
        "new": password_field(required=True, label=gettext("新密码")),
        "again": PasswordField(gettext("再填一次新密码"), [must, same]),
    }
    return type("PasswordForm", (FlaskForm,), fields)()


class JobView(EntityView):
    """Runs of the timed jobs."""


class ChangeView(EntityView):
    """The field history of reference data."""

    def cell(self, name: str, row: Any) -> Cell:
        if name == "changes":
            model = _model(row.entity)
            told = changed.in_a_line(row, model) if model is not None else ""
            return Cell(told or present.EMPTY, "wide")
        return super().cell(name, row)

    def column_label(self, name: str) -> str:
        return gettext("变更") if name == "changes" else super().column_label(name)

    def facts(self, row: Any) -> list[tuple[str, list[Fact]]]:
        model = _model(row.entity)
        told = changed.pairs_of(row, model) if model is not None else []
        listed = [Fact(label, text, "long") for label, text in told]
        return [*super().facts(row), *([(gettext("变更"), listed)] if listed else [])]


def _model(code: str) -> type[Any] | None:
    """Return the entity with this code; None for one that is no more."""
    return next((model for model in entities() if model.__panel__.code == code), None)


class HealthView(BaseView):
    """Whether the program lives, and whether it can work."""

    route_base = ""
    default_view = "healthz"

    @expose("/healthz")
    def healthz(self) -> Any:
        """Answer that the program is alive."""
        return jsonify(status="ok")

    @expose("/readyz")
    def readyz(self) -> Any:
        """Answer whether database, schema and scheduler are as they should be."""
        state = readiness.state(clock.now())
        return jsonify(state), 200 if state["status"] == "ok" else 503
