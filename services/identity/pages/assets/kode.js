// Copies and prints the recovery codes; the download and the codes themselves need no script.
"use strict";

function copied(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  // The newer clipboard is there on https only, and a first trial in an office has none.
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

const copy = document.querySelector("[data-copy]");
const print = document.querySelector("[data-print]");
copy.hidden = print.hidden = false;
print.addEventListener("click", () => window.print());
copy.addEventListener("click", () => {
  const codes = document.getElementById(copy.dataset.copy).querySelectorAll("li");
  const text = [...codes].map((code) => code.textContent).join("\n");
  document.querySelector("[data-copied]").hidden = !copied(text);
});
