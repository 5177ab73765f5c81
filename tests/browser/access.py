"""axe-core in the browser: what would shut somebody out of a screen.

It is slow, so it looks once in a run at each kind of screen, at the menu and further rows of a
list only on the first, and in the dark only at what the dark changes; the quick probes look at
everything.
"""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe

CONTRAST = "color-contrast"
LIGHTS = ("light", "dark")
GRAVE = ("serious", "critical")

REPEATED = [".side", ".top", "tbody tr:nth-child(n+3)"]
ENGINE = f"{Axe().axe_script}\n;0"
ASKED = """([exclude, options]) =>
    axe.run({include: ['html'], exclude}, {resultTypes: ['violations'], preload: false, ...options})
        .then(found => found.violations)"""

_looked_at: set[tuple[str, str]] = set()


def barriers(page, path, light):
    """Return what axe finds grave on the screen as it stands, nothing on a kind it has seen.

    Evaluated by the debugger as the probes are, so that the page's own policy stays in force.
    """
    kind = (re.sub(r"\?\S*", "", re.sub(r"\d+", "#", path)), light)
    if kind in _looked_at:
        return []
    _looked_at.add(kind)
    if not page.evaluate("'axe' in window"):
        page.evaluate(ENGINE)
    options = {"runOnly": [CONTRAST]} if light == "dark" else {}
    found = page.evaluate(ASKED, [REPEATED if len(_looked_at) > len(LIGHTS) else [], options])
    return [
        f"{it['id']} ({it['impact']}) {node['target']}: {node['html'][:160]}"
        for it in found
        if it["impact"] in GRAVE
        for node in it["nodes"]
    ]
