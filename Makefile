# One target a verb. Each does all of its own set-up.
# make test PYTHON=3.11 takes another Python; make deploy ARGS="-i inventories/dev --check --diff" hands arguments on.
PYTHON ?=
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help setup deploy destroy test docs clean

help:  ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

setup:  ## Make or refresh .venv
	@tools/setup.sh $(PYTHON)

deploy: setup  ## Deploy the inventory's services, on the embedded AWS unless told otherwise
	@.venv/bin/ansible-playbook deploy.yml $(ARGS)

destroy: setup  ## Remove them
	@.venv/bin/ansible-playbook destroy.yml $(ARGS)

test: setup  ## Run every test
	@.venv/bin/python tests/run.py $(ARGS)

docs: setup  ## Build the site of documentation in build/docs/html
	@.venv/bin/python tools/docs.py build/docs

clean:  ## Remove what the other targets made in this folder
	rm -rf .venv .ansible .cache build tests/output
