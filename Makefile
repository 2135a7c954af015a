# Each target first does the set-up that it needs.
# make test PYTHON=3.11 uses another Python; make deploy ARGS="-i inventories/dev --check --diff" passes arguments on.
PYTHON ?=
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help setup deploy destroy test docs clean

help:  ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

setup:  ## Create or update the virtual environment .venv
	@tools/setup.sh $(PYTHON)

deploy: setup  ## Deploy the inventory's services; without ARGS, on the embedded AWS
	@.venv/bin/ansible-playbook deploy.yml $(ARGS)

destroy: setup  ## Remove what deploy made
	@.venv/bin/ansible-playbook destroy.yml $(ARGS)

test: setup  ## Run all tests
	@.venv/bin/python tests/run.py $(ARGS)

docs: setup  ## Build the site of documentation in build/docs/html
	@.venv/bin/python tools/docs.py build/docs

clean:  ## Remove the files that the other targets made in this folder
	rm -rf .venv .ansible .cache build tests/output
