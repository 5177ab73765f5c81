"""Which files a case takes, what they are called, and what each may be for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.core.words import N_, Choice

MOST_FILES = 20
"""How many files one case holds at most, removed ones not counted."""

MOST_NAME = 200
LOCKED = frozenset({"closed", "archived"})
"""The states in which the file is shut: nothing is added to it, nothing taken out."""

CHANGERS = ("clerk", "handler")
"""The roles that may add."""

REVIEWERS = ("supervisor", "inspector")
"""The roles that may still look at what was removed."""


class Purpose(Choice):
    """What a file is for."""

    MATERIAL = "material", N_("申请材料")
    EVIDENCE = "evidence", N_("证明")
    RESULT = "result", N_("办理结果")
    TELLING = "telling", N_("告知证明")
    OTHER = "other", N_("其他", "purpose")


@dataclass(frozen=True)
class Kind:
    """A type of file that is taken: its names, and whether a browser may show it."""

    code: str
    label: str
    media_type: str
    extensions: tuple[str, ...]
    shown: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument"

KINDS: tuple[Kind, ...] = (
    Kind("pdf", N_("PDF 文件"), "application/pdf", ("pdf",), shown=True),
    Kind("jpg", N_("JPG 图片"), "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), shown=True),
    Kind("png", N_("PNG 图片"), "image/png", ("png",), shown=True),
    Kind("gif", N_("GIF 图片"), "image/gif", ("gif",), shown=True),
    Kind("webp", N_("WebP 图片"), "image/webp", ("webp",), shown=True),
    Kind("docx", N_("Word 文档"), f"{_OFFICE}.wordprocessingml.document", ("docx",)),
    Kind("xlsx", N_("Excel 表格"), f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
    Kind("doc", N_("Word 97 文档"), "application/msword", ("doc", "wps")),
    Kind("xls", N_("Excel 97 表格"), "application/vnd.ms-excel", ("xls", "et")),
    Kind("ofd", N_("OFD 版式文件"), "application/ofd", ("ofd",)),
    Kind("txt", N_("文本文件"), "text/plain", ("txt",)),
)
"""Every type that is taken."""

KIND = {kind.code: kind for kind in KINDS}
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}

ACCEPT = ",".join(f".{name}" for kind in KINDS for name in kind.extensions)
"""What the dialog of a browser offers."""

OTHERS: dict[str, str] = {
    "exe": N_("Windows 程序"),
    "dll": N_("Windows 程序"),
    "elf": N_("Linux 程序"),
    "html": N_("网页"),
    "xml": N_("XML 文件"),
    "svg": N_("SVG 图形（可带脚本）"),
    "script": N_("脚本程序"),
    "zip": N_("压缩包"),
    "rar": N_("压缩包"),
    "7z": N_("压缩包"),
    "gz": N_("压缩包"),
    "tar": N_("压缩包"),
    "jar": N_("Java 程序"),
    "apk": N_("手机安装包"),
    "heif": N_("HEIC 图片（苹果手机照片，请先转为 JPG）"),
    "heic": N_("HEIC 图片（苹果手机照片，请先转为 JPG）"),
    "bmp": N_("BMP 图片"),
    "tif": N_("TIFF 图片"),
    "tiff": N_("TIFF 图片"),
    "mp4": N_("视频"),
    "mov": N_("视频"),
    "avi": N_("视频"),
    "mp3": N_("音频"),
    "wav": N_("音频"),
    "amr": N_("音频"),
    "m4a": N_("音频"),
    "pptx": N_("PPT 演示文稿"),
    "ole": N_("其他 Office 文件或安装包"),
    "macro": N_("带宏的 Office 文件"),
    "locked": N_("加密的 Office 文件"),
    "mixed": N_("几种类型拼在一起的文件"),
}
"""What else a file may turn out to be, for the sentence that refuses it."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def cleaned(name: str) -> str:
    """Return a file's name without folders and without characters that can't be seen."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", _UNSEEN.sub("", name)))[-1]
    stem, dot, extension = last.strip(" .").rpartition(".")
    if not dot:
        return extension[:MOST_NAME]
    return f"{stem[: MOST_NAME - len(extension[:10]) - 1]}.{extension[:10]}"


def extension_of(name: str) -> str:
    """Return the extension of a name, without its dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def in_words(size: int) -> str:
    """Say how large a file is."""
    if size < 1024:  # noqa: PLR2004 - bytes in a kilobyte
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"
