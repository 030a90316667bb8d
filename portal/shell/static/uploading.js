// Sends a chosen file to documents in pieces, goes on where it was cut, and says how far it is.
// What the bar shows is what documents has, and of the piece on its way what has left this device.
"use strict";

const [SMALLEST, LARGEST] = [64 * 1024, 512 * 1024]; // as documents takes them
// A tenth of the file: what a line that breaks loses is never more.
const pieceOf = (file) => Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(file.size / 10)));
const WAIT_S = [1, 2, 4, 8, 16, 30];
const LONGEST_MS = 120_000; // for one piece
const KEPT_MS = 24 * 3600 * 1000; // as documents keeps what did not arrive whole
const LONGEST_WAIT_S = 30; // what asks for more is said instead: nobody waits for tomorrow's quota
const MOST_SURPRISES = 5;
const told = document.querySelector("[data-uploading]").dataset;
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class Unreadable extends Error {}

// --- what is remembered of a broken upload: no name of a file or person, and nobody can go on by it
const entryOf = (input) => `simpul-upload ${input.dataset.whose} ${input.dataset.permit}`;
const markOf = (file) => {
  let hash = 5381;
  for (const letter of file.name) hash = (hash * 33 + letter.codePointAt(0)) >>> 0;
  return `${hash} ${file.size} ${file.lastModified}`;
};
const remembered = (input) => {
  try {
    const entry = JSON.parse(localStorage.getItem(entryOf(input)));
    return entry && Date.now() - entry.at < KEPT_MS ? entry : null;
  } catch {
    return null; // nothing may be kept here, or nothing readable was
  }
};
const remember = (job, done) => {
  const entry = { mark: markOf(job.file), url: job.url, done, size: job.file.size, at: Date.now() };
  try {
    localStorage.setItem(entryOf(job.input), JSON.stringify(entry));
  } catch {
    // It is only for after a reload.
  }
};
const forget = (job) => {
  job.url = null;
  try {
    localStorage.removeItem(entryOf(job.input));
  } catch {
    // It was never kept.
  }
};

// --- what the row says
const percentOf = (done, size) => Math.floor((done / size) * 100);
const sizeOf = (bytes) => {
  const [number, unit] = bytes < 1_048_576 ? [bytes / 1024, "KB"] : [bytes / 1_048_576, "MB"];
  const digits = unit === "MB" ? 1 : 0;
  return `${number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })} ${unit}`;
};
const say = (job, text) => { job.state.textContent = text; };
const show = (job, done) => {
  job.bar.value = (done / job.file.size) * 100;
  job.amount.textContent = filled(told.amount, { done: sizeOf(done), size: sizeOf(job.file.size) });
};
const keepName = (input, name) => {
  const field = `chosen.${input.dataset.slot}`;
  input.form.querySelector(`input[name="${field}"]`)?.remove();
  if (!name) return;
  const kept = document.createElement("input");
  [kept.type, kept.name, kept.value] = ["hidden", field, name];
  input.after(kept);
};

// --- talking to documents
const request = (job, method, url, headers, content, onProgress) =>
  new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open(method, url);
    call.responseType = "json";
    call.timeout = LONGEST_MS;
    const own = { Accept: "application/json", "Tus-Resumable": "1.0.0", "Upload-Permit": job.permit };
    for (const [name, value] of Object.entries({ ...own, ...headers })) call.setRequestHeader(name, value);
    if (onProgress) call.upload.onprogress = (event) => onProgress(event.loaded);
    call.onload = () => (call.status < 300 ? resolve(call) : reject(new NotSent(call, call.response || {})));
    call.onerror = call.ontimeout = call.onabort = () => reject(new NotSent(call, {}));
    job.call = call;
    call.send(content);
  });
const ofPortal = (error) => {
  error.isOfPortal = true;
  throw error;
};
const offsetIn = (answer) => Number(answer.getResponseHeader("Upload-Offset"));
const askForPermit = async (job) => {
  const given = await send(job.input.dataset.permit, body(job.form, {})).catch(ofPortal);
  job.permit = given.permit;
  job.uploads = given.uploads;
};
const begin = async (job) => {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(job.file.name)));
  const headers = { "Upload-Length": job.file.size, "Upload-Metadata": `filename ${name}` };
  const made = await request(job, "POST", job.uploads, headers);
  job.url = new URL(made.getResponseHeader("Location"), location.href).pathname;
  remember(job, 0);
  return 0;
};
const goOn = async (job) => {
  const done = offsetIn(await request(job, "HEAD", job.url));
  if (done) say(job, filled(told.goesOn, { percent: percentOf(done, job.file.size) }));
  return done;
};
const sendPiece = async (job, from) => {
  const content = await job.file.slice(from, from + pieceOf(job.file)).arrayBuffer().catch(() => {
    throw new Unreadable();
  });
  const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": from };
  const answer = await request(job, "PATCH", job.url, headers, content, (sent) => {
    show(job, from + Math.min(sent, content.byteLength));
  });
  const done = offsetIn(answer);
  remember(job, done);
  dispatchEvent(new Event("input")); // somebody who waits for an upload has not left
  return done;
};
const sendAll = async (job) => {
  if (!job.permit) await askForPermit(job);
  if (job.url && !job.url.startsWith(`${job.uploads}/`)) forget(job);
  let done = job.url ? await goOn(job) : await begin(job);
  show(job, done);
  while (done < job.file.size) {
    done = await sendPiece(job, done);
    job.failures = 0;
    say(job, "");
    show(job, done);
  }
  say(job, told.checking);
  await request(job, "POST", `${job.url}/finish`).catch((error) => {
    if (isOdd(error) || isPassing(error)) throw error;
    // A refusal: the portal tells it, in the reader's language and with the way out.
  });
};

// --- what may go on after a failure
const isOdd = (error) => [401, 403, 404, 409, 410].includes(error.status);
const isWorthATry = async (job, error) => {
  if (!(error instanceof NotSent)) return false;
  if (error.code === "session_over") return signedIn(job, error);
  if (isPassing(error)) return error.later > LONGEST_WAIT_S ? false : rested(job, error);
  if (error.isOfPortal || !isOdd(error) || job.failures > MOST_SURPRISES) return false;
  if (error.status === 404 || error.status === 410) forget(job); // swept, or not kept at all
  if (error.status === 401 || error.status === 403) job.permit = null; // fifteen minutes are over
  if (error.status !== 409) return true;
  return rested(job, error); // another tab sends the same file
};
const until = (job, seconds, isAnyTime) =>
  new Promise((resolve) => {
    job.wake = resolve;
    if (seconds) setTimeout(resolve, seconds * 1000 * (1 + Math.random() / 4));
    if (isAnyTime) waiting.add(resolve);
  }).then(() => true);
const signedIn = async (job, error) => {
  explain(job.state, error);
  sending.delete(job); // the form need not wait for it, nor does leaving the page lose anything
  await until(job, 0, true);
  sending.add(job);
  return true;
};
const rested = (job, error) => {
  const isOffline = !error.status && navigator.onLine === false;
  const seconds = error.later || WAIT_S[Math.min(job.failures, WAIT_S.length - 1)];
  const why = error.status ? told.busy : told.waits;
  say(job, isOffline ? told.offline : filled(why, { seconds }));
  return until(job, isOffline ? LONGEST_WAIT_S : seconds, !error.status);
};
const patiently = async (job, work) => {
  for (job.failures = 0; ; job.failures++) {
    try {
      return await work(job);
    } catch (error) {
      if (job.isCancelled || !(await isWorthATry(job, error)) || job.isCancelled) throw error;
    }
  }
};

// --- from the choice of a file to its place in the form
const attach = (job) =>
  new Promise((resolve, reject) => {
    const id = job.url.split("/").pop();
    inTurn(job.form, () => send(job.input.dataset.attach, body(job.form, { upload: id })).then(resolve, reject));
  }).catch(ofPortal);
const place = (job, answer) => {
  keepVersion(job.form, answer.etag);
  job.row.querySelector("[data-attached]").innerHTML = answer.html;
  showMissing(job.form, answer.missing);
  const again = job.form.querySelector('input[name="again"]');
  if (answer.again && again) {
    again.value = answer.again; // where the form goes on if it is not carried out
    history.replaceState(null, "", answer.again);
  }
  job.form.dispatchEvent(new Event("input"));
};
const cancel = (job) => {
  const { url, permit } = job;
  job.isCancelled = true;
  job.call?.abort();
  job.wake?.();
  if (url && permit) request(job, "DELETE", url).catch(() => {}); // swept in a day anyhow
  forget(job);
};
const refused = (job, error) => {
  const place = job.row.querySelector("[data-error]");
  const otherwise = error instanceof Unreadable ? told.fileUnreadable : told.failed;
  tell(job.row, otherwise);
  if (error.html) place.innerHTML = error.html;
  else if (error instanceof NotSent) explain(place, error, otherwise);
};
const carry = async (job) => {
  try {
    await patiently(job, sendAll);
    job.stop.hidden = true;
    place(job, await patiently(job, attach));
    say(job, "");
    return true;
  } catch (error) {
    say(job, job.isCancelled ? told.cancelled : "");
    if (!job.isCancelled) refused(job, error);
    return false;
  } finally {
    forget(job);
  }
};

// Names and types say little on phones, so only what is surely something else is refused here.
// A picture is sent: documents answers with the offer to make it a PDF, for which it is needed.
const OTHERS = [[0x47, 0x49, 0x46, 0x38], [0x50, 0x4b, 0x03, 0x04]];
const startsAs = async (file, marks) => {
  try {
    const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
    return marks.some((mark) => mark.every((byte, place) => start[place] === byte));
  } catch {
    return false; // the sending says that it cannot be read
  }
};
const objection = async (input, file) => {
  if (!file.size) return told.fileEmpty;
  if (file.size > Number(input.dataset.max)) return input.dataset.tooLarge;
  return (await startsAs(file, OTHERS)) ? told.chooseAPdfFile : "";
};
const jobOf = (input, file) => {
  const row = input.closest(".upload");
  const entry = remembered(input);
  return {
    input, file, row, form: input.form, permit: null, failures: 0,
    url: entry && entry.mark === markOf(file) ? entry.url : null,
    box: row.querySelector(".sending"), bar: row.querySelector("progress"), stop: row.querySelector("[data-cancel]"),
    amount: row.querySelector("[data-amount]"), state: row.querySelector("[data-state]"),
  };
};
const upload = async (input) => {
  const file = input.files[0];
  if (!file) return;
  const job = jobOf(input, file);
  tell(job.row, "");
  say(job, "");
  const why = await objection(input, file);
  input.value = ""; // or choosing the same file again, mended meanwhile, would be no change
  if (why) return tell(job.row, `${file.name}: ${why}`);
  const hadFocus = document.activeElement === input;
  keepName(input, file.name);
  input.hidden = true;
  job.box.hidden = job.stop.hidden = false;
  show(job, 0);
  job.stop.onclick = () => cancel(job);
  if (hadFocus) job.stop.focus();
  job.done = carry(job);
  sending.add(job);
  const isThere = await job.done;
  sending.delete(job);
  const hasFocus = job.row.contains(document.activeElement);
  job.box.hidden = true;
  input.hidden = false;
  keepName(input, "");
  if (hasFocus && !isThere) input.focus();
};

for (const template of document.querySelectorAll("template[data-chooser]")) {
  const row = template.closest(".upload");
  row.querySelector("[data-without-scripts]").remove();
  template.replaceWith(template.content);
  const input = row.querySelector("input[type=file]");
  const entry = remembered(input);
  const state = row.querySelector("[data-state]");
  if (entry && entry.done) state.textContent = filled(told.sameFile, { percent: percentOf(entry.done, entry.size) });
  input.addEventListener("change", () => upload(input));
}

// A form that was sent meanwhile waits; the row says so.
document.addEventListener("submit", (event) => {
  for (const job of sending) if (job.form === event.target) say(job, told.thenOn);
}, true);
