// What saves steps in the library; without it the pages reload themselves, and the companion says what was too large.
"use strict";

(() => {
  // Shows how far something is, as long as there is something to wait for.
  const waits = () => document.querySelector("[data-look-again]");

  async function look() {
    const here = waits();
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-look-again]");
      if (answer.ok && !now) {
        location.replace(location.href);
        return;
      }
      if (now && here.innerHTML !== now.innerHTML) here.replaceChildren(...now.childNodes);
    } catch {
      // The companion is not there just now; the next look may find it.
    }
    setTimeout(look, 1000 * Number(here.dataset.lookAgain));
  }

  if (waits()) setTimeout(look, 1000 * Number(waits().dataset.lookAgain));

  // Says that files are too large before they are on their way.
  const files = document.querySelector("input[data-most]");
  files?.addEventListener("change", () => {
    const bytes = [...files.files].reduce((sum, file) => sum + file.size, 0);
    const tooLarge = bytes > Number(files.dataset.most);
    const told = files.dataset.tooLarge.replace("{count}", Math.ceil(bytes / 1e6).toLocaleString("en"));
    files.setCustomValidity(tooLarge ? told : "");
    if (tooLarge) files.reportValidity();
  });
})();
