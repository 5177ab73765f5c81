// What is typed is kept on the server until the form was taken, and offered when it is opened again.
(() => {
  "use strict";
  const WAIT = 2000;
  const form = document.getElementById("form");
  const notice = document.getElementById("draft");
  if (!form || !notice) return;
  const state = document.getElementById("draft-state");
  const path = new URL(form.action, location.href).pathname;
  const words = notice.dataset;
  let timer;
  let last = "";
  const leaving = new AbortController();

  // Files can't be kept, passwords must not be, not even one that is shown; the token of the page is no content.
  const secret = new Set(["csrf_token", "draft", ...Array.from(form.querySelectorAll("input[type=password]"), (it) => it.name)]);
  const typed = () => Array.from(new FormData(form).entries()).filter(([name, value]) => typeof value === "string" && !secret.has(name));
  // What a page brings along says what the form is about; the versions in it say what was read, and go with the draft.
  const about = (fields) => JSON.stringify(fields.filter(([name]) => { const it = form.elements[name]; return it && it.type === "hidden" && name !== "version" && !name.startsWith("was-"); }));
  const post = (url, body, signal) => fetch(url, {
    method: "POST", credentials: "same-origin", signal,
    headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
    body: JSON.stringify(body),
  });
  const say = (text) => { if (state) state.textContent = text; };
  const mark = () => {
    if (form.elements.draft) return;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "draft", value: "1" }));
  };

  const keep = async () => {
    const fields = typed();
    const text = JSON.stringify(fields);
    if (!fields.length || form.dataset.sent || text === last || !notice.hidden) return; // what is offered is not overwritten before one has chosen
    mark();
    try {
      const answer = await post(words.keep, { path, fields }, leaving.signal);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      last = text;
      say(words.kept.replace("{time}", (await answer.json()).saved));
    } catch (_) { say(words.lost); }
  };

  const fill = (fields) => {
    const values = new Map();
    fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    Array.from(form.elements).forEach((field) => {
      if (!field.name || secret.has(field.name) || field.type === "file") return;
      const kept = values.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
      else if (kept.length) field.value = kept[0];
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    form.dataset.changed = "";
  };

  const offer = (draft) => {
    const now = typed();
    if (JSON.stringify(draft.fields) === JSON.stringify(now) || about(draft.fields) !== about(now)) return;
    const told = notice.querySelector("p");
    told.textContent = told.textContent.replace("{time}", draft.saved);
    notice.hidden = false;
    notice.addEventListener("click", ({ target }) => {
      if (target.dataset.draft === "restore") { fill(draft.fields); mark(); }
      else if (target.dataset.draft === "drop") post(words.drop, { path }).catch(() => {});
      else return;
      notice.hidden = true;
      form.querySelector("input:not([type=hidden]), select, textarea").focus();
    });
  };

  form.addEventListener("submit", () => setTimeout(() => { if (form.dataset.sent) { clearTimeout(timer); leaving.abort(); } }, 0));
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, WAIT); });
  if ("changed" in form.dataset) { mark(); return; }
  fetch(`${words.of}?path=${encodeURIComponent(path)}`, { credentials: "same-origin" })
    .then((answer) => (answer.ok && !answer.redirected ? answer.json() : { fields: null }))
    .then((draft) => { if (draft.fields) offer(draft); })
    .catch(() => {});
})();
