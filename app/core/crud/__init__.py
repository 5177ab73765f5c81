"""Generated views: `register(appbuilder, Model)` makes the pages and the REST resource of a model.

What they need is said once, on the model (`field`, `link`, `Panel`); a feature that wants more
subclasses `EntityView` or `EntityApi` and overrides their hooks.
"""

from __future__ import annotations

from typing import Any

from app.core import history, stamp
from app.core.crud.api import EntityApi, ScopedInterface, resource
from app.core.crud.views import EntityView

READ_ONLY = ("list", "columns", "show", "choices", "export")
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
    name = model.__name__
    page_options = _pages(model)
    rest_options = resource(model)
    if read_only:
        page_options["include_route_methods"] = {*READ_ONLY, *view.own_routes}
        rest_options["include_route_methods"] = set(READ_ONLY_REST)
    appbuilder.add_view_no_menu(type(f"{name}View", (view,), page_options))
    appbuilder.add_api(type(f"{name}Api", (api,), rest_options))


def register_part(
    appbuilder: Any, model: type[Any], view: type[Any], *routes: str, **options: Any
) -> None:
    """Register a view or a REST resource that has these routes of its own and none else."""
    base = resource(model) if issubclass(view, EntityApi) else _pages(model)
    own = type(view.__name__, (view,), {**base, "include_route_methods": set(routes), **options})
    if issubclass(view, EntityApi):
        appbuilder.add_api(own)
    else:
        appbuilder.add_view_no_menu(own)


def _pages(model: type[Any]) -> dict[str, Any]:
    code = model.__panel__.code
    if history.kept(model):
        history.ENTITIES[code] = model.__panel__.name
    return {
        "route_base": f"/{code}",
        "class_permission_name": code,
        "datamodel": ScopedInterface(model),
        "list_columns": ["id"],
        "search_columns": ["id"],
        "show_columns": ["id"],
        "add_columns": ["id"],
        "edit_columns": ["id"],
    }


__all__ = ["EntityApi", "EntityView", "history", "register", "register_part", "stamp"]
