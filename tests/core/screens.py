"""Read a page as a browser would: what a form holds, which errors stand where, what is listed."""

from __future__ import annotations

from contextlib import contextmanager

from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event

from app.core.db import db


class Browser(FlaskClient):
    """A client whose every request has an application context of its own, as on a real server.

    Under the context that a test holds open, Flask would share `g`, and with it the person who is
    logged in, between the requests of all clients.
    """

    def open(self, *args, **options):
        options.setdefault("buffered", True)  # read to the end, and closed
        with self.application.app_context():
            return super().open(*args, **options)


def tree(answer):
    """Return the page as a tree."""
    return html.fromstring(answer.text)


def text_of(answer):
    """Return everything that the page says, blanks run together."""
    return " ".join(tree(answer).text_content().split())


def typed(answer):
    """Return what a browser would send from the page's form as it stands."""
    [form] = tree(answer).xpath("//form[@id='form']")
    lines = {area.get("name") for area in form.xpath(".//textarea")}
    return {
        name: value.removeprefix("\n") if name in lines else value
        for name, value in form.form_values()
    }


def beside(answer):
    """Return field → the sentences that stand beside it."""
    return {
        box.get("id").removeprefix("e-"): [line.text_content() for line in box.xpath("./p")]
        for box in tree(answer).xpath("//div[@class='errors']")
    }


def summary(answer):
    """Return the sentences of the box above the form."""
    return [item.text_content() for item in tree(answer).xpath("//*[@role='alert']//li")]


def hints(answer):
    """Return field → the hint below it."""
    return {
        line.get("id").removeprefix("h-"): line.text_content()
        for line in tree(answer).xpath("//p[@class='hint']")
    }


def rows(answer):
    """Return the list's rows, each as the texts of its cells."""
    return [
        [" ".join(cell.text_content().split()) for cell in line.xpath("./td|./th")]
        for line in tree(answer).xpath("//table//tbody/tr")
    ]


def head(answer):
    """Return the texts of the list's head."""
    return [
        " ".join(cell.text_content().split()) for cell in tree(answer).xpath("//table//thead//th")
    ]


def choices(answer, name):
    """Return value → label of a select box."""
    return {
        item.get("value"): item.text_content()
        for item in tree(answer).xpath(f"//select[@name='{name}']/option")
    }


def labelled(answer, name, label):
    """Return the value of the choice that is labelled so."""
    return next(value for value, text in choices(answer, name).items() if text == label)


@contextmanager
def statements():
    """Collect the statements that are sent to the database."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
