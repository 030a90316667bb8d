// Pictures for a PDF: taken or chosen, sent one after another, put in order, and looked at.
// The sending itself is that of uploading.js. What this page knows is not kept: it is in its list.
"use strict";

{
  const page = document.querySelector("template[data-pictures]");
  const texts = page.dataset;
  const form = document.querySelector("[data-pictures-form]");
  const result = document.querySelector("[data-result]");
  for (const part of document.querySelectorAll("[data-without-scripts]")) part.remove();
  form.append(page.content);
  const list = form.querySelector("[data-list]");
  const status = form.querySelector("[data-status]");
  const button = form.querySelector("[data-make]");
  const pattern = document.querySelector("template[data-picture]").content;
  const photos = [];
  const leave = { permit: null, uploads: null };
  let last = Promise.resolve(); // the sending of the picture before

  const THUMB = 240;
  const PDF = [0x25, 0x50, 0x44, 0x46];
  const QUARTER = 90;
  const short = (id) => {
    const bytes = id.replace(/-/g, "").match(/../g).map((pair) => parseInt(pair, 16));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const choice = () => photos.filter((photo) => photo.id).map((photo) => `${short(photo.id)}.${photo.quarters}`).join(",");

  const showAll = () => {
    for (const [place, photo] of photos.entries()) {
      if (list.children[place] !== photo.row) list.insertBefore(photo.row, list.children[place] || null); // a row that moves loses the focus
      photo.row.querySelector('[data-act="up"]').disabled = !place;
      photo.row.querySelector('[data-act="down"]').disabled = place === photos.length - 1;
      photo.row.querySelector("img").dataset.quarters = photo.quarters;
    }
    const size = photos.reduce((sum, photo) => sum + photo.size, 0);
    button.disabled = !photos.length;
    status.textContent = photos.length ? filled(texts.count, { count: photos.length, size: sizeOf(size) }) : texts.none;
    const said = choice();
    history.replaceState(null, "", said ? `${texts.here}?foto=${said}` : texts.here);
  };
  const changed = (text) => {
    tell(form, "");
    result.textContent = ""; // it is of another choice
    showAll();
    status.textContent = `${text} ${status.textContent}`;
  };

  const acts = {
    up: (photo, place) => move(photo, place, place - 1),
    down: (photo, place) => move(photo, place, place + 1),
    turn: (photo) => {
      photo.quarters = (photo.quarters + 1) % 4;
      changed(filled(texts.turned, { name: photo.name, degrees: photo.quarters * QUARTER }));
    },
    remove: (photo, place) => {
      photos.splice(place, 1);
      photo.row.remove();
      forgetPhoto(photo);
      changed(filled(texts.removed, { name: photo.name }));
      const next = photos[Math.min(place, photos.length - 1)];
      (next ? next.row.querySelector('[data-act="remove"]') : form.querySelector("[data-source] input")).focus();
    },
  };
  const move = (photo, from, to) => {
    photos.splice(from, 1);
    photos.splice(to, 0, photo);
    changed(filled(texts.moved, { name: photo.name, place: to + 1 }));
  };
  list.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-act]");
    if (!pressed) return;
    const place = photos.findIndex((photo) => photo.row.contains(pressed));
    acts[pressed.dataset.act](photos[place], place);
    if (!pressed.isConnected) return;
    const other = { up: "down", down: "up" }[pressed.dataset.act];
    (pressed.disabled ? pressed.parentNode.querySelector(`[data-act="${other}"]`) : pressed).focus();
  });

  // A picture that the browser cannot show, as most cannot a HEIC, is sent all the same.
  const draw = async (photo) => {
    const image = photo.row.querySelector("img");
    try {
      const small = await createImageBitmap(photo.file, { resizeWidth: THUMB, resizeQuality: "medium" });
      const canvas = document.createElement("canvas");
      canvas.width = small.width;
      canvas.height = small.height;
      canvas.getContext("2d").drawImage(small, 0, 0);
      image.src = canvas.toDataURL("image/jpeg", 0.7);
      image.hidden = false;
    } catch {
      photo.row.querySelector("[data-no-view]").hidden = false;
    }
  };
  const named = (photo) => {
    photo.row.querySelector("[data-name]").textContent = photo.name;
    photo.row.querySelector("[data-size]").textContent = sizeOf(photo.size);
    photo.row.querySelector("progress").setAttribute("aria-label", `${photo.row.querySelector("progress").getAttribute("aria-label")}: ${photo.name}`);
    for (const act of photo.row.querySelectorAll("[data-act]")) act.setAttribute("aria-label", `${act.textContent}: ${photo.name}`);
  };
  const newPhoto = (values) => {
    const row = pattern.cloneNode(true).firstElementChild;
    const photo = { row, id: null, quarters: 0, ...values };
    named(photo);
    photos.push(photo);
    return photo;
  };

  const sendPicture = async (job) => {
    if (!job.permit) {
      await askForPermit(job);
      leave.permit = job.permit;
      leave.uploads = job.uploads;
    }
    let done = job.url ? await goOn(job) : await begin(job);
    show(job, done);
    while (done < job.file.size) {
      done = await sendPiece(job, done);
      job.failures = 0;
      say(job, "");
      show(job, done);
    }
  };
  const jobFor = (photo) => {
    const state = photo.row.querySelector("[data-state]");
    const input = { dataset: { permit: texts.permit, whose: texts.whose } };
    return { input, form, state, file: photo.file, url: null, failures: 0, amount: state, bar: photo.row.querySelector("progress"), ...leave };
  };
  const carryPhoto = async (photo) => {
    if (photo.isGone) return;
    const job = photo.job;
    job.permit = leave.permit;
    job.uploads = leave.uploads;
    try {
      await patiently(job, sendPicture);
      photo.id = job.url.split("/").pop();
      say(job, texts.sent);
    } catch (error) {
      if (photo.isGone) return;
      photo.hasFailed = true;
      photo.row.classList.add("wrong");
      if (error instanceof Unreadable) say(job, told.fileUnreadable);
      else explain(job.state, error, told.failed);
    } finally {
      job.bar.hidden = true;
      forget(job);
      sending.delete(job);
      if (!photo.isGone) showAll();
    }
  };
  const forgetPhoto = (photo) => {
    photo.isGone = true;
    if (photo.job && !photo.id) cancel(photo.job);
    else if (leave.permit) request({ permit: leave.permit }, "DELETE", `${leave.uploads}/${photo.id}`).catch(() => {});
  };
  const faultOf = async (file) => {
    if (!file.size) return told.fileEmpty;
    if (file.size > Number(texts.max)) return texts.tooLarge;
    if (await startsAs(file, [PDF])) return texts.isAPdf;
    return (await startsAs(file, OTHERS)) ? texts.notAPicture : "";
  };
  const add = async (file) => {
    const fault = await faultOf(file);
    if (fault) return `${file.name}: ${fault}`;
    if (photos.length >= Number(texts.most)) return texts.tooMany;
    const photo = newPhoto({ file, name: file.name, size: file.size });
    photo.job = jobFor(photo);
    draw(photo);
    last = photo.job.done = last.then(() => carryPhoto(photo));
    sending.add(photo.job);
    return "";
  };
  for (const input of form.querySelectorAll("[data-source] input")) {
    input.addEventListener("change", async () => {
      const files = [...input.files];
      input.value = "";
      tell(form, "");
      result.textContent = "";
      const faults = new Set();
      for (const file of files) faults.add(await add(file));
      tell(form, [...faults].filter(Boolean).join(" "));
      showAll();
    });
  }

  const make = async () => {
    tell(form, "");
    await last;
    if (photos.some((photo) => photo.hasFailed)) return tell(form, texts.oneFailed);
    status.textContent = texts.making;
    const job = { state: status, form };
    try {
      const answer = await patiently(job, () => send(form.action, body(form, { foto: choice() })));
      result.innerHTML = answer.html;
      result.querySelector("[data-focus]").focus();
      showAll();
    } catch (error) {
      showAll();
      form.classList.add("wrong");
      if (error instanceof NotSent) explain(form.querySelector("[data-error]"), error, told.failed);
      else throw error;
    }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    await make().finally(() => button.removeAttribute("aria-busy"));
  }, true);

  for (const there of document.querySelectorAll("[data-there] li")) {
    const { id, name, size, quarters } = there.dataset;
    const photo = newPhoto({ id, name, size: Number(size), quarters: Number(quarters) });
    photo.row.querySelector("progress").hidden = true;
    photo.row.querySelector("[data-no-view]").hidden = false;
  }
  showAll();
}
