// While an endpoint is tried, its button says so, and cannot be pressed once more.
"use strict";

document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-busy]");
  if (!button) return;
  button.dataset.idle = button.textContent;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
  setTimeout(() => (button.disabled = true), 0);
});

// The way back leads to a page on which nothing is tried any more.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-idle]")) {
    button.textContent = button.dataset.idle;
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
});
