"""Put the application together: extensions, the features from the bottom up, the web around them.

Nothing here writes to the database: `setup` does (app/setup.py), once, from the command line.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

import config
from app import (
    access,
    appeals,
    articles,
    cases,
    causes,
    deadlines,
    departments,
    drafts,
    frequent,
    imports,
    improvements,
    ledgers,
    notices,
    overview,
    panel,
    papers,
    roster,
    rulebook,
    supervision,
)
from app.core import language, scope
from app.core.db import db
from app.core.panel import entities
from app.core.privacy import Keyring
from app.core.security import PanelSecurityManager, holders
from app.panel.views import LoginView

if TYPE_CHECKING:
    from collections.abc import Mapping

FEATURES = (
    departments,
    deadlines,
    causes,
    rulebook,
    roster,
    cases,
    notices,
    papers,
    articles,
    improvements,
    frequent,
    ledgers,
    supervision,
    appeals,
    imports,
    overview,
    drafts,
    panel,
)
"""Every feature registers its views in its `register`, from the bottom up."""

FIXED: dict[str, Any] = {
    "APP_NAME": "办成",
    "TIMEZONE": "Asia/Shanghai",
    "LANGUAGES": {
        "zh": {"flag": "cn", "name": "简体中文"},
        "en": {"flag": "gb", "name": "English"},
    },
    "AUTH_TYPE": 1,
    "AUTH_RATE_LIMITED": True,
    "RATELIMIT_ENABLED": True,
    "FAB_BASE_TEMPLATE": "panel/base.html",
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
    "FAB_ADD_MENU_API": False,
    "FAB_ADD_OPENAPI_VIEWS": False,
    "FAB_API_SWAGGER_UI": False,
    "FAB_INDEX_VIEW": "app.panel.views.Workbench",
    "FAB_API_MAX_PAGE_SIZE": 100,
    "FAB_SAFE_REDIRECT_HOSTS": [],
    "JWT_ACCESS_TOKEN_EXPIRES": 3600,
    "PERMANENT_SESSION_LIFETIME": 12 * 3600,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SQLALCHEMY_TRACK_MODIFICATIONS": False,
    "TEMPLATES_AUTO_RELOAD": False,
    "WTF_CSRF_TIME_LIMIT": None,
}


class Security(PanelSecurityManager):
    """The security manager, with the panel's own log-in."""

    authdbview = LoginView


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Return the application, with settings from the environment and overrides on top."""
    app = Flask(__name__, static_url_path="/assets")
    app.config.update(config.settings())
    app.config.update(FIXED)
    app.config.update(overrides or {})
    logging.getLogger("flask_appbuilder").setLevel(logging.ERROR)
    app.extensions["keyring"] = Keyring.parse(app.config["DATA_KEY"])
    app.extensions["grants"] = access.GRANTS
    language.compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(language.TRANSLATIONS)
    db.init_app(app)
    Migrate(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=False)
    CSRFProtect(app)
    with app.app_context():
        panel.wire(app)
        appbuilder = AppBuilder(security_manager_class=Security)
        appbuilder.init_app(app, db.session)
        for feature in FEATURES:
            feature.register(appbuilder)
        for model in entities():
            code = model.__panel__.code
            writers = holders(code, "a") | holders(code, "e") | holders(code, "d")
            if writers:  # what nobody edits by hand is written by operations, for whoever sees it
                scope.let_write(model, writers)
    return app
