# The developer's day. Everything works on a new Debian machine with Python 3.11, git and make.
PEERS := $(shell find tests/peers -type f -not -name '*.py' -not -name '*.js')

.PHONY: run test rapid check format screenshots bench soak clean

PYTHON := .venv/bin/python

run: .venv/ready            ## the simulated city and the desktop on it
	$(PYTHON) -m ui.cli demo

test: .venv/ready-develop build/peers/ready  ## lint, types, import contracts, every test; headless
	$(PYTHON) packaging/check.py --tests

rapid: .venv/ready-develop build/peers/ready  ## the tests that take no time
	$(PYTHON) -m pytest -n 2 -m "not slow"

check: .venv/ready-develop  ## lint, types, import contracts
	$(PYTHON) packaging/check.py

format: .venv/ready-develop
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

screenshots: .venv/ready    ## every page, both themes and languages, into artefacts/screenshots
	$(PYTHON) -m ui.cli screenshots

bench: .venv/ready-develop  ## every promise measured beside its baseline
	@for file in $(filter-out benchmarks/soak.py,$(wildcard benchmarks/*.py)); do $(PYTHON) -m benchmarks.$$(basename $$file .py); done

soak: .venv/ready-develop   ## half an hour of links that break at random: nothing may grow
	$(PYTHON) -m benchmarks.soak

clean:
	rm -rf .venv build artefacts *.egg-info

.venv/ready: packaging/setup.py packaging/locks/run.txt
	python3 packaging/setup.py

.venv/ready-develop: packaging/setup.py packaging/locks/dev.txt
	python3 packaging/setup.py --develop

build/peers/ready: packaging/peers.py $(PEERS)
	python3 packaging/peers.py
	@touch $@
