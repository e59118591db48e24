// The small habits of the pages beside the conversation. Without it they still work; it only saves steps.
"use strict";

(() => {
  const WIDTH = 1080; // pixels of the picture
  const MARGIN = 96;
  const SECONDS_TO_FILL = 5; // after which a page that is not complete yet is looked at anew
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("dream-companion") : null;

  /** A line of text in pieces that fit the width; words that are longer than a line are cut. */
  function folded(context, text, width) {
    const lines = [];
    for (const paragraph of text.split("\n")) {
      let line = "";
      for (const word of paragraph.split(/(?<=\s)/)) {
        let rest = word;
        while (context.measureText(line + rest).width > width) {
          if (line) lines.push(line.trimEnd());
          line = "";
          let fits = rest.length;
          while (fits > 1 && context.measureText(rest.slice(0, fits)).width > width) fits -= 1;
          if (fits === rest.length) break;
          lines.push(rest.slice(0, fits));
          rest = rest.slice(fits);
        }
        line += rest;
      }
      lines.push(line.trimEnd());
    }
    return lines;
  }

  /** The card as a picture, in the colours of the page. It is drawn here and goes nowhere. */
  function drawn(card) {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const voice = getComputedStyle(card.querySelector("h1")).fontFamily;
    const plain = getComputedStyle(document.body).fontFamily;
    const parts = [
      { part: ".date", font: `30px ${plain}`, height: 62, ink: "--soft" },
      { part: "h1", font: `600 60px ${voice}`, height: 76, ink: "--ink", ruled: true },
      { part: ".note", font: `36px ${voice}`, height: 58, ink: "--ink" },
      { part: ".from", font: `28px ${plain}`, height: 60, ink: "--soft", above: 40 },
    ];
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    let height = MARGIN;
    for (const one of parts) {
      context.font = one.font;
      one.lines = folded(context, card.querySelector(one.part).textContent.trim(), WIDTH - 2 * MARGIN);
      one.top = height + (one.above ?? 0);
      height = one.top + one.lines.length * one.height + (one.ruled ? 60 : 0);
    }
    canvas.width = WIDTH;
    canvas.height = Math.min(height + MARGIN, 16000);
    context.fillStyle = colour("--raised");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.textBaseline = "top";
    for (const one of parts) {
      context.font = one.font;
      context.fillStyle = colour(one.ink);
      one.lines.forEach((line, number) => context.fillText(line, MARGIN, one.top + number * one.height));
      if (!one.ruled) continue;
      context.fillStyle = colour("--glow");
      context.fillRect(MARGIN, one.top + one.lines.length * one.height + 12, WIDTH - 2 * MARGIN, 4);
    }
    return canvas;
  }

  function keepPicture(card) {
    drawn(card).toBlob((picture) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(picture);
      link.download = card.dataset.file;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }, "image/png");
  }

  for (const button of document.querySelectorAll("[data-picture], [data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if ("print" in button.dataset) print();
      else keepPicture(document.querySelector("#card"));
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) event.target.form?.requestSubmit();
  });

  if (document.querySelector("[data-fills]")) setTimeout(() => location.reload(), SECONDS_TO_FILL * 1000);

  // Nothing of what was told is left, so nothing that was begun stays either, in any tab.
  if (document.querySelector("[data-forgotten]")) {
    window.name = "";
    try {
      sessionStorage.clear();
    } catch {
      // a browser that keeps nothing has nothing to forget
    }
    tabs?.postMessage("forgotten");
  }
})();
