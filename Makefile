.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCKS  := requirements
export UV_SYSTEM_CERTS ?= 1

$(VENV)/.made: $(LOCKS)/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r $(LOCKS)/uv.txt
	@touch $@

WEB := $(wildcard platform/web/*.* platform/web/src/*.* platform/web/src/*/*)
$(VENV)/.run: $(VENV)/.made $(LOCKS)/run.txt pyproject.toml hatch_build.py $(WEB)
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r $(LOCKS)/run.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run $(LOCKS)/dev.txt tests/browser/package-lock.json
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r $(LOCKS)/dev.txt
	$(BIN)/python hatch_build.py npm --prefix tests/browser ci
	@touch $@

run: $(VENV)/.run  ## set up, play the 2020 fair at full scale, show reported beside simulated
	$(BIN)/fair run ciftis2020 --seed 7 --stay

test: $(VENV)/.dev  ## set up and pass the tests
	$(BIN)/python -m pytest -q --numprocesses auto --dist loadfile

check: $(VENV)/.dev  ## lint, types, import contracts, front-end types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py npm --prefix platform/web run check

bench: $(VENV)/.dev  ## measure speed and size; prints machine, commands and medians
	$(BIN)/python -m benchmarks

lock: $(VENV)/.made  ## renew the lock files
	cd $(LOCKS) && for f in uv run dev; do ../$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate $$f.in -o $$f.txt; done

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.PHONY: run test check bench lock help
