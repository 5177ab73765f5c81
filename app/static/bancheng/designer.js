// The page of a template without reloading it, and columns that can be dragged. Without this the
// same buttons work: each sends the form and comes back with it.
(() => {
  "use strict";
  const form = document.getElementById("form");
  if (!form) return;
  const here = () => document.getElementById("design");

  // --- send the form and show what comes back, one press after the other -----------------------

  let last = Promise.resolve();
  const send = (what, from) => {
    here().setAttribute("aria-busy", "true");
    last = last.then(() => post(what, from));
  };
  const post = async (what, from) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("do", what);
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("design");
      if (!fresh) { location.reload(); return; }
      here().replaceWith(document.adoptNode(fresh));
      form.dataset.changed = "";
      focus(from);
    } catch (_) { here().removeAttribute("aria-busy"); }
  };
  const focus = (from) => {
    const next = here().querySelector("[autofocus]") || here().querySelector("[data-focus]") || document.getElementById(from);
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (event.target !== form || !pressed || !("press" in pressed.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(pressed.value, pressed.id);
  });

  // --- drag a column to its place ---------------------------------------------------------------

  window.bancheng.dragging({
    lift: (event) => {
      const item = event.target.closest("#design [data-column]");
      if (!item || (item.closest(".right") && !event.target.closest(".grip"))) return null;
      if (item.closest(".left") && event.pointerType !== "mouse") return null;
      const title = item.querySelector(".heading input");
      return { column: item.dataset.column, text: title ? title.value || title.placeholder : item.textContent.replace("＋", "").trim() };
    },
    under: (x, y) => {
      const it = document.elementFromPoint(x, y);
      const pane = it && it.closest(".chosen");
      return pane && (it.closest(".right [data-column]") || pane);
    },
    drop: ({ column }, place) => { if (place) send(`place:${column}:${place.dataset.column || ""}`, `up-${column}`); },
  });
})();
