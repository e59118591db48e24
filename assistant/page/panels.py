"""The smaller parts of the page, each with its own buttons: forgetting, the country, who answers, and the owner's view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.page import render
from assistant.page.by_hand import ByHand
from assistant.page.gradio_quietly import gr
from assistant.page.handlers import Handlers
from assistant.page.owner import OwnerHandlers
from assistant.page.wiring import Wiring
from assistant.page.wording import words

# Gradio passes on what is given to trigger() as the event's data.
OPEN_EARLIER = """
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-open]");
  if (button) trigger("click", { number: button.dataset.open });
});
"""

# The list itself is not shown anew by a choice: whoever goes through it by keyboard would lose their place.
CHOOSE_COUNTRY = """
element.addEventListener("change", (event) => {
  document.body.dataset.countryChosen = "";
  trigger("select", { country: event.target.value });
});
"""

CORRECT = """
const correct = (part, instead) => {
  const { kind, told } = part.closest(".fact").dataset;
  trigger("edit", { kind, told, instead });
};
element.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-take-out]")) correct(target, "");
  if (target.closest("[data-put-back]")) correct(target, target.closest(".fact").dataset.told);
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  correct(event.target, event.target.elements.instead.value);
});
"""
LOOKED_AT = "() => { window.companion.unfold(); }"
CORRECTED = "() => { window.companion.corrected(); }"
ASKED = "() => { window.companion.asked(); }"


class MemoryPanel:
    """Earlier conversations, copying this one, and forgetting: asked once more, with what it means."""

    def __init__(self) -> None:
        self.earlier = gr.HTML("", elem_id="earlier", apply_default_css=False, js_on_load=OPEN_EARLIER)
        gr.HTML(render.render("copy_all"), elem_id="copy-all", apply_default_css=False)
        self.one = gr.Button(words("forget", "one"), elem_id="forget-one")
        self.all = gr.Button(words("forget", "all"), elem_id="forget-all")
        self.ask_one, self.yes_one, self.no_one = _question("ask_one", "yes_one")
        self.ask_all, self.yes_all, self.no_all = _question("ask_all", "yes_all")

    @property
    def yes(self) -> tuple[Any, Any]:
        """The clicks that delete words."""
        return self.yes_one.click, self.yes_all.click

    def wire(self, handlers: Handlers, more: Any, wiring: Wiring) -> None:
        """Connect the buttons; opening ``more`` looks anew for what is there."""
        wiring.small(more.expand, handlers.earlier, wiring.conversation_id, [self.earlier])
        wiring.at_once(self.earlier.click, handlers.open_earlier, inputs=[])
        asked = [self.ask_one, self.ask_all]
        wiring.small(self.one.click, lambda: (_show(True), _show(False)), None, asked, then=ASKED)
        wiring.small(self.all.click, lambda: (_show(False), _show(True)), None, asked, then=ASKED)
        answers = (self.no_one.click, self.no_all.click, self.yes_one.click, self.yes_all.click)
        for over in (*answers, more.collapse):
            wiring.small(over, lambda: (_show(False), _show(False)), None, asked)
        for yes in self.yes:
            wiring.small(yes, lambda: "", None, [self.earlier])  # its list has the first words of each
        wiring.at_once(self.yes_one.click, handlers.forget_conversation)
        wiring.at_once(self.yes_all.click, handlers.forget_everything, inputs=[])


class RememberedPanel:
    """What the companion remembers of this conversation, to be changed or taken out."""

    def __init__(self) -> None:
        self.facts = gr.HTML("", elem_id="kept", apply_default_css=False, js_on_load=CORRECT)

    def wire(self, by_hand: ByHand, more: Any, forgotten: Sequence[Any], wiring: Wiring) -> None:
        """Connect the list; opening ``more`` looks anew, and after ``forgotten`` it is empty."""
        wiring.small(more.expand, by_hand.remembered, wiring.conversation_id, [self.facts], then=LOOKED_AT)
        wiring.small(self.facts.edit, by_hand.correct, wiring.conversation_id, [self.facts], then=CORRECTED)
        for event in forgotten:
            wiring.small(event, lambda: "", None, [self.facts])


class CountryPanel:
    """Where the visitor says they are, for a help line that answers there; never guessed."""

    def __init__(self) -> None:
        self.choice = gr.HTML("", elem_id="country", apply_default_css=False, js_on_load=CHOOSE_COUNTRY)
        self.help = gr.HTML("", elem_id="country-help", apply_default_css=False)

    def wire(self, handlers: Handlers, load: Any, more: Any, known: Any, wiring: Wiring) -> None:
        """Connect the list; ``known`` holds the sign that one was chosen, for what is in ``more`` is not there before it opens. Opening ``more`` looks anew, for another tab may have chosen."""
        for shown in (load, more.expand):
            wiring.small(shown, handlers.country, None, [self.choice, self.help, known])
        wiring.small(self.choice.select, handlers.choose_country, None, [self.help])


class ChoicePanel:
    """Who shall answer: the offers, what each means for the words, and a clear yes."""

    def __init__(self) -> None:
        with gr.Column(visible=False, elem_id="choice") as self.column:
            self.offers = gr.Radio([], label=words("who", "heading"), elem_id="offers")
            self.explanation = gr.HTML("", elem_id="explanation", apply_default_css=False)
            gr.HTML(render.render("enter_own"), elem_id="enter-own", apply_default_css=False)
            with gr.Row(elem_id="choice-buttons"):
                self.use = gr.Button(words("who", "use"), elem_id="use-offer", variant="primary", visible=False)
                self.keep = gr.Button(words("who", "keep"), elem_id="keep-voice")

    def wire(self, owner: OwnerHandlers, change: Any, who: Any, wiring: Wiring) -> None:
        """Connect the buttons; ``change`` opens the panel, ``who`` is the line that says who answers."""
        opened = [self.column, self.offers, self.explanation, self.use]
        wiring.small(change.click, owner.offers, None, opened)
        told = [self.explanation, self.use]
        # What is told must be of the offer that is chosen, however fast one goes through them.
        wiring.small(self.offers.input, owner.looked_at, self.offers, told, trigger_mode="always_last")
        wiring.small(self.use.click, owner.choose, self.offers, [who, self.column])
        wiring.small(self.keep.click, lambda: _show(False), None, [self.column])


class OwnerPanel:
    """Who is here and the share link, for the owner."""

    def __init__(self) -> None:
        with gr.Column(visible=False, elem_id="owner") as self.column:
            self.text = gr.HTML("", elem_id="owner-text", apply_default_css=False)
            self.stop = gr.Button(words("owner", "stop_sharing"), elem_id="stop-sharing", visible=False)

    def wire(self, owner: OwnerHandlers, more: Any, wiring: Wiring) -> None:
        """Connect the buttons; opening ``more`` looks anew."""
        wiring.small(more.expand, owner.here, wiring.conversation_id, [self.text, self.stop])
        wiring.small(self.stop.click, owner.stop_sharing, None, [self.text, self.stop])


def _question(text: str, yes: str) -> tuple[Any, Any, Any]:
    """A question that is hidden until it is asked, with its two answers."""
    with gr.Column(visible=False, elem_classes="question-panel") as column:
        gr.HTML(render.render("explanation", text=words("forget", text)), apply_default_css=False)
        with gr.Row():
            refuse = gr.Button(words("forget", "refuse"), elem_classes="refuse")
            agree = gr.Button(words("forget", yes), elem_classes="grave")
    return column, agree, refuse


def _show(visible: bool) -> Any:
    return gr.update(visible=visible)
