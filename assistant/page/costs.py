"""Says what the replies of a model have taken and cost so far."""

from __future__ import annotations

from assistant.companion import Companion
from assistant.journal import KeptConversation
from assistant.page.wording import words
from assistant.voices.costs import spent_in


def said_costs(companion: Companion, visitor: str, conversation: KeptConversation | None) -> list[str]:
    """What a reply of whoever answers this visitor costs, and this conversation so far; nothing where no words leave this computer."""
    who = companion.who_answers(visitor)
    if not who.leaves_computer:
        return []
    price = companion.answering.prices.of(companion.choice_of(visitor))
    lines = []
    if price and companion.warm:
        lines.append(words("cost", "of_first_reply", cost=said_amount(price.of(companion.usage_of_a_first_reply()))))
    spent = spent_in(conversation, who.model) if conversation else None
    if spent and spent.replies:
        so_far = {"sent": f"{spent.usage.sent:,}", "received": f"{spent.usage.received:,}", "model": who.model}
        lines.append(words("cost", "one_so_far" if spent.replies == 1 else "so_far", replies=spent.replies, **so_far))
        if price:
            cost, each = price.of(spent.usage), price.of(spent.usage) / spent.replies
            lines.append(words("cost", "so_far_costs", cost=said_amount(cost), each=said_amount(each)))
    return lines if price else [*lines, words("cost", "no_price_yet")]


def said_amount(amount: float) -> str:
    """An amount of money that may be very small: ``12.30``, ``0.0042``."""
    if amount >= 1:
        return f"{amount:,.2f}"
    if amount < 1e-6:
        return "0" if amount == 0 else words("cost", "next_to_nothing")
    decimals = next(places for places in range(2, 9) if amount >= 10 ** (1 - places))
    return f"{amount:.{decimals}f}"


def said_price(price: float) -> str:
    """A price as it stands in its field."""
    return f"{price:.10f}".rstrip("0").rstrip(".")
