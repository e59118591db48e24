// The page's small habits: what is typed is never lost, marks lead to passages and back, the reply stays in view.
// Everything that is shown comes from the server; this only moves, copies and keeps.
"use strict";

window.companion = (() => {
  const MOST_CHARACTERS = 20000; // limits.py holds the same figure
  const ON_ITS_WAY = 3000; // milliseconds in which a reply that was asked for begins
  const UNFOLDING = 150; // milliseconds in which a folded panel opens
  const CONVERSATION = "dream-companion-conversation";
  const LINKS = ["dream", "about", "write"]; // that an address may hold
  const WHOSE = "dream-companion-whose";
  const SECONDS_OF_A_PASSING_HINT = 4;
  const MOST_OF_THE_WINDOW = 0.45; // that a message may fill before it is folded
  const find = (selector) => document.querySelector(selector);
  const box = () => find("#box textarea");
  const texts = () => JSON.parse(find("#page-texts").textContent);
  const body = () => document.body.dataset;
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const lastTurn = () => find("#conversation .turn:last-of-type");
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("dream-companion") : null;

  let pending = null; // sent, but not yet seen in the conversation; it stays in the box until then
  let turnBefore = ""; // the last one's key when it was sent
  let waits = false; // something in the box is to be sent when the reply is finished
  let askedAgain = 0; // when another reply was asked for that has not begun yet
  let cameFrom = null; // the mark that last led to a passage
  let follows = true; // the view follows the reply, until the person scrolls
  let scrolledTo = 0;
  let heightThen = 0; // of the page, when it was scrolled to there
  let hintSeen = ""; // the server's hint that has been acted on
  let passing = 0; // the timer of a hint that goes by itself
  let heard = { turn: "", text: "" }; // what has been told to those who listen
  let pressed = ""; // which button of the conversation was pressed, so that it has the focus when the server shows it anew
  let link = location.search; // where the page was opened with a link to something
  const opened = new Set(); // what the person has unfolded, so that it stays so when the server shows the page anew

  // ---- the box -------------------------------------------------------------------------------------------------

  function put(text) {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function hint(text, passes = false) {
    clearTimeout(passing);
    find("#local-hint").textContent = text;
    body().hinted = text ? "locally" : "";
    if (passes) passing = setTimeout(() => hint(""), SECONDS_OF_A_PASSING_HINT * 1000);
  }

  /** Not on a phone, where a keyboard would come up over the reply. */
  function focusBox() {
    if (matchMedia("(pointer: fine)").matches) box().focus({ preventScroll: true });
  }

  function giveBack(text) {
    const typed = box().value;
    put(typed.trim() ? `${text}\n\n${typed}` : text);
    box().focus({ preventScroll: true });
    box().setSelectionRange(text.length, text.length);
  }

  /** Holds back what cannot be sent now; true where it may go. */
  function maySend() {
    const text = box().value;
    const count = [...text].length;
    if (body().state === "replying" || pending !== null || Date.now() - askedAgain < ON_ITS_WAY) {
      waits = text.trim() !== "" && text !== pending;
      if (waits) hint(texts().kept);
      return false;
    }
    if (body().state === "lost") hint(texts().no_connection);
    else if (!text.trim()) hint(texts().blank);
    else if (count > MOST_CHARACTERS) hint(texts().too_long.replace("{count}", count.toLocaleString(document.documentElement.lang)));
    else return true;
    box().focus({ preventScroll: true });
    return false;
  }

  function hold(event) {
    if (maySend()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Called by Gradio when a button is to say something for the person; what stands in the box stays there. */
  function saying() {
    if (body().state === "lost") hint(texts().no_connection);
    if (body().state === "lost" || body().state === "replying" || pending !== null || Date.now() - askedAgain < ON_ITS_WAY) return false;
    askedAgain = Date.now();
    follows = true;
    body().sending = "";
    hint("");
    setTimeout(focusBox, 0);
    return true;
  }

  /** Called by Gradio with what it is about to send. */
  function sending(message, conversation) {
    pending = message;
    turnBefore = lastTurnKey();
    waits = false;
    follows = true;
    body().sending = "";
    hint("");
    const old = find("#hint .hint");
    if (old) {
      old.textContent = "";
      hintSeen = old.outerHTML;
    }
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
    askedAgain = 0;
    delete body().sending;
    if (state) find("#conversation .talk")?.setAttribute("data-state", state);
    body().state = state ?? "failed";
    body().ready = "";
  }

  // A browser that keeps nothing refuses these; a reload then shows the visitor's last conversation.
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

  // What stands in the box is kept by the tab's name: it outlasts a reload, and no browser writes it to its disk.
  const mark = () => `dream-companion-draft:${texts().whose}:`;
  const draft = () => (window.name.startsWith(mark()) ? window.name.slice(mark().length) : "");

  function keepDraft(text) {
    window.name = text ? mark() + text : "";
  }

  /** What somebody else left in this tab, before they logged out or another logged in, is none of this visitor's. */
  function comeIn() {
    if (!draft()) window.name = "";
    if (recall(WHOSE) !== texts().whose) remember(CONVERSATION, "");
    remember(WHOSE, texts().whose);
  }

  comeIn();

  // ---- what the server shows -----------------------------------------------------------------------------------

  function conversationShown() {
    const talk = find("#conversation .talk");
    if (!talk) return;
    const before = body().state;
    const state = talk.dataset.state;
    body().state = state;
    body().ready = "";
    if (askedAgain && state !== "replying" && before !== "replying") {
      waits = false; // nothing began
      hint("");
    }
    askedAgain = 0;
    remember(CONVERSATION, talk.dataset.conversation || "new");
    named(talk.dataset);
    body().step = talk.dataset.step ?? "";
    const later = talk.dataset.step === "ending" ? texts().placeholder_ending : texts().placeholder_later;
    box().placeholder = state === "welcome" ? texts().placeholder : later;
    find("#try-again").textContent = state === "unfinished" && !lastTurn().previousElementSibling ? texts().talk_about : texts().try_again;
    if (pending !== null && isReceived(state)) received();
    if (pending === null && state !== "replying") delete body().sending;
    unfold();
    focusAgain();
    tell(before === undefined);
    if (state === "replying" || before === "replying" || before === undefined) follow(before === undefined);
    heightThen = document.documentElement.scrollHeight;
    if (before === "replying" && state !== "replying" && waits) {
      waits = false;
      hint("");
      if (state === "done") setTimeout(() => find("#send").click(), 0);
    }
  }

  /** The tab's title names the dream, its address leads back to it. */
  function named({ conversation, name: dream }) {
    const title = dream ? `${dream} · ${texts().title}` : texts().title;
    if (document.title !== title) document.title = title;
    const address = new URL(location.href);
    for (const name of LINKS) address.searchParams.delete(name);
    if (conversation) address.searchParams.set("dream", conversation);
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  /** A button that was pressed is another one when the server has shown the conversation anew. */
  function focusAgain() {
    const button = pressed && find(pressed);
    if (!button || document.activeElement !== document.body) return;
    button.focus({ preventScroll: true });
    pressed = "";
  }

  /** What this tab asks for when it is opened: what its address links to, or else what it showed before. */
  function remembered() {
    const query = new URLSearchParams(link);
    const wanted = LINKS.some((name) => query.has(name)) ? link : recall(CONVERSATION);
    if (query.has("write")) setTimeout(() => box().focus({ preventScroll: true }), 0);
    link = "";
    return wanted;
  }

  const lastTurnKey = () => lastTurn()?.dataset.turn ?? "";

  /** Whether the conversation shows what was sent; another tab may have made it longer or shorter meanwhile. */
  function isReceived(state) {
    if (state === "replying") return lastTurn()?.querySelector(".said").textContent === pending;
    return lastTurnKey() !== "" && lastTurnKey() !== turnBefore;
  }

  function received() {
    const typed = box().value;
    if (typed.startsWith(pending)) put(typed.slice(pending.length).replace(/^\n/, ""));
    pending = null;
    if (matchMedia("(pointer: coarse)").matches) box().blur();
    else box().focus({ preventScroll: true });
  }

  /** Gradio touches its boxes at other times, too; only a hint that differs from the one before is news. */
  function hintShown() {
    const shown = find("#hint .hint");
    if (!shown || shown.outerHTML === hintSeen) return;
    hintSeen = shown.outerHTML;
    if (!shown.textContent) return;
    pending = null;
    delete body().sending;
    hint("");
    if ("forgotten" in shown.dataset) {
      forgotten();
      tabs?.postMessage("forgotten");
    }
    if (shown.dataset.restore) giveBack(shown.dataset.restore);
  }

  /** Nothing of what was told is left, so nothing that was begun stays either. */
  function forgotten() {
    waits = false;
    put("");
    keepDraft("");
    remember(CONVERSATION, "new");
    delete body().countryChosen;
    const choice = find("#country-choice");
    if (choice) choice.value = choice.dataset.default;
    const known = find("[data-country-known]");
    if (known && !known.dataset.countryKnown) known.remove();
  }

  if (tabs)
    tabs.onmessage = () => {
      forgotten();
      location.reload();
    };

  // ---- what is folded ------------------------------------------------------------------------------------------

  const nameOf = (part) => `${find("#conversation .talk")?.dataset.conversation} ${part}`;

  /** Open what the person has opened, and fold the messages that fill the window. */
  function unfold() {
    for (const details of document.querySelectorAll("details[data-keep]"))
      if (!details.open && opened.has(nameOf(details.dataset.keep))) details.open = true;
    for (const button of document.querySelectorAll("#conversation .show-all")) {
      const said = button.previousElementSibling;
      const isLong = said.scrollHeight > innerHeight * MOST_OF_THE_WINDOW;
      const isOpen = opened.has(nameOf(said.id));
      said.classList.toggle("folded", isLong && !isOpen);
      if (button.hidden === isLong) button.hidden = !isLong;
      const label = isOpen ? texts().show_less : texts().show_all;
      if (button.textContent !== label) button.textContent = label;
      if (button.getAttribute("aria-expanded") !== String(isOpen)) button.setAttribute("aria-expanded", isOpen);
    }
  }

  function note(name, isOpen) {
    if (isOpen) opened.add(nameOf(name));
    else opened.delete(nameOf(name));
  }

  // ---- for those who listen ------------------------------------------------------------------------------------

  /** The region stays while the server shows the conversation anew, so that each piece of the reply is read out once. */
  function tell(isOld) {
    const turn = lastTurn();
    const name = turn ? nameOf(turn.id) : "";
    const text = turn ? [...turn.querySelectorAll(".reply p, .notice.quiet")].map((part) => part.textContent).join("\n") : "";
    if (heard.turn !== name) {
      find("#told").replaceChildren();
      heard = { turn: name, text: "" };
      const waiting = turn?.querySelector(".waiting");
      if (waiting && !text) say(waiting.textContent);
    }
    if (!isOld) say(text.startsWith(heard.text) ? text.slice(heard.text.length) : text);
    heard.text = text;
  }

  function say(text) {
    if (!text.trim()) return;
    const piece = document.createElement("p");
    piece.textContent = text.trim();
    find("#told").append(piece);
  }

  // ---- the view ------------------------------------------------------------------------------------------------

  /** Keep the end of the reply in view, but never push its beginning out of it. */
  function follow(atOnce) {
    const turn = lastTurn();
    if (!turn || !follows) return;
    const reply = turn.querySelector(".reply p, .waiting, .notice") ?? turn;
    const { top } = reply.getBoundingClientRect();
    const bottom = Math.max(...[turn, find("#actions")].map((part) => part.getBoundingClientRect().bottom));
    const room = find("#composer").getBoundingClientRect().top - 20;
    const down = Math.min(bottom - room, top - find("#top").offsetHeight - 12);
    if (down > 0) scrollBy({ top: down, behavior: atOnce || calm() ? "auto" : "smooth" });
  }

  /** Whoever scrolls up wants to read; that the page has become shorter is no scrolling. */
  function scrolled() {
    const height = document.documentElement.scrollHeight;
    if (scrollY < scrolledTo - 1 && height >= heightThen) follows = false;
    scrolledTo = scrollY;
    heightThen = height;
  }

  /** The style sheets need to know how high the box is. */
  function measure() {
    document.documentElement.style.setProperty("--composer", `${find("#composer").offsetHeight}px`);
    const field = box();
    const lines = field.clientHeight / parseFloat(getComputedStyle(field).lineHeight);
    if (lines > 3.5) body().tall = "";
    else if (lines < 2.5) delete body().tall;
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
    const details = target.closest("details");
    if (details) {
      details.open = true;
      note(details.dataset.keep, true);
    }
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
    const reply = plainReply(turn);
    return reply ? `${said}\n\n${companion}: ${reply}` : said;
  }

  /** The paragraphs of the reply. */
  const spoken = (turn) => [...turn.querySelectorAll(".reply p")].map((part) => part.innerText.trim());

  /** The reply, and below it a line for each of its marks. */
  function plainReply(turn) {
    const ids = new Set([...turn.querySelectorAll("a.mark")].map((mark) => mark.hash.slice(1)));
    const passages = [...ids].map((id) => document.getElementById(id)).filter(Boolean);
    const sources = passages.map((passage) => {
      const [number, article, section, evidence] = [".number", ".article", ".section-title", ".grade strong"].map(
        (part) => passage.querySelector(part).textContent.trim(),
      );
      return `${number} ${article}: ${section} (${evidence})`;
    });
    return [spoken(turn).join("\n\n"), sources.join("\n")].filter(Boolean).join("\n\n");
  }

  async function copy(button) {
    const turns = [...document.querySelectorAll("#conversation .turn")];
    const turn = button.closest(".turn") ?? turns.at(-1);
    const text =
      button.dataset.copy === "conversation"
        ? turns.map(plain).join("\n\n")
        : turn ? plainReply(turn) : "";
    try {
      await navigator.clipboard.writeText(text);
      hint(texts().copied, true);
    } catch {
      const copied = copyTheOldWay(text);
      hint(copied ? texts().copied : texts().copy_failed, copied);
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
      const changing = event.target.closest(".fact-form");
      if (changing) {
        change(changing.closest(".fact"), false);
        event.stopPropagation();
        return;
      }
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
      if (example && box().value.trim()) hint(texts().example);
      else if (example) put(example.dataset.example);
      if (example) box().focus({ preventScroll: true });
      if (target.closest("#again, #try-again, #built-in")) askedAgain = Date.now();
      if (target.closest("#stop")) {
        waits = false;
        hint("");
      }
      if (target.closest("[data-open], .grave")) open(find("#more"), false);
      if (target.closest("#new, #stop, #actions #again, #edit, #undo, #failed-actions button, [data-open], .grave"))
        setTimeout(focusBox, 0);
      const summary = target.closest("summary");
      if (summary?.parentElement.dataset.keep) note(summary.parentElement.dataset.keep, !summary.parentElement.open);
      if (target.closest("[data-ask-country]")) {
        open(find("#more"), true);
        setTimeout(() => find("#country-choice")?.focus(), UNFOLDING);
      }
      const showAll = target.closest(".show-all");
      if (showAll) {
        note(showAll.previousElementSibling.id, showAll.getAttribute("aria-expanded") !== "true");
        unfold();
      }
      const fit = target.closest("[data-fit]");
      if (fit) pressed = `[data-turn="${fit.closest(".turn").dataset.turn}"] [data-fit="${fit.dataset.fit}"][data-marker="${fit.dataset.marker}"]`;
      const toChange = target.closest("[data-change]");
      if (toChange) change(toChange.closest(".fact"), toChange.getAttribute("aria-expanded") !== "true");
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

  document.addEventListener("scroll", scrolled, { passive: true });
  for (const event of ["wheel", "touchmove"])
    document.addEventListener(event, () => (follows = false), { passive: true });

  /** Gradio's folding panels do not tell a screen reader whether they are open. */
  function tellOpen() {
    for (const label of document.querySelectorAll(".label-wrap"))
      label.setAttribute("aria-expanded", label.nextElementSibling?.style.display !== "none");
  }

  /** Open or close the line in which a remembered fact is changed. */
  function change(fact, isOpen) {
    const form = fact.querySelector(".fact-form");
    const button = fact.querySelector("[data-change]");
    form.hidden = !isOpen;
    button.setAttribute("aria-expanded", isOpen);
    if (isOpen) form.elements.instead.select();
    else button.focus();
  }

  /** Called by Gradio when it shows what is remembered anew. */
  function corrected() {
    const kept = find("#kept .kept");
    if (!kept?.dataset.told) return;
    hint(kept.dataset.told, true);
    delete kept.dataset.told;
    unfold();
    kept.querySelector("summary").focus({ preventScroll: true });
  }

  function furnish() {
    const field = box();
    field.setAttribute("aria-label", texts().label);
    field.setAttribute("dir", "auto");
    field.setAttribute("enterkeyhint", "send");
    field.setAttribute("autocomplete", "off"); // or the browser writes what stands here to its disk, and keeps it there
    const local = document.createElement("p");
    local.id = "local-hint";
    local.className = "hint";
    local.setAttribute("role", "status");
    find("#hint").after(local);
    const told = document.createElement("div");
    told.id = "told";
    told.className = "only-heard";
    told.setAttribute("aria-live", "polite");
    document.body.append(told);
    for (const name of ["new", "again", "edit", "undo"]) {
      find(`#${name}`).dataset.short = texts()[`${name}_short`];
      find(`#${name}`).setAttribute("aria-label", texts()[name]);
    }
    tellOpen();
    const watched = { childList: true, subtree: true, attributes: true, characterData: true };
    new MutationObserver(conversationShown).observe(find("#conversation"), watched);
    new MutationObserver(unfold).observe(find("#behind"), watched);
    new MutationObserver(hintShown).observe(find("#hint"), watched);
    const measuring = new ResizeObserver(measure);
    for (const part of [find("#composer"), field]) measuring.observe(part);
    new MutationObserver(() => {
      if (body().state !== "lost" && find(".toast-wrap")?.textContent.includes("Connection to the server was lost")) lost();
    }).observe(find("gradio-app"), { childList: true, subtree: true });
    conversationShown();
    hintShown();
    field.addEventListener("input", () => {
      keepDraft(field.value);
      if (find("#local-hint").textContent === texts().blank) hint("");
    });
    if (draft() && !field.value) put(draft());
    focusBox();
  }

  const built = new MutationObserver(() => {
    if (!["#box textarea", "#conversation", "#hint", "#behind", "#new", "#undo", "#more .label-wrap"].every(find)) return;
    built.disconnect();
    furnish();
  });
  built.observe(document, { childList: true, subtree: true });

  /** Called by Gradio when it has put the question whether to forget. */
  function asked() {
    const refuse = [...document.querySelectorAll(".question-panel .refuse")].find((button) => button.offsetParent);
    refuse?.closest(".question-panel").scrollIntoView({ block: "nearest" });
    refuse?.focus({ preventScroll: true });
  }

  return { sending, saying, failed, asked, unfold, corrected, remembered, lastTurn: lastTurnKey, texts, hint, put, box, spoken };
})();
