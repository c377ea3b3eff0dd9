// Checks names while they are typed. The server checks them again. A field with data-name holds one name; its hint is the element ID-hint.

// problem says what is wrong with a name, in the words of package ref.
function problem(name) {
  const bad = [...name].findIndex((c) => !/[a-z0-9._-]/.test(c));
  if (bad >= 0) {
    const c = [...name][bad];
    return `${c === " " ? "A space" : `“${c}”`} at character ${bad + 1} is not allowed in a name.${/[A-Z]/.test(c) ? " Use lowercase letters." : ""}`;
  }
  if (/^[._-]/.test(name)) return "A name must start with a letter or digit.";
  if (/[._-]$/.test(name)) return "A name must end with a letter or digit.";
  if (/\.[._-]|[_-]\.|___|_-|-_/.test(name)) return "Separate letters and digits with a single . _ or -.";
  return "";
}

for (const field of document.querySelectorAll("input[data-name]")) {
  const hint = document.getElementById(`${field.id}-hint`);
  const rules = hint.textContent;
  field.addEventListener("input", () => {
    const wrong = problem(field.value);
    field.setCustomValidity(wrong);
    hint.textContent = wrong || rules;
    hint.classList.toggle("problem", Boolean(wrong));
  });
}
