// The lamp of an open case counts down while the page is looked at, and the page says when the case moved on.
(() => {
  "use strict";
  const place = document.querySelector("[data-living]");
  if (!place) return;
  const EVERY = 60000;
  const note = document.getElementById("moved-on");
  let asked = Date.now();
  const look = async () => {
    if (document.hidden || !note.hidden) return;
    asked = Date.now();
    try {
      const answer = await fetch(place.dataset.living, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const told = await answer.json();
      const lamp = place.querySelector(".lamp");
      lamp.className = `lamp ${told.tone}`;
      lamp.textContent = told.text;
      note.hidden = String(told.version) === place.dataset.version;
    } catch (_) { /* the network is away for a moment: look again */ }
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", () => { if (Date.now() - asked > EVERY) look(); });
})();
