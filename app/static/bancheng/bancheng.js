// The little that markup cannot do: everything here is a comfort, no page needs it to work.
(() => {
  "use strict";
  const root = document.documentElement;
  const words = root.dataset;
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const typing = (target) => target.closest && target.closest("input, textarea, select, [contenteditable]");
  const later = (run, wait) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => run(...given), wait); }; };

  // A choice of look is kept in this browser only, and applied before the first paint.
  const kept = (name) => { try { return localStorage.getItem("bancheng." + name) || ""; } catch (_) { return ""; } };
  const keep = (name, value) => { try { localStorage.setItem("bancheng." + name, value); } catch (_) { /* private window */ } };
  const prefer = (name, value) => { if (value) root.dataset[name] = value; else delete root.dataset[name]; };
  root.classList.add("js");
  ["theme", "size", "density"].forEach((name) => prefer(name, kept(name)));

  const choosers = () => all("[data-prefer]").forEach((group) => {
    const name = group.dataset.prefer;
    const mark = () => all("button", group).forEach((it) => it.setAttribute("aria-pressed", String(it.value === kept(name))));
    group.addEventListener("click", (event) => {
      const chosen = event.target.closest("button");
      if (!chosen) return;
      keep(name, chosen.value); prefer(name, chosen.value); mark();
    });
    mark();
  });

  const toggles = () => all("[data-toggle]").forEach((button) => {
    const target = document.getElementById(button.dataset.toggle);
    if (!target) return;
    button.addEventListener("click", () => button.setAttribute("aria-expanded", String(target.classList.toggle("open"))));
  });

  // A small press of a key presses the button that shows it.
  const keys = () => document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = (event.target.closest && event.target.closest("form[method=post]")) || document.querySelector("form[data-guard]");
      const submit = form && form.querySelector("button[type=submit]:not(:disabled)");
      if (submit) { event.preventDefault(); submit.click(); }
      return;
    }
    if (event.key === "Escape") all("details.drop[open], details.more-moves[open]").forEach((it) => { it.open = false; it.querySelector("summary").focus(); });
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const find = document.querySelector("#find, #q");
    if (event.key === "/" && find) { event.preventDefault(); find.focus(); find.select(); return; }
    const button = all("[data-key]").find((it) => it.dataset.key.toLowerCase() === event.key.toLowerCase());
    if (button) { event.preventDefault(); button.click(); }
  });

  const clicks = () => document.addEventListener("click", (event) => {
    const { target } = event;
    all("details.drop[open], details.more-moves[open]").forEach((it) => { if (!it.contains(target)) it.open = false; });
    if (target.closest("[data-close]")) target.closest(".notice").remove();
    if (target.closest("[data-print]")) window.print();
    if (target.closest("[data-back]")) history.back();
    const peek = target.closest("[data-peek]");
    if (peek) {
      const input = document.getElementById(peek.dataset.peek);
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      peek.setAttribute("aria-pressed", String(shown));
    }
    const row = target.closest("tr[data-href]");
    if (row && !target.closest("a, button, input, label") && !String(getSelection())) {
      if (event.ctrlKey || event.metaKey) window.open(row.dataset.href); else location.assign(row.dataset.href);
    }
  });

  // A table that fits keeps its head in sight; one that does not scrolls sideways.
  const tables = () => {
    const wraps = all("[data-table]");
    const measure = () => wraps.forEach((wrap) => {
      const fits = wrap.firstElementChild.scrollWidth <= wrap.clientWidth + 1;
      wrap.classList.toggle("fits", fits);
      if (fits) wrap.removeAttribute("tabindex"); else wrap.tabIndex = 0;
      if (wrap.parentElement.classList.contains("flush")) wrap.parentElement.classList.toggle("fits", fits);
    });
    measure();
    const watcher = new ResizeObserver(later(measure, 60));
    wraps.forEach((wrap) => { watcher.observe(wrap); watcher.observe(wrap.firstElementChild); });
  };

  // With the mouse a filter acts at once; with the keyboard it waits for the button.
  const filters = () => all("[data-quick]").forEach((select) => {
    let mouse = false;
    select.addEventListener("pointerdown", () => { mouse = true; });
    select.addEventListener("keydown", () => { mouse = false; });
    select.addEventListener("change", () => { if (mouse) select.form.submit(); });
  });
  const emptiesStayOut = () => all("form[data-plain]").forEach((form) => form.addEventListener("formdata", (event) => {
    Array.from(event.formData.entries()).forEach(([name, value]) => { if (value === "" && name !== "q") event.formData.delete(name); });
  }));

  const snapshot = (form) => JSON.stringify(Array.from(new FormData(form).entries()).map(([name, value]) => [name, typeof value === "string" ? value : value.name + value.size]));
  // On a page that is there to be filled in, the keyboard begins with the form, past the menu.
  const begin = () => {
    if (document.querySelector("form[data-guard]") && document.activeElement === document.body) document.getElementById("content").focus({ preventScroll: true });
  };

  const guard = () => all("form[data-guard]").forEach((form) => {
    const before = snapshot(form);
    window.addEventListener("beforeunload", (event) => {
      if (form.dataset.sent || (!("changed" in form.dataset) && snapshot(form) === before)) return;
      event.preventDefault();
      event.returnValue = "";
    });
  });

  // A form goes out once. Its buttons are stopped after the press, so that the press itself is still sent.
  const release = (form) => {
    delete form.dataset.sent;
    all("button[data-label]", form).forEach((it) => { it.disabled = false; it.replaceChildren(...it.savedNodes); delete it.dataset.label; });
  };
  const once = () => {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.method !== "post") return;
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      const pressed = event.submitter;
      setTimeout(() => all("button[type=submit]", form).forEach((it) => {
        it.savedNodes = Array.from(it.childNodes);
        it.dataset.label = "1";
        if (it === pressed || !pressed) it.textContent = words.busy;
        it.disabled = true;
      }), 0);
      if ("brief" in form.dataset) setTimeout(() => release(form), 10000);
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) all("form[data-sent]").forEach(release); });
  };

  const counters = () => all("[data-most]").forEach((input) => {
    const most = Number(input.dataset.most);
    const note = document.createElement("p");
    note.className = "counter";
    note.hidden = true;
    input.insertAdjacentElement("afterend", note);
    const show = () => {
      const used = Array.from(input.value).length;
      const over = used > most;
      note.hidden = used < most * (input.tagName === "TEXTAREA" ? 0.5 : 0.8);
      note.classList.toggle("over", over);
      note.textContent = words.count.replace("{used}", used).replace("{most}", most) + (over ? "（" + words.over.replace("{over}", used - most) + "）" : "");
    };
    input.addEventListener("input", show);
    show();
  });

  const fetchResults = async (url, text) => {
    const address = new URL(url, location.href);
    address.searchParams.set("q", text);
    const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return answer.ok ? (await answer.json()).results || [] : null;
  };
  const newest = (run) => { let turn = 0; return async (...given) => { const mine = ++turn; try { const found = await run(...given); return mine === turn ? found : null; } catch (_) { return null; } }; };

  const suggestions = () => all("[data-suggest]").forEach((input) => {
    const list = document.getElementById(input.getAttribute("list"));
    const ask = newest(fetchResults);
    input.addEventListener("input", later(async () => {
      const found = await ask(input.dataset.suggest, input.value.trim());
      if (found) list.replaceChildren(...found.map((it) => new Option("", it.text)));
    }, 220));
  });

  // A long choice opens under the box while one types, and closes when one has chosen.
  const choices = () => all("[data-choices]").forEach((box) => {
    const select = document.getElementById(box.dataset.for);
    const ask = newest(fetchResults);
    const close = () => select.removeAttribute("size");
    let answered = "";
    const fill = (found) => {
      const current = select.selectedOptions[0];
      const options = found.map((it) => new Option(it.text, it.id, false, current && current.value === String(it.id)));
      if (current && !options.some((it) => it.value === current.value)) options.unshift(current);
      if (!found.length) { const none = new Option(words.none, ""); none.disabled = true; options.push(none); }
      select.replaceChildren(...options);
      select.size = Math.min(Math.max(options.length, 2), 7);
    };
    const choose = (option) => { if (option && !option.disabled) { option.selected = true; select.dispatchEvent(new Event("change", { bubbles: true })); } close(); };
    box.addEventListener("input", later(async () => { const text = box.value.trim(); const found = await ask(box.dataset.choices, text); if (found) { answered = text; fill(found); } }, 220));
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") { event.preventDefault(); select.focus(); }
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); const there = Array.from(select.options).filter((it) => it.value && !it.disabled); choose(there.find((it) => it.text.includes(box.value.trim())) || (select.size > 1 && answered === box.value.trim() && there[0])); }
    });
    select.addEventListener("click", () => { if (select.size > 1) close(); });
    select.addEventListener("keydown", (event) => { if (event.key === "Enter" && select.size > 1) { event.preventDefault(); close(); } });
    select.addEventListener("blur", close);
  });

  const small = () => {
    all("[data-file]").forEach((input) => input.addEventListener("change", () => {
      input.parentElement.querySelector(".file-name").textContent = Array.from(input.files).map((it) => it.name).join("、") || words.noFile;
    }));
    all("[data-caps]").forEach((input) => ["keydown", "keyup", "blur"].forEach((kind) => input.addEventListener(kind, (event) => {
      document.getElementById(input.dataset.caps).hidden = !(event.getModifierState && event.getModifierState("CapsLock"));
    })));
    all("[data-sets]").forEach((input) => input.addEventListener("input", () => { input.form.elements[input.dataset.sets].value = input.dataset.to; }));
    const mark = () => all(".options .option").forEach((it) => it.classList.toggle("on", it.firstElementChild.checked));
    document.addEventListener("change", mark);
    mark();
    const here = document.querySelector(".side .on");
    if (here) { const side = here.closest(".side"); side.scrollTop = here.offsetTop - side.offsetTop - side.clientHeight * 0.7; }
    const first = document.querySelector("[data-focus]");
    if (first) { first.focus({ preventScroll: true }); first.scrollIntoView({ block: "nearest" }); }
    let opened = [];
    window.addEventListener("beforeprint", () => { opened = all("details.more:not([open])"); opened.forEach((it) => { it.open = true; }); });
    window.addEventListener("afterprint", () => opened.forEach((it) => { it.open = false; }));
  };

  // Rows that are ticked: all of the page at once, how many there are, buttons that need one.
  const ticks = () => all("[data-ticks]").forEach((place) => {
    const boxes = all("input[name=ids]", place);
    const whole = place.querySelector("[data-tick-all]");
    const show = () => {
      const count = boxes.filter((it) => it.checked).length;
      whole.checked = count > 0 && count === boxes.length;
      whole.indeterminate = count > 0 && count < boxes.length;
      boxes.forEach((it) => it.closest("tr").classList.toggle("ticked", it.checked));
      all("[data-ticked]", place).forEach((it) => { it.textContent = count || !it.dataset.unticked ? it.dataset.ticked.replace("{count}", count) : it.dataset.unticked; });
      all("[data-needs-tick]", place).forEach((it) => { it.disabled = !count; });
    };
    whole.addEventListener("change", () => { boxes.forEach((it) => { it.checked = whole.checked; }); show(); });
    boxes.forEach((it) => it.addEventListener("change", show));
    window.addEventListener("pageshow", show);
    show();
  });

  // The order of a list's columns: a line goes up or down, and keeps the focus.
  const moves = () => document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const line = button.closest("li");
    if (button.dataset.move === "up" && line.previousElementSibling) line.previousElementSibling.before(line);
    if (button.dataset.move === "down" && line.nextElementSibling) line.nextElementSibling.after(line);
    button.focus();
  });

  const texts = () => all("[data-insert]").forEach((button) => button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.insert);
    field.setRangeText(button.closest(".text").querySelector(".long").textContent, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    if (button.dataset.used) tell(button.dataset.used, field.form);
  }));

  // What was shown or used is counted; the form works without.
  const tell = (url, form) => fetch(url, {
    method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": form.elements.csrf_token.value },
  }).catch(() => {});
  const told = () => all("[data-shown]").forEach((it) => tell(it.dataset.shown, it.closest("form")));

  // A chart is saved as it would be printed: its own attributes have the light colours, its title comes on top.
  const save = (blob, name) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const alone = (figure) => {
    const svg = figure.querySelector("svg").cloneNode(true);
    const [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
    const make = (name, given) => { const it = document.createElementNS(svg.namespaceURI, name); Object.entries(given).forEach(([key, value]) => it.setAttribute(key, value)); return it; };
    const title = make("text", { x: 8, y: -12, "font-size": 16, "font-weight": 600, fill: "#1b2431" });
    title.textContent = figure.dataset.title;
    svg.prepend(make("rect", { y: -36, width: wide, height: high + 36, fill: "#fff" }), title);
    Object.entries({ viewBox: `0 -36 ${wide} ${high + 36}`, width: wide, height: high + 36 }).forEach(([key, value]) => svg.setAttribute(key, value));
    svg.removeAttribute("aria-hidden");
    return { text: new XMLSerializer().serializeToString(svg), wide, high: high + 36 };
  };
  const saving = {
    svg: (drawn, name) => save(new Blob([drawn.text], { type: "image/svg+xml" }), name + ".svg"),
    png: (drawn, name) => {
      const picture = new Image();
      picture.addEventListener("load", () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: drawn.wide * 2, height: drawn.high * 2 });
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => save(blob, name + ".png"));
      });
      picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.text);
    },
  };
  const pictures = () => document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save]");
    if (!button) return;
    const figure = button.closest("figure");
    saving[button.dataset.save](alone(figure), figure.dataset.title);
  });

  document.addEventListener("DOMContentLoaded", () => {
    [pictures, moves, texts, told, ticks, choosers, toggles, keys, clicks, tables, filters, emptiesStayOut, guard, once, counters, suggestions, choices, small, begin].forEach((start) => start());
  });
})();
