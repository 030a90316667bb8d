// Before the last step: what would be sent, in the words of the form. Without this file the form itself says it.
"use strict";

const chosenIn = (control) => {
  if (control.dataset.told) return control.dataset.told; // a file that is there already
  if (control.type === "radio" || control.type === "checkbox") return control.checked ? control.closest("label").textContent.trim() : "";
  if (control.tagName === "SELECT") return control.value && control.selectedOptions[0].textContent.trim();
  return control.value.trim();
};
const askedBy = (control) => {
  if (control.dataset.asked) return control.dataset.asked;
  const group = control.closest("fieldset");
  const isTicked = control.type === "radio" || control.type === "checkbox";
  const label = isTicked && group ? group.querySelector("legend") : control.labels[0];
  return label ? label.firstChild.textContent.trim() : "";
};
const summarise = (form, list) => {
  const rows = [];
  for (const control of form.elements) {
    if (!control.name || (control.type === "hidden" && !control.dataset.told) || control.tagName === "BUTTON") continue;
    const chosen = chosenIn(control);
    if (!chosen) continue;
    const row = document.createElement("div");
    for (const [tag, text] of [["dt", askedBy(control)], ["dd", chosen]]) row.appendChild(document.createElement(tag)).textContent = text;
    row.lastChild.className = "text";
    rows.push(row);
  }
  list.replaceChildren(...rows);
};
for (const list of document.querySelectorAll("[data-summary]")) {
  const form = list.closest("form");
  const now = () => summarise(form, list);
  form.addEventListener("input", now);
  list.closest("details").addEventListener("toggle", now);
}
