"""Turns what goes wrong on the way to a model into our errors: what happened, with what value, and what to do."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import httpx2
import openai

from assistant.errors import (
    ModelBusy,
    ModelCutOff,
    ModelError,
    ModelRefused,
    ModelTalksNonsense,
    ModelTimeout,
    ModelUnreachable,
)
from knowledge.errors import UsageError

TOO_LONG = re.compile(
    r"exceed_context|context_length_exceeded|maximum context|context (?:length|window|size)|prompt is too long",
    re.IGNORECASE,
)
NO_CREDIT = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)
NO_SUCH_MODEL = re.compile(
    r"model_not_found|(?:no such|unknown|invalid|not a valid) model|model\b[^\"]{0,80}\b(?:not found|not exist)",
    re.IGNORECASE,
)
LONGEST_QUOTE = 200  # characters of the server's own words in a message


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom we talk to. ``address`` is fit to be shown: without user name, password and query.

    ``entered``: the owner has entered it in the page, so that no setting of the environment is to be corrected.
    """

    model: str
    address: str
    local: bool  # on this computer
    secret: str = field(repr=False)
    entered: bool = False

    def setting(self, name: str) -> str:
        """The setting that holds what is wrong, in brackets; "" where it was entered in the page."""
        return "" if self.entered else f" ({name})"

    def quote(self, words: str) -> str:
        """The server's own words in one line, short and without the key."""
        line = " ".join(words.replace(self.secret, "…").split()) if self.secret else " ".join(words.split())
        return line if len(line) <= LONGEST_QUOTE else line[:LONGEST_QUOTE] + "…"


def addressee(base_url: str, model: str, api_key: str, *, entered: bool = False) -> Addressee:
    """Check the address and say it in a form that can be shown. Raises UsageError for what is not a web address."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = SplitResult("", "", "", "", ""), None, None
    if parts.scheme not in {"http", "https"} or not host:
        raise UsageError(
            f"The model's address {base_url!r} is not a web address. "
            "Write it like http://127.0.0.1:11434/v1 (DREAM_BASE_URL)."
        )
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    shown = f"{parts.scheme}://{place}{parts.path.rstrip('/')}"
    return Addressee(model=model, address=shown, local=is_loopback(host), secret=api_key, entered=entered)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def no_connection(error: openai.APIConnectionError, to: Addressee, seconds: float) -> ModelError:
    """Why no answer came: nobody there, or broken off before the first line."""
    causes = list(_causes(error))
    broken = next((cause for cause in causes if isinstance(cause, httpx2.RemoteProtocolError)), None)
    if broken is not None and not re.search("disconnected|closed", str(broken)):
        return ModelTalksNonsense(
            f"What answers at {to.address} is not a model server. Correct the address.", "address"
        )
    if broken is not None or any(isinstance(cause, httpx2.ReadError | httpx2.WriteError) for cause in causes):
        return ModelCutOff(f"The server at {to.address} broke off the connection. Please try again.")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return ModelUnreachable(f"The certificate of {to.address} is not accepted. Correct the address.", "address")
    if any(isinstance(cause, httpx2.ProxyError) for cause in causes):
        return ModelUnreachable(f"The proxy on the way to {to.address} refuses. Correct the proxy settings.")
    remedy = (
        "Start the model server there (for Ollama: ollama serve), or correct the address"
        if to.local
        else "Check the internet connection and the address"
    ) + f"{to.setting('DREAM_BASE_URL')}."
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ModelUnreachable(f"The name in the address {to.address} cannot be found. {remedy}", "address")
    if isinstance(error, openai.APITimeoutError):
        return ModelUnreachable(f"No connection to {to.address} within {seconds:g} seconds. {remedy}", "address")
    return ModelUnreachable(f"Nothing answers at {to.address}. {remedy}", "address")


def refused(error: openai.APIStatusError, to: Addressee) -> ModelError:
    """What a status other than 200 means."""
    status = error.status_code
    if status in {401, 403} and not says(error, NO_CREDIT):
        remedy = "Copy it once more, whole" if to.entered else "Correct OPENAI_API_KEY"
        return ModelRefused(f"{to.address} does not accept the key ({status}). {remedy}.", "key")
    if says(error, TOO_LONG):
        return _too_long(to)
    if says(error, NO_CREDIT):
        return ModelRefused(f"The account at {to.address} has no credit left. Top it up, or choose another model.")
    if status == 404:
        return ModelRefused(
            f"At {to.address} there is no model {to.model!r} (404). Correct the model's name{to.setting('DREAM_MODEL')}, "
            "and see that the address is whole (it usually ends in /v1).",
            "model",
        )
    if status == 429:
        wait = retry_after(error)
        when = "in a minute" if wait is None else f"in {wait:g} seconds"
        return ModelBusy(f"{to.address} takes no more requests just now (429). Please try again {when}.")
    if 300 <= status < 400:
        return ModelRefused(
            f"{to.address} sends us on to {_place(error)} ({status}); we do not follow. Correct the address.",
            "address",
        )
    if status >= 500:
        return ModelBusy(f"The server at {to.address} is in trouble ({status}). Please try again in a moment.")
    return ModelRefused(
        f'{to.address} refuses the request to {to.model} ({status}): "{to.quote(_message(error))}". '
        f"Choose another model{to.setting('DREAM_MODEL')} or server.",
        "model" if says(error, NO_SUCH_MODEL) else "",
    )


def broke_off(error: openai.APIError, to: Addressee) -> ModelError:
    """What an error inside an open stream means: the line broke, what came is not as promised, or the server says why."""
    if any(isinstance(cause, httpx2.DecodingError) for cause in _causes(error)):
        return unreadable(to)
    if isinstance(error, openai.APIConnectionError):
        return ModelCutOff(f"The connection to {to.address} broke in the middle of the reply. Please try again.")
    if says(error, TOO_LONG):
        return _too_long(to)
    return ModelCutOff(f'The model {to.model} stopped with an error: "{to.quote(_message(error))}". Please try again.')


def says(error: openai.APIError, what: re.Pattern[str]) -> bool:
    """Whether the server says this about the error, in its message or anywhere beside it."""
    return what.search(json.dumps(error.body)) is not None


def retry_after(error: openai.APIStatusError) -> float | None:
    """The seconds that the server asks us to wait, if it says so in seconds."""
    value = error.response.headers.get("retry-after", "")
    return float(value) if re.fullmatch(r"\d{1,9}(\.\d+)?", value) else None


def no_first_word(to: Addressee, seconds: float) -> ModelError:
    """Nothing was said within the time for the first word."""
    return ModelTimeout(
        f"The model {to.model} said nothing within {seconds:g} seconds. Please try again, or choose a smaller model."
    )


def stalled(to: Addressee, seconds: float) -> ModelError:
    """The words stopped coming."""
    return ModelTimeout(f"The model {to.model} fell silent for {seconds:g} seconds within its reply. Please try again.")


def too_slow(to: Addressee, seconds: float) -> ModelError:
    """The whole reply took too long."""
    return ModelTimeout(
        f"The reply of {to.model} was not finished within {seconds:g} seconds. "
        "Please try again, or choose a smaller model."
    )


def not_a_stream(content_type: str, to: Addressee) -> ModelError:
    """A success that is not a stream of events: a web page, or a whole JSON document."""
    return ModelTalksNonsense(
        f"{to.address} answers with {to.quote(content_type) or 'no content type'}, not with a stream of words. "
        "Correct the address (it usually ends in /v1), or choose a server that streams.",
        "address",
    )


def unreadable(to: Addressee) -> ModelError:
    """Bytes that cannot be read as part of the protocol."""
    return ModelTalksNonsense(f"What {to.address} sends cannot be read. Please try again, or choose another server.")


def too_much(to: Addressee, most_bytes: int) -> ModelError:
    """More bytes than any reply has."""
    megabytes = most_bytes // 1_000_000
    return ModelTalksNonsense(f"{to.address} sent more than {megabytes} MB for one reply. Choose another server.")


def _too_long(to: Addressee) -> ModelError:
    return ModelRefused(
        f"The conversation has become longer than {to.model} can take in at once. Begin a new conversation, "
        "or run the model with a larger context."
    )


def _message(error: openai.APIError) -> str:
    """What the server says to people about the error."""
    body = error.body
    said = (body.get("message") or body.get("detail")) if isinstance(body, dict) else body
    return said if isinstance(said, str) else json.dumps(body)


def _place(error: openai.APIStatusError) -> str:
    """Where a redirect points, without its query."""
    parts = urlsplit(error.response.headers.get("location", ""))
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else parts.path or "nowhere"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those it came from, the nearest first."""
    step: BaseException | None = error
    while step is not None:
        yield step
        step = step.__cause__ or step.__context__
