# CafeRoam on a laptop. The only tools needed are make and Python 3.12 or newer.

PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help install run reset

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv and install the pinned requirements
	@sh scripts/bootstrap

run: install ## start everything: database, queue, API, workers
	@exec $(PYTHON) -m caferoam.local run

reset: ## remove the local stack's data in .local/, after asking
	@python=$$(sh scripts/find-python) && exec "$$python" -m caferoam.local reset
