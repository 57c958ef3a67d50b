# Every command of the project. `make help` lists them.

CARGO ?= cargo
# Where cargo puts what it builds.
BUILT = $(or $(CARGO_TARGET_DIR),target)
# One part of the benches only, as in `make bench PART=roadmap`; `scripts/bench` lists them.
PART ?=
# More flags for the server, as in `make serve ARGS="--bind 127.0.0.1:9000"`.
ARGS ?=

# Tests by property try the same cases on every run, so that a failure is there again when it is looked into.
# `make test PROPTEST_RNG_SEED=7` tries others.
export PROPTEST_RNG_SEED ?= 20261128

.NOTPARALLEL:
.PHONY: help setup serve release test check bench bench-topology bench-forecast schema

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## install everything that serving and testing need and this machine lacks
	@scripts/setup test

serve: ## build and serve the demo estate from an SQLite file
	@scripts/setup serve
	$(CARGO) build --profile demo --locked --package api
	exec $(BUILT)/demo/plinth serve --demo $(ARGS)

release: ## build the program for production, optimised in all its parts
	@scripts/setup serve
	$(CARGO) build --release --locked --package api

test: setup check ## run every check and every test, on SQLite and on a PostgreSQL started for the run
	$(CARGO) build --workspace --all-targets --locked
	$(BUILT)/debug/with-postgres -- $(CARGO) test --workspace --locked

check: ## formatting, lints and documentation, without running a test
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --workspace --no-deps --locked --quiet

bench: ## measure queries, the roadmap, simulations and bulk writing, and print the figures
	@scripts/setup peers
	@scripts/bench $(PART)

bench-topology: ## measure the dependency graph beside its targets and beside other engines, and print the figures
	@scripts/setup peers
	@scripts/bench topology

bench-forecast: ## measure forecasts on real series beside their targets, and print the figures
	@scripts/bench forecast

schema: ## write the GraphQL contract to api/schema.graphql
	$(CARGO) run --quiet --locked --package api --bin plinth -- schema > $(BUILT)/schema.graphql
	mv $(BUILT)/schema.graphql api/schema.graphql
