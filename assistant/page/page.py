"""The page itself: what stands where, and which handler answers to what. Its look and habits lie in look/."""

from __future__ import annotations

from typing import Any

from assistant.page import render
from assistant.page.by_hand import ByHand
from assistant.page.gradio_quietly import gr
from assistant.page.handlers import Handlers
from assistant.page.limits import MOST_THREADS
from assistant.page.owner import OwnerHandlers
from assistant.page.panels import ChoicePanel, CountryPanel, MemoryPanel, OwnerPanel, RememberedPanel
from assistant.page.wiring import Wiring
from assistant.page.wording import words

# What is pressed in a conversation: whether a reading fits, and what is said by a button. Gradio passes on what is given to trigger().
IN_THE_TALK = """
element.addEventListener("click", (event) => {
  const fit = event.target.closest("[data-fit]");
  if (fit) {
    const turn = fit.closest("[data-turn]").dataset.turn;
    trigger("select", { turn, marker: fit.dataset.marker, fits: fit.dataset.fit === "yes" });
  }
  const say = event.target.closest("[data-say]");
  if (say && window.companion.saying()) trigger("submit", { what: say.dataset.say });
});
"""
LAST_TURN = "(conversation) => [conversation, window.companion.lastTurn()]"


def build_page(handlers: Handlers, owner: OwnerHandlers) -> Any:
    """The Gradio Blocks of the page, to be mounted behind the door."""
    with gr.Blocks(title=words("title"), analytics_enabled=False, fill_width=True) as page:
        conversation_id = gr.Textbox("", visible="hidden", elem_id="conversation-id", label="", container=False)
        last_turn = gr.Textbox("", visible="hidden", elem_id="last-turn", label="", container=False)
        with gr.Row(elem_id="top"):
            title = gr.HTML(render.render("title", person=""), elem_id="title", apply_default_css=False)
            gr.HTML(render.render("rooms_here"), elem_id="rooms", apply_default_css=False)
            new = gr.Button(words("actions", "new"), elem_id="new", size="sm")
            with gr.Accordion(words("actions", "more"), open=False, elem_id="more") as more:
                memory_panel = MemoryPanel()
                remembered_panel = RememberedPanel()
                country_panel = CountryPanel()
                owner_panel = OwnerPanel()
        with gr.Row(elem_id="room"):
            with gr.Column(elem_id="talk-column"):
                country_known = gr.HTML("", elem_id="country-known", apply_default_css=False)
                conversation = gr.HTML("", elem_id="conversation", apply_default_css=False, js_on_load=IN_THE_TALK)
                with gr.Row(elem_id="failed-actions"):
                    try_again, built_in = _buttons("try_again", "built_in")
                with gr.Row(elem_id="actions"):
                    gr.HTML(render.render("copy_last"), elem_id="copy-last", apply_default_css=False)
                    again, edit, undo = _buttons("again", "edit", "undo")
            with (
                gr.Column(elem_id="behind-column"),
                gr.Accordion(words("behind", "heading"), open=True, elem_id="behind-panel"),
            ):
                behind = gr.HTML("", elem_id="behind", apply_default_css=False)
        with gr.Column(elem_id="composer"):
            choice_panel = ChoicePanel()
            hint = gr.HTML(render.told(""), elem_id="hint", apply_default_css=False)
            box, send, stop = _box()
            with gr.Row(elem_id="who-row"):
                who = gr.HTML("", elem_id="who", apply_default_css=False)
                change = gr.Button(words("who", "change"), elem_id="change", size="sm", visible=False)

        wiring = Wiring(conversation_id, [conversation, behind, hint, conversation_id], hint)
        wiring.reply(
            [box.submit, send.click],
            handlers.send,
            inputs=[box, conversation_id],
            js="(message, conversation) => window.companion.sending(message, conversation)",
            trigger_mode="multiple",  # look.js holds back what comes too early, and keeps it; Gradio would drop it
        )
        wiring.reply([conversation.submit], handlers.say)
        by_hand = ByHand(handlers)
        wiring.small(conversation.select, by_hand.fit, wiring.conversation_id, [conversation])
        on_the_last = {"inputs": [conversation_id, last_turn], "js": LAST_TURN}
        wiring.reply([again.click, try_again.click], handlers.again, **on_the_last)
        wiring.reply([built_in.click], handlers.let_built_in_answer, **on_the_last)
        wiring.at_once(edit.click, handlers.edit, **on_the_last)
        wiring.at_once(undo.click, handlers.undo, **on_the_last)
        wiring.at_once(new.click, handlers.new, inputs=[])
        wiring.at_once(page.load, handlers.load, inputs=[conversation_id], js="() => [window.companion.remembered()]")
        wiring.small(stop.click, handlers.stop, None, [])
        page.unload(handlers.leave)  # it also lets the page keep a heartbeat, by which the door knows who is here
        wiring.small(page.load, owner.named, None, [title])
        wiring.small(page.load, owner.greet, None, [who, change, owner_panel.column])
        memory_panel.wire(handlers, more, wiring)
        remembered_panel.wire(by_hand, more, memory_panel.yes, wiring)
        country_panel.wire(handlers, page.load, more, country_known, wiring)
        owner_panel.wire(owner, more, wiring)
        choice_panel.wire(owner, change, who, wiring)
    page.max_threads = MOST_THREADS
    page.queue(default_concurrency_limit=None)
    return page


def _buttons(*names: str) -> list[Any]:
    """Quiet buttons that act on the last reply; the style sheet shows their rows in the states they are for."""
    return [gr.Button(words("actions", name), elem_id=name.replace("_", "-"), size="sm") for name in names]


def _box() -> tuple[Any, Any, Any]:
    """Where the person writes, with its two buttons."""
    with gr.Row(elem_id="box-row"):
        box = gr.Textbox(
            label=words("composer", "label"),
            placeholder=words("composer", "placeholder"),
            lines=1,
            max_lines=9,
            show_label=False,
            container=False,
            elem_id="box",
        )
        send = gr.Button(words("composer", "send"), elem_id="send", variant="primary")
        stop = gr.Button(words("composer", "stop"), elem_id="stop")
    return box, send, stop
