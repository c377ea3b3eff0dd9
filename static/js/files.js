// The files of an image open in place, an addition for browsers that can: without this
// script each folder's name leads to a page of its own.
//
// Each <li data-folder> of a <ul data-files> gets a button, which fetches the page that its
// link leads to, takes the list out of it and puts it below. A folder that is too large
// for one page keeps the links to its other parts.

const parser = new DOMParser();

async function fetchList(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = parser.parseFromString(await answer.text(), "text/html");
  const list = page.querySelector("[data-files]");
  if (list) return [list, page.querySelector("[data-turn]")].filter(Boolean);
  const problem = document.createElement("p");
  problem.className = "faint";
  problem.textContent = page.querySelector("main .empty, main .lead")?.textContent.trim() || "Cannot load the folder. Reload the page to try again.";
  return [problem];
}

async function open(button, below, link) {
  button.setAttribute("aria-busy", "true");
  let parts;
  try {
    parts = await fetchList(link.href);
  } catch {
    parts = [document.createElement("p")];
    parts[0].className = "faint";
    parts[0].textContent = "Cannot reach the server. Check your connection and try again.";
  }
  button.removeAttribute("aria-busy");
  below.replaceChildren(...parts);
  below.querySelectorAll("li[data-folder]").forEach(prepare);
}

function prepare(item) {
  const link = item.querySelector("a");
  const button = document.createElement("button");
  const below = document.createElement("div");
  button.type = "button";
  button.className = "fold";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", `Expand ${link.textContent.trim()}`);
  below.hidden = true;
  item.querySelector(".entry").prepend(button);
  item.append(below);
  button.addEventListener("click", () => {
    const expanded = below.hidden;
    below.hidden = !expanded;
    button.setAttribute("aria-expanded", String(expanded));
    if (expanded && !below.querySelector("[data-files]")) open(button, below, link);
  });
}

document.querySelectorAll("[data-files] > li[data-folder]").forEach(prepare);
