// Search as you type, an addition for browsers that can: without this script the box in
// the masthead is a form like any other.
//
// On the page of a search (#results) what is found takes the place of what was there; on
// other pages it is shown below the box (#suggestions), where Escape closes it and the
// arrow keys go from link to link.

const wait = 150; // milliseconds without a key, before the server is asked

const form = document.getElementById("search");
const results = document.getElementById("results");
const suggestions = document.getElementById("suggestions");
const place = results ?? suggestions;

let timer;
let asked; // the request under way
let shown = address();

function address() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value !== "") query.set(name, value);
  }
  return "/search?" + query;
}

function close() {
  suggestions.hidden = true;
}

async function look() {
  const to = address();
  if (to === shown) return;
  asked?.abort();
  asked = new AbortController();
  if (!results && form.elements.q.value.trim() === "") {
    shown = to;
    close();
    return;
  }
  try {
    const answer = await fetch(to + "&fragment=yes", { signal: asked.signal });
    if (!answer.ok) return; // whoever submits the form is told why
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown = to;
    place.replaceChildren(...found.body.childNodes);
    place.hidden = false;
    if (results) history.replaceState(null, "", to);
  } catch (problem) {
    if (problem.name !== "AbortError") close();
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(look, wait);
}

// The arrow keys go through the links of what was found, and back to the box.
function go(event) {
  if (suggestions.hidden) return;
  if (event.key === "Escape") {
    event.preventDefault(); // or the browser clears the box, too
    close();
    form.elements.q.focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const stops = [form.elements.q, ...suggestions.querySelectorAll("a")];
  const next = stops.indexOf(document.activeElement) + step;
  event.preventDefault();
  stops[(next + stops.length) % stops.length].focus();
}

if (form) {
  form.elements.q.addEventListener("input", later);
  form.addEventListener("keydown", go);
  document.addEventListener("pointerdown", (event) => {
    if (!form.contains(event.target)) close();
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
  if (results) {
    for (const field of form.elements) {
      if (field.name && field.name !== "q") field.addEventListener("change", look);
    }
  }
}
