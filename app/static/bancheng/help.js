// Help beside the screen: fetched when it is asked for, closed with Escape; without this its link leads to a page.
(() => {
  "use strict";
  const WIDE = 1080;
  let panel = null;

  const shut = () => { if (panel && panel.open) panel.close(); };
  const show = (link) => {
    link.focus();
    if (innerWidth > WIDE) panel.show(); else panel.showModal();
    document.documentElement.classList.add("helped");
  };
  const styled = (href) => new Promise((done, failed) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: failed });
    document.head.append(sheet);
  });
  const take = async (link) => {
    const address = new URL(link.href);
    address.searchParams.set("beside", "1");
    const answer = await fetch(address, { credentials: "same-origin" });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("dialog.beside");
    if (!answer.ok || !found) throw new Error(answer.status);
    await styled(found.dataset.style);
    panel = document.body.appendChild(document.adoptNode(found));
    panel.querySelectorAll("a[href]").forEach((it) => { it.target = "_blank"; });
    panel.querySelector("[data-shut]").addEventListener("click", shut);
    panel.addEventListener("close", () => { document.documentElement.classList.remove("helped"); link.focus(); });
    panel.addEventListener("keydown", (event) => { if (event.key !== "Escape") event.stopPropagation(); });
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]:not(.beside)")) return;
    if (panel && panel.open && !event.defaultPrevented) { event.preventDefault(); shut(); }
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-help]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (panel && panel.open) { shut(); return; }
    try { if (!panel) await take(link); } catch (_) { location.assign(link.href); return; }
    show(link);
  });
})();
