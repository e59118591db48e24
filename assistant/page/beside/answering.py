"""An endpoint of the owner's own: entered with its key, tried before it is said yes to, its cost named, and forgotten on a word."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.errors import ModelError
from assistant.models.own_endpoint import OWN, OwnEndpoint
from assistant.page.beside.frame import Form, form, led_to, page, shown, text_in
from assistant.page.costs import said_costs, said_price
from assistant.page.guests import Guest
from assistant.page.wording import words
from assistant.voices.answering import BUILT_IN
from assistant.voices.costs import Price
from knowledge.errors import UsageError

HERE = "/yours/answering"
LONGEST_KEY = 4000  # characters
MOST_PRICE = 1_000_000.0
MOST_MODELS_NAMED = 6


@dataclass(frozen=True, slots=True)
class Draft:
    """What was entered last, not yet said yes to. ``seconds`` is how long its try took, None where it did not work."""

    endpoint: OwnEndpoint
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it is shown again: what stands in its fields (never the key), and what is wrong, field by field."""

    address: str = ""
    model: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    prices: tuple[str, str] | None = None


def routes(companion: Companion) -> list[Route]:
    """The page and its forms."""
    pages = EndpointPages(companion)
    return [
        page(HERE, pages.look),
        form(f"{HERE}/try", pages.try_it),
        form(f"{HERE}/use", pages.use),
        form(f"{HERE}/forget", pages.forget),
        form(f"{HERE}/price", pages.price),
    ]


class EndpointPages:
    """The page and what its forms do. A draft with its key is held for the visitor who entered it, in memory alone."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self._answering = companion.answering
        self._drafts: dict[str, Draft] = {}

    def look(self, request: Request, guest: Guest) -> Response:
        """Who answers now, what was tried, and the form."""
        visitor = _owner_only(guest)
        draft, kept = self._drafts.get(visitor), self._answering.own.entered()
        last = draft.endpoint if draft else kept
        filled = Filled(last.address, last.model) if last else Filled()
        return self._page(request, guest, filled)

    def try_it(self, request: Request, guest: Guest, given: Form) -> Response:
        """One short request, only now; what is wrong is said beside its field."""
        visitor = _owner_only(guest)
        endpoint, errors = self._entered(visitor, given)
        if errors:
            return self._page(request, guest, Filled(endpoint.address, endpoint.model, errors), status=400)
        self._drafts[visitor] = Draft(endpoint)
        try:
            seconds = self._answering.try_endpoint(endpoint)
        except (ModelError, UsageError) as error:
            about = getattr(error, "about", "address")
            errors = {about or "try": f"{error}{self._models_there(endpoint) if about == 'model' else ''}"}
            return self._page(request, guest, Filled(endpoint.address, endpoint.model, errors), status=400)
        self._drafts[visitor] = Draft(endpoint, seconds)
        return led_to(HERE)

    def use(self, request: Request, guest: Guest, given: Form) -> Response:
        """The owner's yes, to what the page had shown."""
        visitor = _owner_only(guest)
        draft, kept = self._drafts.get(visitor), self._answering.own.at_hand()
        choice = text_in(given, "choice", 1000)
        if draft and draft.seconds is not None and draft.endpoint.choice == choice:
            in_keyring = "keyring" in given and self._answering.own.keyring.usable()
            self._answering.keep_endpoint(draft.endpoint, in_keyring=in_keyring)
            self._drafts.pop(visitor, None)
        elif not kept or kept.choice != choice:
            raise UsageError(words("endpoint", "changed"))
        self._companion.choose(visitor, choice)
        return led_to(f"{HERE}?answers")

    def forget(self, request: Request, guest: Guest, given: Form) -> Response:
        """Away with address and key, from memory, disk and keyring; the built-in voice answers."""
        visitor = _owner_only(guest)
        self._drafts.clear()
        if self._companion.choice_of(visitor).startswith(f"{OWN} "):
            self._companion.choose(visitor, BUILT_IN)
        self._answering.forget_endpoint()
        return led_to(f"{HERE}?forgotten")

    def price(self, request: Request, guest: Guest, given: Form) -> Response:
        """What a million tokens cost at the provider of whoever answers now; two empty fields forget it."""
        visitor = _owner_only(guest)
        said = text_in(given, "sent", 40), text_in(given, "received", 40)
        prices = [_amount(one) for one in said]
        errors = {
            name: words("cost", "no_price")
            for name, one, amount in zip(("sent", "received"), said, prices, strict=True)
            if amount is None and any(said)
        }
        if errors:
            return self._page(request, guest, Filled(errors=errors, prices=said), status=400)
        sent, received = prices
        price = None if sent is None or received is None else Price(sent, received)
        self._answering.prices.set(self._companion.choice_of(visitor), price)
        return led_to(f"{HERE}?price_kept#cost")

    def _entered(self, visitor: str, given: Form) -> tuple[OwnEndpoint, dict[str, str]]:
        """What was entered, and what is wrong with it before anybody is asked.

        A key that was entered before is used again where the field is empty, but for no other address than its own.
        """
        address = text_in(given, "address").rstrip("/").removesuffix("/chat/completions")
        model, key = text_in(given, "model", 200), text_in(given, "key", LONGEST_KEY)
        if not key:
            draft, kept = self._drafts.get(visitor), self._answering.own.at_hand()
            before = [one for one in (draft and draft.endpoint, kept) if one and one.address == address]
            key = before[0].key if before else ""
        errors = {"address": _wrong_with_address(address), "model": "", "key": ""}
        if not model or not model.isprintable():
            errors["model"] = words("endpoint", "no_model")
        if not (key.isascii() and key.isprintable()) or " " in key:
            errors["key"] = words("endpoint", "no_key")
        return OwnEndpoint(address, model, key), {name: text for name, text in errors.items() if text}

    def _models_there(self, endpoint: OwnEndpoint) -> str:
        """The models that the endpoint says it has, those with a similar name first; "" where it does not say."""
        names = self._answering.models_at(endpoint)
        near = difflib.get_close_matches(endpoint.model, names, MOST_MODELS_NAMED, 0.3) or names[:MOST_MODELS_NAMED]
        return " " + words("endpoint", "models_there", models=", ".join(near)) if near else ""

    def _page(self, request: Request, guest: Guest, filled: Filled, status: int = 200) -> Response:
        visitor, own = guest.visitor, self._answering.own
        draft = self._drafts.get(visitor)
        choice = self._companion.choice_of(visitor)
        kept, at_hand = own.entered(), own.at_hand()
        latest = self._companion.journal.latest(visitor)
        known = [one for one in (draft and draft.endpoint, at_hand) if one and one.key]
        price = self._answering.prices.of(choice)
        return shown(
            request,
            "answering",
            words("endpoint", "heading"),
            status=status,
            who=self._companion.who_answers(visitor),
            tried=draft if draft and draft.seconds is not None and not filled.errors else None,
            kept=kept,
            at_hand=at_hand,
            in_keyring=own.is_in_keyring,
            answers=kept is not None and at_hand is not None and choice == kept.choice,
            keyring_usable=own.keyring.usable(),
            filled=filled,
            key_known=any(one.address == filled.address for one in known),
            prices=filled.prices
            or (said_price(price.sent) if price else "", said_price(price.received) if price else ""),
            costs=said_costs(self._companion, visitor, latest),
            first_reply=self._companion.usage_of_a_first_reply() if self._companion.warm else None,
            context_tokens=self._companion.settings.context_tokens,
            done=next((name for name in ("answers", "forgotten", "price_kept") if name in request.query_params), ""),
        )


def _wrong_with_address(address: str) -> str:
    """Why that is no address of an endpoint; "" where it may be one."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return words("endpoint", "no_address")
    if parts.scheme not in ("http", "https") or not host or any(one.isspace() for one in address):
        return words("endpoint", "no_address")
    if parts.username or parts.password or parts.query or parts.fragment:
        return words("endpoint", "address_with_more")
    return ""


def _amount(said: str) -> float | None:
    """A price as people write it, with a point or a comma; None where it is none."""
    try:
        amount = float(said.replace(",", "."))
    except ValueError:
        return None
    return amount if math.isfinite(amount) and 0 <= amount <= MOST_PRICE else None


def _owner_only(guest: Guest) -> str:
    """The owner's visitor id. Raises UsageError for anybody else."""
    if not guest.owner:
        raise UsageError(words("owner", "only_owner"))
    return guest.visitor
