"""The one typed object that holds every setting, and the one place where the environment is read."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.errors import UsageError

PREFIX = "DREAM_"
FOR_TESTS = frozenset({"DREAM_TEST_DATA"})


class Settings(BaseSettings):
    """Every setting with its default; each is read from ``DREAM_<NAME>``, the endpoint also from the usual ``OPENAI_`` names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", populate_by_name=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("dream-companion", appauthor=False))
    database_url: str = ""  # empty: SQLite in the data folder
    chroma_url: str = ""  # empty: Chroma's files in the data folder

    # The endpoint of the free voice. Naming a model here is the person's consent to sending words there.
    model: str = ""
    base_url: str = Field("", validation_alias=AliasChoices("base_url", "DREAM_BASE_URL", "OPENAI_BASE_URL"))
    api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("api_key", "DREAM_API_KEY", "OPENAI_API_KEY")
    )
    gguf: Path | None = None  # a model file run in our own process instead of an endpoint
    context_tokens: int = Field(8192, ge=1024)  # what the model's window holds

    # Seconds that a reply of the endpoint may take.
    connect_timeout: float = Field(5, gt=0)
    first_token_timeout: float = Field(30, gt=0)
    stall_timeout: float = Field(20, gt=0)
    reply_timeout: float = Field(120, gt=0)

    country: str = ""  # two letters: whose crisis line is named until a visitor chooses; empty: the international page

    language: str = ""  # of the page: whose texts.LANG.yaml is shown; empty: English

    embedding_model: Path | None = None  # a folder; empty: the weights that come as a package

    @property
    def resolved_base_url(self) -> str:
        """The endpoint's address; OpenAI's own where a key is given but no address."""
        return self.base_url or "https://api.openai.com/v1"

    @property
    def models_dir(self) -> Path:
        """Where model files fetched by ``dream model get`` lie."""
        return self.data_dir / "models"


def load_settings(data_dir: Path | None = None) -> Settings:
    """Read the settings from the environment; ``data_dir`` (the command line's) wins.

    Raises UsageError that names an unknown or malformed ``DREAM_`` variable.
    """
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | FOR_TESTS
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            raise UsageError(f"There is no setting {name}. Known settings: {', '.join(sorted(known - FOR_TESTS))}.")
    try:
        return Settings(data_dir=data_dir) if data_dir is not None else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "a setting"
        raise UsageError(
            f"The setting {name} has the value {first.get('input')!r}, which does not fit: {first['msg']}."
        ) from error
