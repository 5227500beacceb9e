# One set of commands for people and CI. `make help` lists them.

SHELL := /bin/bash
PY := .venv/bin/python
DATA ?= .local
PORTS ?= default
# One process more than cores: some tests wait, for a claim to end or a budget to refill.
PARALLEL := -n $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1))) \
  --dist loadgroup --no-loadscope-reorder

# Only what stands on the make command line reaches a backup: a host or a token
# that merely lies in the shell must never turn a trial into production.
given = $(if $(filter command line,$(origin $(1))),$(1)='$(subst ','\'',$($(1)))')

SERVICE_VARIABLES := DATA DATABRICKS_HOST AZURE_DEVOPS_ORG_URL AZURE_DEVOPS_PROJECT \
  AZURE_DEVOPS_REPOSITORY AZURE_DEVOPS_BRANCH
BACKUP_VARIABLES := WORKSPACE NOTEBOOKS MODE DRY_RUN $(SERVICE_VARIABLES)
RESTORE_VARIABLES := FILES AT TO ON_CONFLICT APPLY CANCEL $(SERVICE_VARIABLES)
SETUP_VARIABLES := APPLY GIT_FOLDER FOLDERS $(SERVICE_VARIABLES)
FORECAST_VARIABLES := SAMPLE NOTEBOOKS CHANGE SEED $(SERVICE_VARIABLES)
BENCH_VARIABLES := QUICK PARTS

.DEFAULT_GOAL := help
.PHONY: help setup setup-repo backup restore drift forecast doctor up down clean check \
  unit test soak bench lock package

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' \
	  $(firstword $(MAKEFILE_LIST))

setup: ## .venv with everything, and Azurite; costs nothing when done
	@local/setup.sh

backup: setup ## the main job: back the workspace up and prove it
	@$(PY) -m local backup $(foreach name,$(BACKUP_VARIABLES),$(call given,$(name)))

restore: setup ## get FILES="/path ..." back: a plan; APPLY=1 does it (AT=, TO=, ON_CONFLICT=, CANCEL=)
	@$(PY) -m local restore $(foreach name,$(RESTORE_VARIABLES),$(call given,$(name)))

drift: setup ## how the workspace and its backup differ
	@$(PY) -m local drift $(foreach name,$(SERVICE_VARIABLES),$(call given,$(name)))

forecast: setup ## what runs and a restore will take (SAMPLE=, NOTEBOOKS=, CHANGE=)
	@$(PY) -m local forecast $(foreach name,$(FORECAST_VARIABLES),$(call given,$(name)))

doctor: setup ## what works, and what to do where it does not; writes nothing
	@$(PY) -m local doctor $(foreach name,$(SERVICE_VARIABLES),$(call given,$(name)))

setup-repo: setup ## what is missing before the first backup: a plan; APPLY=1 makes it
	@$(PY) -m local setup-repo $(foreach name,$(SETUP_VARIABLES),$(call given,$(name)))

up: setup ## the whole stack in the foreground, until Ctrl-C
	@exec $(PY) -m local up --data '$(DATA)' --ports $(PORTS)

down: ## stop a stack that runs elsewhere
	@$(PY) -m local down --data '$(DATA)'

clean: ## remove the stack's content (workspace, repositories, storage)
	@$(PY) -m local clean --data '$(DATA)'

check: setup ## format, lint, types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

unit: setup ## the quick tests
	.venv/bin/pytest tests/unit

test: check ## everything
	.venv/bin/pytest $(PARALLEL)

soak: setup ## the property and matrix tests with larger parameters
	HYPOTHESIS_PROFILE=soak SOAK=1 .venv/bin/pytest $(PARALLEL)

bench: setup ## measure it, beside what people use instead: docs/benchmarks.md (QUICK=1, PARTS=)
	@$(PY) -m local bench $(foreach name,$(BENCH_VARIABLES),$(call given,$(name)))

package: setup ## the deployment zip: .package/app.zip, with its packages for Azure
	@$(PY) -m local.package

lock: ## compile the pins anew from requirements*.in and package.json
	@local/lock.sh
