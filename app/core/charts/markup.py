"""Elements of SVG, escaped; numbers short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

SANS = (
    "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, WenQuanYi Micro Hei, sans-serif"
)
MARGIN = 8


def tag(name: str, *inside: str, **attributes: str | float | None) -> Markup:
    """Return an element; `class_` is class, `stroke_width` stroke-width, None is left out."""
    told = "".join(
        f' {_named(key)}="{_short(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    body = "".join(escape(it) for it in inside)
    return Markup(f"<{name}{told}>{body}</{name}>" if inside else f"<{name}{told}/>")  # noqa: S704 - escaped


def _named(key: str) -> str:
    if key == "class_":
        return "class"
    return key.replace("_", "-")


def _short(value: str | float) -> str:
    if isinstance(value, str):
        return str(escape(value))
    return f"{value:.1f}".rstrip("0").rstrip(".")


def words(
    text: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    strong: bool = False,
    halo: bool = False,
) -> Markup:
    """Write one line; y is its middle. A halo keeps it legible over a pattern."""
    return tag(
        "text",
        text,
        x=x,
        y=y + 4.5,
        text_anchor=None if anchor == "start" else anchor,
        fill="#1b2431" if strong or halo else "#4b5667",
        font_weight=600 if strong else None,
        stroke="#fff" if halo else None,
        stroke_width=4 if halo else None,
        paint_order="stroke" if halo else None,
        class_=" ".join(
            name for name, yes in (("chart-strong", strong or halo), ("chart-halo", halo)) if yes
        )
        or None,
    )


def drawing(width: float, height: float, parts: Iterable[str]) -> Markup:
    """Return the picture; what it shows is told by the page around it."""
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        viewBox=f"0 0 {_short(width)} {_short(height)}",
        width=width,
        height=height,
        font_family=SANS,
        font_size=13,
        aria_hidden="true",
    )
