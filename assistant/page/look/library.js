// Shows how far something is without a reload, as long as there is something to wait for. Without it the page reloads itself.
"use strict";

(() => {
  const waits = () => document.querySelector("[data-look-again]");

  async function look() {
    const here = waits();
    if (!here) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-look-again]");
      if (!now) {
        location.replace(location.href);
        return;
      }
      if (here.innerHTML !== now.innerHTML) here.replaceChildren(...now.childNodes);
    } catch {
      // The companion is not there just now; the next look may find it.
    }
    again();
  }

  function again() {
    const here = waits();
    if (here) setTimeout(look, 1000 * Number(here.dataset.lookAgain));
  }

  again();
})();
