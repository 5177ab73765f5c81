"""Files as people make them: in Excel, in WPS, by an export of some other system."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import xlwt
from openpyxl import Workbook

HEADS = ("反映人", "联系电话", "事项名称", "反映内容")
ROW = ("张三", "13906350001", "公司设立登记", "网上实名认证失败")


def xlsx(rows, *, change=None, title="Sheet1"):
    """Return the bytes of an .xlsx with these rows; `change` is given the book and its sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows, *, change=None):
    """Return the bytes of an old .xls with these rows."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("登记簿")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date | datetime):
                sheet.write(at, column, value, day)
            elif value is not None:
                sheet.write(at, column, value)
    if change is not None:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(rows, encoding="gb18030", separator=","):
    """Return the bytes of a text file with these rows."""
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def patched(data, change, *, name="xl/worksheets/sheet1.xml"):
    """Return an .xlsx of which one part was changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after,
    ):
        for member in before.namelist():
            part = before.read(member)
            after.writestr(member, change(part) if member == name else part)
    return out.getvalue()


def person(number):
    """Return a row about somebody of one's own."""
    return (f"张{number}", f"1390635{number:04d}", "公司设立登记", f"第 {number} 次办不成")
