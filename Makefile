# Two commands: `make leaderboard` and `make test`. Both set up a virtual environment in .venv by themselves.

# The first of these that runs and is new enough; another one: make PYTHON=/path/to/python3.
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do $$name $(NEW_ENOUGH) >/dev/null 2>&1 && echo $$name && break; done)
BIN := .venv/bin
BUDGET ?= quick
SOURCES := pyproject.toml $(shell find agora envs agents baselines leaderboard benchmarks -type f -not -path '*/__pycache__/*' -not -path 'leaderboard/results/*' -not -path 'baselines/results/*')

.PHONY: help leaderboard results test lint bench clean

help:
	@echo "make leaderboard           train the baselines, let all agents play, write leaderboard/results/ (about 6 minutes)"
	@echo "make leaderboard BUDGET=full   the same with longer training"
	@echo "make results               train every baseline for 5 seeds, write baselines/results/ (hours; a run goes on where it stopped)"
	@echo "make test                  linters, type checker and all tests"
	@echo "make bench                 speed and memory beside other suites"

leaderboard: .venv/installed
	$(BIN)/agora leaderboard leaderboard/season.toml --out leaderboard/results --site leaderboard/results/site --budget $(BUDGET)

results: .venv/installed
	$(BIN)/python -P -m agora.baselines.run --seeds 5 --out baselines/results

test: .venv/test-installed lint
	$(BIN)/pytest -n 2 --dist loadscope

lint: .venv/test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd $(BIN) && ./mypy --config-file $(CURDIR)/pyproject.toml -p agora  # from there, so that it sees the installed package

bench: .venv/bench-installed
	$(BIN)/agora bench --out docs/benchmarks.json
	$(BIN)/python docs/make_pages.py

# Everything is installed as users install it: from the wheel, never from the source tree.
.venv/installed: $(SOURCES) .venv/ready
	rm -rf build
	$(BIN)/pip install --quiet --constraint constraints.txt '.[train,render,parquet,serve]'
	$(BIN)/pip install --quiet --no-deps --force-reinstall .
	rm -rf build
	@touch $@

.venv/test-installed: .venv/installed
	@command -v bwrap >/dev/null || sh tests/system_packages.sh bubblewrap || echo "Without bubblewrap, tests of that jail are skipped."
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do command -v $$name >/dev/null && exit; done; \
	    sh tests/system_packages.sh chromium || echo "Without Chromium, tests in a browser are skipped."
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || sh tests/system_packages.sh postgresql || echo "Without PostgreSQL, tests of the store run on SQLite only."
	$(BIN)/pip install --quiet --constraint constraints.txt '.[train,render,parquet,serve,postgresql,cluster,test]'
	rm -rf build
	@touch $@

.venv/bench-installed: .venv/installed
	$(BIN)/pip install --quiet --constraint constraints.txt '.[train,render,parquet,bench]'
	rm -rf build
	@touch $@

.venv/ready: constraints.txt
	@test -n "$(PYTHON)" || { echo "Agora needs Python 3.11 or newer: install it, or say where it is: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) $(NEW_ENOUGH) || { echo "$(PYTHON) does not run or is older than Python 3.11: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tests/system_packages.sh python3-venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info
