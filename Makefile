# SPDX-License-Identifier: Apache-2.0
# make            build/bcc, build/libbcc.so
# make demo       installs what is missing, builds, traces file opens for five seconds
# make check      installs what the tests need, runs all tests
# make san fuzz lint bench install clean; make STATIC=1 for a fully static bcc; make V=1 to see commands

CC      ?= cc
O       ?= build
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra
CPPFLAGS += -Isrc -Iinclude -Itests -I$(O)/gen -D_GNU_SOURCE
ALL_CFLAGS = -std=gnu11 $(WARN) -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections $(CFLAGS)
PREFIX  ?= /usr/local
VERSION := $(shell cat VERSION)

ROOMS   := base facts btf lang headers ir bpf kernel symbols runtime toolkit
SRC     := $(filter-out src/headers/mkpool.c,$(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)))
GEN     := $(O)/gen/pool.c $(O)/gen/tools.c
LIBOBJ  := $(SRC:%.c=$(O)/%.o) $(GEN:.c=.o)
CMDOBJ  := $(patsubst %.c,$(O)/%.o,$(wildcard cmd/*.c))
LIBS    := -l:libbpf.a -l:libelf.a -l:libz.a
# Debian's static ones are no position-independent code
SO_LIBS := -lbpf -lelf -lz

# V=1 shows the commands
Q       := $(if $(V),,@)
say      = $(if $(V)$(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),,@printf '  %-6s %s\n' $(1) $(2))
JOBS    := $(shell nproc)

.DEFAULT_GOAL := all
all: $(O)/bcc $(O)/libbcc.so

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(CPPFLAGS) -DBCC_VERSION='"$(VERSION)"' -MMD -MP -c $< -o $@
$(O)/gen/%.o: $(O)/gen/%.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

# The built-in headers, cut into snippets
HEADERS := $(sort $(shell find src/headers -name '*.h' -o -name '*.list'))
$(O)/gen/mkpool: src/headers/mkpool.c src/base/str.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -O2 $(WARN) -Isrc $^ -o $@
$(O)/gen/pool.c: $(O)/gen/mkpool $(HEADERS)
	$(call say,POOL,$@)
	$(Q)$(O)/gen/mkpool $@ src/headers $(HEADERS)

# The tools' sources, and the names of system calls, as C
TOOLS   := $(wildcard tools/*/*.bpf.c)
$(O)/gen/embed: tools/embed/embed.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -O2 $(WARN) $< -o $@
$(O)/gen/tools.c: $(O)/gen/embed $(TOOLS)
	$(call say,EMBED,$@)
	$(Q)$(O)/gen/embed $@ $(TOOLS)
$(O)/gen/syscalls.inc:
	@mkdir -p $(@D)
	$(Q)echo '#include <sys/syscall.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/X(\1)/p' | sort > $@
$(O)/src/toolkit/names.o: $(O)/gen/syscalls.inc

# One room alone: make room-lang
room-%:
	@$(MAKE) --no-print-directory $(patsubst %.c,$(O)/%.o,$(wildcard src/$*/*.c))

$(O)/libbcc.a: $(LIBOBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)ar rcs $@ $^
$(O)/bcc: $(CMDOBJ) $(O)/libbcc.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--gc-sections $(if $(STATIC),-static) $(CMDOBJ) $(O)/libbcc.a $(LIBS) -o $@
$(O)/libbcc.so: $(LIBOBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--gc-sections -Wl,--no-undefined $^ $(SO_LIBS) -o $@

-include $(LIBOBJ:.o=.d) $(CMDOBJ:.o=.d)

# Tests: a unit test links the whole library; a case or fuzz program likewise.
$(O)/tests/differential/compare: $(O)/tests/differential/generate.o
$(O)/tests/%: tests/%.c $(O)/libbcc.a
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(CPPFLAGS) $< $(filter %.o,$^) $(O)/libbcc.a $(LIBS) -lcmocka $(LDFLAGS) -o $@

$(O)/tests/unit/ir_run_test: $(O)/tests/unit/ir_interpreter.o

FUZZERS := $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_MAIN ?= $(O)/tests/fuzz/alone.o
$(FUZZERS): $(O)/tests/fuzz/host.o $(O)/tests/fuzz/mutate.o $(FUZZ_MAIN)
fuzzers: $(FUZZERS)

# Debian packages: to build, and besides for the tests
BUILD_PACKAGES := gcc make libc6-dev libbpf-dev libelf-dev zlib1g-dev linux-libc-dev
TEST_PACKAGES  := libcmocka-dev clang llvm bpftool qemu-system-x86 busybox-static kmod cpio xz-utils \
		  shellcheck iproute2 python3
FUZZ_PACKAGES  := libcmocka-dev clang libclang-rt-14-dev
BENCH_PACKAGES := libbpf-tools bpfcc-tools bpftrace

demo:
	@scripts/install-packages $(BUILD_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@scripts/demo

check:
	@scripts/install-packages $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@tests/run

# The same tests under AddressSanitizer and UBSan, without the virtual machines.
san:
	@scripts/install-packages $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) O=build-san CFLAGS="-O1 -g -fsanitize=address,undefined \
		-fno-sanitize-recover=undefined -fno-omit-frame-pointer" all
	@O=build-san CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined" \
		ASAN_OPTIONS=detect_leaks=1 tests/run unit cases fuzz tools

# Every fuzz target for FUZZ_SECONDS (60) with clang's libFuzzer, AddressSanitizer and UBSan.
fuzz:
	@scripts/install-packages $(BUILD_PACKAGES) $(FUZZ_PACKAGES)
	@$(MAKE) --no-print-directory O=$(O)/fuzz CC=clang FUZZ_MAIN= LDFLAGS=-fsanitize=fuzzer \
		CFLAGS="-O1 -g -fsanitize=address,undefined,fuzzer-no-link \
		-fno-sanitize-recover=undefined -fno-omit-frame-pointer" fuzzers
	@tests/fuzz/run $(O)/fuzz

lint:
	@tests/run lint

bench: all
	@scripts/install-packages $(BENCH_PACKAGES)
	@bench/run

# The code that we make beside clang's.
bench-code: $(O)/libbcc.a
	@scripts/install-packages $(TEST_PACKAGES)
	@O=$(O) bench/code

install: all
	install -D -m 755 $(O)/bcc $(DESTDIR)$(PREFIX)/bin/bcc
	install -D -m 755 $(O)/libbcc.so $(DESTDIR)$(PREFIX)/lib/libbcc.so
	install -D -m 644 include/bcc/bcc.h $(DESTDIR)$(PREFIX)/include/bcc/bcc.h

clean:
	rm -rf $(O)

.PHONY: all clean demo check san fuzz fuzzers lint bench install
