// The upload page with a script: several files at once, by drag and drop, each with its
// way and its progress, to be paused and gone on with. Without it the page has a form for
// one file, which this takes the place of.
//
// What was begun is noted down in the browser by the file's name, size and time; after a
// closed tab the person chooses the file again, since no page may open a file by itself,
// and it goes on where it was.

const atOnce = 2; // files that are sent at the same time; one line is seldom filled better by more

const root = document.querySelector("#uploads");
const { guess, fingerprint, looksLikeImage, bytes, duration } = await import(root.dataset.file);
const { Transfer } = await import(root.dataset.transfer);

const rows = root.querySelector("#transfers");
const template = root.querySelector("#transfer");
const transfers = new Map(); // row to Transfer
let count = 0;

// Notes ---------------------------------------------------------------------------------

const notes = `upload of ${root.dataset.user}: `; // one browser may have several people
const keyOf = (file) => `${notes}${file.name} ${file.size} ${file.lastModified}`;

function noted(file) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(file)));
  } catch {
    return null;
  }
}

function note(file, what) {
  try {
    if (what.address) localStorage.setItem(keyOf(file), JSON.stringify(what));
    else localStorage.removeItem(keyOf(file));
  } catch {
    // The browser keeps nothing; then a closed tab is a new beginning.
  }
}

// Rows ----------------------------------------------------------------------------------

function part(row, name) {
  return row.querySelector(`[data-part="${name}"]`);
}

// label says on a button what it does, and to those who do not see the row, to which file.
function label(button, word, name) {
  button.textContent = word;
  button.setAttribute("aria-label", `${word}: ${name}`);
}

function newRow(name, size) {
  const row = template.content.firstElementChild.cloneNode(true);
  count++;
  for (const e of row.querySelectorAll("[id], [for]")) {
    if (e.id) e.id += `-${count}`;
    if (e.htmlFor) e.htmlFor += `-${count}`;
  }
  part(row, "name").textContent = name;
  part(row, "size").textContent = bytes(size);
  part(row, "progress").max = size || 1;
  part(row, "progress").setAttribute("aria-label", `Progress of ${name}`);
  for (const button of row.querySelectorAll("button")) {
    label(button, button.textContent, name);
    button.addEventListener("click", () => act(row, button.dataset.part));
  }
  rows.append(row);
  return row;
}

function field(row, name) {
  return part(row, name).value.trim();
}

async function add(file) {
  const row = newRow(file.name, file.size);
  const print = await fingerprint(file);
  const old = noted(file);
  const goesOn = old && old.print === print;
  const guessed = goesOn ? old : { collection: root.dataset.collection, ...guess(file.name) };
  if (!goesOn && root.dataset.container) guessed.container = root.dataset.container;
  for (const name of ["collection", "container", "tag"]) part(row, name).value = guessed[name] ?? "";
  document.getElementById(`left ${keyOf(file)}`)?.remove();
  const t = new Transfer(file, null, goesOn ? old.address : "", {
    changed: () => show(row, t),
    keep: (address) => note(file, { address, print, name: file.name, size: file.size, ...way(row) }),
  });
  transfers.set(row, t);
  if (!await looksLikeImage(file)) t.problem = "This does not look like an image file. The registry may reject it after the upload.";
  t.begun = goesOn;
  t.state = "ready";
  show(row, t);
  return t;
}

function way(row) {
  return { collection: field(row, "collection"), container: field(row, "container"), tag: field(row, "tag") };
}

function start(row) {
  const t = transfers.get(row);
  const empty = ["collection", "container", "tag"].find((name) => !field(row, name));
  if (empty) {
    part(row, empty).focus();
    t.problem = `Choose a ${empty}.`;
    show(row, t);
    return;
  }
  const { collection, container, tag } = way(row);
  t.target = { container: `${collection}/${container}`, tag };
  t.problem = "";
  t.state = "waiting";
  show(row, t);
  next();
}

// next lets the first that waits begin, if there is room.
function next() {
  const running = [...transfers.values()].filter((t) => ["sending", "finishing", "cut"].includes(t.state)).length;
  let room = atOnce - running;
  for (const t of transfers.values()) {
    if (t.state === "waiting" && room-- > 0) t.run().finally(next);
  }
}

async function act(row, action) {
  const t = transfers.get(row);
  switch (action) {
    case "start":
      return start(row);
    case "pause":
      t.pause();
      return next();
    case "remove":
      transfers.delete(row);
      row.remove();
      root.querySelector("#files").focus();
      await t.cancel();
      next();
  }
}

// What a row says -----------------------------------------------------------------------

const says = {
  ready: (t) => t.problem || (t.begun ? "Part of this file is already uploaded. It resumes from there." : ""),
  waiting: () => "Queued.",
  sending: () => "",
  paused: () => "Paused. Uploaded data is kept.",
  cut: () => "Connection lost. The upload resumes automatically when the registry is reachable.",
  finishing: () => "Upload complete. Inspecting the image…",
  done: (t) => `Uploaded as ${t.image}.`,
  failed: (t) => t.problem,
  out: (t) => t.problem,
};

function show(row, t) {
  const { state, sent } = t;
  const size = t.file.size;
  row.dataset.state = state;
  const sentence = says[state](t);
  const line = part(row, "says");
  if (line.textContent !== sentence) line.textContent = sentence; // or it is read aloud again and again
  line.classList.toggle("problem", state === "failed" || Boolean(t.problem));
  part(row, "progress").value = state === "done" ? size : sent;
  part(row, "progress").hidden = !sent || state === "failed" && !t.address;
  part(row, "numbers").textContent = state === "sending" ? numbers(t, size) : sent && state !== "done" && !part(row, "progress").hidden ? `${bytes(sent)} of ${bytes(size)}` : "";
  const settable = ["ready", "failed"].includes(state) && !t.address;
  for (const name of ["collection", "container"]) part(row, name).disabled = !settable;
  part(row, "tag").disabled = !["ready", "failed", "paused"].includes(state);
  const startButton = part(row, "start");
  startButton.hidden = !["ready", "paused", "failed", "out"].includes(state);
  label(startButton, { ready: t.begun ? "Resume" : "Start", failed: "Try again" }[state] ?? "Resume", t.file.name);
  part(row, "pause").hidden = !["waiting", "sending", "cut"].includes(state);
  part(row, "remove").hidden = state === "finishing";
  label(part(row, "remove"), state === "done" ? "Close" : "Remove", t.file.name);
  part(row, "signin").hidden = state !== "out";
  const link = part(row, "page");
  link.hidden = state !== "done";
  if (state === "done") link.href = t.page;
  root.querySelector("#start-all").hidden = ![...transfers.values()].some((one) => one.state === "ready");
}

function numbers(t, size) {
  const speed = t.speed;
  const shown = [`${bytes(t.sent)} of ${bytes(size)}`];
  if (speed > 0 && t.sent < size) shown.push(`${bytes(speed)}/s`, `${duration((size - t.sent) / speed)} left`);
  return shown.join(" · ");
}

// What was left behind ------------------------------------------------------------------

async function showLeft() {
  for (const key of Object.keys(localStorage).filter((k) => k.startsWith(notes))) {
    const old = JSON.parse(localStorage.getItem(key));
    const response = await fetch(old.address).catch(() => null);
    if (response?.status === 404) localStorage.removeItem(key); // swept, or finished
    if (!response?.ok) continue;
    const { offset } = await response.json();
    const item = root.querySelector("#left-behind").content.firstElementChild.cloneNode(true);
    item.id = `left ${key}`;
    part(item, "name").textContent = old.name;
    part(item, "says").textContent = `${bytes(offset)} of ${bytes(old.size)} uploaded to ${old.collection}/${old.container}:${old.tag}. ` +
      "Choose the same file again to resume.";
    part(item, "discard").addEventListener("click", async () => {
      item.remove();
      localStorage.removeItem(key);
      await fetch(old.address, { method: "DELETE" }).catch(() => {});
    });
    rows.append(item);
  }
}

// The page ------------------------------------------------------------------------------

const input = root.querySelector("#files");
input.addEventListener("change", () => {
  for (const file of input.files) add(file);
  input.value = ""; // so that the same file can be chosen again
});

const drop = root.querySelector("#drop");
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (e) => {
    e.preventDefault();
    drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") for (const file of e.dataTransfer.files) add(file);
  });
}

root.querySelector("#start-all").addEventListener("click", () => {
  for (const [row, t] of transfers) if (t.state === "ready") start(row);
});

addEventListener("online", () => transfers.forEach((t) => t.nudge()));
addEventListener("beforeunload", (e) => {
  if ([...transfers.values()].some((t) => ["sending", "cut", "finishing"].includes(t.state))) e.preventDefault();
});

document.querySelector("#plain").hidden = true;
root.hidden = false;
try {
  await showLeft();
} catch {
  // Notes that cannot be read are as good as none.
}
