"""An application as it is served, with forgery protection on."""

from __future__ import annotations

import re
from itertools import count

from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Department
from app.factory import create_app
from tests.security.world import PASSWORD, hall_of, looking

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_numbers = count(1)


def fresh():
    """Return a number that no name holds yet."""
    return next(_numbers)


def build(place, **settings):
    """Make an application as it is served: forgery protection on, limits only where asked for."""
    return create_app(
        {
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{place / 'bancheng.db'}",
            "EMBEDDED": True,
            "INSTANCE": place,
            "EXPORTS": place / "exports",
            "FILES": place / "files",
            "TESTING": True,
            "RATELIMIT_ENABLED": False,
            "WTF_CSRF_ENABLED": True,
            **settings,
        }
    )


def sent(browser, path, data=None, page=None):
    """Post a form as a browser does: with the token of its page."""
    text = browser.get(page or path).text
    return browser.post(path, data={"csrf_token": TOKEN.search(text)[1], **(data or {})})


def enter(application, username, password=PASSWORD, path="/login/"):
    browser = application.test_client()
    answer = sent(browser, path, {"username": username, "password": password})
    return browser, answer


def spare_department():
    with looking(), transaction():
        row = Department(hall=hall_of("linqing"), code=f"spare{fresh()}", name=f"闲科{fresh()}")
        db.session.add(row)
        db.session.flush()
        return row.id


def there(number):
    with looking():
        return db.session.get(Department, number) is not None
