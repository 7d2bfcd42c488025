# `make run` and `make test` do all set-up themselves. docs/operations.md explains the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python

# Some shells forbid byte code; without it TensorFlow and Rasa compile anew at every start (25 s instead of 4).
unexport PYTHONDONTWRITEBYTECODE
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export SQLALCHEMY_WARN_20 := 0

help:             ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 18

setup: $(VENV)/.done ## Create .venv with every pinned package

$(VENV)/.done: requirements.txt pyproject.toml scripts/setup
	scripts/setup $(PYTHON) $(VENV)
	@touch $@

run: setup        ## Serve visitors and staff on http://localhost:8080
	@$(VENV)/bin/lotse serve

train: setup      ## Train a model from data/
	@$(VENV)/bin/lotse train

check: setup      ## Check the content under data/
	@$(VENV)/bin/lotse check

lint: setup       ## Style and types
	$(VENV)/bin/ruff check bot actions tests
	$(VENV)/bin/mypy

test: setup       ## Everything: lint, types, data, dialogues, units, servers, browser
	scripts/test $(VENV)

bench: setup      ## This assistant against Rasa's stock configuration; writes docs/benchmarks.md
	$(PY) -m tests.bench.assistant

bench-clinc: setup ## The classifier on CLINC150, beside published figures
	$(PY) -m tests.bench.clinc
bench-handoff: setup ## From a visitor's message to the adviser's screen: 50 staff, 500 live conversations
	$(PY) -m tests.bench.handoff

bench-search: setup ## Search in 1,000, 10,000 and 100,000 offers
	$(PY) -m tests.bench.search

accessibility: setup ## axe-core on every state of the chat; writes what the statement at /accessibility shows
	AXE_RESULTS=bot/widget/accessibility.json $(PY) -m pytest tests/browser -k axe

bench-widget: setup ## Size and speed of the chat in Chromium; writes docs/benchmarks.md
	$(PY) -m tests.bench.widget

lock:             ## Resolve requirements.in into requirements.txt
	scripts/lock

clean:            ## Remove everything that can be made again (not var/)
	rm -rf $(VENV) models .rasa .pytest_cache .mypy_cache .ruff_cache

# Every target with a word of help is a command, not a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\#.*/\1/p' $(MAKEFILE_LIST))
.PHONY: help setup run train check lint test accessibility bench bench-handoff bench-search bench-widget lock clean
