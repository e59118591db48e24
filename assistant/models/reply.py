"""One streamed reply while it arrives: its words, taken out of the chunks, and whether they are a reply at all."""

from __future__ import annotations

import re

from assistant.errors import ModelCutOff, ModelError, ModelRefused, ModelTalksNonsense

CONTROL_TOKEN = re.compile(r"<[|｜][^<>|｜\s]{2,30}[|｜]>|</?s>|<(?:start|end)_of_turn>|\[/?INST\]")
LONGEST_CONTROL_TOKEN = 34
THINKING_BEGINS, THINKING_ENDS = "<think>", "</think>"


class Reply:
    """Takes the chunks of one reply: ``take`` each until ``finish_reason`` is set, then ``check_whole``.

    ``tokens`` counts the chunks that held words or thoughts of the model; heartbeats and empty deltas are none.
    Thoughts (``reasoning_content``, or a ``<think>`` block at the start) are never given out.
    """

    def __init__(self, model: str, most_characters: int) -> None:
        self.tokens = 0
        self.finish_reason = ""
        self._model = model
        self._most_characters = most_characters
        self._characters = 0
        self._tail = ""  # the last characters given out, where a control token may have begun
        self._held = ""  # characters that may be the beginning or the end of a <think> block
        self._speaking = False
        self._thinking = False
        self._thought = False

    def take(self, chunk: object) -> str:
        """The words of one chunk as the ``openai`` library gives it (unchecked); empty where it holds none.

        Raises ModelTalksNonsense for what is not a chunk of a reply, for control tokens, and for a reply without end.
        """
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list):
            raise self._nonsense("sent something that is not part of a reply (it has no 'choices')")
        if not choices:  # a report of usage, or a filter's results
            return ""
        delta = getattr(choices[0], "delta", None)
        content = getattr(delta, "content", None) or ""
        if not isinstance(content, str):
            raise self._nonsense(f"sent {type(content).__name__} where words should be")
        reason = getattr(choices[0], "finish_reason", None)
        self.finish_reason = reason if isinstance(reason, str) else ""
        thought = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
        self._thought = self._thought or bool(thought)
        if content or thought:
            self.tokens += 1
        words = self._without_thoughts(content)
        self._check_words(words)
        return words

    def check_whole(self) -> None:
        """Call when no more chunks come.

        Raises ModelCutOff, ModelRefused or ModelTalksNonsense where this was no whole reply.
        """
        if not self.finish_reason:
            raise ModelCutOff(f"The reply of {self._model} broke off before its end. Please try again.")
        if self.finish_reason == "content_filter":
            raise ModelRefused(
                f"The provider's filter held back the reply of {self._model}. "
                "Say it in other words, or choose another model."
            )
        if self._characters:
            return
        if self._thought:
            raise self._nonsense("thought, but wrote no reply")
        raise self._nonsense("sent an empty reply")

    def _without_thoughts(self, content: str) -> str:
        """Drop the white space and the ``<think>`` block with which the reply may begin."""
        if self._speaking:
            return content
        self._held += content
        if self._thinking:
            _, end, rest = self._held.partition(THINKING_ENDS)
            if not end:
                self._held = self._held[-len(THINKING_ENDS) :]
                return ""
            self._thinking, self._held = False, ""
            return self._without_thoughts(rest)
        self._held = self._held.lstrip()
        if self._held.startswith(THINKING_BEGINS):
            self._thinking = self._thought = True
            return self._without_thoughts("")
        if THINKING_BEGINS.startswith(self._held) and not self.finish_reason:
            return ""
        self._speaking = True
        return self._held

    def _check_words(self, words: str) -> None:
        self._characters += len(words)
        if self._characters > self._most_characters:
            raise self._nonsense(f"did not stop after {self._most_characters} characters")
        recent = self._tail + words
        if found := CONTROL_TOKEN.search(recent):
            raise self._nonsense(f"wrote the control token {found[0]}: its chat template does not fit")
        self._tail = recent[-LONGEST_CONTROL_TOKEN:]

    def _nonsense(self, what: str) -> ModelError:
        return ModelTalksNonsense(f"The model {self._model} {what}. Please try again, or choose another model.")
