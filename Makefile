# The commands of the project. `make` alone lists them.

PYTHON ?= python3
VENV := .venv/bin/python
INSTALL := $(PYTHON) -m helpdesk.services.install
TEMPLATES := $(wildcard */templates helpdesk/*/templates)

.DEFAULT_GOAL := help
.PHONY: help run test lint bench install install-dev packages python

help:
	@echo "make run    start the help desk on this machine (PORT=8000, HELPDESK_VAR=var)"
	@echo "make test   install what the tests need and run all of them"
	@echo "make lint   check style, types, import directions and templates"
	@echo "make bench  measure every figure"

run: packages
	@exec $(VENV) -m helpdesk.services run

test: install-dev
	@$(INSTALL) browser
	@exec $(VENV) -m pytest -n 2

lint: install-dev
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@HELPDESK_DEBUG=1 $(VENV) -m mypy .
	@$(VENV) -c "from importlinter.cli import lint_imports_command as check; check()"
	@$(VENV) -m djlint --quiet --lint $(TEMPLATES)

bench: install-dev
	@worst=0; for name in $$($(VENV) -m bench --list | cut -d ' ' -f 1); do \
		$(VENV) -m bench "$$name"; code=$$?; \
		if [ $$code -gt $$worst ]; then worst=$$code; fi; \
	done; exit $$worst

# `run` looks after the front-end files and the translations itself.
packages: python
	@$(INSTALL) runtime

install: packages
	@$(VENV) -m helpdesk.services frontend
	@$(VENV) -m helpdesk.services messages

install-dev: python
	@$(INSTALL) dev
	@$(VENV) -m helpdesk.services frontend
	@$(VENV) -m helpdesk.services messages

python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
