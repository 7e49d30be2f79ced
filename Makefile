# Two commands on a fresh machine: `make demo` shows the product, `make test` tests it; CI runs the crash matrix as well.
# Each makes its own environment from the hashed lock, and makes it anew when the lock or pyproject.toml changed.

PYTHON  ?= python3
WORKERS ?= 2
OVER    ?= rules/past
UPGRADE ?=
PAGE    ?=

BIN  := .venv/bin
CODE := $(wildcard core plugins tests)
export PYTHON
.DEFAULT_GOAL := help
.PHONY: help demo test setup lint types contracts suite format lock screenshot bench bench-memory bench-intent crash-matrix crash-random power intake recovery stops two-bots live-replay matrix clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo:  ## run the starter policy over bundled past mentions and print what it would have done
	@began=$$(date +%s) && .ci/environment .venv-run requirements.txt && ready=$$(date +%s) && \
	.venv-run/bin/socialcare simulate --over $(OVER) && \
	echo "install: $$((ready - began)) s, run: $$(($$(date +%s) - ready)) s"

test: lint types contracts suite  ## style, types, import contracts, the whole suite; CI runs the crash matrix as well

setup:  ## make the environment of development in .venv
	@.ci/environment .venv requirements-dev.txt

lint: setup  ## ruff: rules and format
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

types: setup  ## mypy, strict
	$(BIN)/mypy $(CODE)

contracts: setup  ## import contracts between the layers
	$(BIN)/lint-imports --no-logo

suite: setup  ## every test, on WORKERS processes (2)
	$(BIN)/pytest -q -n $(WORKERS)

format: setup  ## mend what ruff can mend
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
       $(if $(UPGRADE),--upgrade)

lock:  ## resolve the hashed lists anew (UPGRADE=1 takes newer versions)
	@test -x $(BIN)/uv || .ci/environment .venv requirements-dev.txt
	$(LOCK) --all-extras --group dev pyproject.toml -o requirements-dev.txt
	$(LOCK) --constraint requirements-dev.txt pyproject.toml -o requirements.txt
	$(LOCK) --constraint requirements-dev.txt --group build -o requirements-build.txt
	$(LOCK) --constraint requirements.txt --constraint requirements-build.txt --group bench pyproject.toml -o requirements-bench.txt

screenshot: setup  ## take the README's picture of a report anew (needs Chromium)
	$(BIN)/python docs/screenshot.py

RELIABILITY = $(BIN)/python -m tests.reliability

BENCH = PYTHONHASHSEED=0 .venv-bench/bin/python -m tests.bench

bench:  ## mentions per second, stage by stage and beside other engines, into docs/performance.md
	@.ci/environment .venv-bench requirements-bench.txt
	$(BENCH).rates
	$(BENCH).stages
	$(BENCH).peers

bench-memory:  ## the memory of a long dry run, a million mentions through 10,000 rules
	@.ci/environment .venv-bench requirements-bench.txt
	$(BENCH).memory

bench-intent: setup  ## the classifier beside the trivial baselines, on the folder of real data
	$(BIN)/python tests/bench/bench_intent.py

crash-matrix: setup  ## the process dies at every point that matters, with every answer of the platform (PAGE=no: only say so)
	$(RELIABILITY).matrix $(if $(filter no,$(PAGE)),--no-page)

crash-random: setup  ## the process is killed N times (1000) at random instants, on SQLite and on PostgreSQL
	$(RELIABILITY).random_kills $(N)

power: setup  ## the power is cut N times (200) under a disk that forgets what was not synced
	$(RELIABILITY).power $(N)

intake: setup  ## how much can be taken in and decided, every mention on the disk before it counts
	$(RELIABILITY).intake

recovery: setup  ## how long it takes to start over with 100,000 open items, and to stop all sending
	$(RELIABILITY).recovery

stops: setup  ## the kill switch and SIGTERM while requests are under way
	$(RELIABILITY).crash_stops

two-bots: setup  ## two companies that run the product answer each other: they stop after one answer each
	$(RELIABILITY).two_bots

live-replay: setup  ## a live run of the starter policy against a fake X, then a dry run over its decisions: the same
	$(RELIABILITY).replayed

matrix: setup  ## the suite against the built wheel on Python 3.11, 3.12 and 3.13
	.ci/matrix $(WORKERS)

clean:  ## remove all that these targets made
	rm -rf .venv .venv-run .venv-bench dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find core plugins tests -name __pycache__ -type d -prune -exec rm -rf {} +
