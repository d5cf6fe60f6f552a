# What people and CI call. scripts/run makes the locked environments: git, make and Python 3.11 or newer are enough.

REPO ?= examples/shop
ARGS ?= $(if $(filter examples/shop,$(REPO)),--all)
DEV := scripts/run --env dev --

.PHONY: run test test-full lint lock ghes clean machine

run: ## judge REPO (the planted example unless it is given) as a pull request would be judged
	@scripts/run run $(REPO) $(ARGS)

test: machine ## all that a change must pass
	@$(DEV) python -m pytest -n auto --dist worksteal -m 'not full'

test-full: machine ## and the long differential and corpus runs
	@$(DEV) python -m pytest -n auto --dist worksteal -m 'not full'
	@$(DEV) python -m pytest -m full

lint: ## the linters and the rules of the house alone
	@$(DEV) python -m pytest -q tests/lint tests/dev/test_contract.py tests/dev/test_docs.py \
		tests/workflows/test_references.py tests/test_repository.py

lock: ## take the newest versions of every dependency
	@$(DEV) scripts/dev/lock

ghes: ## write the tree for GitHub Enterprise Server and old runners into OUT, to be found at REPOSITORY under REF
	@$(DEV) scripts/dev/materialise "$(or $(OUT),$(error name a new folder: make ghes OUT=../lockgate-ghes))" \
		$(if $(REPOSITORY),--repository "$(REPOSITORY)") $(if $(REF),--ref "$(REF)")

clean: ## remove results, tools and environments
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache lockgate-report
	cd "$${LOCKGATE_HOME:-$${XDG_CACHE_HOME:-$$HOME/.cache}/lockgate}" && rm -rf env-* node-* results-*

# A program that tests want and Python cannot bring: $(1) the package, $(2) names under which it may be there.
define want
@for name in $(2); do if command -v $$name >/dev/null; then exit 0; fi; done; \
if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	echo "no $(1), and no way to install it here (that needs root and apt-get): its tests will say that they are skipped"; \
else \
	echo "installing $(1) with apt-get, for the tests"; \
	export DEBIAN_FRONTEND=noninteractive; \
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $(1); } >/dev/null || \
	echo "apt-get could not install $(1): its tests will say that they are skipped"; \
fi
endef

machine:
	$(call want,chromium,chromium chromium-browser google-chrome)
	$(call want,nodejs,node nodejs)
