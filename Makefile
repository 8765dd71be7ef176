# Everything runs from here. Python >= 3.11 and make have to be there, for `test` also git and GnuPG: the rest is fetched, pinned,
# into .venv and .tools.
PYTHON ?= python3
CHART ?= charts/claude-relay
DIST ?= dist
# A uv of the user's own is not used: the lock file is read by the version that wrote it.
UV := .tools/uv/bin/uv
RUN := .venv/bin/
# Options of pytest: a worker a processor. A file's tests stay together, so that they share its fixtures.
SPREAD := --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: conformance coverage live mutate mutate-scripts test lint unit generate release-check package push pages publish-pages notes images control-plane e2e e2e-processes e2e-cluster clean

conformance: .venv/.synced ## render every case of the chart and check every object; ARGS are options of chartgate
	$(RUN)chartgate $(CHART) $(ARGS)

live: .venv/.synced ## whether each value of the chart does something; ARGS are options of chartgate live
	$(RUN)chartgate live $(CHART) $(ARGS)

# The chart's unit tests are recorded first, because their renders count too.
coverage: .venv/.synced ## whether the cases and the unit tests reach each arm of the chart's templates; ARGS are options of chartgate coverage
	$(RUN)pytest tests/unit/chart --quiet $(SPREAD) --chartgate-coverage .renders.jsonl
	$(RUN)chartgate coverage $(CHART) --also .renders.jsonl --generated 100 --fail-under 100 $(ARGS)

mutate: .venv/.synced ## which small faults in the chart its cases and its unit tests notice; ARGS are options of chartgate mutate
	$(RUN)chartgate mutate $(CHART) --tests tests/unit/chart $(ARGS)

# The mutants that chartgate.yaml lists for tests that start programs: ten to thirty minutes.
MUTATE_SCRIPTS := $(RUN)chartgate mutate $(CHART) --case defaults --seconds 120 --fail-under 97
mutate-scripts: .venv/.synced ## which small faults in the chart's scripts the tests notice that run them: needs what e2e-processes needs
	$(MUTATE_SCRIPTS) --file 'files/scripts/*' --tests tests/e2e/test_scripts.py --tests tests/e2e/test_readiness.py $(ARGS)
	$(MUTATE_SCRIPTS) --file 'charts/redis/files/*' --tests tests/e2e/test_redis_data.py $(ARGS)
	$(MUTATE_SCRIPTS) --file files/secrets-job.js --tests tests/e2e/control_plane/test_secrets_job.py $(ARGS)

test: lint unit ## linters and unit tests

lint: .venv/.synced
	$(RUN)ruff check
	$(RUN)ruff format --check
	$(RUN)mypy
	$(RUN)lint-imports
	$(RUN)python -m chartgate.tools.run_helm 3 4 -- lint --strict $(CHART)
	$(RUN)python -m release.actionlint
	$(RUN)zizmor --quiet --offline --strict-collection .github action.yml

unit: .venv/.synced
	$(RUN)pytest tests/unit $(SPREAD)

control-plane: .venv/.synced ## tests on a real API server without a cluster: no Docker
	$(RUN)pytest tests/e2e/control_plane $(SPREAD)

# One part after the other: a cluster misses its own time limits when other tests take the processors.
e2e: .venv/.synced ## all end-to-end tests
	$(MAKE) e2e-processes
	$(MAKE) e2e-cluster

e2e-processes: .venv/.synced ## those that need no cluster: control-plane, Redis, Fluent Bit, the gate's image; the image needs Docker
	$(RUN)pytest tests/e2e --ignore=tests/e2e/cluster $(SPREAD)

e2e-cluster: .venv/.synced ## those on a kind cluster, which needs Docker
	$(RUN)pytest tests/e2e/cluster

generate: .venv/.synced ## every file that is made of another: values, schemas, tables, docs/checks.md, docs/environment.md, lists of Kubernetes' APIs, what the chart prints, pictures
	$(RUN)python -m schema.generate
	$(RUN)python -m schema.fluent_bit.generate
	$(RUN)python -m schema.application.generate
	$(RUN)python -m chartgate.findings.document docs/checks.md
	$(RUN)python -m chartgate.tools.served_kinds
	$(RUN)python -m chartgate.tools.served_api_versions
	$(RUN)python -m chartgate.values.generate_schemas
	$(RUN)python -m chartgate.findings.api_server.generate
	$(RUN)python -m release.generate
	$(RUN)python -m tests.unit.chart.printed
	$(RUN)python -m tests.pictures

release-check: .venv/.synced ## whether the chart of HEAD can be released: version, changelog, changes since the last release
	$(RUN)python -m release check $(ARGS)

package: .venv/.synced ## the release of HEAD in DIST, a chart repository to serve; ARGS='--keyring FILE --key NAME' signs it
	$(RUN)python -m release package --folder $(DIST) $(ARGS)

push: .venv/.synced ## push the release in DIST to the OCI registry of release/release.yaml, and print its digest
	@$(RUN)python -m release push --folder $(DIST) $(ARGS)

pages: .venv/.synced ## check out the published repository, the branch gh-pages, in the new folder DIST
	$(RUN)python -m release pages --folder $(DIST)

publish-pages: .venv/.synced ## push the release in DIST to the branch gh-pages
	$(RUN)python -m release publish-pages --folder $(DIST)

notes: .venv/.synced ## print the changelog's entry for this version
	@$(RUN)python -m release notes

images: .venv/.synced ## list the images of the chart; ARGS='--values FILE' lists those of one installation
	@$(RUN)python -m release images $(ARGS)

clean: ## remove what make made; the download cache outside the repository stays
	rm -rf .venv .tools dist .renders.jsonl .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .tox

.venv/.synced: uv.lock pyproject.toml $(UV)
	$(UV) sync --frozen --all-extras --quiet --python $(PYTHON)
	@touch $@

$(UV): requirements-uv.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-uv.txt
	@touch $@
