// Logging out: nothing of whoever was here stays in this browser, in no tab of it.
"use strict";

(() => {
  const LEFT = "/login?left";
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("dream-companion-leaving") : null;

  function forget() {
    window.name = ""; // the draft, see look.js
    try {
      sessionStorage.clear();
    } catch {
      return; // a browser that keeps nothing
    }
  }

  function go() {
    document.documentElement.hidden = true;
    forget();
    location.replace(LEFT);
  }

  /** The server first, or the page that a tab loads next would still be theirs. */
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-leaving]");
    if (!form) return;
    event.preventDefault();
    const answer = await fetch(form.action, { method: "POST" }).catch(() => null);
    if (answer === null) {
      form.submit();
      return;
    }
    tabs?.postMessage("left");
    go();
  });

  if (tabs) tabs.onmessage = go;

  // A page that the browser kept for its back button may be somebody else's by now.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
