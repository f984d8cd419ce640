# Everything here needs make and a Python of 3.11 or newer, nothing else: `make help` lists it.
# Written for GNU make 3.81 too, which is what macOS has.

VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
# What is installed, to the byte; and apart from it what `make audit` works with.
LOCK    := requirements.lock
AUDIT   := .venv-audit
# A name on PATH may be a launcher for a Python that is not there, so each is run, not looked up.
PYTHON  ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$name; break; fi; done)
# Set UV to nothing (`make install UV=`) to set up with pip although uv is there.
UV      ?= $(shell command -v uv 2>/dev/null)
# Beam's runner Prism, of the very version of Beam that is pinned; Go's installer puts go where no PATH leads.
PRISM_VERSION := $(shell sed -n 's/^apache-beam==\([0-9.]*\).*/\1/p' $(LOCK))
PRISM_FOLDER  := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dialfeed/prism-$(PRISM_VERSION)
GO      ?= $(shell command -v go || ls /usr/local/go/bin/go 2>/dev/null)
# One test may take this long, in seconds, before it is taken for hung.
PATIENCE = 300
# Test files at a time.
JOBS ?= 2
FUZZ_SECS ?= 60

.DEFAULT_GOAL := help
.PHONY: help demo demo-events install format lint types imports test race faults fuzz prism check \
	audit bench clean lock

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(STAMP)  ## set up, start the built-in dialer, send it the sample leads, show what became of them
	@$(BIN)/python -m docs.demo.run

demo-events:  ## the same with leads as events (needs Google's Pub/Sub emulator and Java)
	@# Where the emulator is missing, that is said before anything is set up.
	@test -z "$(PYTHON)" || "$(PYTHON)" -m tests.standins.emulator
	@$(MAKE) --no-print-directory install
	@$(BIN)/python -m docs.demo.events

install: $(STAMP)  ## set up .venv (again only when setup.py or requirements.lock changed)

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
	$(BIN)/python -m pytest -m "not race and not long" -rs --no-fold-skipped --timeout $(PATIENCE) -n $(JOBS) --dist loadfile --no-loadscope-reorder

race: $(STAMP)  ## the long races between real processes that are killed and stopped
	$(BIN)/python -m pytest -m race

faults: $(STAMP)  ## the fault laboratory at the size of a real dialer (takes most of an hour)
	$(BIN)/python -m pytest tests/faults -m long --timeout 3600 -n $(JOBS)

fuzz: $(STAMP)  ## look for bytes that break a reader, FUZZ_SECS seconds (60) each of the readers
	$(BIN)/python -m tests.fuzz --secs $(FUZZ_SECS)

prism: $(PRISM_FOLDER)/prism  ## build Beam's runner Prism for the tests of streams (needs Go, takes minutes)

check: lint types imports test  ## everything that must pass before a commit is pushed

audit: $(AUDIT)/.installed  ## ask the package index for known vulnerabilities of all that is locked
	@$(AUDIT)/bin/python .ci/audit.py $(LOCK) audit.lock

bench: $(STAMP)  ## leads a second, CPU seconds and peak memory, by stage; lists against other ways to keep them
	$(BIN)/python -m benchmarks

clean:  ## remove .venv, caches, builds and the demo's outcomes; leaves every other output alone
	rm -rf $(VENV) $(AUDIT) build dist *.egg-info out/demo
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Keeps the comment at the head of the lock file $(1); where uv fails, the file is as it was.
define RESOLVE
	sed '/^[^#]/d' $(1) > $(1).new
	uv pip compile $(2) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
		$(if $(UPGRADE),--upgrade) --output-file $(1)
	cat $(1) >> $(1).new
	mv $(1).new $(1)
endef

lock:  ## resolve what changed in setup.py into the lock files (needs uv; UPGRADE=1: newest versions)
	$(call RESOLVE,$(LOCK),setup.py --extra dev)
	$(call RESOLVE,audit.lock,--group audit)

$(PRISM_FOLDER)/prism:
	@test -n "$(GO)" || { \
		echo "Prism is built with Go, and there is none: install Go, or name yours: make prism GO=/path/to/go" >&2; \
		exit 1; \
	}
	mkdir -p "$(PRISM_FOLDER)"
	GOBIN="$(PRISM_FOLDER)" "$(GO)" install github.com/apache/beam/sdks/v2/go/cmd/prism@v$(PRISM_VERSION)

# Sets up the environment $(1), if it is not there, for $(BIN)/python or uv to install into.
define ENVIRONMENT
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || { \
		echo "dialfeed needs Python 3.11 or newer, and none of python3.11, python3.12, python3.13, python3 is one." >&2; \
		echo "Install one, or name yours: make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python" >&2; \
		exit 1; \
	}
	@$(1)/bin/python -c '$(if $(UV),,import pip)' 2>/dev/null || \
		$(if $(UV),"$(UV)" venv --quiet --clear --python "$(PYTHON)","$(PYTHON)" -m venv --clear) $(1)
endef

PIP := -m pip install --quiet --disable-pip-version-check

# First what is locked, each file checked against its hash; then the project, which brings nothing more.
$(STAMP): setup.py $(LOCK)
	$(call ENVIRONMENT,$(VENV))
ifneq ($(UV),)
	"$(UV)" pip install --quiet --python $(BIN)/python \
		--require-hashes --build-constraint $(LOCK) --requirement $(LOCK)
	"$(UV)" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	@# What comes as source is built with the locked setuptools, which is therefore there before it.
	sed -n '/^setuptools==/,/[^\]$$/p' $(LOCK) | $(BIN)/python $(PIP) --require-hashes --requirement /dev/stdin
	$(BIN)/python $(PIP) --require-hashes --no-build-isolation --requirement $(LOCK)
	$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
endif
	@touch $@

$(AUDIT)/.installed: audit.lock
	$(call ENVIRONMENT,$(AUDIT))
	$(if $(UV),"$(UV)" pip install --quiet --python $(AUDIT)/bin/python,$(AUDIT)/bin/python $(PIP)) \
		--require-hashes --only-binary :all: --requirement $<
	@touch $@
