// Keep the bar of a ledger in the making up to date; when its state changes, show the page anew.
(() => {
  "use strict";
  const making = document.querySelector("[data-making]");
  if (!making) return;
  const bar = making.querySelector("progress");
  const sentence = document.getElementById("making-sentence");
  const look = async () => {
    try {
      const answer = await fetch(making.dataset.making, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.redirected || answer.status === 401 || answer.status === 403) { location.reload(); return; }
      if (answer.ok) {
        const told = await answer.json();
        if (told.state !== making.dataset.state) { location.reload(); return; }
        bar.value = told.percent;
        bar.textContent = told.percent + "%";
        sentence.textContent = told.sentence;
      }
    } catch (_) { /* the network is away for a moment: look again */ }
    setTimeout(look, document.hidden ? 5000 : 1000);
  };
  setTimeout(look, 1000);
})();
