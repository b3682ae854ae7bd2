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

WEB := $(wildcard platform/web/*.* $(addprefix platform/web/src/,*.* */*.* */*/*.*))
$(VENV)/.run: $(VENV)/.made $(LOCKS)/run.txt pyproject.toml hatch_build.py $(WEB)
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r $(LOCKS)/run.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run $(LOCKS)/dev.txt tests/browser/package-lock.json platform/web/package-lock.json
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r $(LOCKS)/dev.txt
	$(BIN)/python hatch_build.py fetch tests/browser
	$(BIN)/python hatch_build.py fetch platform/web
	@touch $@

run: $(VENV)/.run  ## set up, play the 2020 fair at full scale, show reported beside simulated
	$(BIN)/fair run ciftis2020 --seed 7 --stay

# hundreds of processes compile the same modules, where none keeps what it compiled
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q --numprocesses auto

test: $(VENV)/.dev  ## set up and pass the tests
	$(BIN)/python hatch_build.py npm --prefix platform/web test
	$(PYTEST) || { echo "What failed beside other tests is run once more, alone:"; $(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none; }

quick: $(VENV)/.dev  ## pass the tests that take less than half a second, and start no server, browser or other program
	CLOUDFAIR_TESTS=quick $(PYTEST) -m "not slow" tests

check: $(VENV)/.dev  ## lint, types, import contracts, of the page as well; words that are not used
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/docs/test_words.py
	$(BIN)/python hatch_build.py npm --prefix platform/web run check

# $(call made,FILE,COMMAND): a file is written only when its command succeeds
made = $(BIN)/$(2) > $(1).new && mv $(1).new $(1) || { rm -f $(1).new; exit 1; }

renew: $(VENV)/.dev  ## make again what is made from the code: documents, the schema of scenarios, types of the page
	$(call made,docs/events.md,python -m fairfacts.vocabulary)
	$(call made,docs/problems.md,python -m tests.cloudfair.refusals)
	$(call made,docs/fairs.md,python -m fairlab.fairs)
	$(call made,scenarios/scenario.schema.json,fair scenarios schema)
	for name in fair parameters sectors zones figures; do $(call made,seeds/$$name.schema.json,fair scenarios schema $$name); done
	$(BIN)/python hatch_build.py types

# beside the other packages, not among them: Ciw brings a package `tests`, which would hide ours
$(VENV)/.peers: $(VENV)/.dev $(LOCKS)/peers.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --target $(VENV)/peers --require-hashes -r $(LOCKS)/peers.txt
	rm -rf $(VENV)/peers/tests
	@touch $@

bench: $(VENV)/.peers  ## measure speed and size, alone and against others; prints machine, commands and medians
	$(BIN)/python -m benchmarks
	PYTHONPATH=$(VENV)/peers $(BIN)/python -m benchmarks.peers --plot benchmarks/peers.png

torture: $(VENV)/.dev  ## make trouble: kills, flipped bits, bad disks, crashes; prints counts, and the seed of what fails
	$(BIN)/python -m tests.torture

mutants: $(VENV)/.dev  ## make small changes that are wrong, and count which of them the tests notice: docs/mutants.md
	$(BIN)/python -m tests.mutants

COVERED := fairfacts fairsim fairlab cloudfair faircli
TESTS   ?= tests
cover: $(VENV)/.dev  ## print which lines and branches the tests run, in the programs that they start as well; TESTS=tests/cloudfair of some
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest -q --numprocesses auto $(TESTS)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	@for package in $(COVERED); do echo "$$package $$($(BIN)/coverage report --include="*/$$package/*" --format=total) %"; done

audit: $(VENV)/.dev  ## ask the databases of known faults about every package that is locked
	$(BIN)/pip-audit --strict -r $(LOCKS)/uv.txt -r $(LOCKS)/run.txt -r $(LOCKS)/dev.txt -r $(LOCKS)/peers.txt --require-hashes --disable-pip
	$(BIN)/python hatch_build.py npm --prefix platform/web audit
	$(BIN)/python hatch_build.py npm --prefix tests/browser audit

sbom: $(VENV)/.dev  ## write what the program and its page are made of, in CycloneDX, into dist/
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements $(LOCKS)/run.txt --pyproject pyproject.toml --output-reproducible -o dist/sbom-python.json
	$(BIN)/python hatch_build.py npm --prefix platform/web sbom --sbom-format cyclonedx --omit dev > dist/sbom-page.json

lock: $(VENV)/.made  ## renew the lock files
	cd $(LOCKS) && for f in uv run dev peers; do ../$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate $$f.in -o $$f.txt; done

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.PHONY: run test quick check renew bench torture mutants cover audit sbom lock help
