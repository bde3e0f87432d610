# `make demo` and `make test` set themselves up: a virtual environment in .venv with every version pinned by hash, and
# for the tests Azurite, a storage server, in node_modules.
PYTHON ?= python3
CLEAN_PYTHON ?= $(PYTHON)
VENV   := .venv
BIN    := $(VENV)/bin
LOCKS  := requirements-dev.txt requirements-host.txt pyproject.toml
STAMP  := $(VENV)/.ready
NODE   := node_modules/.package-lock.json
CHECKOV := .venv-checkov/.ready
DOCS   := .venv-docs/.ready
UV_LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: roles help setup check test demo pictures package package-check docs lock format

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## create .venv with locked dependencies (done once, again when a lock changes)

$(STAMP): $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 2; }
	@echo "setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python -r requirements-host.txt
	@$(BIN)/uv pip install -q --offline --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(NODE): package.json package-lock.json .npmrc
	@if command -v npm >/dev/null; then \
		echo "installing Azurite into node_modules (once)"; \
		npm ci --no-progress --loglevel=error && touch $@; \
	else \
		echo "npm is not installed: the tests on Azurite are skipped"; \
	fi

$(CHECKOV): requirements-checkov.txt
	@echo "setting up checkov in .venv-checkov (once; half a minute)"
	@$(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-checkov.txt
	@touch $@

$(DOCS): requirements-docs.txt
	@echo "setting up mkdocs in .venv-docs (once; half a minute)"
	@$(PYTHON) -m venv .venv-docs
	@.venv-docs/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-docs.txt
	@touch $@

check: setup ## format, lint, types, imports, then the fast tests
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest tests/core tests/signals tests/views tests/architecture

test: setup $(NODE) $(CHECKOV) ## everything that CI runs
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -n 2 --dist loadfile

demo: setup ## the first incident, end to end, on this machine (ARGS="--pause" waits for you at the approval)
	@$(BIN)/remediator demo $(ARGS)

pictures: setup $(NODE) ## take the pictures of docs/pictures again, in Chromium
	@$(BIN)/python -m tests.browser.pictures docs/pictures

package: setup ## build/remediator-functions.zip, from which a function app is deployed; the same bytes each time
	@$(BIN)/python tools/function_zip.py build/remediator-functions.zip

package-check: package ## index that zip in a clean environment which has only requirements.txt (CLEAN_PYTHON=python3.13)
	@rm -rf build/check
	@$(CLEAN_PYTHON) -m venv build/check/venv
	@build/check/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@build/check/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python -r requirements-host.txt
	@$(CLEAN_PYTHON) -m zipfile -e build/remediator-functions.zip build/check/app
	@cd build/check && venv/bin/python -I ../../tests/functions_host/indexing_alone.py app

docs: $(DOCS) ## build/site, the pages as a site of their own; a link that leads nowhere fails
	@rm -rf build/site
	@NO_MKDOCS_2_WARNING=true .venv-docs/bin/mkdocs build --strict --site-dir build/site
	@echo "build/site/index.html"

format: setup ## rewrite the code in the house style, and the copy of docs/rules.md that comes along
	@cp docs/rules.md remediator/views/rules.markdown
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

lock: setup ## resolve the dependencies again and write every requirements file
	@$(UV_LOCK) --all-extras --group dev pyproject.toml -o requirements-dev.txt
	@$(UV_LOCK) --extra azure-monitor -c requirements-dev.txt pyproject.toml -o requirements.txt
	@$(UV_LOCK) --extra azure-monitor --extra cli -c requirements-dev.txt pyproject.toml -o requirements-cli.txt
	@$(UV_LOCK) --group checkov -o requirements-checkov.txt
	@$(UV_LOCK) --group docs -o requirements-docs.txt

roles: setup ## write the custom roles of infra/ from what `remediator permissions` prints
	@$(BIN)/python infra/roles/write.py
