// Lists by keyboard alone, and a dialog that names the keys. Each works on the link or box that has the focus.
(() => {
  "use strict";
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const typing = (target) => target.closest && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const rows = () => all("main .listing tbody tr");
  const handle = (row) => row.querySelector("a[href]") || row.querySelector("input");
  let last = -1;

  const at = () => rows().findIndex((row) => row.contains(document.activeElement));
  const go = (step) => {
    const found = rows();
    if (!found.length) return;
    const now = at();
    const next = now >= 0 ? now + step : last >= 0 ? last : 0;
    const row = found[Math.max(0, Math.min(found.length - 1, next))];
    const target = handle(row);
    if (!target) return;
    target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    mark();
  };
  const mark = () => {
    const now = at();
    rows().forEach((row, number) => row.classList.toggle("at", number === now && Boolean(document.activeElement.closest(":focus-visible"))));
    if (now >= 0) last = now;
  };
  const tick = () => {
    const row = rows()[at()];
    const box = row && row.querySelector("input[name=ids]");
    if (box) box.click();
  };
  const turn = (way) => { const link = document.querySelector(`main .pager a[rel=${way}]`); if (link) link.click(); };
  const open = () => {
    const dialog = document.getElementById("keys");
    if (!dialog || dialog.open) return;
    all("details.drop[open]").forEach((it) => { it.open = false; it.querySelector("summary").focus(); });
    dialog.showModal();
  };

  const KEYS = {
    j: () => go(1), k: () => go(-1), x: tick,
    "[": () => turn("prev"), "]": () => turn("next"),
    "?": open, "？": open, "【": () => turn("prev"), "】": () => turn("next"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]:not(.beside)")) return;
    const now = at();
    if (event.key === "Enter" && now >= 0 && event.target.type === "checkbox" && rows()[now].dataset.href) location.assign(rows()[now].dataset.href);
    const run = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (run) { event.preventDefault(); run(); }
  });
  document.addEventListener("focusin", mark);
  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("keys");
    if (!dialog) return;
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    all("[data-dialog]").forEach((button) => button.addEventListener("click", open));
  });
})();
