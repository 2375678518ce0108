# Trimer's house commands. Needs Python 3.11 or newer, pip and make; everything else goes into .venv.
#   make replay    the reference case, end to end
#   make test      the tests
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; exit; }; done)
VENV := .venv
BIN := $(VENV)/bin
CASE ?= linder2016
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
export MPLBACKEND := Agg

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help replay test check format docs nightly bench validate twins clean

help:  ## Say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

replay: $(VENV)/.has-run  ## Replay the bundled reference case; the report goes to replay/
	@$(BIN)/trimer replay $(CASE) --html replay/$(CASE).html

test: $(VENV)/.has-test  ## Run the tests (not those marked slow)
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

check: $(VENV)/.has-check  ## Format, lint, strict types, import contracts, docstrings, JSON Schemas
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/unit/test_house.py

format: $(VENV)/.has-check  ## Put the code in the house's format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.has-docs  ## Build the docs, running their pages; a warning is an error
	$(BIN)/python -m sphinx -b html -j auto -W --keep-going -q docs docs/_build/html
	@echo "docs/_build/html/index.html"

nightly: $(VENV)/.has-test  ## Run all tests, those marked slow too
	@TRIMER_GENERATED=10000 $(BIN)/python -m pytest -m "slow or not slow" --hypothesis-profile nightly --durations=15 $(ARGS)

bench: $(VENV)/.has-bench  ## Compare our engine with others: speed beside achieved error (about ten minutes)
	@$(BIN)/python benchmarks/bench_engines.py $(ARGS)

validate: $(VENV)/.has-run  ## Predict every published endpoint again, for docs and workbench (about ten minutes)
	@$(BIN)/trimer validate --json > .validation.json && mv .validation.json src/trimer/library/published/validation.json

twins: $(VENV)/.has-run  ## Fit the twins of the docs again: simulated patients, forecasts of the reference case (two hours)
	@$(BIN)/python -c 'from trimer.study.twin.recovery import publish; publish("docs/results/twin_recovery.json", progress=lambda text, _: print(text, flush=True))'
	@for event in e21 2015-02-16 e28 e33; do \
	  $(BIN)/trimer forecast $(CASE) --until $$event --json > docs/results/.forecast.json && mv docs/results/.forecast.json docs/results/forecast_$$event.json || exit; done

clean:  ## Remove what these commands made, the environment too
	rm -rf $(VENV) replay docs/_build build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src tests docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp says what is installed; pip runs again only when pyproject.toml changes.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found. Install one, or say which: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than Python 3.11. Say which one to use: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
	  echo "this Python cannot put pip into an environment (no ensurepip); using its own pip instead"; \
	  "$(PYTHON)" -m venv --without-pip $(VENV) && "$(PYTHON)" -m pip --quiet --python $(BIN)/python install pip; } || { rm -rf $(VENV); \
	  echo "make: could not make an environment. On Debian and Ubuntu: apt-get install python3-venv (or python3-pip)." >&2; exit 1; }

$(VENV)/.has-run: pyproject.toml | $(BIN)/python
	@echo "installing trimer into $(VENV) (once; a minute or two)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.has-test $(VENV)/.has-docs: $(VENV)/.has-%: pyproject.toml | $(BIN)/python
	@echo "installing trimer and what '$*' needs into $(VENV) (once)"
	@$(PIP) install --editable '.[$*]'
	@touch $@

$(VENV)/.has-bench: pyproject.toml | $(BIN)/python
	@echo "installing trimer and the engines it is compared with into $(VENV) (once; a few minutes)"
	@$(PIP) install --editable '.[bench]'
	@$(PIP) install --editable '.[bench-fortran]' || \
	  echo "numbalsoda is left out: it is built here and needs a Fortran compiler (Debian: apt-get install gfortran)"
	@touch $@

$(VENV)/.has-check: pyproject.toml | $(BIN)/python
	@echo "installing trimer and what 'check' needs into $(VENV) (once)"
	@$(PIP) install --editable '.[check,test]'
	@touch $@
