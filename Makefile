# Everything a developer asks of this repository. `make` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash

BIN := .bin
PROGRAM := $(BIN)/quartermaster
LINT := $(BIN)/golangci-lint
LINT_VERSION := v2.15.0
# A name for `make bench`, and what it measures on.
NAME ?= jobs
DATA ?=

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the program into .bin
	@mkdir -p $(BIN)
	go build -o $(PROGRAM) ./cmd/quartermaster

.PHONY: check
check: $(LINT) ## formatting, vet, linters, import rules
	@unformatted="$$(gofmt -l $$(git ls-files '*.go'))"; \
	if [ -n "$$unformatted" ]; then echo "not formatted (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	$(LINT) run ./...
	go test -count=1 -run 'Rules|Pure' .

# The linter is built once, which takes minutes, and kept under .bin.
$(LINT):
	@mkdir -p $(BIN)
	GOBIN="$(CURDIR)/$(BIN)" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

.PHONY: test
test: build ## every test, with private PostgreSQL and Redis servers
	$(PROGRAM) testservers -- go test -timeout 20m ./...

.PHONY: race
race: build ## every test under the race detector
	$(PROGRAM) testservers -- go test -race -timeout 40m ./...

.PHONY: bench
bench: build ## one bench: make bench NAME=jobs DATA=…
	$(PROGRAM) bench $(NAME) $(if $(DATA),--data $(DATA))

# Inputs for each decoder, and which decoders: make fuzz FUZZTIME=60s FUZZONLY=Bodies
FUZZTIME ?= 1000000x
FUZZONLY ?= .
FUZZJOBS ?= 2

.PHONY: fuzz
fuzz: ## a million inputs to each decoder in turn
	@grep -rho --include='*_test.go' -H '^func Fuzz[A-Za-z]*' . | sed 's|/[^/]*_test.go:func | |' | grep -E '$(FUZZONLY)' | sort | \
	while read -r folder name; do \
		echo "== $$folder $$name"; \
		go test $$folder -run NONE -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -parallel $(FUZZJOBS) || exit 1; \
	done

.PHONY: golden
golden: build ## rewrite the golden transcripts, then look at the diff
	QUARTERMASTER_GOLDEN=rewrite $(PROGRAM) testservers -- go test -count=1 -run 'Golden|Script' ./...
	git diff --stat
