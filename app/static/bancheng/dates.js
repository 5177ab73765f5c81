// A date is written year first whatever language the browser speaks, and picked from a month that
// knows the working days. Without this script the browser's own boxes do.
(() => {
  "use strict";
  const model = document.getElementById("month");
  const boxes = document.querySelectorAll("input[type=date], input[type=datetime-local]");
  const times = document.querySelectorAll("input[type=time]");
  if (!model || !(boxes.length + times.length)) return;
  const words = model.dataset;
  const TIME = /^(\d{1,2})\D?(\d{2})分?$/;
  const WRITTEN = /^(\d{4})(?:\D(\d{1,2})\D|(\d{2}))(\d{1,2})日?(?:[ T]*(\d{1,2})[:时](\d{1,2})分?)?$/;
  const two = (number) => String(number).padStart(2, "0");
  const iso = (day) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  const moved = (day, days) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
  const sameDayOf = (day, months) => {
    const last = new Date(day.getFullYear(), day.getMonth() + months + 1, 0);
    return new Date(last.getFullYear(), last.getMonth(), Math.min(day.getDate(), last.getDate()));
  };

  // What people write: 2026.9.7, 2026年9月7日, 20260907, full-width digits. What is none stays as it is.
  const read = (text) => {
    const found = WRITTEN.exec(text.normalize("NFKC").trim());
    if (!found) return null;
    const [year, month, date] = [found[1], found[2] || found[3], found[4]].map(Number);
    const day = new Date(year, month - 1, date);
    return day.getMonth() === month - 1 ? { day, time: found[5] ? `${two(found[5])}:${two(found[6])}` : "" } : null;
  };

  // The days of a year that are not as their weekday says: [name, working]. Asked for once.
  const years = new Map();
  const daysOf = (year) => {
    if (!years.has(year)) {
      years.set(year, words.workdays ? fetch(`${words.workdays}?year=${year}`, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then((answer) => (answer.ok && !answer.redirected ? answer.json() : null)).catch(() => null) : Promise.resolve(null));
    }
    return years.get(year);
  };

  const dress = (box) => {
    const timed = box.type === "datetime-local";
    box.type = "text";
    box.autocomplete = "off";
    box.placeholder = timed ? words.timed : words.dated;
    box.value = box.value.replace("T", " ");
    box.addEventListener("change", () => {
      const found = read(box.value);
      if (found) box.value = iso(found.day) + (timed && found.time ? ` ${found.time}` : "");
    });

    const wrap = Object.assign(document.createElement("span"), { className: "dated" });
    const opener = model.content.querySelector("[data-month]").cloneNode(true);
    const names = box.labels.length ? box.labels[0].firstChild.textContent.trim() + " " : "";
    opener.setAttribute("aria-label", names + opener.title);
    box.before(wrap);
    wrap.append(box, opener);

    const month = model.content.querySelector(".month").cloneNode(true);
    const part = (name) => month.querySelector(`[data-part=${name}]`);
    const week = part("week").insertRow();
    words.week.split(" ").forEach((name) => week.append(Object.assign(document.createElement("th"), { scope: "col", textContent: name })));
    let shown = new Date();

    const draw = async (focus) => {
      const mine = shown;
      const first = new Date(mine.getFullYear(), mine.getMonth(), 1);
      const known = await daysOf(mine.getFullYear());
      if (mine !== shown) return;
      const chosen = read(box.value);
      const start = moved(first, -((first.getDay() + 6) % 7));
      part("name").textContent = words.title.replace("{year}", mine.getFullYear()).replace("{month}", mine.getMonth() + 1);
      part("note").hidden = !known || known.final;
      part("days").replaceChildren(...Array.from({ length: 6 }, (_, week) => {
        const line = document.createElement("tr");
        for (let column = 0; column < 7; column += 1) {
          const day = moved(start, week * 7 + column);
          const cell = line.insertCell();
          if (day.getMonth() !== first.getMonth()) continue;
          const [name, working] = (known && known.days[iso(day)]) || ["", column < 5];
          const button = document.createElement("button");
          button.type = "button";
          button.value = iso(day);
          button.textContent = day.getDate();
          button.tabIndex = day.getDate() === mine.getDate() ? 0 : -1;
          button.setAttribute("aria-label", [iso(day), working ? words.working : words.free, name].filter(Boolean).join(" "));
          if (name) { button.title = name; const mark = document.createElement("small"); mark.textContent = working ? words.on : words.off; button.append(mark); }
          if (!working) button.className = "free";
          if (iso(day) === iso(new Date())) button.setAttribute("aria-current", "date");
          button.setAttribute("aria-pressed", String(Boolean(chosen) && iso(chosen.day) === iso(day)));
          cell.append(button);
        }
        return line;
      }).filter((line) => line.textContent));
      if (focus) part("days").querySelector("[tabindex='0']").focus();
    };
    const go = (day, focus) => { if (day.getFullYear() >= 1900 && day.getFullYear() <= 2100) { shown = day; draw(focus); } };
    const close = () => { month.remove(); opener.setAttribute("aria-expanded", "false"); };
    const open = async () => {
      const found = read(box.value);
      shown = found ? found.day : new Date();
      wrap.append(month);
      opener.setAttribute("aria-expanded", "true");
      await draw(true);
      const { left, right } = wrap.getBoundingClientRect();
      month.classList.toggle("to-left", left + month.offsetWidth > document.documentElement.clientWidth && right > month.offsetWidth);
      month.scrollIntoView({ block: "nearest" });
    };
    const choose = (text) => {
      const found = read(box.value);
      box.value = text + (timed ? ` ${(found && found.time) || words.time}` : "");
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.dispatchEvent(new Event("change", { bubbles: true }));
      close();
      box.focus();
    };
    opener.addEventListener("click", () => { if (month.isConnected) close(); else open(); });
    wrap.addEventListener("focusout", (event) => { if (month.isConnected && event.relatedTarget && !wrap.contains(event.relatedTarget)) close(); });
    document.addEventListener("pointerdown", (event) => { if (month.isConnected && !wrap.contains(event.target)) close(); });
    month.addEventListener("click", (event) => {
      event.preventDefault(); // within a label a press would go to the box
      const pressed = event.target.closest("button");
      if (!pressed) return;
      if (pressed.value) choose(pressed.value);
      else if (pressed.dataset.months) go(sameDayOf(shown, Number(pressed.dataset.months)), false);
      else choose(iso(new Date()));
    });
    const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    month.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); opener.focus(); return; }
      if (!event.target.value) return;
      const pages = { PageUp: -1, PageDown: 1 }[event.key];
      const to = pages ? sameDayOf(shown, pages) : event.key in STEPS ? moved(shown, STEPS[event.key]) : null;
      if (to) { event.preventDefault(); go(to, true); }
    });
  };
  boxes.forEach(dress);
  times.forEach((box) => {
    box.type = "text";
    box.placeholder = words.clock;
    box.addEventListener("change", () => {
      const found = TIME.exec(box.value.normalize("NFKC").trim());
      if (found) box.value = `${two(found[1])}:${found[2]}`;
    });
  });
})();
