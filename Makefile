.PHONY: build test lint format size release goldens bench

build:
	swift build

# README's second command.
test:
	swift test --disable-xctest

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Examples

format:
	swift format --in-place --recursive Package.swift Sources Tests Examples

size:
	Scripts/size

# dist/martlet: optimised, static Swift runtime, stripped.
release:
	Scripts/release

# Needs a Python with Scripts/goldens/requirements.txt; only after a change of a script in that folder.
goldens:
	for script in Scripts/goldens/make_*.py; do python3 $$script; done

# Beside llama.cpp and vLLM; `Benchmarks/compare --help` says what it needs.
bench:
	Benchmarks/compare --docs docs
