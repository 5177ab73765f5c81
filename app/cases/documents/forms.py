"""The field that files come in by, and the forms of adding and removing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField, SelectField, TextAreaField, ValidationError, validators
from wtforms.fields import SelectChoice

from app.cases.documents.receiving import discard, receive
from app.cases.documents.rules import MOST_FILES, Purpose
from app.core.crud.fields import empty_is_none, no_control_characters, strip
from app.core.db import db
from app.core.language import gettext

if TYPE_CHECKING:
    from app.cases.documents.receiving import Paper

MOST_REASON = 500


class PapersField(MultipleFileField):
    """Several files at once: `papers` are those that were taken in, all of them or none."""

    papers: list[Paper]

    def __init__(self, label: str, *, needed: bool = False, **options: Any) -> None:
        super().__init__(label, description=_limits(), **options)
        self.needed, self.papers = needed, []
        self.flags.required = needed

    @property
    def chosen(self) -> list[FileStorage]:
        """The files that a browser sent; an empty choice is none."""
        return [it for it in self.data or [] if isinstance(it, FileStorage) and it.filename]

    def pre_validate(self, form: FlaskForm) -> None:
        """Take the files in, with no transaction open meanwhile."""
        if not self.chosen:
            if self.needed:
                raise ValidationError(gettext("请选择文件"))
            return
        db.session.rollback()
        self.papers, problems = receive((it.filename or "", it.stream) for it in self.chosen)
        if problems:
            self.errors = [*problems[:-1]]
            raise validators.StopValidation(problems[-1])

    def ask_again(self) -> None:
        """Say that the files are to be chosen again: a browser doesn't keep them."""
        if self.chosen and not self.errors:
            self.errors = [gettext("请重新选择文件：页面退回后，浏览器不保留已选的文件")]

    def let_go(self) -> None:
        """Forget the drafts; those that were kept are no drafts any more."""
        discard(self.papers)


def _limits() -> str:
    return gettext(
        "可一次选择多个；每个不超过 %(size)d MB，一个事项最多 %(most)d 个。"
        "可上传 PDF、OFD、图片、Word、Excel 和文本文件",
        size=current_app.config["FILE_LIMIT"] // 2**20,
        most=MOST_FILES,
    )


def papers_form() -> FlaskForm:
    """Return the form that adds files to a case."""
    fields = {
        "attachments": PapersField(gettext("文件"), needed=True),
        "purpose": SelectField(
            gettext("用途"),
            choices=[SelectChoice(it.value, gettext(it.label)) for it in Purpose],
            default=Purpose.MATERIAL.value,
        ),
    }
    form_type: Any = type("PapersForm", (FlaskForm,), fields)
    form: FlaskForm = form_type()
    return form


def removal_form() -> FlaskForm:
    """Return the form that asks why a file is removed."""
    most = gettext("最多 %(most)d 个字", most=MOST_REASON)
    reason = TextAreaField(
        gettext("移除原因"),
        [
            validators.DataRequired(gettext("必填")),
            validators.Length(max=MOST_REASON, message=most),
            no_control_characters,
        ],
        filters=[strip, empty_is_none],
        description=gettext("移除后不再显示；原因会记入办理过程，文件仍留存备查"),
    )
    form_type: Any = type("RemovalForm", (FlaskForm,), {"reason": reason})
    form: FlaskForm = form_type()
    return form
