"""Programs that call the REST interface, and what a refusal looks like to them."""

from __future__ import annotations

from app.core.db import db
from tests.security.world import looking


class Program:
    """A program that calls the REST interface with somebody's token."""

    def __init__(self, app, headers=None):
        self.client, self.headers = app.test_client(), headers or {}

    def __call__(self, method, path, body=None, **options):
        if body is not None:
            options["json"] = body
        return self.client.open(f"/api/v1/{path}", method=method, headers=self.headers, **options)

    def asks(self, path, rison):
        return self("GET", path, query_string={"q": rison})


def refused(answer, status):
    """Check that an answer is a problem as RFC 9457 says it, and nothing of the inside shows."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]
    for word in ("sqlalchemy", "psycopg", "sqlite3", "SELECT", "Traceback", "INSERT"):
        assert word not in answer.text
    return answer.json


def kept(model, number, name):
    with looking():
        return getattr(db.session.get(model, number), name)
