// Copies what must be kept or typed elsewhere, and prints it; without a script it can be read and downloaded.
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

function textOf(source) {
  const lines = [...source.querySelectorAll("li")].map((line) => line.textContent);
  return source.dataset.text || lines.join("\n");
}

for (const print of document.querySelectorAll("[data-print]")) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
for (const copy of document.querySelectorAll("[data-copy]")) {
  copy.hidden = false;
  copy.addEventListener("click", () => {
    const text = textOf(document.getElementById(copy.dataset.copy));
    document.querySelector("[data-copied]").hidden = !copied(text);
  });
}
