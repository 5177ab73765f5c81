// The code of a receipt comes behind the # of the address, which no browser sends: put it in place.
(() => {
  "use strict";
  const code = decodeURIComponent(location.hash.slice(1));
  const field = document.getElementById("code");
  if (!field || !code) return;
  field.value = code.slice(0, 32);
  history.replaceState(null, "", location.pathname + location.search);
  document.querySelectorAll("[data-keep-code]").forEach((link) => { link.hash = code; });
})();
