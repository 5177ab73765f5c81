"""The generated REST resource of an entity: the same scope, checks and commit as the pages.

Tokens alone are believed, personal data is masked, errors are problem details (RFC 9457).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, g, request
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core.crud.address import MOST_PAGES
from app.core.crud.integrity import check, explain, in_use
from app.core.crud.schemas import MOST_ID, RowSchemas, typed
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.panel import attributes, list_columns
from app.core.privacy import masked
from app.core.problems import Problems, problem
from app.core.security import may
from app.core.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class ScopedInterface(SQLAInterface):
    """FAB's access to a model: rows in scope by the session, nothing committed on its own."""

    def __init__(self, model: type[Any]) -> None:
        """Use the one session."""
        super().__init__(model, db.session)

    def add(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's
        """Add without committing."""
        self.session.add(item)

    def edit(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's
        """Merge without committing."""
        self.session.merge(item)

    def delete(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's
        """Delete without committing."""
        self.session.delete(item)

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        """Return the row that a relation is filtered by."""
        return self.session.get(self.get_related_model(col_name), value)


class EntityApi(Problems, ModelRestApi):
    """The base of every generated REST resource."""

    allow_browser_login = False
    max_page_size = 100
    model2schemaconverter = RowSchemas

    @property
    def model(self) -> type[Any]:
        """The model that is served."""
        model: type[Any] = self.datamodel.obj
        return model

    @property
    def _filters(self) -> Any:
        """Return the filters of this request: FAB keeps one set for all threads."""
        key = f"_filters_{type(self).__name__}"
        if key not in g:
            setattr(
                g,
                key,
                self.datamodel.get_filters(
                    search_columns=self.search_columns, search_filters=self.search_filters
                ),
            )
        return getattr(g, key)

    @_filters.setter
    def _filters(self, _value: Any) -> None:
        """Let FAB make its shared set at start, and keep none of it."""

    # --- hooks ---------------------------------------------------------------------------------

    def create(self, row: Any) -> None:
        """Add the row."""
        db.session.add(row)

    def update(self, row: Any) -> None:
        """Do what goes with an edit, in the same commit."""

    def answer(self, status: int, **body: Any) -> Response:
        """Answer with JSON."""
        response: Response = self.response(status, **body)
        return response

    # --- reading -------------------------------------------------------------------------------

    def get_headless(self, pk: int, **kwargs: Any) -> Response:
        """Answer with one row; a number that no database has is no row."""
        if pk > MOST_ID:
            return self.response_404()
        response: Response = super().get_headless(pk, **kwargs)
        return response

    def _handle_filters_args(self, asked: dict[str, Any]) -> Any:
        """Refuse filters that FAB would pass over, and give it values of the column's type."""
        operators = self._filters.get_search_filters()
        for wish in asked.get("filters", []):
            name = wish["col"]
            if wish["opr"] not in {kind.arg_name for kind in operators.get(name, [])}:
                raise InvalidInputError({name: gettext("没有这个筛选条件")})
            wish["value"] = typed(attributes(self.model)[name], wish["value"])
        return super()._handle_filters_args(asked)

    def _sanitize_page_args(self, page: int | None, page_size: int | None) -> Any:
        if page is not None and not 0 <= page <= MOST_PAGES:
            raise InvalidInputError({"page": gettext("网址中的页码或每页条数不正确")})
        return super()._sanitize_page_args(page, page_size)

    def pre_get(self, data: dict[str, Any]) -> None:
        """Mask personal data before it leaves."""
        self._mask(data["result"])

    def pre_get_list(self, data: dict[str, Any]) -> None:
        """Mask personal data before it leaves."""
        for row in data["result"]:
            self._mask(row)

    def _mask(self, row: dict[str, Any]) -> None:
        for name, attribute in attributes(self.model).items():
            if attribute.mask and row.get(name):
                row[name] = masked(attribute.mask, row[name])

    # --- writing -------------------------------------------------------------------------------

    def post_headless(self) -> Response:
        """Add a row: the same checks as the form."""

        def work() -> Response:
            row = self._load(request.get_json(silent=True))
            _fill_defaults(row)
            check(row)
            self.create(row)
            db.session.flush()
            return self.answer(HTTPStatus.CREATED, id=row.id, result=self._dump(row))

        return self._write(work)

    def put_headless(self, pk: Any) -> Response:
        """Edit a row; a `version` that is not the present one is refused."""

        def work() -> Response:
            row = self._find(pk, "e")
            body: Any = request.get_json(silent=True)
            version = None
            if isinstance(body, dict) and hasattr(row, "version"):
                version = body.pop("version", None)
            if version is not None and version != row.version:
                return problem(
                    HTTPStatus.CONFLICT,
                    gettext("他人刚刚修改了同一记录，请重新读取"),
                    changed_by=row.changed_by,
                )
            if isinstance(body, dict):
                _refuse_unknown(body, self.edit_columns)
                kept = self.edit_model_schema.dump(row)
                body = {**{name: kept[name] for name in self.edit_columns if name in kept}, **body}
            self._load(body, row)
            check(row)
            self.update(row)
            db.session.flush()
            return self.answer(HTTPStatus.OK, result=self._dump(row))

        return self._write(work)

    def delete_headless(self, pk: Any) -> Response:
        """Delete a row that nothing refers to."""

        def work() -> Response:
            row = self._find(pk, "d")
            reasons = in_use(row)
            if reasons:
                return problem(HTTPStatus.CONFLICT, gettext("；").join(reasons))
            db.session.delete(row)
            db.session.flush()
            return self.answer(HTTPStatus.OK, message="OK")

        return self._write(work)

    def _find(self, pk: Any, letter: str) -> Any:
        """Return the row that may be written; a foreign one is no row."""
        number = int(pk) if str(pk).isdecimal() and len(str(pk)) < 10 else 0  # noqa: PLR2004
        row = db.session.get(self.model, number) if number else None
        if row is None or not may(self.model.__panel__.code, letter, row):
            raise OutOfScopeError(str(pk))
        return row

    def _load(self, body: Any, row: Any = None) -> Any:
        if not isinstance(body, dict):
            raise InvalidInputError({"": gettext("请求须为 JSON 对象")})
        adding = row is None
        _refuse_unknown(body, self.add_columns if adding else self.edit_columns)
        schema = self.add_model_schema if adding else self.edit_model_schema
        with db.session.no_autoflush:
            return schema.load(body) if adding else schema.load(body, instance=row)

    def _dump(self, row: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.show_model_schema.dump(row)
        self._mask(result)
        return result

    def _write(self, work: Callable[[], Response]) -> Response:
        """Do the work in one transaction; say what went wrong in problem details."""
        try:
            with transaction():
                return work()
        except ValidationError as error:
            return problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, gettext("内容不正确"), errors=error.messages
            )
        except InvalidInputError as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), errors=error.problems)
        except IntegrityError as error:
            told = explain(error, self.model)
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(told), errors=told.problems)
        except StaleDataError:
            return problem(HTTPStatus.CONFLICT, gettext("他人刚刚修改了同一记录，请重新读取"))
        except DomainError as error:
            foreign = isinstance(error, OutOfScopeError)
            return self.response_404() if foreign else problem(HTTPStatus.CONFLICT, str(error))


def _refuse_unknown(body: dict[str, Any], names: Sequence[str]) -> None:
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise InvalidInputError(dict.fromkeys(unknown, gettext("没有这个字段")))


def _fill_defaults(row: Any) -> None:
    """Give a new row what its form would begin with, where nothing was sent."""
    for name, attribute in attributes(type(row)).items():
        if attribute.default is not None and getattr(row, name) is None:
            setattr(row, name, attribute.default)


def resource(model: type[Any]) -> dict[str, Any]:
    """Return what FAB needs to know of a model, from what the model says of itself."""
    known = attributes(model)
    single = [name for name, item in known.items() if not item.many]
    editable = [name for section in _form_names(model) for name in section]
    return {
        "resource_name": model.__panel__.code,
        "class_permission_name": model.__panel__.code,
        "datamodel": ScopedInterface(model),
        "list_columns": ["id", *(name for name in list_columns(model) if name in known)],
        "show_columns": ["id", *single, *(["version"] if hasattr(model, "version") else [])],
        "add_columns": editable,
        "edit_columns": [name for name in editable if name not in model.__panel__.frozen],
        "search_columns": [
            name for name in single if known[name].kind != "secret" and not known[name].mask
        ],
        "order_columns": [
            name
            for name in single
            if known[name].kind not in {"link", "secret", "long"} and not known[name].mask
        ],
        "label_columns": {name: item.label for name, item in known.items()},
        "description_columns": {name: item.hint or item.label for name, item in known.items()},
        "base_order": ("id", "asc"),
    }


def _form_names(model: type[Any]) -> list[list[str]]:
    known = attributes(model)
    groups = model.__panel__.form or (("", tuple(n for n in known if not known[n].many)),)
    return [[name for name in names if name in known] for _, names in groups]
