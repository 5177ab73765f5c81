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
    busy(true);
    last = last.then(() => post(what, from));
  };
  // What is typed while a press is under way would be lost with the page that comes back.
  const busy = (on) => { here().inert = on; here().setAttribute("aria-busy", String(on)); };
  const failed = () => {
    busy(false);
    document.getElementById("not-pressed").hidden = false;
    document.getElementById("not-pressed").scrollIntoView({ block: "nearest" });
  };
  const post = async (what, from) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("do", what);
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("design");
      if (!fresh) { failed(); return; }
      document.getElementById("not-pressed").hidden = true;
      here().replaceWith(document.adoptNode(fresh));
      form.dataset.changed = "";
      focus(from);
    } catch (_) { failed(); }
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
