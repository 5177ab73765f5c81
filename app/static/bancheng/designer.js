// The page of a template without reloading it, and columns that can be dragged. Without this the
// same buttons work: each sends the form and comes back with it.
(() => {
  "use strict";
  const FAR = 6; // pixels before a press becomes a drag
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

  let drag = null;
  const under = (x, y) => { const it = document.elementFromPoint(x, y); return it && it.closest(".chosen"); };
  const light = (item) => {
    if (drag.over) drag.over.classList.remove("drop-here");
    drag.over = item;
    if (item) item.classList.add("drop-here");
  };
  const lift = () => {
    drag.ghost = document.createElement("div");
    drag.ghost.className = "ghost";
    drag.ghost.textContent = drag.text;
    document.body.append(drag.ghost);
    document.documentElement.classList.add("dragging");
  };
  const end = () => {
    if (!drag) return;
    light(null);
    if (drag.ghost) drag.ghost.remove();
    document.documentElement.classList.remove("dragging");
    drag = null;
  };
  const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
  document.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("#design [data-column]");
    if (!item || !event.isPrimary || event.button) return;
    if (item.closest(".right") && !event.target.closest(".grip")) return;
    if (item.closest(".left") && event.pointerType !== "mouse") return;
    const title = item.querySelector(".heading input");
    drag = { column: item.dataset.column, x: event.clientX, y: event.clientY, pointer: event.pointerId, text: title ? title.value || title.placeholder : item.textContent.replace("＋", "").trim() };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
    if (!drag.ghost) lift();
    drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 10}px)`;
    const pane = under(event.clientX, event.clientY);
    const item = pane && document.elementFromPoint(event.clientX, event.clientY).closest(".right [data-column]");
    light(item || pane);
  });
  document.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const done = { ...drag };
    end();
    if (!done.ghost) return;
    document.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
    if (done.over) send(`place:${done.column}:${done.over.dataset.column || ""}`, `up-${done.column}`);
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
})();
