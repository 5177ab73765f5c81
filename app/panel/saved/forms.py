"""The form that names a view, and says who sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField
from wtforms.fields import SelectChoice

from app.core.crud.asking import line_field
from app.core.db import db
from app.core.language import gettext
from app.departments.models import Hall
from app.departments.rules import Role
from app.panel.saved.operations import Sharing
from app.panel.saved.rules import LONGEST_NAME, SHARERS

if TYPE_CHECKING:
    from app.core.scope import Person
    from app.panel.saved.models import SavedView


def naming(person: Person, row: SavedView | None = None) -> FlaskForm:
    """Return the form; only who may share is asked with whom."""
    fields = {"name": line_field(gettext("名称"), LONGEST_NAME)}
    halls = person.halls(*SHARERS)
    if halls is None or halls:
        fields |= _sharing(halls)
    given = {"name": row.name, "role": row.role or "", "hall": row.hall_id or ""} if row else {}
    form: FlaskForm = type("ViewForm", (FlaskForm,), fields)(data=given)
    return form


def sharing_of(form: FlaskForm, row: SavedView | None = None) -> Sharing:
    """Return with whom the form shares; as it was where the form does not ask."""
    if "role" not in form:
        return Sharing(row.role, row.hall_id) if row else Sharing()
    role, hall = form["role"].data or None, form["hall"].data
    return Sharing(role, int(hall) if hall and role else None)


def _sharing(halls: frozenset[int] | None) -> dict[str, SelectField]:
    query = select(Hall).where(Hall.active).order_by(Hall.code)
    rows = db.session.scalars(query if halls is None else query.where(Hall.id.in_(sorted(halls))))
    everywhere = [SelectChoice("", gettext("全部大厅"))] if halls is None else []
    return {
        "role": SelectField(
            gettext("共享给角色"),
            choices=[
                SelectChoice("", gettext("只给我自己")),
                *(SelectChoice(role.value, gettext(role.label)) for role in Role),
            ],
            description=gettext("看到的仍只是各人权限内的事项和列"),
        ),
        "hall": SelectField(
            gettext("哪个大厅的"),
            choices=[*everywhere, *(SelectChoice(str(row.id), row.name) for row in rows)],
        ),
    }
