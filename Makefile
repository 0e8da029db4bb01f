# make        the main job on the embedded example (offline but for the package registry)
# make test   the whole test suite
SHELL := /bin/bash
# The first of these that is a Python from 3.11 to 3.13.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$python && break; done)
CORES ?= all
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# `--logger` takes all words that follow it, so another option stands behind it.
RUN := $(BIN)/snakemake --logger comarca --cores $(CORES)
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.DEFAULT_GOAL := run
.PHONY: run example-matopiba synthetic publish test test-slow test-slurm fuzz kills mutants lint format bench docs schema validate router probe lock clean test-programs

# One line of progress, failures in full. For a country: make COUNTRY=NIC; several: make COUNTRY=NIC,SLV
run: $(READY)
	@$(RUN)$(if $(COUNTRY), --config country=$(COUNTRY))

# The Latin American example: concentration of land in four states of Brazil, from data in the repository.
example-matopiba: $(READY)
	@$(RUN) --configfile config/examples/matopiba.yaml

# The files of a made-up country of any size: make synthetic TERRITORIES=1000; config/regions/synthetic.yaml reads them.
synthetic: $(READY)
	$(BIN)/python -m comarca.synthetic --territories $(or $(TERRITORIES),100)

# The data set of a region, ready to be published: make publish REGION=LIE
publish: $(READY)
	@$(RUN) results/$(or $(REGION),$(error say which: make publish REGION=LIE))/publication/ro-crate-metadata.json

# The share of lines and branches that the tests run is printed; below the floor in pyproject.toml the target fails.
test: $(READY_DEV)
	$(BIN)/pytest -n auto --dist loadgroup --cov

# Whole runs of several minutes: from a country code to the table against a local server, an added family, own tables.
test-slow: $(READY_DEV)
	$(BIN)/pytest -m slow -n 2 --dist loadgroup tests/workflow

# On Linux, as root, where Debian's slurm-wlm and munge are installed: three regions on a cluster of one node that the test
# starts, a job killed, one out of memory, the node drained. The executor is in no lock: each start of Snakemake loads it.
SLURM := snakemake-executor-plugin-slurm==2.8.0 snakemake-executor-plugin-slurm-jobstep==0.6.1 throttler==1.2.3
test-slurm: $(READY_DEV)
	$(PIP) --upgrade --no-deps --target $(VENV)-slurm $(SLURM)
	PYTHONPATH=$(CURDIR)/$(VENV)-slurm $(BIN)/pytest -m slow -s tests/slurm

# Inputs made by hypothesis for the parsers, so many in all: make fuzz FUZZ=1000000. Each round of 50,000 has a seed of
# its own; hypothesis keeps what fails in .hypothesis.
fuzz: $(READY_DEV)
	for seed in $$(seq 1 $$((($(or $(FUZZ),50000) + 49999) / 50000))); do \
		FUZZ=50000 $(BIN)/pytest tests/fuzz -q -n auto --hypothesis-seed=$$seed || exit 1; done

# Whole runs of a small made country are killed so many times, started again untouched, and their bytes compared:
# make kills KILLS=100; of the example: make kills KILLS=10 REGION=example
kills: $(READY_DEV)
	$(BIN)/python tests/faults/kills.py $$(mktemp -d) --kills $(or $(KILLS),20) --region $(or $(REGION),small)

# A seeded sample of changes to single signs and numbers of each measuring wing: make mutants PER_WING=60
mutants: $(READY_DEV)
	$(BIN)/python tests/faults/mutants.py mutants.jsonl --per-wing $(or $(PER_WING),10)
	$(BIN)/python tests/faults/mutants.py mutants.jsonl --per-wing $(or $(PER_WING),10) --again

lint: $(READY_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/typos
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint $$(find src -name '*.py' | sort)
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: $(READY_DEV)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

# Ratios against others on this machine, docs/validation/ratios.md and .json; then single parts in more detail.
bench: $(READY_DEV)
	$(BIN)/python -W ignore benchmarks/ratios.py --install --page docs/validation/ratios.md
	$(BIN)/python benchmarks/bench_routing.py
	$(BIN)/python benchmarks/bench_zonal.py
	$(BIN)/python benchmarks/bench_patches.py
	$(BIN)/python benchmarks/bench_scale.py

# The documentation as a site, site/index.html; a broken link or anchor fails. Nothing is fetched.
docs: $(READY_DEV)
	$(BIN)/python docs/hooks.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# What is written from the models of the configuration; tests compare both files with the models.
schema: $(READY)
	$(BIN)/python -m comarca.config.reference > config/README.md
	$(BIN)/python -m comarca.config.schema > config/schema.json
	$(BIN)/python -m comarca.plan.theory > docs/theory.md

# What others published and what other programs say, docs/validation/index.md; all run, also if one misses its bound.
validate: $(READY_DEV)
	@failed=; for name in valhalla routers country_totals degree_of_urbanisation land_gini peers; do \
		echo "== $$name"; $(BIN)/python benchmarks/$$name.py || failed="$$failed $$name"; \
	done; test -z "$$failed" || { echo "A bound does not hold:$$failed" >&2; exit 1; }

# The routers' programs, into .venv-valhalla and .venv-osrm; `make test` compares with Valhalla where it is there.
router: $(READY_DEV)
	$(BIN)/python benchmarks/routers.py --only-install

# The products in R, LibreOffice, DuckDB, SQLite, PostGIS and QGIS, as far as they are installed; not part of `make test`.
test-programs: run
	@$(BIN)/python tools/test_programs.py

# Needs the internet: asks every provider for three countries, keeps nothing, writes probe-report.md for an issue.
probe: $(READY)
	$(BIN)/python -m comarca.fetch.probe

# The environment of a run: exactly what the lock file says, which is complete, then this package on top of it. pip chooses
# nothing (`--no-deps`): where a newer release is out, it may ask for the hash of that one.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python from 3.11 to 3.13 was found. Install one, or name it: make PYTHON=<path>" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what a run needs into $(VENV) (once; a minute or two) ..."
	@$(PIP) --no-deps --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# What tests, checks and the documentation need beside it.
$(READY_DEV): $(READY) requirements-dev.lock
	@echo "Installing what tests and documentation need beside it ..."
	@$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# Needs uv. Writes versions and hashes for Python 3.11 to 3.13, no addresses; the second lock follows the first.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock:
	$(COMPILE) --group pyproject.toml:build pyproject.toml -o requirements.lock
	$(COMPILE) --group pyproject.toml:dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/python tools/build_environment.py

clean:
	rm -rf results .snakemake
