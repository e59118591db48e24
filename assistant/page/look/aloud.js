// Reading aloud and dictation, where the browser does both on this device; where it does not, neither is offered.
"use strict";

(() => {
  const language = document.documentElement.lang || "en";
  const find = (selector) => document.querySelector(selector);
  const { texts, hint, put, box, spoken } = window.companion;

  // ---- reading aloud -------------------------------------------------------------------------------------------

  const speech = window.speechSynthesis;
  let reading = ""; // the key of the turn that is being read

  /** A voice of this computer in the page's language: others are somebody's servers, and would be sent the reply. */
  const voice = () => {
    const ours = (speech?.getVoices() ?? []).filter((one) => one.localService === true && one.lang.toLowerCase().startsWith(language));
    return ours.find((one) => one.default) ?? ours[0];
  };

  const turnOf = (button) => button.closest(".turn") ?? find("#conversation .turn:last-of-type");

  /** The server shows the buttons anew with every reply, as if nothing were read. */
  function labelled() {
    for (const button of document.querySelectorAll("[data-read]")) {
      const label = reading && turnOf(button)?.dataset.turn === reading ? texts().stop_reading : texts().read_aloud;
      if (button.textContent !== label) button.textContent = label;
    }
  }

  function stopReading() {
    if (!reading) return;
    reading = "";
    speech.cancel();
    labelled();
  }

  /** Paragraph by paragraph: some browsers break off a long text. */
  function read(turn) {
    stopReading();
    const pieces = spoken(turn).map((text) => text.replace(/\s*\[\d+\]/g, "")).filter(Boolean);
    if (!pieces.length) return;
    reading = turn.dataset.turn;
    const key = reading;
    for (const [number, piece] of pieces.entries()) {
      const utterance = new SpeechSynthesisUtterance(piece);
      utterance.voice = voice();
      utterance.lang = utterance.voice.lang;
      const over = () => {
        if (reading === key) stopReading();
      };
      utterance.addEventListener("error", over);
      if (number === pieces.length - 1) utterance.addEventListener("end", over);
      speech.speak(utterance);
    }
    labelled();
  }

  function offerReading() {
    document.body.toggleAttribute("data-reads", Boolean(voice()));
  }

  // ---- dictation -----------------------------------------------------------------------------------------------

  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  let listening = null;

  /** Whether the browser can turn speech into words by itself. Where it cannot say so, it would send what is said to somebody. */
  async function dictatesHere() {
    if (!Recognition || !("processLocally" in Recognition.prototype) || typeof Recognition.available !== "function") return false;
    try {
      return (await Recognition.available({ langs: [language], processLocally: true })) === "available";
    } catch {
      return false;
    }
  }

  function dictate() {
    listening = new Recognition();
    listening.lang = language;
    listening.processLocally = true;
    listening.continuous = true;
    listening.addEventListener("result", (event) => {
      for (const result of [...event.results].slice(event.resultIndex)) if (result.isFinal) add(result[0].transcript.trim());
    });
    listening.addEventListener("error", ({ error }) => {
      if (error !== "aborted") hint(error === "not-allowed" ? texts().no_microphone : texts().not_heard);
    });
    listening.addEventListener("end", () => {
      listening = null;
      listens();
    });
    try {
      listening.start();
    } catch {
      listening = null;
      hint(texts().no_microphone);
    }
    listens();
  }

  function add(said) {
    const typed = box().value;
    if (said) put(typed + (typed && !/\s$/.test(typed) ? " " : "") + said);
  }

  function listens() {
    const button = find("#dictate");
    button.textContent = listening ? texts().stop_dictating : texts().dictate;
    button.setAttribute("aria-pressed", Boolean(listening));
  }

  function offerDictation() {
    const button = document.createElement("button");
    button.type = "button";
    button.id = "dictate";
    button.className = "quiet-button";
    button.addEventListener("click", () => (listening ? listening.stop() : dictate()));
    find("#who-row").append(button);
    listens();
  }

  // ---- when the page is there ----------------------------------------------------------------------------------

  document.addEventListener(
    "click",
    ({ target }) => {
      const button = target.closest("[data-read]");
      if (button && reading === turnOf(button).dataset.turn) stopReading();
      else if (button) read(turnOf(button));
      else if (target.closest("#send, #new, [data-open], [data-say], #again, #edit, #undo, .grave")) stopReading();
      if (target.closest("#send, #new, [data-open]")) listening?.abort();
    },
    true,
  );
  window.addEventListener("pagehide", () => {
    speech?.cancel();
    listening?.abort();
  });

  const ready = new MutationObserver(async () => {
    if (!("ready" in document.body.dataset)) return;
    ready.disconnect();
    if (speech) {
      offerReading();
      speech.addEventListener?.("voiceschanged", offerReading);
      new MutationObserver(labelled).observe(find("#conversation"), { childList: true, subtree: true });
    }
    if (await dictatesHere()) offerDictation();
  });
  ready.observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
})();
