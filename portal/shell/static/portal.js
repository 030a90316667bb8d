// The pages work without this file; it adds autosave and calm buttons. Files: uploading.js.
"use strict";

const body = (form, extra) => {
  const data = new FormData();
  for (const name of ["csrf_token", "etag", "whose", "again"]) {
    const input = form.querySelector(`input[name="${name}"]`);
    if (input) data.set(name, input.value);
  }
  for (const [name, value] of Object.entries(extra)) data.set(name, value);
  return data;
};

// An answer can make a document required, or not required any more.
const showNeeded = (form, needed) => {
  for (const [code, is] of Object.entries(needed || {})) {
    for (const mark of form.querySelectorAll(`[data-needed="${code}"]`)) mark.hidden = !is;
    for (const mark of form.querySelectorAll(`[data-not-needed="${code}"]`)) mark.hidden = is;
  }
};

// What is still missing follows each answer and each file.
const showMissing = (form, html) => {
  const list = form.querySelector("[data-missing]");
  if (!list || typeof html !== "string") return;
  list.innerHTML = html;
  // What the page said when it was refused is true no longer.
  if (!list.querySelector("li")) document.querySelector("[data-refused]")?.remove();
};

const keepVersion = (form, etag) => {
  const input = form.querySelector('input[name="etag"]');
  if (input && etag) input.value = etag;
};

// Files on their way; a form that is sent waits for its own.
const sending = new Set();

// One thing at a time per form: documents and autosaves each raise the version.
const queues = new WeakMap();
const inTurn = (form, work) => {
  const turn = (queues.get(form) || Promise.resolve()).then(work, work);
  queues.set(form, turn);
  turn.finally(() => {
    if (queues.get(form) === turn) queues.delete(form);
  });
};

class NotSent extends Error {
  constructor(request, answer) {
    super(answer.detail || "");
    this.status = request.status;
    this.code = answer.code;
    this.token = answer.csrf_token;
    this.html = answer.html;
    this.later = Number(request.getResponseHeader("Retry-After")) || 0;
  }
}

const sendOnce = (url, data) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.onload = () => {
      const answer = request.response || {};
      if (request.status < 300) resolve(answer);
      else reject(new NotSent(request, answer));
    };
    request.onerror = () => reject(new NotSent(request, {}));
    request.send(data);
  });

// After signing in again in another tab the forms here get the secret of the new session.
const send = async (url, data) => {
  try {
    return await sendOnce(url, data);
  } catch (error) {
    if (error.code !== "form_old" || !error.token) throw error;
    for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = error.token;
    data.set("csrf_token", error.token);
    return sendOnce(url, data);
  }
};

const words = document.body.dataset;

// Says why nothing was sent; when the session is over, with a way to sign in beside this page.
const explain = (place, error, otherwise) => {
  place.textContent = (error.code === "session_over" && words.sessionOver) || error.message || otherwise;
  if (error.code !== "session_over" || !words.signIn) return;
  const link = document.createElement("a");
  link.href = words.signIn;
  link.target = "_blank";
  link.textContent = words.signInText;
  place.append(" ", link);
};

// What waits for a sign-in in another tab, or for the network, is tried again when either may be there.
const waiting = new Set();
const tryAgain = () => {
  const now = [...waiting];
  waiting.clear();
  for (const work of now) work();
};
addEventListener("focus", tryAgain);
addEventListener("online", tryAgain);

// What may go by itself: no network, a busy system.
const isPassing = (error) => !error.status || error.status === 429 || error.status >= 500;

const tell = (box, text) => {
  box.querySelector("[data-error]").textContent = text;
  box.classList.toggle("wrong", Boolean(text));
};

// A banner that was read can go.
for (const button of document.querySelectorAll("[data-close]")) {
  button.hidden = false;
  button.addEventListener("click", () => button.closest(".banner").remove());
}

// A file that was chosen again need not be asked for any more.
document.addEventListener("change", (event) => {
  if (event.target.type !== "file" || !event.target.files.length) return;
  const slot = event.target.dataset.slot || event.target.name;
  document.querySelector(`[data-file="${CSS.escape(slot)}"]`)?.remove();
  const hint = document.querySelector("[data-files]");
  if (hint && !hint.querySelector("[data-file]")) hint.remove();
}, true);

// Forms with something typed that nobody has yet.
const unsaved = new Set();
addEventListener("beforeunload", (event) => {
  if (unsaved.size || sending.size) event.preventDefault();
});
for (const form of document.querySelectorAll('main form[method="post"]')) {
  const isTyped = (event) => event.target.name && event.target.type !== "file";
  form.addEventListener("input", (event) => { if (isTyped(event)) unsaved.add(form); });
  form.addEventListener("submit", () => unsaved.delete(form));
}

// "/fields/x" is the field x; its label is what stands first in it.
const labelOf = (form, pointer) => {
  const field = form.querySelector(`#field-${CSS.escape(pointer.split("/").pop())}`);
  const label = field && field.querySelector("label, legend");
  return label ? `${label.firstChild.textContent.trim()}: ` : "";
};

const SAVE_AFTER_MS = 1200;
const RETRY_MS = [3000, 10000, 30000];
const TYPED = /^(field|answer)\./;
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const note = form.querySelector("[data-saved]") || document.createElement("p");
  let timer;
  let failures = 0;
  let changes = 0;
  const inAWhile = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => inTurn(form, save), milliseconds);
  };
  const toSend = () => {
    const data = body(form, {});
    for (const [name, value] of new FormData(form)) if (TYPED.test(name)) data.append(name, value);
    return data;
  };
  const saved = (answer, seen) => {
    failures = 0;
    keepVersion(form, answer.etag);
    showNeeded(form, answer.needed);
    showMissing(form, answer.missing);
    const wrong = Object.entries(answer.errors || {}).map(([pointer, text]) => `${labelOf(form, pointer)}${text}`);
    if (!wrong.length && seen === changes) unsaved.delete(form);
    // It is stored now: discarding would bring nothing back.
    if (!wrong.length) document.querySelector("[data-discard]")?.remove();
    const at = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    note.textContent = wrong.length ? `${words.notSaved} ${wrong.join(" ")}` : `${words.savedAt} ${at}.`;
  };
  const notSaved = (error) => {
    explain(note, error, error.status ? words.notSaved : words.noConnection);
    const again = () => inTurn(form, save);
    if (error.code === "session_over") return waiting.add(again);
    if (!isPassing(error)) return;
    waiting.add(again);
    inAWhile(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
  };
  const save = async () => {
    const seen = changes;
    note.textContent = words.saving;
    try {
      saved(await send(form.dataset.autosave, toSend()), seen);
    } catch (error) {
      notSaved(error);
    }
  };
  const changed = () => {
    changes++;
    unsaved.add(form);
    note.textContent = words.notSaved;
    inAWhile(SAVE_AFTER_MS);
  };
  form.addEventListener("input", (event) => {
    if (TYPED.test(event.target.name || "")) changed();
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  // What came back is saved by itself, unless it would go over something newer.
  if (document.querySelector('[data-restored="current"]')) changed();
}

// A running upload or autosave changes the version that a form sends: it finishes first.
const finished = async (form) => {
  const files = [...sending].filter((job) => job.form === form).map((job) => job.done);
  const areThere = await Promise.all(files);
  await queues.get(form)?.catch(() => {});
  return areThere.every(Boolean);
};
for (const form of document.querySelectorAll("form[data-once]")) {
  let allowed = false;
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true" && !allowed) return event.preventDefault();
    const button = event.submitter;
    const busy = [form, button].filter(Boolean);
    for (const part of busy) part.setAttribute("aria-busy", "true");
    if (allowed || !(queues.has(form) || [...sending].some((job) => job.form === form))) return;
    event.preventDefault();
    finished(form).then((isWhole) => setTimeout(() => {
      if (!isWhole) return busy.forEach((part) => part.removeAttribute("aria-busy"));
      allowed = true;
      form.requestSubmit(button);
    }));
  });
}

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
});

const focus = document.querySelector("[data-focus]");
if (focus) focus.focus();

for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); } });
}

// What goes on by itself is looked at again while somebody sees it, and loaded anew when it is over.
const LOOK_AGAIN_MS = 5000;
for (const box of document.querySelectorAll("[data-watch]")) {
  const later = () => setTimeout(look, LOOK_AGAIN_MS);
  const askToSignIn = () => {
    const note = document.createElement("p");
    explain(note, { code: "session_over" });
    box.prepend(note);
    waiting.add(look);
  };
  const look = async () => {
    if (document.hidden) return later();
    try {
      const answer = await fetch(location.href);
      if (answer.redirected) return askToSignIn();
      if (answer.status >= 400 && answer.status < 500) return;
      if (!answer.ok) return later();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-watch]");
      if (!fresh) return location.reload();
      if (!box.contains(document.activeElement)) box.replaceChildren(...fresh.childNodes);
    } catch {
      // The network is away for now.
    }
    later();
  };
  later();
}
