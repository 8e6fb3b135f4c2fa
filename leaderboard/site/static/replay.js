// Steps through a match with buttons and arrow keys. Without it all steps stand one below the other.
"use strict";

const replay = document.querySelector(".replay");
const steps = [...replay.querySelectorAll(".step")];
const total = replay.dataset.total;
let at = 0;

const bar = document.createElement("div");
bar.className = "steps";
bar.setAttribute("role", "toolbar");
bar.setAttribute("aria-label", "Steps");
const place = document.createElement("output");

function button(label, text, keys, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "second";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.title = keys ? `${label} (${keys})` : label;
  made.addEventListener("click", act);
  return made;
}

const first = button("First step", "«", "Home", () => show(0));
const back = button("Previous step", "‹", "left arrow", previous);
const forth = button("Next step", "›", "right arrow", next);
const last = button("Last step", "»", "End", () => show(steps.length - 1));
const all = button("Show all steps", "All steps", "", toggle);

function show(index) {
  at = Math.max(0, Math.min(index, steps.length - 1));
  steps.forEach((step, number) => { step.hidden = number !== at; });
  const name = steps[at].dataset.step;
  place.textContent = name === "end" ? "The end" : `Step ${name} of ${total}`;
  first.disabled = at === 0;
  back.disabled = at === 0 && !replay.dataset.previous;
  forth.disabled = at === steps.length - 1 && !replay.dataset.next;
  last.disabled = at === steps.length - 1;
  history.replaceState(null, "", `#${steps[at].id}`);
}

function previous() {
  if (at > 0) show(at - 1);
  else if (replay.dataset.previous) location.href = `${replay.dataset.previous}#last`;
}

function next() {
  if (at < steps.length - 1) show(at + 1);
  else if (replay.dataset.next) location.href = replay.dataset.next;
}

function toggle() {
  const open = replay.classList.toggle("stepping");
  all.textContent = open ? "All steps" : "One step";
  all.setAttribute("aria-label", open ? "Show all steps" : "Show one step");
  [first, back, place, forth, last].forEach((part) => { part.hidden = !open; });
  if (open) show(at);
  else steps.forEach((step) => { step.hidden = false; });
}

function named() {
  const name = location.hash.slice(1);
  return name === "last" ? steps.length - 1 : Math.max(0, steps.findIndex((step) => step.id === name));
}

document.addEventListener("keydown", (event) => {
  const busy = event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select");
  if (busy || !replay.classList.contains("stepping")) return;
  const act = { ArrowLeft: previous, ArrowRight: next, Home: () => show(0), End: () => show(steps.length - 1) }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
window.addEventListener("hashchange", () => { if (replay.classList.contains("stepping")) show(named()); });

bar.append(first, back, place, forth, last, all);
replay.before(bar);
replay.classList.add("stepping");
show(named());
