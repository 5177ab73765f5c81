// While a case is typed: ask for open cases that may be the same, and list them beside the form.
(() => {
  "use strict";
  const FIELDS = ["hall", "phone", "applicant_name", "id_number", "matter", "description"];
  const WAIT = 500;
  const box = document.getElementById("similar");
  const form = document.getElementById("form");
  if (!box || !form) return;
  const list = box.querySelector("ul");
  const status = box.querySelector("[role=status]");
  const pattern = box.querySelector("template");
  const jump = document.getElementById("similar-jump");
  const ticked = { related: new Set(box.dataset.related.split(",").filter(Boolean)), merge: new Set([box.dataset.merge].filter(Boolean)) };
  let turn = 0;
  let timer;

  const typed = () => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name] ? form.elements[name].value.trim() : ""]));
  const enough = (values) => values.phone.length >= 7 || values.applicant_name.length >= 2 || (values.matter && values.description.length >= 9);
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };

  const hints = document.getElementById("hints");
  const hint = (found) => {
    const item = document.createElement("li");
    const link = item.appendChild(document.createElement("a"));
    Object.assign(link, { textContent: found.question, href: found.url, target: "_blank", rel: "noopener" });
    return item;
  };
  // Which ones stood here goes along with the form, to be counted once the case is registered.
  const noted = new Set();
  const note = ({ id }) => {
    if (noted.has(id)) return;
    noted.add(id);
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "hinted", value: id }));
  };
  const help = (found) => {
    found.forEach(note);
    hints.hidden = !found.length;
    hints.querySelector("ul").replaceChildren(...found.map(hint));
  };

  const line = (found) => {
    const item = pattern.content.firstElementChild.cloneNode(true);
    const link = item.querySelector("a");
    link.textContent = found.number;
    link.href = found.url;
    item.querySelector(".tag").textContent = found.status;
    item.querySelector(".matter").textContent = found.matter + " · " + found.registered;
    item.querySelector(".why").textContent = found.why;
    for (const tick of item.querySelectorAll("input")) {
      tick.value = String(found.id);
      tick.checked = ticked[tick.name].has(tick.value);
      tick.setAttribute("aria-label", tick.nextElementSibling.textContent + " " + found.number);
    }
    if (!found.open) item.querySelector("[name=merge]").closest("label").remove();
    return item;
  };

  // One that was ticked stays, even when what is typed next no longer brings it up.
  const show = (results) => {
    const known = new Set(results.map((it) => String(it.id)));
    const kept = Array.from(list.children).filter((it) => { const tick = it.querySelector("input:checked"); return tick && !known.has(tick.value); });
    list.replaceChildren(...results.map(line), ...kept);
    const count = list.children.length;
    say(count ? status.dataset.some.replace("{count}", count) : status.dataset.none);
    box.classList.toggle("found", count > 0);
    jump.hidden = !count;
    const words = jump.querySelector("[data-some]");
    words.textContent = words.dataset.some.replace("{count}", count);
  };

  const ask = async () => {
    const values = typed();
    const mine = ++turn;
    if (!enough(values)) {
      if (!list.querySelector("input:checked")) { list.replaceChildren(); jump.hidden = true; box.classList.remove("found"); say(status.dataset.idle); }
      help([]);
      return;
    }
    try {
      const answer = await fetch(box.dataset.url, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
        body: JSON.stringify(values),
      });
      if (!answer.ok || mine !== turn) return;
      const found = await answer.json();
      show(found.results || []);
      help(found.hints || []);
    } catch (_) { /* the form works without */ }
  };

  // A case goes into one other at most, and is linked to that one already by going into it.
  list.addEventListener("change", ({ target }) => {
    const rivals = `[value="${target.value}"]` + (target.name === "merge" ? ", [name=merge]" : "");
    if (target.checked) for (const other of list.querySelectorAll(rivals)) other.checked = other === target;
    for (const name of Object.keys(ticked)) {
      ticked[name] = new Set(Array.from(list.querySelectorAll(`[name=${name}]:checked`), (tick) => tick.value));
    }
  });
  form.addEventListener("input", (event) => {
    if (!FIELDS.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  ask();
})();
