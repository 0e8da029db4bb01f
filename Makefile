# make        the main job on the embedded example (offline but for the package registry)
# make test   the whole test suite
SHELL := /bin/bash
PYTHON ?= python3.11
CORES ?= all
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := run
.PHONY: run test test-slow lint format bench docs validate router probe lock clean

run: $(READY)
	$(BIN)/snakemake --cores $(CORES)

test: $(READY)
	$(BIN)/pytest -n auto --dist loadgroup

# Whole runs of several minutes: from a country code to the table against a local server, an added family, own tables.
test-slow: $(READY)
	$(BIN)/pytest -m slow -n 2 --dist loadgroup tests/workflow

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: $(READY)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

bench: $(READY)
	$(BIN)/python benchmarks/bench_routing.py
	$(BIN)/python benchmarks/bench_zonal.py
	$(BIN)/python benchmarks/bench_patches.py
	$(BIN)/python benchmarks/bench_scale.py

# The documentation as a site, site/index.html; a broken link or anchor fails. Nothing is fetched.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Travel times against the router Valhalla; `make test` compares them too where it is there.
validate: $(READY)
	$(BIN)/python benchmarks/valhalla.py

router: $(READY)
	$(BIN)/python benchmarks/valhalla.py --only-install

probe: $(READY)
	$(BIN)/pytest -m network tests/network -s

# The environment: exactly what the lock file says, then this package on top of it.
$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Needs uv. Writes versions and hashes, no addresses.
lock:
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--group pyproject.toml:dev pyproject.toml -o requirements.lock

clean:
	rm -rf results .snakemake
