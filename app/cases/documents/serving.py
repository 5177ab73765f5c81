"""Send a file as it was taken in: as a download, or shown in a box that can do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, send_file

from app.cases.documents.rules import BY_MEDIA_TYPE
from app.core.errors import DomainError
from app.core.files import store
from app.core.language import gettext

if TYPE_CHECKING:
    from app.cases.documents.models import Attachment


def send(row: Attachment, *, inline: bool = False) -> Response:
    """Send the bytes of a file under its own name; only pictures and PDF are ever shown inline."""
    path = store().path(row.sha256)
    if not path.is_file():
        raise DomainError(gettext("文件“%(name)s”已不在服务器上，请联系系统管理员", name=row.name))
    kind = BY_MEDIA_TYPE.get(row.media_type)
    shown = inline and kind is not None and kind.shown
    response = send_file(
        path, row.media_type, as_attachment=not shown, download_name=row.name, etag=row.sha256
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
