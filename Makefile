# CafeRoam on a laptop. The only tools needed are make and Python 3.12 or newer.

PYTHON := .venv/bin/python
# PostgreSQL for the tests: 18 (what `make run` uses) or 16 (Supabase runs 15 to 17).
PG ?= 18

.DEFAULT_GOAL := help
.PHONY: help install run reset test lint format bench faults fuzz openapi translations lock

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv and install the pinned requirements
	@sh scripts/bootstrap

run: install ## start everything: database, queue, API, workers, web app
	@exec $(PYTHON) -m caferoam.local run

reset: ## remove the local stack's data in .local/, after asking
	@python=$$(sh scripts/find-python) && exec "$$python" -m caferoam.local reset

test: install ## run every test with the coverage gates; PG=16 runs them on PostgreSQL 16
	@CAFEROAM_TEST_PG=$(PG) sh scripts/test

lint: install ## ruff, mypy, the import contracts, Dockerfiles, docker-compose.yml; tsc and Biome
	@sh scripts/lint

format: install ## let ruff and Biome rewrite what they can
	@$(PYTHON) -m ruff check --fix --quiet . && $(PYTHON) -m ruff format . && sh scripts/format-web

bench: install ## measure, print ratios, and write bench/results/latest.json; ONLY=jobs, shops or members for a part
	@$(PYTHON) -m bench $(ONLY)

translations: install ## take the admin's texts into its translation file, and compile it
	@sh scripts/translations

faults: install ## kill and break things, and see that every job ends once (ONLY="name name", REPEAT=3, SEED=1)
	@$(PYTHON) -m tests.faults $(ONLY) $(if $(REPEAT),--repeat $(REPEAT)) $(if $(SEED),--seed $(SEED))

fuzz: install ## ask each route 200 things or so, others every time, and hold it to its description (CASES=1000)
	@CAFEROAM_FUZZ_CASES=$(or $(CASES),200) sh scripts/test tests/identity/test_schema_promises.py --capture no

openapi: install ## write docs/openapi.yaml from the views, and from it the types of the web app
	@sh scripts/openapi

lock: install ## pin every dependency again (UPGRADE=--upgrade for newer ones)
	@sh scripts/lock $(UPGRADE)
