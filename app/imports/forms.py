"""The form that a file comes in by."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import ValidationError

from app.core.errors import DomainError
from app.core.language import gettext
from app.imports.operations import MOST_BYTES, Upload, received

ACCEPT = ".xlsx,.xls,.csv"


class SheetField(FileField):
    """One file: `upload` is what came."""

    upload: Upload

    def pre_validate(self, form: FlaskForm) -> None:
        """Take the file, but never a huge one."""
        if not isinstance(self.data, FileStorage) or not self.data.filename:
            raise ValidationError(gettext("请选择文件"))
        try:
            self.upload = received(self.data.filename, self.data.stream.read(MOST_BYTES + 1))
        except DomainError as error:
            raise ValidationError(str(error)) from error


def upload_form() -> FlaskForm:
    """Return the form."""
    most = gettext(
        "可以是 .xlsx、.xls 或 .csv，不超过 %(most)d MB；先检查，核对后才导入",
        most=MOST_BYTES // 2**20,
    )
    form_type = type(
        "UploadForm", (FlaskForm,), {"file": SheetField(gettext("表格文件"), description=most)}
    )
    form: FlaskForm = form_type()
    form["file"].flags.required = True
    return form
