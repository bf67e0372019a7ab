# One obvious command a chore. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help run test lint strength up bench clean

help: ## list the chores
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(STAMP) ## the main job: sandbox, connectors, conformance, reports/
	$(BIN)/ats-sandbox conform --all --report-dir reports

test: $(STAMP) ## lint, types, import contracts and all tests
	$(MAKE) lint
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ORDER)

lint: $(STAMP) ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

strength: $(STAMP) ## what share of known defects the suite catches, by class
	$(BIN)/python -m tests.strength

up: $(STAMP) ## a sandbox for a person, until Ctrl-C
	$(BIN)/ats-sandbox up

bench: $(STAMP) ## what the simulation costs, as ratios to peers measured in the same run
	$(BIN)/python -m benchmarks

clean: ## forget the environment and the reports
	rm -rf $(VENV) reports

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@
