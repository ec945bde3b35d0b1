# triage: build, test, install. `make help` lists what there is.

VERSION := 0.1.0
PREFIX ?= /usr/local
FLAVOUR ?= release
B := build/$(FLAVOUR)
CC ?= cc
ifeq ($(origin CC),default)
CC := gcc
endif

PKGS := tsk libewf yara libseccomp sqlite3 libcrypto
LIBS := $(shell pkg-config --libs libewf yara libseccomp sqlite3 libcrypto 2>/dev/null) -ltsk -lmagic -lm
SYS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags libewf yara libseccomp sqlite3 libcrypto 2>/dev/null))

# versions of the linked libraries, for the custody log
LIBRARIES := $(strip $(foreach p,tsk libewf yara libseccomp sqlite3 libcrypto,$(p) $(shell pkg-config --modversion $(p) 2>/dev/null)))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef \
	-Wcast-qual -Wwrite-strings -Wswitch-enum -Wimplicit-fallthrough
BASE_FLAGS := -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DTRIAGE_VERSION='"$(VERSION)"' -DTRIAGE_LIBRARIES='"$(LIBRARIES)"' -Iinclude -I. $(SYS) $(WARN) \
	-fvisibility=hidden -fPIE -fstack-protector-strong -g
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now $(LDFLAGS)
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
ifdef WERROR
FLAGS += -Werror
endif
CFLAGS_ALL := $(BASE_FLAGS) $(FLAGS) $(CFLAGS)

LIB_SRC := $(filter-out triage/cli/%,$(wildcard triage/*/*.c))
CLI_SRC := $(wildcard triage/cli/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/test_*.c))

.DELETE_ON_ERROR:
.PHONY: all check demo deps lint bench fixtures install help clean unit
all: build/triage

build/triage: $(B)/triage
	@mkdir -p build
	@ln -sfn $(FLAVOUR)/triage $@

$(B)/triage: $(CLI_OBJ) $(B)/libtriage.a
	$(CC) $(LDFLAGS_ALL) -o $@ $(CLI_OBJ) $(B)/libtriage.a $(LIBS)

$(B)/libtriage.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $(LIB_OBJ)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(B)/tests/%: tests/%.c $(B)/libtriage.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) -o $@ $< $(B)/libtriage.a $(LIBS) -lcmocka

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
