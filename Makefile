# The only list of commands. `make demo` and `make test` need Python 3.11 or later, nothing else.

# The first Python that runs and is new enough: a name on the path may be a shim for nothing.
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13; do \
  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && { command -v "$$name"; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo check format generate pictures test fuzz fuzz-imports test-interpreted bench simulate attack image lock clean

help:
	@echo "make demo      install, make the demonstration county, serve it and print the address"
	@echo "make test      install what the tests need and run them"
	@echo "make check     ruff, formatting, mypy --strict, the page's types and lint, architecture"
	@echo "make fuzz      property tests with new examples, ten times as many"
	@echo "make fuzz-imports  importers fed with damaged files by atheris, ten minutes each"
	@echo "make format    put code and documents into their form"
	@echo "make generate  write docs/columns.md, libraries.md, settings.md and the page's types from the code"
	@echo "make pictures  make the pictures of README, docs/figures.md and the notebooks anew"
	@echo "make bench     ratios against named peers, measured in one run"
	@echo "make simulate  levels, power, coverage and faults where the truth is known, into docs/"
	@echo "make attack    attack the service as each role may, recovery rates into docs/attacks.md"
	@echo "make image     build the container image (needs docker or podman)"
	@echo "make lock      write requirements.lock, what the image installs, from constraints.txt"

# Of the page: what changes, is built again.
PAGE := $(shell find service/web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

$(VENV)/.installed: pyproject.toml constraints.txt $(PAGE)
	@[ -n "$(PYTHON)" ] && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; say which with make PYTHON=/path/to/python3 ..."; exit 1; }
	@echo "installing into $(VENV): some minutes the first time, and the page is built"
	"$(PYTHON)" -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed tests/end_to_end/clients/package-lock.json
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python tests/end_to_end/node_packages.py
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/hotspots demo --port $(PORT)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python service/web/page_build.py check
	$(BIN)/pytest -q -p no:cacheprovider tests/test_architecture.py tests/test_docstrings.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mdformat *.md docs service/web/README.md tests/reference

generate: $(VENV)/.installed-dev
	$(BIN)/python -m tests.generated.write

# The pictures of README and docs/figures.md, and what the notebooks show: of the demonstration.
pictures: $(VENV)/.installed-dev
	$(BIN)/python -m tests.figures.pictures
	$(BIN)/python -m tests.figures.readme
	$(BIN)/python -m tests.notebook_runs

test: $(VENV)/.installed-dev
	$(BIN)/pytest -q -n 2 --dist loadfile

# Property tests with new examples; a failure says how to repeat it (docs/contributing.md).
fuzz: $(VENV)/.installed-dev
	$(BIN)/pytest -q -n 2 -m hypothesis --hypothesis-profile=fuzz $(FUZZ)

# Atheris needs a processor and an interpreter that it has wheels for, so it is no part of dev.
fuzz-imports: $(VENV)/.installed-dev
	$(BIN)/pip install -q "atheris>=3,<4"
	$(BIN)/python -m tests.fuzzing

# The numerics once more without compilation: what numba hides, Python shows.
test-interpreted: $(VENV)/.installed-dev
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -q -n 2 -m "not slow and not compiled" tests/spatial

bench: $(VENV)/.installed-dev
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m tests.benchmarks

# About an hour: how often each test calls nothing something, written into docs/methods.md.
simulate: $(VENV)/.installed-dev
	$(BIN)/python -m tests.simulations

# A quarter of an hour: what can be worked out of the answers, written into docs/attacks.md.
attack: $(VENV)/.installed-dev
	$(BIN)/python -m tests.attacks

# BASE=name@sha256:... is the image to begin with; by default Debian's Python as it is now.
image:
	@engine=$$(command -v docker || command -v podman) \
	  || { echo "make image needs docker or podman"; exit 1; }; \
	base="$(BASE)"; \
	[ -n "$$base" ] || { "$$engine" pull --quiet python:3.11-slim && base=$$("$$engine" image inspect \
	  --format '{{index .RepoDigests 0}}' python:3.11-slim); } || exit 1; \
	echo "BASE=$$base"; \
	"$$engine" build -t hotspot-atlas --build-arg BASE="$$base" .

# Asks the configured index of packages.
lock: $(VENV)/.installed-dev
	$(BIN)/python -m tests.generated.lock

clean:
	rm -rf $(VENV) build *.egg-info service/web/dist service/web/node_modules
