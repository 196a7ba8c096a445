# Everything a newcomer does by hand. The work is in scripts/ and in the `moltbook` command.
.DEFAULT_GOAL := help
.PHONY: help install up test check bench proof
SHELL := /bin/bash
PY := .venv/bin/python
PYTEST := $(PY) -m pytest -p tests.house.strict

help: ## say what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## put everything the server needs into .venv
	@scripts/install.sh run

up: install ## start a living network on http://127.0.0.1:8000 (options: make up ARGS="--port 9000")
	@exec .venv/bin/moltbook up $(ARGS)

test: ## run every test but the long promises (one of them: make test ARGS=tests/votes)
	@scripts/install.sh dev && scripts/install.sh examples && scripts/programs.sh && exec $(PYTEST) -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m "not proof" $(ARGS)

check: ## format, lint and types, without changing a file
	@scripts/install.sh dev
	@$(PY) -m ruff format --check . && $(PY) -m ruff check . && $(PY) -m mypy

bench: ## measure what we promise about speed, beside its raw limits
	@scripts/install.sh dev && exec $(PY) -m bench $(ARGS)

proof: ## keep the long promises: hundreds of kills, hours of requests, every hostile text on every page
	@scripts/install.sh dev && scripts/programs.sh && exec $(PYTEST) -m proof $(ARGS)
