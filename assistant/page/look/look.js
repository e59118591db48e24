// The page's small habits: what is typed is never lost, marks lead to passages and back, the reply stays in view.
// Everything that is shown comes from the server; this only moves, copies and keeps.
"use strict";

window.companion = (() => {
  const MOST_CHARACTERS = 20000; // limits.py holds the same figure
  const CONVERSATION = "dream-companion-conversation";
  const DRAFT = "dream-companion-draft";
  const find = (selector) => document.querySelector(selector);
  const box = () => find("#box textarea");
  const texts = () => JSON.parse(find("#page-texts").textContent);
  const body = () => document.body.dataset;
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  let pending = null; // sent, but not yet seen in the conversation; it stays in the box until then
  let turnsBefore = 0; // in the conversation when it was sent
  let waits = false; // something in the box is to be sent when the reply is finished
  let cameFrom = null; // the mark that last led to a passage
  let follows = true; // the view follows the reply, until the person scrolls

  // ---- the box -------------------------------------------------------------------------------------------------

  function put(text) {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function hint(text) {
    find("#local-hint").textContent = text;
    body().hinted = text ? "locally" : "";
  }

  function giveBack(text) {
    const typed = box().value;
    put(typed.trim() ? `${text}\n\n${typed}` : text);
    box().focus();
    box().setSelectionRange(text.length, text.length);
  }

  /** Holds back what cannot be sent now; true where it may go. */
  function maySend() {
    const text = box().value;
    const count = [...text].length;
    if (body().state === "replying" || pending !== null) {
      waits = text.trim() !== "" && text !== pending;
      if (waits) hint(texts().kept);
      return false;
    }
    if (body().state === "lost") hint(texts().no_connection);
    else if (!text.trim()) hint(texts().blank);
    else if (count > MOST_CHARACTERS) hint(texts().too_long.replace("{count}", count.toLocaleString("en")));
    else return true;
    box().focus();
    return false;
  }

  function hold(event) {
    if (maySend()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Called by Gradio with what it is about to send. */
  function sending(message, conversation) {
    pending = message;
    turnsBefore = turnCount();
    waits = false;
    follows = true;
    body().sending = "";
    hint("");
    return [message, conversation];
  }

  /** Called by Gradio when a request was refused or broke off. */
  function failed() {
    if (body().state === "lost") return;
    giveUp(body().state === "replying" ? "failed" : body().state);
    hint(texts().not_taken);
  }

  /** Gradio has lost the server. It keeps asking for it, and reloads the page when it is back. */
  function lost() {
    giveUp("lost");
    hint(texts().no_connection);
  }

  function giveUp(state) {
    pending = null;
    waits = false;
    delete body().sending;
    if (state) find("#conversation .talk")?.setAttribute("data-state", state);
    body().state = state ?? "failed";
    body().ready = "";
  }

  // A browser that keeps nothing refuses these; a reload then shows the visitor's last conversation and an empty box.
  function recall(name) {
    try {
      return sessionStorage.getItem(name) ?? "";
    } catch {
      return "";
    }
  }

  function remember(name, value) {
    try {
      sessionStorage.setItem(name, value);
    } catch {
      return;
    }
  }

  // ---- what the server shows -----------------------------------------------------------------------------------

  function conversationShown() {
    const talk = find("#conversation .talk");
    if (!talk) return;
    const before = body().state;
    const state = talk.dataset.state;
    body().state = state;
    body().ready = "";
    remember(CONVERSATION, talk.dataset.conversation || "new");
    if (pending !== null && turnCount() > turnsBefore) received();
    if (state !== "replying") delete body().sending;
    if (state === "replying" || before === "replying" || before === undefined) follow(before === undefined);
    if (before === "replying" && waits && (state === "done" || state === "stopped")) {
      waits = false;
      hint("");
      setTimeout(() => find("#send").click(), 0);
    }
  }

  const turnCount = () => document.querySelectorAll("#conversation .turn").length;

  function received() {
    const typed = box().value;
    if (typed.startsWith(pending)) put(typed.slice(pending.length).replace(/^\n/, ""));
    pending = null;
    if (matchMedia("(pointer: coarse)").matches) box().blur();
    else box().focus();
  }

  function hintShown() {
    const shown = find("#hint .hint");
    if (!shown) return;
    const text = shown.dataset.restore;
    if (text) {
      shown.dataset.restore = "";
      giveBack(text);
    }
    if (shown.textContent) {
      pending = null;
      delete body().sending;
      hint("");
    }
  }

  /** Keep the end of the reply in view, but never push its beginning out of it. */
  function follow(atOnce) {
    const turn = find("#conversation .turn:last-child");
    if (!turn || !follows) return;
    const { top } = turn.getBoundingClientRect();
    const bottom = Math.max(...[turn, find("#actions")].map((part) => part.getBoundingClientRect().bottom));
    const room = find("#composer").getBoundingClientRect().top - 20;
    const down = Math.min(bottom - room, top - find("#top").offsetHeight - 12);
    if (down > 0) scrollBy({ top: down, behavior: atOnce || calm() ? "auto" : "smooth" });
  }

  // ---- marks and passages --------------------------------------------------------------------------------------

  function open(panel, wanted) {
    const content = panel?.querySelector("[data-testid=accordion-content]");
    const isOpen = content && content.style.display !== "none";
    if (content && isOpen !== wanted) panel.querySelector(".label-wrap").click();
  }

  /** From a mark to its passage, and from a passage back to the mark that led there, or the first that does. */
  function lead(link) {
    const { back } = link.dataset;
    const target = back
      ? (cameFrom?.dataset.mark === back && cameFrom.isConnected ? cameFrom : find(`[data-mark="${back}"]`))
      : document.getElementById(link.hash.slice(1));
    if (!target) return;
    if (!back) cameFrom = link;
    if (target.closest("#behind-panel")) open(find("#behind-panel"), true);
    target.closest("details")?.setAttribute("open", "");
    follows = false;
    requestAnimationFrame(() => {
      target.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
      target.focus({ preventScroll: true });
    });
  }

  function point(event, on) {
    const mark = event.target.closest?.("a.mark");
    if (mark) document.getElementById(mark.hash.slice(1))?.classList.toggle("pointed", on);
  }

  // ---- copying -------------------------------------------------------------------------------------------------

  function plain(turn) {
    const { you, companion } = texts();
    const said = `${you}: ${turn.querySelector(".said").textContent}`;
    const reply = turn.querySelector(".reply").innerText.trim();
    return reply ? `${said}\n\n${companion}: ${reply}` : said;
  }

  async function copy(button) {
    const turns = [...document.querySelectorAll("#conversation .turn")];
    const turn = button.closest(".turn") ?? turns.at(-1);
    const text =
      button.dataset.copy === "conversation"
        ? turns.map(plain).join("\n\n")
        : (turn?.querySelector(".reply").innerText.trim() ?? "");
    try {
      await navigator.clipboard.writeText(text);
      hint(texts().copied);
    } catch {
      hint(copyTheOldWay(text) ? texts().copied : texts().copy_failed);
    }
  }

  /** For pages that did not come over https: there browsers have no clipboard for scripts. */
  function copyTheOldWay(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "only-heard";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }

  // ---- events --------------------------------------------------------------------------------------------------

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === box()) hold(event);
      if (event.key !== "Escape") return;
      if (body().state === "replying") find("#stop").click();
      else if (event.target.closest("#more")) {
        open(find("#more"), false);
        find("#more .label-wrap").focus();
      }
    },
    true,
  );

  document.addEventListener(
    "click",
    (event) => {
      const { target } = event;
      if (target.closest("#send")) hold(event);
      if (!target.closest("#more")) open(find("#more"), false);
      const example = target.closest("[data-example]");
      if (example) {
        put(example.dataset.example);
        box().focus();
      }
      if (target.closest("[data-open], .grave")) open(find("#more"), false);
      const button = target.closest("[data-copy]");
      if (button) copy(button);
      const link = target.closest("a.mark, .back a");
      if (link) {
        event.preventDefault();
        lead(link);
      }
      const label = target.closest(".label-wrap");
      if (label) setTimeout(tellOpen, 0);
    },
    true,
  );

  for (const [event, on] of [["focusin", true], ["focusout", false], ["mouseover", true], ["mouseout", false]])
    document.addEventListener(event, (happened) => point(happened, on));

  for (const event of ["wheel", "touchmove"])
    document.addEventListener(event, () => (follows = false), { passive: true });

  /** Gradio's folding panels do not tell a screen reader whether they are open. */
  function tellOpen() {
    for (const label of document.querySelectorAll(".label-wrap"))
      label.setAttribute("aria-expanded", label.nextElementSibling?.style.display !== "none");
  }

  function furnish() {
    const field = box();
    field.setAttribute("aria-label", texts().label);
    field.setAttribute("dir", "auto");
    field.setAttribute("enterkeyhint", "send");
    const local = document.createElement("p");
    local.id = "local-hint";
    local.className = "hint";
    local.setAttribute("role", "status");
    find("#hint").after(local);
    tellOpen();
    const watched = { childList: true, subtree: true, attributes: true, characterData: true };
    new MutationObserver(conversationShown).observe(find("#conversation"), watched);
    new MutationObserver(hintShown).observe(find("#hint"), watched);
    new MutationObserver(() => {
      if (body().state !== "lost" && find(".toast-wrap")?.textContent.includes("Connection to the server was lost")) lost();
    }).observe(find("gradio-app"), { childList: true, subtree: true });
    conversationShown();
    hintShown();
    field.addEventListener("input", () => remember(DRAFT, field.value));
    if (recall(DRAFT) && !field.value) put(recall(DRAFT));
    if (matchMedia("(pointer: fine)").matches) field.focus();
  }

  const built = new MutationObserver(() => {
    if (!box() || !find("#conversation") || !find("#hint") || !find("#more .label-wrap")) return;
    built.disconnect();
    furnish();
  });
  built.observe(document, { childList: true, subtree: true });

  return { sending, failed, remembered: () => recall(CONVERSATION) };
})();
