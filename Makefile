# Everything here needs make and a Python of 3.11 or newer, nothing else: `make help` lists it.
# Written for GNU make 3.81 too, which is what macOS has.

VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
# A name on PATH may be a launcher for a Python that is not there, so each is run, not looked up.
PYTHON  ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$name; break; fi; done)
# Set UV to nothing (`make install UV=`) to set up with pip although uv is there.
UV      ?= $(shell command -v uv 2>/dev/null)
# Beam's runner Prism, of the very version of Beam that is pinned; Go's installer puts go where no PATH leads.
PRISM_VERSION := $(shell sed -n 's/^apache-beam==//p' constraints.txt)
PRISM_FOLDER  := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dialfeed/prism-$(PRISM_VERSION)
GO      ?= $(shell command -v go || ls /usr/local/go/bin/go 2>/dev/null)
# One test may take this long, in seconds, before it is taken for hung.
PATIENCE = 300
# Test files at a time.
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo demo-events install format lint types imports test faults soak race prism check bench clean constraints

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(STAMP)  ## set up, start the built-in dialer, send it the sample leads, show what became of them
	@$(BIN)/python -m docs.demo.run

demo-events:  ## the same with leads as events (needs Google's Pub/Sub emulator and Java)
	@# Where the emulator is missing, that is said before anything is set up.
	@test -z "$(PYTHON)" || "$(PYTHON)" -m tests.standins.emulator
	@$(MAKE) --no-print-directory install
	@$(BIN)/python -m docs.demo.events

install: $(STAMP)  ## set up .venv (again only when setup.py or constraints.txt changed)

format: $(STAMP)  ## put the code into its one form
	$(BIN)/ruff check --select I --fix --quiet .
	$(BIN)/ruff format .

lint: $(STAMP)  ## ruff: form and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP)  ## mypy, strict
	$(BIN)/mypy .

imports: $(STAMP)  ## the imports run one way, and Beam stays out of the core
	$(BIN)/lint-imports

test: $(STAMP)  ## all tests but the long ones; names those left out (no Pub/Sub emulator, no Prism)
	$(BIN)/python -m pytest -m "not race and not long and not soak" -rs --no-fold-skipped --timeout $(PATIENCE) -n $(JOBS) --dist loadfile --no-loadscope-reorder

faults: $(STAMP)  ## the fault laboratory: every fault at every moment of a request (a quarter of an hour)
	$(BIN)/python -m pytest -m long -rs --no-fold-skipped --timeout $(PATIENCE) -n $(JOBS) --dist loadfile --no-loadscope-reorder

soak: $(STAMP)  ## eight virtual hours of mixed load and faults, in minutes
	$(BIN)/python -m pytest -m soak -rA

race: $(STAMP)  ## the long races between real processes that are killed and stopped
	$(BIN)/python -m pytest -m race

prism: $(PRISM_FOLDER)/prism  ## build Beam's runner Prism for the tests of streams (needs Go, takes minutes)

check: lint types imports test  ## everything that must pass before a commit is pushed

bench: $(STAMP)  ## leads a second, CPU seconds and peak memory, by stage
	$(BIN)/python -m benchmarks

clean:  ## remove .venv, caches, builds and the demo's outcomes; leaves every other output alone
	rm -rf $(VENV) build dist *.egg-info out/demo
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

constraints:  ## resolve setup.py anew into constraints.txt (needs uv)
	sed '/^[^#]/d' constraints.txt > constraints.new
	uv pip compile setup.py --extra dev --universal --python-version 3.11 \
		--upgrade --no-header --no-annotate --quiet >> constraints.new
	mv constraints.new constraints.txt

$(PRISM_FOLDER)/prism:
	@test -n "$(GO)" || { \
		echo "Prism is built with Go, and there is none: install Go, or name yours: make prism GO=/path/to/go" >&2; \
		exit 1; \
	}
	mkdir -p "$(PRISM_FOLDER)"
	GOBIN="$(PRISM_FOLDER)" "$(GO)" install github.com/apache/beam/sdks/v2/go/cmd/prism@v$(PRISM_VERSION)

$(STAMP): setup.py constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || { \
		echo "dialfeed needs Python 3.11 or newer, and none of python3.11, python3.12, python3.13, python3 is one." >&2; \
		echo "Install one, or name yours: make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python" >&2; \
		exit 1; \
	}
ifneq ($(UV),)
	@$(BIN)/python -c '' 2>/dev/null || "$(UV)" venv --quiet --clear --python "$(PYTHON)" $(VENV)
	"$(UV)" pip install --quiet --python $(BIN)/python \
		--constraint constraints.txt --build-constraint constraints.txt --editable '.[dev]'
else
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt setuptools
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--no-build-isolation --editable '.[dev]'
endif
	@touch $@
