# `make help` lists what there is. Everything runs from .venv, which the first target that
# needs it makes.

BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test coverage lint format messages moves check audit bench screenshots constraints clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  %-12s %s\n", $$1, $$2 }'

install: $(STAMP) ## Make .venv and install everything into it

$(STAMP): requirements.txt requirements-dev.txt constraints.txt
	python3 -m venv .venv
	$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@

run: $(STAMP) ## Start web and scheduler on http://127.0.0.1:8080
	$(BIN)/python run.py

test: $(STAMP) ## Run the tests; ARGS="-k ledger" for some of them
	$(BIN)/python -m pytest $(ARGS)

coverage: $(STAMP) ## Run the tests and show the lines and branches they miss
	$(BIN)/python -m pytest --cov --cov-report=term-missing $(ARGS)

lint: $(STAMP) ## Check style, types, imports, dependencies and templates
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-logo
	$(BIN)/python -W ignore -m deptry .
	$(BIN)/djlint app/templates --lint --quiet

format: $(STAMP) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

messages: $(STAMP) ## Take new and changed texts into the English catalogue, to be translated there
	@mkdir -p .cache
	$(BIN)/pybabel -q extract -F pyproject.toml --sort-by-file --add-location=file --no-wrap \
	  -o .cache/messages.pot .
	$(BIN)/pybabel -q update -i .cache/messages.pot -d app/translations -l en --no-fuzzy-matching \
	  --ignore-obsolete --ignore-pot-creation-date --no-wrap

moves: $(STAMP) ## Draw the table of moves anew in docs/moves.md
	@$(BIN)/python -c 'from app.cases.drawing import markdown; print(markdown(), end="")' > docs/moves.md

check: lint test ## Everything that must be right before a change goes in

audit: $(STAMP) ## Look the dependencies up among known vulnerabilities (needs the network)
	$(BIN)/pip-audit -r requirements.txt

bench: $(STAMP) ## Measure: flagging, ledgers, lists
	@for script in benchmarks/*.py; do \
	  echo "== $$script"; PYTHONPATH=. $(BIN)/python "$$script" || exit 1; done

screenshots: $(STAMP) ## Walk through docs/user-guide and take its pictures anew
	BANCHENG_GUIDE=1 $(BIN)/python -m pytest -q -n 0 tests/browser/test_guide*.py

constraints: $(STAMP) ## Write what is installed to constraints.txt
	@{ sed -n '/^#/p' constraints.txt; \
	  $(BIN)/pip list --format=freeze --exclude pip --exclude setuptools --exclude wheel | sort -f; \
	} > constraints.new && mv constraints.new constraints.txt

clean: ## Remove caches and reports; databases, ledgers and .venv stay
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis htmlcov
	rm -f .coverage .coverage.*
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
