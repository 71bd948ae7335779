# Everything starts here. Each target sets up what it needs; nothing is installed outside .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PEERS_VENV ?= .venv-peers
PEERS_SIZE ?= 20000x300000
PEERS_SEED ?= 5
PEERS_BUDGET ?= 600
PEERS_REPEATS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test lab lint bench peers help
help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

run: $(VENV)/run.stamp  ## set up, then the suite on the built-in synthetic world; prints the report's path
	$(BIN)/proofbook run

test: $(VENV)/dev.stamp  ## set up, then all tests
	$(BIN)/python -m pytest tests/measure # measures its own process, which must be young and alone
	$(BIN)/python -m pytest -n 2 --dist loadscope --ignore tests/measure

lab: $(VENV)/run.stamp  ## the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

lint: $(VENV)/dev.stamp  ## style, types, and notebooks stored without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/notebook_hygiene.py notebooks/*.ipynb

bench: $(VENV)/run.stamp  ## time the engine at several sizes
	$(BIN)/proofbook bench

peers: $(VENV)/run.stamp $(PEERS_VENV)/run.stamp  ## proofbook beside Splink and others (PEERS_SIZE, PEERS_SEED, PEERS_BUDGET, PEERS_REPEATS)
	PYTHONPATH=tools $(BIN)/python -m peers $(PEERS_SIZE) --seed $(PEERS_SEED) --budget $(PEERS_BUDGET) \
		--repeats $(PEERS_REPEATS) --python $(PEERS_VENV)/bin/python

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "proofbook needs Python 3.11 or newer; name one: make PYTHON=python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(BIN)/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install --quiet --no-input --constraint requirements.lock --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --no-input --constraint requirements.lock --editable '.[test,lint]'
	@touch $@

$(PEERS_VENV)/run.stamp: requirements-peers.lock
	$(PYTHON) -m venv $(PEERS_VENV)
	$(PEERS_VENV)/bin/python -m pip install --quiet --no-input --requirement requirements-peers.lock
	@touch $@
