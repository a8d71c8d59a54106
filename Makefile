# What there is to do here. `make run` and `make test` do everything from a fresh clone; `make help` lists the rest.

SWIFT  ?= swift
PREFIX ?= /usr/local
ARGS   ?=
DRAFTS ?= 2000

SHELL := /bin/sh
.ONESHELL:
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.PHONY: help run test test-windows test-storms build install uninstall bench format lint clean deps test-deps window-deps toolchain

MINIMUM_SWIFT := 6.1
BINARY := .build/release/turbo2k

# Debian packages, and what each is for.
PACKAGES := \
	libncursesw5-dev:the_screen \
	libchafa-dev:pictures_in_the_terminal \
	libglib2.0-dev:needed_by_libchafa-dev \
	libavcodec-dev:writing_video \
	libavformat-dev:writing_video \
	libavutil-dev:writing_video \
	libswscale-dev:writing_video \
	libopenblas-dev:matrix_products \
	libsentencepiece-dev:tokens_of_the_prompt \
	libsqlite3-dev:the_history \
	libssl-dev:checksums_of_weights \
	pkg-config:finding_libraries \
	g++:headers_of_the_C++_library \
	git:fetching_Swift_packages \
	ca-certificates:fetching_Swift_packages
TEST_PACKAGES := $(PACKAGES) \
	tmux:tests_that_drive_the_studio \
	ffmpeg:tests_that_read_our_clips_back
WINDOW_PACKAGES := $(TEST_PACKAGES) \
	xterm:a_terminal_with_sixel \
	xvfb:a_display_that_nobody_sees \
	xdotool:keys_for_a_window \
	imagemagick:pictures_of_a_window \
	fonts-dejavu-core:letters_in_a_window

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build if needed, then open the studio (ARGS="draft 'a fox'" runs another command).
	@exec $(BINARY) $(ARGS)

# Nothing is imported as testable: without that flag tests and program share what is built.
TEST := $(SWIFT) test -c release --disable-testable-imports
# What watches programs at work goes by itself: beside tests that compute or wait it would get its turn too late.
WATCHING := WorkerTests StudioTerminalTests

# What failed is told once more at the end, where a reader of a long output looks first.
test: toolchain test-deps ## Run every test, in release: debug arithmetic crawls (ARGS="--filter X" runs some).
	@$(if $(ARGS),exec $(TEST) $(ARGS))
	log=$$(mktemp)
	trap 'rm -f "$$log" "$$log.failed"' EXIT
	tests() { { $(TEST) "$$@" 2>&1 || echo "swift test $$* ended with status $$?." >> "$$log.failed"; } | tee -a "$$log"; }
	tests $(WATCHING:%=--skip %)
	if grep -q 'Test run with' "$$log"; then
		for group in $(WATCHING); do tests --skip-build --filter $$group; done
	fi
	[ -e "$$log.failed" ] || exit 0
	printf '\nFailed:\n'
	grep -a 'recorded an issue\|error: ' "$$log" | cut -c 1-400 | tail -n 40 || true
	cat "$$log.failed"
	exit 1

test-windows: toolchain window-deps ## Test the studio's sixel pictures in a real xterm, by its pixels.
	@TURBO2K_TEST_WINDOWS=1 $(TEST) --filter StudioTerminalTests.StudioScenarios/Windows $(ARGS)

test-storms: toolchain test-deps ## The storms of the suite at their full size, and DRAFTS (2000) drafts; minutes.
	@TURBO2K_TEST_STORMS=1 TURBO2K_TEST_DRAFTS=$(DRAFTS) $(TEST) \
		--filter 'StudioTerminalTests.StudioScenarios/(Storms|TerminalLife/resizeStorm)' $(ARGS)

build: toolchain deps ## Build the program in release.
	@$(SWIFT) build -c release --product turbo2k

bench: build ## Measure this machine's peak, kernels, model parts and the whole job; PEER_PYTHON adds other programs.
	@$(BINARY) bench $(ARGS)
	if [ -n "$${PEER_PYTHON:-}" ]; then "$$PEER_PYTHON" Tests/Peers/compare.py --program $(BINARY); fi

install: build ## Install the program with its models, themes and presets under PREFIX (/usr/local).
	@bin="$(DESTDIR)$(PREFIX)/bin" share="$(DESTDIR)$(PREFIX)/share"
	install -d "$$bin" "$$share/turbo2k/themes" "$$share/turbo2k/presets" "$$share/bash-completion/completions" \
		"$$share/zsh/site-functions" "$$share/fish/vendor_completions.d" "$$share/man/man1"
	install -m 755 $(BINARY) "$$bin/turbo2k"
	install -m 644 themes/*.toml "$$share/turbo2k/themes"
	install -m 644 presets/*.toml "$$share/turbo2k/presets"
	cp -R Sources/Generation/Resources/models "$$share/turbo2k/"
	$(BINARY) completions bash > "$$share/bash-completion/completions/turbo2k"
	$(BINARY) completions zsh > "$$share/zsh/site-functions/_turbo2k"
	$(BINARY) completions fish > "$$share/fish/vendor_completions.d/turbo2k.fish"
	$(BINARY) __manual > "$$share/man/man1/turbo2k.1"
	echo "Installed $$bin/turbo2k and $$share/turbo2k."

uninstall: ## Remove what `make install` put under PREFIX.
	@bin="$(DESTDIR)$(PREFIX)/bin" share="$(DESTDIR)$(PREFIX)/share"
	rm -f "$$bin/turbo2k" "$$share/bash-completion/completions/turbo2k" "$$share/zsh/site-functions/_turbo2k" \
		"$$share/fish/vendor_completions.d/turbo2k.fish" "$$share/man/man1/turbo2k.1"
	rm -rf "$$share/turbo2k"

format: toolchain ## Format all Swift code.
	@$(SWIFT) format -i -r -p Package.swift Sources Tests

lint: toolchain ## Check the form of all Swift code.
	@$(SWIFT) format lint --strict -r -p Package.swift Sources Tests

clean: ## Remove everything built.
	@rm -rf .build

# Says nothing and does nothing where all is there.
toolchain:
	@if ! command -v $(SWIFT) > /dev/null; then
		echo "Swift $(MINIMUM_SWIFT) or newer is needed and \"$(SWIFT)\" was not found." >&2
		echo "Install it from https://www.swift.org/install/linux/ and run make again." >&2
		exit 1
	fi
	version=$$($(SWIFT) --version 2> /dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
	oldest=$$(printf '%s\n' "$(MINIMUM_SWIFT)" "$$version" | sort -V | head -n 1)
	if [ -z "$$version" ] || [ "$$oldest" != "$(MINIMUM_SWIFT)" ]; then
		echo "Swift $(MINIMUM_SWIFT) or newer is needed, this is $${version:-unknown}." >&2
		echo "Install a newer one from https://www.swift.org/install/linux/ and run make again." >&2
		exit 1
	fi

deps: NEEDED = $(PACKAGES)
test-deps: NEEDED = $(TEST_PACKAGES)
window-deps: NEEDED = $(WINDOW_PACKAGES)
deps test-deps window-deps:
	@missing="" why=""
	if command -v dpkg-query > /dev/null && command -v apt-get > /dev/null; then
		for entry in $(NEEDED); do
			name=$${entry%%:*}
			case "$$(dpkg-query -W -f '$${Status}' "$$name" 2> /dev/null || true)" in
			*"install ok installed"*) ;;
			*) missing="$$missing $$name"; why="$$why\n  $$name: $$(echo "$${entry#*:}" | tr _ ' ')" ;;
			esac
		done
		[ -n "$$missing" ] || exit 0
		printf 'These Debian packages are missing and will be installed:%b\n' "$$why"
		sudo=""
		if [ "$$(id -u)" != 0 ]; then
			if ! command -v sudo > /dev/null; then
				echo "As root, run: apt-get install$$missing" >&2
				exit 1
			fi
			echo "Installing needs root; sudo may ask for your password."
			sudo=sudo
		fi
		$$sudo apt-get update -q
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing
	elif command -v pkg-config > /dev/null; then
		for name in ncursesw chafa glib-2.0 libavcodec libavformat libavutil libswscale openblas sentencepiece sqlite3 libcrypto; do
			pkg-config --exists "$$name" || missing="$$missing $$name"
		done
		[ -n "$$missing" ] || exit 0
		echo "This is not Debian. Install the development files of:$$missing; then run make again." >&2
		exit 1
	else
		echo "This is not Debian. Install pkg-config and the development files of ncurses (wide), chafa, GLib," >&2
		echo "FFmpeg, OpenBLAS, SentencePiece, SQLite and OpenSSL, then run make again." >&2
		exit 1
	fi
