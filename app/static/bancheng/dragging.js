// Drag something over the page and drop it: a press, a ghost that follows, the place below lit.
//   bancheng.dragging({ lift, under, drop })
// lift(event) says what is taken, { text, ... }, or nothing; under(x, y) finds the place below;
// drop(taken, place) is called once, with null beside every place.
(() => {
  "use strict";
  window.bancheng = window.bancheng || {};
  window.bancheng.dragging = ({ lift, under, drop }) => {
    const FAR = 6;      // pixels before a press becomes a drag
    const EDGE = 70;    // pixels from the rim of the window at which it scrolls along
    let drag = null;
    const light = (place) => {
      if (drag.over === place) return;
      if (drag.over) drag.over.classList.remove("drop-here");
      drag.over = place;
      if (place) place.classList.add("drop-here");
    };
    const show = () => {
      drag.ghost = document.createElement("div");
      drag.ghost.className = "ghost";
      drag.ghost.textContent = drag.taken.text;
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
      if (!event.isPrimary || event.button) return;
      const taken = lift(event);
      if (taken) drag = { taken, x: event.clientX, y: event.clientY, pointer: event.pointerId };
    });
    document.addEventListener("pointermove", (event) => {
      if (!drag || event.pointerId !== drag.pointer) return;
      const { clientX: x, clientY: y } = event;
      if (!drag.ghost && Math.hypot(x - drag.x, y - drag.y) < FAR) return;
      if (!drag.ghost) show();
      drag.ghost.style.transform = `translate(${x + 12}px, ${y + 10}px)`;
      light(under(x, y));
      if (y > innerHeight - EDGE) scrollBy(0, 14);
      if (y < EDGE) scrollBy(0, -14);
    });
    document.addEventListener("pointerup", (event) => {
      if (!drag || event.pointerId !== drag.pointer) return;
      const { taken, ghost } = drag;
      const place = ghost && under(event.clientX, event.clientY);
      end();
      if (!ghost) return;
      document.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
      drop(taken, place);
    });
    document.addEventListener("pointercancel", end);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
  };
})();
