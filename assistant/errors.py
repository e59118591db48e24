"""What can go wrong between us and a model, named for what the caller does next; the root is knowledge.errors.DreamError.

ModelError                 the reply could not be had from the model: tell the person, offer retry and the built-in voice
├── ModelUnreachable       nothing answers at the address: start the server or correct the address
├── ModelRefused           the key, the model's name or the request is refused: correct the setting
├── ModelBusy              too many requests or an overloaded server: wait, then retry
├── ModelTimeout           no word in time, or a stall: retry, or choose a smaller model
├── ModelCutOff            the stream broke or ended early: retry
└── ModelTalksNonsense     what came is not a reply in the agreed form: retry, or choose another model
ModelFileError             a model file is missing, damaged or not for this processor
ConversationError          the conversation asked for is not there, or not this visitor's
NotNow                     more is asked for than is given at once: ask again after ``wait`` seconds
ServingError               the page cannot be served or shared: choose another port or address
"""

from knowledge.errors import DreamError


class ModelError(DreamError):
    """The reply could not be had from the model. Nothing the person wrote is lost.

    ``about`` is what has to be corrected: "address", "key" or "model"; "" where it is none of them, or not known.
    """

    kind = "model"

    def __init__(self, message: str, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class ModelUnreachable(ModelError):
    """Nothing answers at the configured address."""

    kind = "unreachable"


class ModelRefused(ModelError):
    """The endpoint refuses: wrong key, wrong model name, or a request it does not take."""

    kind = "refused"


class ModelBusy(ModelError):
    """The endpoint is overloaded or limits the rate."""

    kind = "busy"


class ModelTimeout(ModelError):
    """No first word, or no further word, within the configured time."""

    kind = "timeout"


class ModelCutOff(ModelError):
    """The stream broke off before the reply was whole."""

    kind = "cut-off"


class ModelTalksNonsense(ModelError):
    """What came back is not a reply in the agreed form."""

    kind = "nonsense"


class ModelFileError(DreamError):
    """A model file is missing, damaged or cannot run on this processor."""

    kind = "model-file"


class ConversationError(DreamError):
    """The conversation is not there, or belongs to another visitor."""

    kind = "conversation"


class NotNow(DreamError):
    """Another program asks too often, or for too much at once; nothing was begun. It may ask again in ``wait`` seconds."""

    kind = "not-now"

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class ServingError(DreamError):
    """The page cannot be served or shared: the port is taken, the address is not ours, no tunnel is to be had, or it is closed."""

    kind = "serving"
