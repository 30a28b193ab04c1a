# Every target needs python3 >= 3.11 and nothing else; uv is used where it is there. The program ends up at .venv/bin/monitor.
PYTHON ?= python3
BIN := .venv/bin
CONFIG ?= config.example.toml
KILLS ?= 200
CUTS ?= 50
FLIPS ?= 100
ROUNDS ?= 20
MINUTES ?= 30
PARSERS ?=
FEEDS ?= 1000
SEED ?= 1

.PHONY: run demo test lint setup screenshots lock bench chaos troubles power rot soak fuzz clean

run: .venv/run  ## start the daemon on CONFIG (default: the example)
	$(BIN)/monitor run --config $(CONFIG)

demo: .venv/run  ## watch a newsroom break and edit its stories, on loopback only
	$(BIN)/monitor demo --once

test: lint  ## everything that CI checks
	$(BIN)/pytest -n 2 --dist worksteal

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: .venv/dev  ## a development environment

bench: .venv/dev  ## the benchmarks whose tables the README quotes
	$(BIN)/python tests/bench/revisions.py

chaos: .venv/dev  ## kill -9 and stop whatever runs, KILLS times, and settle the account
	$(BIN)/python tests/faults/chaos.py --kills $(KILLS) --seed $(SEED)

troubles: .venv/dev  ## fill the disk, slow and break fsync, set the clocks, ROUNDS times (needs a C compiler, and to mount a tmpfs)
	$(BIN)/python tests/faults/troubles.py --rounds $(ROUNDS) --seed $(SEED)

power: .venv/dev  ## cut the power CUTS times (simulated; needs a C compiler)
	$(BIN)/python tests/faults/power.py --cuts $(CUTS) --seed $(SEED)

rot: .venv/dev  ## flip FLIPS bits in archive and append-only file: each must be found
	$(BIN)/python tests/faults/rot.py --flips $(FLIPS) --seed $(SEED)

soak: .venv/dev  ## watch FEEDS feeds for MINUTES: memory, files and lag must stay as they are
	$(BIN)/python tests/faults/soak.py --minutes $(MINUTES) --feeds $(FEEDS) --seed $(SEED)

fuzz: MINUTES = 10
fuzz: .venv/dev  ## make up input for every reader of what others wrote, or for PARSERS, for MINUTES each
	$(BIN)/python tests/fuzz/fuzz.py --minutes $(MINUTES) --seed $(SEED) $(PARSERS)

screenshots: .venv/dev  ## the pictures of the page in docs/pictures, from a demo that runs
	$(BIN)/python tests/demo/screenshots.py docs/pictures

lock: .venv/dev  ## write requirements/*.txt anew (needs uv); no index is named in them
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements/run.txt
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements/dev.txt

clean:
	rm -rf .venv build dist *.egg-info

# One stamp for each set of locked requirements. A development environment is a running one too.
.venv/run: requirements/run.txt pyproject.toml
	@test .venv/dev -nt requirements/run.txt || $(PYTHON) requirements/install.py run
	@touch $@

.venv/dev: requirements/dev.txt pyproject.toml
	@$(PYTHON) requirements/install.py dev
	@touch $@ .venv/run
