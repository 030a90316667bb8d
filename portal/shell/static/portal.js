// The pages work without this file; it adds upload progress, autosave and calm buttons.
"use strict";

const body = (form, extra) => {
  const data = new FormData();
  for (const name of ["csrf_token", "etag"]) {
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

const keepVersion = (form, etag) => {
  const input = form.querySelector('input[name="etag"]');
  if (input && etag) input.value = etag;
};

// One thing at a time per form: uploads and autosaves each raise the version.
const queues = new WeakMap();
const inTurn = (form, work) => {
  const turn = (queues.get(form) || Promise.resolve()).then(work, work);
  queues.set(form, turn);
  turn.finally(() => {
    if (queues.get(form) === turn) queues.delete(form);
  });
};

const send = (url, data, onProgress) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    if (onProgress) {
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) onProgress((event.loaded / event.total) * 100);
      };
    }
    request.onload = () => {
      const answer = request.response || {};
      if (request.status < 300) resolve(answer);
      else reject(new Error(answer.detail || ""));
    };
    request.onerror = () => reject(new Error(""));
    request.send(data);
  });

const tell = (box, text) => {
  box.querySelector("[data-error]").textContent = text;
  box.classList.toggle("wrong", Boolean(text));
};

const upload = async (input) => {
  const box = input.closest(".upload");
  const form = input.form;
  const file = input.files[0];
  if (!file) return;
  tell(box, "");
  if (file.size > Number(input.dataset.max)) return tell(box, input.dataset.tooLarge);
  if (!/\.pdf$/i.test(file.name)) return tell(box, input.dataset.notPdf);
  const bar = box.querySelector("progress");
  bar.hidden = false;
  bar.value = 0;
  box.setAttribute("aria-busy", "true");
  const key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
  try {
    const answer = await send(input.dataset.upload, body(form, { file, key }), (done) => { bar.value = done; });
    keepVersion(form, answer.etag);
    box.querySelector("[data-attached]").innerHTML = answer.html;
    input.value = "";
  } catch (error) {
    tell(box, error.message || input.dataset.failed);
  } finally {
    bar.hidden = true;
    box.removeAttribute("aria-busy");
  }
};

for (const input of document.querySelectorAll("input[data-upload]")) {
  input.addEventListener("change", () => inTurn(input.form, () => upload(input)));
}

const TYPED = /^(field|answer)\./;
for (const form of document.querySelectorAll("form[data-autosave]")) {
  let timer;
  const note = form.querySelector("[data-saved]");
  const save = async () => {
    const fields = {};
    const data = new FormData(form);
    const toSend = body(form, fields);
    for (const [name, value] of data) if (TYPED.test(name)) toSend.append(name, value);
    try {
      const answer = await send(form.dataset.autosave, toSend);
      keepVersion(form, answer.etag);
      showNeeded(form, answer.needed);
      if (note && !Object.keys(answer.errors || {}).length) {
        note.textContent = note.dataset.saved;
      }
    } catch (error) {
      if (note) note.textContent = error.message;
    }
  };
  form.addEventListener("input", (event) => {
    if (!TYPED.test(event.target.name || "")) return;
    if (note) note.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(() => inTurn(form, save), 1200);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}

for (const form of document.querySelectorAll("form[data-once]")) {
  let allowed = false;
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true" && !allowed) return event.preventDefault();
    const button = event.submitter;
    form.setAttribute("aria-busy", "true");
    if (button) button.setAttribute("aria-busy", "true");
    const running = queues.get(form);
    if (running) {
      // Let a running upload or autosave finish first: it changes the version this form sends.
      event.preventDefault();
      running.finally(() => setTimeout(() => {
        allowed = true;
        form.requestSubmit(button);
      }));
    }
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
  const look = async () => {
    if (document.hidden) return later();
    try {
      const answer = await fetch(location.href);
      if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return;
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
