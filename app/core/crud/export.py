"""Send a filtered list as an Excel file: the rows of the screen's address, masked as there.

`EXPORTERS` lets a feature give a model a ledger of its own instead of the generated table.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response, send_file

from app.core.crud.present import local, text_of
from app.core.db import db
from app.core.language import gettext
from app.core.panel import Attribute, attributes
from app.core.privacy import seal_keys
from app.core.workbook import Column, Kind, Produced, Sheet, safe_file_name, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from app.core.crud.listing import Query
    from app.core.scope import Person

EXPORTERS: dict[type[Any], Callable[[Query, Person, datetime], Response]] = {}

KINDS = {"integer": Kind.INTEGER, "date": Kind.DATE, "datetime": Kind.DATETIME}
WIDTHS = {"long": 40.0, "date": 12.0, "datetime": 18.0, "integer": 10.0, "boolean": 8.0}
AT_ONCE = 500


def export_list(query: Query, person: Person, now: datetime) -> Response:
    """Answer with the Excel file of a list."""
    exporter = EXPORTERS.get(query.model)
    if exporter is not None:
        return exporter(query, person, now)
    known = attributes(query.model)
    shown = [known[name] for name in query.columns if name in known]
    title = gettext(query.model.__panel__.name)
    sheet = Sheet(
        title,
        [
            Column(
                gettext(item.label), WIDTHS.get(item.kind, 20.0), KINDS.get(item.kind, Kind.TEXT)
            )
            for item in shown
        ],
        name=title,
    )

    def cover(produced: Produced) -> list[tuple[str, str]]:
        return cover_facts(title, person, now, query.in_words(), produced)

    def save(path: Path) -> None:
        write(
            path,
            sheet,
            ((None, values) for values in _rows(query, shown)),
            cover,
            produced_at=local(now),
            keys=seal_keys(),
        )

    return send_workbook(save, safe_file_name(title, f"{local(now):%Y%m%d%H%M%S}"))


def cover_facts(
    title: str,
    person: Person,
    now: datetime,
    filters: str,
    produced: Produced,
    *,
    reader: str = "",
    masked: bool = True,
) -> list[tuple[str, str]]:
    """Return what every cover sheet says; it is for `reader`, or for whoever made it."""
    facts = [
        (gettext("名称"), title),
        (gettext("制表人"), person.name),
        (gettext("提供给"), reader or person.name),
        (gettext("截至时间"), f"{local(now):%Y-%m-%d %H:%M:%S}"),
        (gettext("筛选条件"), filters),
        (gettext("行数"), str(produced.rows)),
        *_spread(produced),
        (gettext("个人信息"), gettext("已脱敏") if masked else gettext("未脱敏")),
        (gettext("数据校验码（SHA-256）"), produced.checksum),
    ]
    facts.append((gettext("核对"), gettext("run.py ledger verify 可核对本文件是否与生成时一致")))
    if produced.replaced:
        facts.append((gettext("未能原样保留的单元格"), str(produced.replaced)))
    return facts


def _spread(produced: Produced) -> list[tuple[str, str]]:
    """Say over how many sheets the rows go on, where one was not enough."""
    if produced.sheets == 1:
        return []
    return [(gettext("工作表"), gettext("共 %(number)d 张，依次接续", number=produced.sheets))]


def send_workbook(save: Callable[[Path], None], name: str) -> Response:
    """Let a workbook be written to a temporary file and send it; nothing stays behind."""
    folder = Path(tempfile.mkdtemp(prefix="bancheng-"))
    path = folder / "ledger.xlsx"
    try:
        save(path)
        file = path.open("rb")
    finally:
        path.unlink(missing_ok=True)
        folder.rmdir()
    response = send_file(
        file,
        as_attachment=True,
        download_name=name,
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _rows(query: Query, shown: list[Attribute]) -> Iterator[list[Any]]:
    for row in db.session.scalars(query.select().execution_options(yield_per=AT_ONCE)):
        yield [_value(attribute, row) for attribute in shown]
        db.session.expunge(row)


def _value(attribute: Attribute, row: Any) -> Any:
    """Return a number or a date as itself, anything else as the text that the screen shows."""
    value = getattr(row, attribute.name)
    if value is None:
        return None
    if attribute.kind == "datetime":
        return local(value).replace(tzinfo=None, microsecond=0)
    return value if attribute.kind in KINDS else text_of(attribute, row)
