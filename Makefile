# triage: build, test, install. `make help` lists what there is.

VERSION := 0.1.0
PREFIX ?= /usr/local
FLAVOUR ?= release
B := build/$(FLAVOUR)
CC ?= cc
ifeq ($(origin CC),default)
CC := gcc
endif

PKGS := tsk libdeflate yara libseccomp sqlite3 libcrypto libargon2 zlib libzstd liblz4 liblzma libarchive libpff libbfio yaml-0.1 libpcre2-8 libqrencode
LIBS := $(shell pkg-config --libs libdeflate yara libseccomp sqlite3 libcrypto libargon2 zlib libzstd liblz4 liblzma libarchive libpff libbfio yaml-0.1 libpcre2-8 libqrencode 2>/dev/null) -ltsk -lmagic -lm
SYS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags libdeflate yara libseccomp sqlite3 libcrypto libargon2 zlib libzstd liblz4 liblzma libarchive libpff libbfio yaml-0.1 libpcre2-8 libqrencode 2>/dev/null))

# versions of the linked libraries, for the custody log
LIBRARIES := $(strip $(foreach p,tsk libmagic libdeflate yara libseccomp sqlite3 libcrypto libargon2 zlib libzstd liblz4 liblzma libarchive libpff libbfio yaml-0.1 libpcre2-8 libqrencode libnewt,$(p) $(shell pkg-config --modversion $(p) 2>/dev/null)))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef \
	-Wcast-qual -Wwrite-strings -Wswitch-enum -Wimplicit-fallthrough
BASE_FLAGS := -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DTRIAGE_VERSION='"$(VERSION)"' -DTRIAGE_LIBRARIES='"$(LIBRARIES)"' -Iinclude -I. $(SYS) $(WARN) \
	-fvisibility=hidden -fPIE -fstack-protector-strong -fstack-clash-protection $(if $(filter x86_64 i%86,$(shell uname -m)),-fcf-protection) \
	-g -ffile-prefix-map=$(CURDIR)=.
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)
ifeq ($(FLAVOUR),release)
FLAGS := -O2 -D_FORTIFY_SOURCE=2
endif
ifeq ($(FLAVOUR),asan)
FLAGS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DTRIAGE_ASAN
LDFLAGS_ALL += -fsanitize=address,undefined
endif
ifeq ($(FLAVOUR),fault)
FLAGS := -O1 -DTRIAGE_FAULT
endif
ifeq ($(FLAVOUR),fuzz)
CC := clang
FLAGS := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -DTRIAGE_ASAN
LDFLAGS_ALL += -fsanitize=address,undefined
endif
ifeq ($(FLAVOUR),cov)
# one process counts for all its children: tests/coverage/shared.c
FLAGS := -O0 --coverage -fdata-sections
COVERAGE := build/cov/tests/coverage/shared.o
LIBS := $(COVERAGE) $(LIBS)
LDFLAGS_ALL += --coverage -Wl,-T,tests/coverage/counters.ld
endif
ifdef WERROR
FLAGS += -Werror
endif
CFLAGS_ALL := $(BASE_FLAGS) $(FLAGS) $(CFLAGS)

LIB_SRC := $(sort $(filter-out triage/cli/%,$(wildcard triage/*/*.c)))
CLI_SRC := $(sort $(wildcard triage/cli/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/test_*.c) tests/tool_scan.c tests/tool_lock.c tests/tool_disk.c tests/tool_parse.c tests/tool_regf.c tests/tool_sigma.c tests/tool_judge.c tests/tool_export.c)

.DELETE_ON_ERROR:
.PHONY: all check demo deps lint bench fixtures install help clean unit
all: build/triage

build/triage: build/release/bin/triage
	@ln -sfn release/bin/triage $@

$(B)/bin/triage: $(CLI_OBJ) $(B)/libtriage.a $(COVERAGE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $(CLI_OBJ) $(B)/libtriage.a $(LIBS) -lnewt

$(B)/libtriage.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $(LIB_OBJ)

build/cov/tests/coverage/shared.o: tests/coverage/shared.c
	@mkdir -p $(@D)
	$(CC) $(BASE_FLAGS) -O1 -c -o $@ $<

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(B)/tests/%: tests/%.c $(B)/libtriage.a $(COVERAGE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) -o $@ $< $(B)/libtriage.a $(LIBS) -lcmocka

# files that the assembler pulls in
$(B)/triage/report/assets.o: $(wildcard triage/report/assets/*) $(wildcard triage/report/*.tsv)

$(B)/tests/test_replay: $(wildcard tests/fuzz/*.c tests/fuzz/*.h tests/fuzz/*.def)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)

# --- what it needs from Debian 12 ---
DEPS_BUILD := gcc make pkg-config libc6-dev libtsk-dev libdeflate-dev libyara-dev libmagic-dev libseccomp-dev libsqlite3-dev libssl-dev libargon2-dev \
	zlib1g-dev libzstd-dev liblz4-dev liblzma-dev libarchive-dev libpff-dev libbfio-dev libyaml-dev libpcre2-dev libqrencode-dev linux-libc-dev libnewt-dev
DEPS_DEMO := python3
DEPS_TEST := clang strace binutils libclang-rt-14-dev libcmocka-dev python3 perl e2fsprogs dosfstools mtools exfatprogs ntfs-3g ewf-tools genisoimage xorriso \
	gdisk fdisk sleuthkit yara file sqlite3 openssl valgrind xz-utils apfsprogs unzip util-linux chromium cryptsetup-bin qemu-utils xfsprogs \
	libxml2-utils jq libvshadow-utils python3-libvshadow libesedb-utils fuse3 psmisc zip p7zip-full zstd cpio bzip2 liblnk-utils libscca-utils python3-olefile zbar-tools poppler-utils libevtx-utils libevt-utils python3-libregf tmux softhsm2 opensc libengine-pkcs11-openssl systemd-journal-remote
missing = $(shell for p in $(1); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done)

define install
@missing="$(strip $(call missing,$(1)))"; [ -z "$$missing" ] || { echo "make: installing from Debian: $$missing"; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -q -y --no-install-recommends $$missing; }
endef

deps:
	$(call install,$(DEPS_BUILD) $(DEPS_DEMO))
deps-test:
	$(call install,$(DEPS_BUILD) $(DEPS_TEST))
.PHONY: deps deps-test

# --- demo: a small compromised file server, examined ---
demo: deps
	@$(MAKE) --no-print-directory -s -j2 all
	@sh tests/demo.sh

# --- checks ---
check: deps-test
	@$(MAKE) --no-print-directory check-installed
check-installed:
	@$(MAKE) --no-print-directory -s -j3 WERROR=1 all build/release/tests/test_seals
	@$(MAKE) --no-print-directory -s -j3 FLAVOUR=asan WERROR=1 build/asan/bin/triage unit
	@$(MAKE) --no-print-directory -s -j3 FLAVOUR=fault build/fault/bin/triage
	@$(MAKE) --no-print-directory -s -j3 FLAVOUR=clang CC=clang WERROR=1 build/clang/bin/triage
	@sh tests/run.sh
.PHONY: check-installed
unit: $(TESTS)
ifeq ($(FLAVOUR),clang)
FLAGS := -O2
endif

lint:
	@sh tests/lint.sh
bench: all
	@sh tests/bench/bench.sh
bench-evidence: all
	@sh tests/bench/evidence.sh
bench-report: all
	@sh tests/bench/report.sh
bench-artefacts:
	@sh tests/bench/artefacts.sh
.PHONY: bench-evidence bench-report bench-artefacts
fixtures:
	@sh fixtures/make.sh
fuzz:
	@sh tests/fuzz/run.sh $(or $(FUZZ_SECONDS),30)
fuzz-%:
	@sh tests/fuzz/run.sh $(or $(FUZZ_SECONDS),30) $*
mutate: all
	@$(MAKE) --no-print-directory -s -j2 FLAVOUR=asan build/asan/bin/triage
	@python3 tests/mutate/mutate.py build/mutate --asan build/asan/bin/triage --corpus $(or $(TRIAGE_CORPUS),../shared/corpus) --mutants $(or $(MUTANTS),10000) --seed $(or $(SEED),1) --ran build/mutate/ran.tsv
.PHONY: mutate
.PHONY: fuzz
assurance: all build/release/tests/test_seals
	@$(MAKE) --no-print-directory -s -j2 FLAVOUR=fault build/fault/bin/triage
	@sh tests/assurance.sh
coverage: deps-test
	@sh tests/coverage.sh
.PHONY: assurance coverage

# guides with their pictures, and what several machines work by
DOCS := $(addprefix docs/,town-example.yml CHANGELOG.md SECURITY.md live.md scale.md import-opensearch.sh print-guide.py) $(sort $(wildcard docs/guide-*.md docs/guided-*.png docs/live-*.png docs/live-*.log docs/report-*.png docs/verify-*.png))
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/triage $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/doc/triage
	install -m 755 build/release/bin/triage $(DESTDIR)$(PREFIX)/bin/triage
	cp -r --no-preserve=mode,ownership rules $(DESTDIR)$(PREFIX)/share/triage/
	install -m 644 docs/triage.1 $(DESTDIR)$(PREFIX)/share/man/man1/triage.1
	install -m 644 docs/triage-bundle.5 docs/triage-rules.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 docs/triage.bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/triage
	install -m 644 $(DOCS) $(DESTDIR)$(PREFIX)/share/doc/triage/
	cp -r --no-preserve=mode,ownership docs/cluster $(DESTDIR)$(PREFIX)/share/doc/triage/

# --- packages, from the files that git knows ---
DEPS_DEB := debhelper dpkg-dev lintian fakeroot
deb:
	$(call install,$(DEPS_BUILD) $(DEPS_DEB))
	rm -rf build/deb
	mkdir -p build/deb/triage-$(VERSION)
	git ls-files -z | xargs -0 cp --parents -t build/deb/triage-$(VERSION)
	cd build/deb/triage-$(VERSION) && dpkg-buildpackage -us -uc -b
	lintian --fail-on error,warning build/deb/*.changes
	@ls build/deb/*.deb
.PHONY: deb

# --- live image, and its proof in qemu ---
DEPS_LIVE := live-build debootstrap xorriso squashfs-tools mtools dosfstools openssl libefiboot1 libdevmapper1.02.1
DEPS_CHECK_LIVE := qemu-system-x86 ipxe-qemu ovmf python3 exfatprogs dosfstools e2fsprogs util-linux fdisk sleuthkit sqlite3 openssl xorriso xz-utils zstd cpio
live: deb
	$(call install,$(DEPS_LIVE))
	sh debian/live/build.sh
check-live:
	$(call install,$(DEPS_CHECK_LIVE))
	@python3 debian/live/check/run.py
.PHONY: live check-live

# --- one folder with its libraries, for systems with the C library of Debian 12 or a newer one ---
TARBALL := triage-$(VERSION)-$(shell uname -m)
tarball: all
	rm -rf build/tarball && mkdir -p build/tarball/$(TARBALL)/lib
	$(MAKE) --no-print-directory -s install DESTDIR=$(CURDIR)/build/tarball/$(TARBALL) PREFIX=
	$(CC) $(LDFLAGS_ALL) -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../lib' -o build/tarball/$(TARBALL)/bin/triage $(CLI_OBJ) $(B)/libtriage.a $(LIBS) -lnewt
	ldd build/release/bin/triage | awk '$$3 ~ /^\// && $$1 !~ /^(libc|libm|libpthread|libresolv|libdl|librt)\.so/ { print $$3 }' | xargs cp -L -t build/tarball/$(TARBALL)/lib
	strip build/tarball/$(TARBALL)/bin/triage
	cp -L /usr/share/misc/magic.mgc build/tarball/$(TARBALL)/share/triage/magic.mgc
	cp LICENSE README.md build/tarball/$(TARBALL)/
	ldd build/release/bin/triage | awk '$$3 ~ /^\// { print $$3 }' | xargs -n 1 readlink -f | xargs dpkg-query -S 2> /dev/null | cut -d: -f1 | sort -u | \
	    xargs dpkg-query -W -f '$${Package} $${Version}\n' > build/tarball/$(TARBALL)/lib/PACKAGES
	tar -C build/tarball --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$$(git log -1 --format=%ct) -cJf build/$(TARBALL).tar.xz $(TARBALL)
	@ls -l build/$(TARBALL).tar.xz
.PHONY: tarball

clean:
	rm -rf build

help:
	@echo "make            build build/triage"
	@echo "make demo       install what is missing, build, make a small compromised machine, examine it, say where the report is"
	@echo "make check      install what is missing, run all tests"
	@echo "make deps       install what is missing to build (root or sudo)"
	@echo "make lint       static analysis: gcc -fanalyzer, clang-tidy, cppcheck"
	@echo "make bench      time and memory against the tools used today, as ratios"
	@echo "make bench-artefacts  event logs, hives and change journals: megabytes a second alone and through the program (LONG=yes: 3 GB, ten million events)"
	@echo "make bench-report  report, its rows and all exports of a case of a million files (7 GB; the case of make demo is its beginning)"
	@echo "make bench-evidence  what containers, locks, shadow copies and very many files cost, as ratios"
	@echo "make fixtures   make the small evidence files under fixtures/ again"
	@echo "make fuzz       fuzz each parser, layer, reader and loader for FUZZ_SECONDS (30), two at a time; make fuzz-NAME: one"
	@echo "make mutate     damage evidence in MUTANTS (10000) ways, examine each, look for what lies outside the damage"
	@echo "make assurance  the long proofs of sandbox, faults, kill points, long run and coverage; figures into docs/assurance.md"
	@echo "make coverage   lines and branches by room that the tests reach, by gcov"
	@echo "make install    PREFIX=$(PREFIX), DESTDIR="
	@echo "make deb        Debian packages under build/deb: triage, triage-rules, triage-live"
	@echo "make live       a Debian 12 image for a stick, under build/live (root); make check-live: booted in qemu, disks examined, everything compared"
	@echo "make tarball    build/$(TARBALL).tar.xz: unpack anywhere, run bin/triage"
	@echo "make clean      remove build/"
	@echo "FLAVOUR=release (default), asan, fault, fuzz, clang: objects of each under build/FLAVOUR"
