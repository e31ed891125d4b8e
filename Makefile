# SPDX-License-Identifier: GPL-2.0-only
#
# make            module for the running kernel, library and client
# make demo       boot a guest and print the memory of a Redis server in it
# make check      run the tests in such guests; less than ten minutes
# make help       print all targets

VERSION := $(shell sed -n 's/.*PTSCOPE_VERSION "\(.*\)"/\1/p' module/version.h)
SOVERSION := 0

BUILD  ?= build
KDIR   ?= /lib/modules/$(shell uname -r)/build
KERNEL ?= 6.1

PREFIX     ?= /usr/local
prefix     ?= $(PREFIX)
bindir     ?= $(prefix)/bin
libdir     ?= $(prefix)/lib
includedir ?= $(prefix)/include
mandir     ?= $(prefix)/share/man
bashcompletiondir ?= $(prefix)/share/bash-completion/completions

PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
WARNINGS   := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes
BASE_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -Imodule/uapi -Iuserspace/lib \
	      -fvisibility=hidden $(CPPFLAGS) $(CFLAGS)
ALL_CFLAGS  = $(BASE_CFLAGS) -MMD -MP
# For programs made of several sources at once: the compiler would list the sources as
# dependencies, and a source that is renamed would break the build.
headers    := $(wildcard userspace/*/*.h tests/*/*.h module/uapi/linux/*.h module/*.h)
# Expanded when a recipe runs, because "make demo" installs the packages first.
NL_CFLAGS   = $(shell $(PKG_CONFIG) --cflags libnl-genl-3.0)
NL_LIBS     = $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)
# What the client prints with: tables and JSON.
OUT_CFLAGS  = $(shell $(PKG_CONFIG) --cflags smartcols yajl)
OUT_LIBS    = $(shell $(PKG_CONFIG) --libs smartcols yajl)

U := $(BUILD)/userspace
T := $(BUILD)/tests

lib_src  := $(wildcard userspace/lib/*.c)
lib_obj  := $(lib_src:%.c=$(BUILD)/%.o)
cli_src  := $(wildcard userspace/cli/*.c)
cli_obj  := $(cli_src:%.c=$(BUILD)/%.o)
layout_obj := $(patsubst tests/%.c,$(T)/%.o,$(wildcard tests/layouts/*.c))
# Sources that several tests share.
shared_selftest := client ktap proc runs target
selftests := $(filter-out $(shared_selftest),$(patsubst tests/selftests/%.c,%,$(wildcard tests/selftests/*.c)))
selftest_obj := $(patsubst %,$(T)/selftests/%.o,$(filter $(shared_selftest),$(patsubst tests/selftests/%.c,%,$(wildcard tests/selftests/*.c))))
torturers := $(patsubst tests/torture/%.c,%,$(wildcard tests/torture/*.c))
# Programs of tests/bench; the other sources there are shared.
bench_programs := bench observer target
# Code of the target, which the programs that measure do not contain.
target_obj := $(T)/bench/work.o $(T)/layouts/layout.o
bench_obj := $(patsubst tests/bench/%.c,$(T)/bench/%.o,$(filter-out $(bench_programs:%=tests/bench/%.c) tests/bench/work.c tests/bench/native%.c,$(wildcard tests/bench/*.c))) \
	     $(T)/selftests/proc.o $(T)/selftests/ktap.o
# Record is no test, and format.c is shared.
unit_tests := $(filter-out record format,$(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c)))
fuzzers := $(filter-out run,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))

STATIC_LIB := $(U)/lib/libptscope.a
SHARED_LIB := $(U)/lib/libptscope.so.$(SOVERSION)
CLI        := $(U)/cli/ptscope

.DELETE_ON_ERROR:
.PHONY: all module userspace tests guest-tests demo check check-all check-matrix spec install install-userspace uninstall clean help FORCE

all: module userspace

help:
	@sed -n 's/^# \(make.*\)/\1/p; s/^## //p' Makefile

## make module     the module only; KDIR=... for another kernel's headers
module:
	@test -d $(KDIR) || { \
		echo "no kernel headers in $(KDIR)" >&2; \
		echo "Install them (Debian: linux-headers-$$(uname -r)), set KDIR," >&2; \
		echo "or use 'make demo', which does not need them." >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

## make userspace  library and client only
userspace: $(STATIC_LIB) $(SHARED_LIB) $(CLI)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(OBJ_CFLAGS) -c -o $@ $<

$(lib_obj): OBJ_CFLAGS = -fPIC $(NL_CFLAGS)
$(cli_obj): OBJ_CFLAGS = $(OUT_CFLAGS)

$(STATIC_LIB): $(lib_obj)
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(SHARED_LIB): $(lib_obj) userspace/lib/libptscope.map
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,$(@F) -Wl,--version-script=userspace/lib/libptscope.map \
		-Wl,--no-undefined $(LDFLAGS) -o $@ $(lib_obj) $(NL_LIBS)
	ln -sf $(@F) $(U)/lib/libptscope.so

# The client is linked with the static library, so that it runs without installation.
$(CLI): $(cli_obj) $(STATIC_LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(NL_LIBS) $(OUT_LIBS)

## make tests      the programs of the tests
tests: guest-tests $(T)/bench/native $(unit_tests:%=$(T)/unit/%) $(T)/unit/record $(fuzzers:%=$(T)/fuzz/%) \
       $(fuzzers:%=$(T)/fuzz/corpus/%/.unpacked)

# What of them runs in a guest, perhaps on another architecture.
guest-tests: $(T)/layouts/layouts $(selftests:%=$(T)/selftests/%) $(T)/ptscope-other \
	     $(torturers:%=$(T)/torture/%) bench-programs

.PHONY: bench-programs
bench-programs: $(bench_programs:%=$(T)/bench/%)

$(T)/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(NL_CFLAGS) -pthread -c -o $@ $<

.SECONDARY:
$(T)/layouts/layouts: $(layout_obj)
	$(CC) -pthread -o $@ $^

$(T)/selftests/%: $(T)/selftests/%.o $(selftest_obj) $(STATIC_LIB)
	$(CC) -pthread -o $@ $^ $(NL_LIBS)

# They lay out memory as well.
$(T)/selftests/cleared: $(T)/layouts/layout.o
$(T)/selftests/touch: $(T)/layouts/layout.o $(BUILD)/userspace/cli/fault.o

$(T)/torture/%: $(T)/torture/%.o $(STATIC_LIB)
	$(CC) -pthread -o $@ $^ $(NL_LIBS)

$(T)/bench/target: $(T)/bench/target.o $(target_obj)
	$(CC) -pthread -o $@ $^

$(T)/bench/%: $(T)/bench/%.o $(bench_obj) $(STATIC_LIB)
	$(CC) -pthread -o $@ $^ $(NL_LIBS)

# The matching loop, as the kernel compiles the module: without the registers that
# the kernel does not save for itself. The rest of the program is an ordinary one.
KERNEL_CFLAGS := -O2 -fno-strict-aliasing -fno-strict-overflow -fno-stack-protector \
		 $(if $(filter x86_64,$(shell uname -m)),-mno-sse -mgeneral-regs-only)
$(T)/bench/native: tests/bench/native.c $(T)/bench/native_loop.o $(headers)
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -pthread -o $@ $(filter %.c %.o,$^)

$(T)/bench/native_loop.o: tests/bench/native_loop.c module/run_match.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(KERNEL_CFLAGS) -c -o $@ $<

# A client with another version.
$(T)/ptscope-other: $(cli_src) $(STATIC_LIB) $(headers)
	$(CC) $(BASE_CFLAGS) $(OUT_CFLAGS) -DPTSCOPE_VERSION='"99.0"' -o $@ $(filter %.c %.a,$^) $(NL_LIBS) $(OUT_LIBS)

# Tests of internal functions, which the shared library does not export. They compile the
# library's sources with the sanitizers.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
$(T)/unit/%: tests/unit/%.c tests/unit/format.c userspace/lib/decode.c $(headers)
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(NL_CFLAGS) $(SANITIZE) -o $@ $(filter %.c,$^) $(NL_LIBS)

# Fuzzers. By default a program that runs the inputs in the corpus; scripts/fuzz builds
# the fuzzer with clang.
FUZZ_CC := $(CC)
FUZZ_SANITIZE := $(SANITIZE)
FUZZ_MAIN := tests/fuzz/run.c
FUZZ_OUT := $(T)/fuzz
$(FUZZ_OUT)/reply: tests/fuzz/reply.c tests/unit/format.c userspace/lib/decode.c $(FUZZ_MAIN)
$(FUZZ_OUT)/arguments: tests/fuzz/arguments.c $(filter-out %/main.c,$(cli_src)) $(lib_src) $(FUZZ_MAIN)
$(FUZZ_OUT)/arguments: OBJ_CFLAGS = $(OUT_CFLAGS) -Iuserspace/cli
$(FUZZ_OUT)/%: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(BASE_CFLAGS) $(OBJ_CFLAGS) $(NL_CFLAGS) $(FUZZ_SANITIZE) -Itests/unit -o $@ \
		$(filter %.c,$^) $(NL_LIBS) $(OUT_LIBS)

# scripts/fuzz -w packs the corpora.
$(T)/fuzz/corpus/%/.unpacked: tests/fuzz/corpus/%.tar
	rm -rf $(@D)
	mkdir -p $(@D)
	tar -xf $< -C $(@D)
	touch $@

$(T)/unit/record: $(T)/unit/record.o $(STATIC_LIB)
	$(CC) -o $@ $^ $(NL_LIBS)

demo:
	scripts/demo

## make torture MINUTES=N   processes that change without pause, clients that misuse the
##                 protocol, for N minutes
.PHONY: torture
torture:
	scripts/torture -m $(MINUTES) $(if $(filter-out 6.1,$(KERNEL)),-k "$(KERNEL)")

## make fuzz MINUTES=N   fuzz replies, arguments and requests to the kernel, N minutes
##                 each
MINUTES ?= 1
.PHONY: fuzz
fuzz:
	scripts/fuzz -m $(MINUTES)

## make check KERNEL="NAME..."   the tests on other kernels; scripts/vm --list prints the
##                 names; CHECK="guest rig ..." for these groups only
check:
	scripts/check -k "$(KERNEL)" $(CHECK)

## make check-all  all groups of tests, on four kernels
check-all:
	scripts/check -a $(CHECK)

## make check-matrix   the tests on every kernel
check-matrix:
	scripts/check -k all lint workloads guest la57 numa

## make coverage   the lines of module, library and client that the tests execute
.PHONY: coverage
coverage:
	scripts/coverage $(COVERAGE)

## make bench      speed beside the kernel's other interfaces, in a guest;
##                 BENCH="-r 15 dense ..."
.PHONY: bench bench-observer
bench:
	scripts/bench $(BENCH)

## make bench-observer   delays of a process whose page tables are read
bench-observer:
	scripts/bench-observer $(BENCH)

## make bench-native   the module's matching loop and the running kernel's interfaces on
##                 this processor, without a guest; BENCH="-j -t 1"
.PHONY: bench-native
bench-native:
	@scripts/bench-native $(BENCH)

## make lint       static checks: style, kernel-doc, spelling, sparse, both compilers' warnings
.PHONY: lint compat-lines
lint:
	scripts/lint -k "$(KERNEL)"

## make compat-lines   number of lines of module/compat that each kernel compiles
compat-lines:
	scripts/compat-lines

## make spec       generate the UAPI header and the client's names from module/spec/ptscope.yaml
spec:
	scripts/gen-spec

# The release of the kernel in KDIR, or the running one if KDIR does not exist.
KERNEL_RELEASE = $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
		 $(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(shell uname -r))
MODULES = $(DESTDIR)/lib/modules/$(KERNEL_RELEASE)
# Not with DESTDIR.
UPDATE_CACHES = test -n "$(DESTDIR)" || { depmod $(KERNEL_RELEASE); ldconfig; }

## make install    module, library, client and manual; KDIR=..., PREFIX=/usr/local, DESTDIR=
install: all install-userspace
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	@$(UPDATE_CACHES)

install-userspace: userspace
	install -D -m 755 $(CLI) $(DESTDIR)$(bindir)/ptscope
	install -D -m 644 $(STATIC_LIB) $(DESTDIR)$(libdir)/libptscope.a
	install -D -m 755 $(SHARED_LIB) $(DESTDIR)$(libdir)/libptscope.so.$(SOVERSION)
	ln -sf libptscope.so.$(SOVERSION) $(DESTDIR)$(libdir)/libptscope.so
	install -D -m 644 userspace/lib/ptscope.h $(DESTDIR)$(includedir)/ptscope.h
	install -D -m 644 userspace/lib/ptscope_census.h $(DESTDIR)$(includedir)/ptscope_census.h
	install -D -m 644 module/uapi/linux/ptscope.h $(DESTDIR)$(includedir)/linux/ptscope.h
	install -D -m 644 userspace/man/ptscope.8 $(DESTDIR)$(mandir)/man8/ptscope.8
	install -D -m 644 userspace/completion/ptscope.bash $(DESTDIR)$(bashcompletiondir)/ptscope
	mkdir -p $(DESTDIR)$(libdir)/pkgconfig
	sed -e 's|@prefix@|$(prefix)|; s|@libdir@|$(libdir)|; s|@includedir@|$(includedir)|' \
	    -e 's|@version@|$(VERSION)|' userspace/lib/ptscope.pc.in \
		> $(DESTDIR)$(libdir)/pkgconfig/ptscope.pc

## make uninstall  remove what "make install" with the same variables has installed
uninstall:
	test ! -d $(MODULES) || find $(MODULES) -path '*/module/ptscope.ko*' -delete
	rm -f $(DESTDIR)$(bindir)/ptscope $(DESTDIR)$(libdir)/libptscope.* \
		$(DESTDIR)$(includedir)/ptscope.h $(DESTDIR)$(includedir)/ptscope_census.h \
		$(DESTDIR)$(includedir)/linux/ptscope.h \
		$(DESTDIR)$(mandir)/man8/ptscope.8 \
		$(DESTDIR)$(bashcompletiondir)/ptscope $(DESTDIR)$(libdir)/pkgconfig/ptscope.pc
	@$(UPDATE_CACHES)

## make clean      remove the output of builds
clean:
	rm -rf $(BUILD)
	test ! -d $(KDIR) || $(MAKE) -C $(KDIR) M=$(CURDIR) clean

-include $(shell test -d $(BUILD) && find $(BUILD) -name '*.d')
