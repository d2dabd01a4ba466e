.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
AUDIT := .venv-audit
# One process more than processors, for tests of whole deployments mostly wait; at most 4.
TEST_PROCESSES ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 3 ? n + 1 : 4)))
export COPYDESK_SHARED ?= $(abspath ../shared)

.PHONY: help install run test check format lock secrets test-compose audit bench bench-dedup bench-memory bench-races bench-polling replay-feeds \
	evaluate evaluate-peers faults faults-can-fail outages

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(VENV)/.installed ## build .venv from the lock; instant when nothing changed

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Copydesk needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.13" % sys.version.split()[0])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(PEERS)/.installed: requirements-peers.lock
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --require-hashes --prefer-binary --no-deps -r requirements-peers.lock
	touch $@

$(AUDIT)/.installed: requirements-audit.lock
	$(PYTHON) -m venv --clear $(AUDIT)
	$(AUDIT)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps -r requirements-audit.lock
	touch $@

run: install ## collect the sample feeds and articles, embedded, until Ctrl-C (ARGS=--once to stop by itself)
	$(BIN)/copydesk run --feeds seeds/feeds.toml --seed seeds/articles $(ARGS)

test: install ## the whole suite, on a real Valkey and a real PostgreSQL from wheels (ARGS=… goes to pytest)
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

check: install ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## rewrite the code as `make check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## compile the locks anew, with hashes and without any index host
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --extra peers pyproject.toml -o requirements-peers.lock
	echo pip-audit | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade - -o requirements-audit.lock

secrets: ## what `docker compose up` needs to know and nobody else may, in secrets/ (once; nothing is overwritten)
	@deploy/make-secrets

audit: $(AUDIT)/.installed ## known vulnerabilities in requirements.lock, where an advisory service answers
	PATH=$(AUDIT)/bin:$$PATH $(AUDIT)/bin/python .ci/audit.py

test-compose: install ## the Compose stack for real: built, used, broken, restored, removed (skipped without a Docker engine)
	$(BIN)/pytest -n 0 -m compose tests/compose $(ARGS)

faults: install ## kill every process at the steps of the protocol while articles come in, then count (SECONDS=1200 is a soak, SEED=n repeats a plan)
	$(BIN)/python -m tests.faults --seconds $(or $(SECONDS),90) $(if $(SEED),--seed $(SEED))

faults-can-fail: install ## the same on copies of the product with one promise switched off each: all have to be found out
	$(BIN)/python -m tests.faults.mutated

outages: install ## Redis and databases away for a minute each (SECONDS=60), SIGTERM, a clock that is set: how soon work goes on
	OUTAGE_SECONDS=$(or $(SECONDS),60) $(BIN)/pytest -n 0 -s -m "outages or not outages" tests/faults/test_outages.py tests/faults/test_stopping.py \
		tests/faults/test_clock.py tests/e2e/test_data_folder_outages.py $(ARGS)

bench-polling: install $(PEERS)/.installed ## 5,000 feeds beside reader and a bare aiohttp loop, and memory over 10,000 polls (ARGS=--feeds 500 is shorter)
	$(BIN)/python -m tests.bench.pollers $(ARGS)

replay-feeds: install ## four months of 2022 through the poller in minutes, killed every week: nothing missed, nothing twice
	$(BIN)/python -m tests.bench.replay $(ARGS)

bench: install ## benchmarks, as ratios within one run
	$(BIN)/python -m tests.bench

bench-dedup: install ## deciding and storing in 10,000, 100,000 and 300,000 articles, on SQLite and PostgreSQL
	$(BIN)/python -m tests.bench.dedup

bench-memory: install ## 20,000 articles through a running stack, and the memory of each process on the way
	$(BIN)/python -m tests.bench.memory $(ARGS)

bench-races: install ## 20 texts in 100 cut copies each by four workers at once: one story per text, on both engines
	$(BIN)/python -m tests.bench.racing

evaluate: install $(PEERS)/.installed ## fields, feeds and stories against public data, beside trafilatura and MinHash LSH in the same run
	$(BIN)/python -m tests.bench.evaluate
	$(BIN)/python -m tests.bench.evaluate_feeds
	$(BIN)/python -m tests.bench.evaluate_stories
	$(BIN)/python -m tests.bench.incremental

evaluate-peers: install $(PEERS)/.installed ## pages beside newspaper4k, jusText and trafilatura, on a sample
	$(BIN)/python -m tests.bench.evaluate_peers
