"""Generated views: `register(appbuilder, Model)` makes the pages and the REST resource of a model.

What they need is said once, on the model (`field`, `link`, `Panel`); a feature that wants more
subclasses `EntityView` or `EntityApi` and overrides their hooks.
"""

from __future__ import annotations

from typing import Any

from app.core import stamp
from app.core.crud.api import EntityApi, ScopedInterface, resource
from app.core.crud.views import EntityView

READ_ONLY = ("list", "show", "choices", "export")
READ_ONLY_REST = ("get_list", "get", "info")


def register(
    appbuilder: Any,
    model: type[Any],
    view: type[EntityView] = EntityView,
    api: type[EntityApi] = EntityApi,
    *,
    read_only: bool = False,
) -> None:
    """Register the pages and the REST resource of a model."""
    code, name = model.__panel__.code, model.__name__
    page_options: dict[str, Any] = {
        "route_base": f"/{code}",
        "class_permission_name": code,
        "datamodel": ScopedInterface(model),
        "list_columns": ["id"],
        "search_columns": ["id"],
        "show_columns": ["id"],
        "add_columns": ["id"],
        "edit_columns": ["id"],
    }
    rest_options = resource(model)
    if read_only:
        page_options["include_route_methods"] = {*READ_ONLY, *view.own_routes}
        rest_options["include_route_methods"] = set(READ_ONLY_REST)
    appbuilder.add_view_no_menu(type(f"{name}View", (view,), page_options))
    appbuilder.add_api(type(f"{name}Api", (api,), rest_options))


__all__ = ["EntityApi", "EntityView", "register", "stamp"]
