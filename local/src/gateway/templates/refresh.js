
"use strict";
// Keeps this page up to date without a reload, and gives each mail the height that it needs. The children of
// `main` with an id are its units. What has not changed is not touched: frames stay loaded, and what is open
// stays open.
const every = 2000;
const main = document.querySelector("main");
const status = document.querySelector("[role=status]");
const sources = new WeakMap();
const units = () => [...main.children];

// Changes the page above the first unit in sight without moving what the reader looks at.
function steadily(change) {
  const seen = scrollY > 0 ? units().find((unit) => unit.getBoundingClientRect().bottom > 0) : undefined;
  const before = seen?.getBoundingClientRect().top;
  change();
  if (seen?.isConnected) {
    scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
  }
}

// A mail's document has no scripts, but it may be measured.
function fit(frame) {
  const mail = frame.contentDocument?.documentElement;
  if (!mail?.offsetHeight || !mail.querySelector("body")?.hasChildNodes()) return;
  const bar = mail.scrollWidth > mail.clientWidth ? 20 : 0; // Of a mail that is wider than the page.
  const height = `${Math.ceil(mail.getBoundingClientRect().height) + bar}px`;
  if (frame.style.height !== height) steadily(() => { frame.style.height = height; });
}
const widths = new ResizeObserver((changes) => changes.forEach(({ target }) => fit(target)));

function adopt(unit, source) {
  sources.set(unit, source);
  for (const frame of unit.querySelectorAll("iframe")) {
    frame.addEventListener("load", () => fit(frame));
    widths.observe(frame);
    fit(frame);
  }
}

function show(fresh) {
  const ids = new Set(fresh.map((unit) => unit.id));
  units().filter((unit) => !ids.has(unit.id)).forEach((unit) => unit.remove());
  const known = new Map(units().map((unit) => [unit.id, unit]));
  let place = main.firstElementChild;
  for (const unit of fresh) {
    const [old, source] = [known.get(unit.id), unit.outerHTML];
    const next = old === place ? place?.nextElementSibling ?? null : place;
    if (old && (sources.get(old) === source || old.contains(document.activeElement))) {
      if (old !== place) main.insertBefore(old, place);
    } else {
      for (const open of old?.querySelectorAll("details[open][id]") ?? []) {
        unit.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
      }
      main.insertBefore(unit, place);
      old?.remove();
      adopt(unit, source);
    }
    place = next;
  }
}

let shown;
async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    status.textContent = "";
    if (text === shown) return;
    shown = text;
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = [...page.querySelector("main").children].map((unit) => document.adoptNode(unit));
    steadily(() => show(fresh));
  } catch {
    status.textContent = "Tactful doesn't answer. This is what it said last; it is updated as soon as it answers.";
  }
}

async function run() {
  if (document.visibilityState === "visible") await refresh();
  setTimeout(run, every);
}

units().forEach((unit) => adopt(unit, unit.outerHTML));
setTimeout(run, every);
