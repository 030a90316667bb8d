// Warns before an unused session ends. The server counts; this page asks it, and typing is use.
"use strict";

const idle = document.querySelector("form[data-idle]");
const WARN_MS = 60_000;
const TOLD_EVERY_MS = 60_000;
let toldAt = Date.now();
let looking;

const lookIn = (milliseconds) => {
  clearTimeout(looking);
  looking = setTimeout(look, Math.max(1000, milliseconds));
};

const stay = async () => {
  toldAt = Date.now();
  const answer = await send(idle.dataset.at, body(idle, {}));
  idle.hidden = true;
  lookIn(answer.left * 1000 - WARN_MS);
};

// What was typed comes back to its owner, also when nobody is here to answer.
let isTooLong = false;
const keepTyped = async () => {
  for (const form of unsaved) {
    const data = new FormData(form);
    if (!data.has("again")) data.set("again", location.pathname);
    await send(idle.dataset.typed, data).catch((error) => { isTooLong ||= error.status === 413; });
  }
};

// A text too long to be kept anywhere stays on the page, to be copied.
const leave = () => {
  if (isTooLong) return;
  unsaved.clear();
  sending.clear();
  location.replace(idle.dataset.over);
};

const look = async () => {
  const answer = await fetch(idle.dataset.at, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer && answer.status === 401) return leave();
  if (!answer || !answer.ok) return lookIn(10_000);
  const { left } = await answer.json();
  if (left === null) return;
  if (left * 1000 > WARN_MS) {
    idle.hidden = true;
    return lookIn(left * 1000 - WARN_MS);
  }
  if (idle.hidden) {
    idle.hidden = false;
    await keepTyped();
  }
  lookIn(Math.min(left, 10) * 1000);
};

idle.addEventListener("submit", (event) => {
  event.preventDefault();
  stay().catch(look);
});
addEventListener("input", () => {
  if (Date.now() - toldAt > TOLD_EVERY_MS) stay().catch(() => {});
});
addEventListener("focus", look);
lookIn(Number(idle.dataset.idle) * 1000 - WARN_MS);
