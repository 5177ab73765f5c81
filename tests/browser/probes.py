"""What is asked of every screen, in the browser and of its texts."""

from __future__ import annotations

import re
import socket

from app.demo.material import DEPARTMENTS, HALLS, PEOPLE as STAFF

MENU = "[...document.querySelectorAll('.side a')].map(it => it.getAttribute('href'))"
ROWS = "[...document.querySelectorAll('tr[data-href]')].map(it => it.dataset.href)"
LINKS = """[...document.querySelectorAll('main .buttons a.btn, main .reveal, main .empty a.btn')]
    .map(it => it.getAttribute('href'))"""
TEXTS = """() => {
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());)
        if (!node.parentElement.closest('code')) found.push(node.data);
    for (const name of ['placeholder', 'title', 'aria-label', 'alt', 'data-label'])
        for (const it of document.querySelectorAll('[' + name + ']'))
            found.push(it.getAttribute(name));
    for (const it of document.documentElement.getAttributeNames())
        if (it.startsWith('data-')) found.push(document.documentElement.getAttribute(it));
    for (const it of document.querySelectorAll('input[type=submit], input[type=button]'))
        found.push(it.value);
    return found;
}"""

NAMELESS = """() => [...document.querySelectorAll(
    'input:not([type=hidden]), select, textarea, button, a')]
    .filter(it => !(it.labels && it.labels.length) && !it.getAttribute('aria-label')
        && !it.getAttribute('aria-labelledby') && !it.textContent.trim())
    .map(it => it.outerHTML.slice(0, 120))"""
IDLE = """() => [...document.querySelectorAll('button, a.btn')].filter(it =>
    !(it.tagName === 'A' && it.getAttribute('href')) && !(it.type === 'submit' && it.form)
    && !it.matches('[data-toggle], [data-print], [data-back], [data-close], [data-peek],'
        + '[data-draft], [data-insert], [data-save], [data-dialog], [data-month], [data-move],'
        + '[aria-disabled=true], [data-prefer] button'))
    .map(it => it.outerHTML.slice(0, 120))"""
"""Buttons that nothing happens on."""

PALE = """() => {
    const lightness = ([r, g, b]) => [r, g, b].map(it => it / 255)
        .map(it => it <= .04045 ? it / 12.92 : ((it + .055) / 1.055) ** 2.4)
        .reduce((sum, it, at) => sum + it * [.2126, .7152, .0722][at], 0);
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const ground = element => {
        for (let it = element; it; it = it.parentElement) {
            const found = numbers(getComputedStyle(it).backgroundColor);
            if (found.length < 4 || found[3] > .99) return found;
        }
        return [255, 255, 255];
    };
    const pale = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const it = node.parentElement;
        if (!node.data.trim() || !it.checkVisibility() || it.closest('.off, svg, option, .sr'))
            continue;
        const [one, other] = [numbers(getComputedStyle(it).color), ground(it)].map(lightness);
        const contrast = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        if (contrast < 4.5) pale.add(node.data.trim().slice(0, 30) + ' ' + contrast.toFixed(2));
    }
    return [...pale];
}"""
"""Text whose contrast with its ground is below WCAG AA."""

DATA = (
    *(rf"{hall.prefix}(-ZG)?(-\d{{4}}-\d{{3,6}})?" for hall in HALLS),
    *(re.escape(person.username) for person in STAFF),
    *(hall.code for hall in HALLS),
    *(rf"{code}(-\d\d)?" for code in sorted({item.code for item in DEPARTMENTS})),
    re.escape(socket.gethostname()),
    r"http://127\.0\.0\.1:\d+(/\w+)*",
)
"""What may be written in Latin letters because people gave it as a name or a code."""

TERMS = (
    "Asia/Shanghai",
    "SHA-256",
    "CSV",
    "GBK",
    r"(?<=\.)(xlsx?|csv|pdf|txt)",
    r"(?<=\d )[KM]?B",
    "MB",
    "PDF",
    "PNG",
    "SVG",
    "OFD",
    "Word",
    "Excel",
    "mailtos(?=://)",
    "https(?=://)",
    r"Ctrl(?= ↵)",
    "HH:MM",
    r"\b[0-9a-f]{64}\b",
    r"\b[0-9a-f]{12}(?=…)",
)
"""What is called so in Chinese too."""

LATIN = re.compile(r"[A-Za-z]{2,}")
KNOWN = re.compile("|".join(rf"(?<![A-Za-z]){word}(?![A-Za-z])" for word in (*DATA, *TERMS)))


def english(texts):
    """Return the texts in which a word in Latin letters stands that is neither data nor a term."""
    plain = (re.sub(r"\{\w+\}", "", text or "") for text in texts)
    return sorted({text.strip() for text in plain if LATIN.search(KNOWN.sub("", text))})
