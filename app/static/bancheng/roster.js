// The plan without reloading the page, and names that can be dragged into it. Without this the
// same forms work: choose a person, press a shift.
(() => {
  "use strict";
  const here = () => document.getElementById("roster");
  if (!here()) return;

  // --- send a form and show the plan that comes back ------------------------------------------

  let waiting = 0;
  let last = Promise.resolve();
  const chosen = () => Array.from(document.querySelectorAll("#place input:checked")).map((it) => [it.name, it.value]);
  const where = (key) => key && key.split(".").slice(0, 3).join(".");
  const told = (fresh) => {
    document.querySelectorAll("main > .notice").forEach((it) => it.remove());
    const head = document.querySelector("main .head");
    fresh.querySelectorAll("main > .notice").forEach((it) => head.before(document.adoptNode(it)));
  };
  // One after the other: who presses quickly is served in turn.
  const send = (form, more) => {
    waiting += 1;
    here().setAttribute("aria-busy", "true");
    const body = new URLSearchParams(new FormData(form));
    Object.entries(more).forEach(([name, value]) => body.set(name, value));
    const action = form.getAttribute("action");
    last = last.then(() => post(action, body, more));
  };
  const post = async (action, body, more) => {
    const focus = where(more.cell || more.other);
    try {
      const answer = await fetch(action, { method: "POST", body, credentials: "same-origin" });
      waiting -= 1;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !fresh.getElementById("roster")) { location.reload(); return; }
      const kept = chosen();
      here().replaceWith(document.adoptNode(fresh.getElementById("roster")));
      if (waiting) here().setAttribute("aria-busy", "true");
      told(fresh);
      kept.forEach(([name, value]) => {
        const box = Array.from(document.querySelectorAll("#place input")).find((it) => it.name === name && it.value === value);
        if (box) box.checked = true;
      });
      mark();
      const back = Array.from(document.querySelectorAll("[data-cell]")).find((it) => where(it.dataset.cell) === focus);
      if (back) back.focus({ preventScroll: true });
    } catch (_) { location.reload(); }
  };
  const mark = () => document.querySelectorAll("#place .option").forEach((it) => it.classList.toggle("on", it.firstElementChild.checked));

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "place") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.submitter && event.submitter.dataset.cell) send(event.target, { cell: event.submitter.dataset.cell });
  });

  // --- drag: a name from the palette, or somebody who is planned already ----------------------

  window.bancheng.dragging({
    lift: (event) => {
      const person = event.target.closest("[data-person]");
      if (person) return { text: person.textContent.trim(), person: person.querySelector("input") };
      const cell = event.target.closest("[data-cell].taken");
      const held = cell && (event.pointerType === "mouse" || event.target.closest(".grip"));
      return held ? { text: cell.querySelector("b").textContent, cell: cell.dataset.cell } : null;
    },
    under: (x, y) => { const it = document.elementFromPoint(x, y); return it && it.closest("[data-cell]"); },
    drop: ({ person, cell }, place) => {
      if (!place) return;
      if (person) { person.checked = true; mark(); send(document.getElementById("place"), { cell: place.dataset.cell }); }
      else if (where(cell) !== where(place.dataset.cell)) send(document.getElementById("shift"), { one: cell, other: place.dataset.cell });
    },
  });
  document.addEventListener("dragstart", (event) => { if (event.target.closest && event.target.closest("[data-person], [data-cell]")) event.preventDefault(); });
})();
