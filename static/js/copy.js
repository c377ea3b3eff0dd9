// Copy buttons, an addition for browsers that can: without this script they stay hidden,
// and text is selected by hand.
//
// <button data-copy="ID" hidden>Copy</button> copies the text of the element ID, or its
// value if it is a field. The outcome is told in the button, and to screen readers in
// the page's [data-copy-status].

const shown = 2000; // milliseconds that the outcome stays

const status = document.querySelector("[data-copy-status]");
const timers = new WeakMap();

function tell(button, word, sentence) {
  clearTimeout(timers.get(button));
  button.textContent = word;
  if (status) status.textContent = sentence;
  timers.set(button, setTimeout(() => {
    button.textContent = "Copy";
    if (status) status.textContent = "";
  }, shown));
}

// Browsers open the clipboard to pages with TLS only, and a registry on a local network
// may have none; so the old way stays: select, then ask the document to copy.
async function write(source) {
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    if (!document.execCommand("copy")) throw new Error("refused");
  }
}

async function copy(button) {
  try {
    await write(document.getElementById(button.dataset.copy));
    tell(button, "Copied", "Copied to the clipboard.");
  } catch {
    tell(button, "Failed", "The browser blocked copying. Select the text and copy it manually.");
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
