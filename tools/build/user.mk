# SPDX-License-Identifier: MIT
# User space, compiled alike in each variant: build/<variant>/ holds
# libshinrai.a, the programs, and test/.  "user" is what gets installed and
# what the virtual machines run.
VARIANTS := user clang asan fuzz
CC_user := gcc
CC_clang := clang
CC_asan := gcc
CC_fuzz := clang

PACKAGES := libcrypto libssl tss2-esys tss2-mu tss2-rc tss2-tctildr libevent \
	libevent_openssl jansson libcbor jose libseccomp libcap-ng libconfig \
	libarchive sqlite3 libpcre2-8 libpq
# Only goals that compile user space need the packages to be there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PACKAGES)))$(PKG_LIBS)

CPPFLAGS_all := -D_GNU_SOURCE -I$(S) -Iinclude -Iinclude/uapi -Iuserspace/lib
CFLAGS_all := -std=gnu11 -g -Wall -Wextra -Werror -Wvla -Wformat=2 -Wno-format-nonliteral \
	-Wmissing-prototypes -Wstrict-prototypes -Wundef \
	-fno-strict-aliasing -fstack-protector-strong -fPIE
LDFLAGS_all := -pie -Wl,--as-needed -Wl,-z,relro -Wl,-z,now
CFLAGS_user := -O2 -D_FORTIFY_SOURCE=2
CFLAGS_clang := -O2 -D_FORTIFY_SOURCE=2
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
CFLAGS_asan := -O1 $(sanitize)
LDFLAGS_asan := $(sanitize)
CFLAGS_fuzz := -O1 $(sanitize) -fsanitize=fuzzer-no-link
LDFLAGS_fuzz := $(sanitize) -fsanitize=fuzzer

# The pure sources that the module, KUnit and user space share.
CORE := $(patsubst %.o,kernel/%.c,$(shell sed -nE \
	's/^shinrai-(pure|apart) [:+]= //p' kernel/Kbuild))
lib-src := $(wildcard userspace/lib/*.c) $(CORE)

PROGRAMS := shinraid shinrai-verifier shinrai-verify shinraictl
src-shinraid := $(wildcard userspace/shinraid/*.c userspace/daemon/*.c)
src-shinrai-verifier := $(wildcard userspace/verifier/*.c userspace/daemon/*.c)
src-shinrai-verify := $(wildcard tools/shinrai-verify/*.c)
src-shinraictl := $(wildcard tools/shinraictl/*.c) \
	userspace/shinraid/tpm.c userspace/shinraid/tpm_keys.c \
	userspace/shinraid/tpm_ek.c
# A program whose sources are not there is not built.
programs := $(foreach p,$(PROGRAMS),$(if $(src-$p),$p))

unit-src := $(wildcard selftests/unit/*_test.c)
unit-names := $(unit-src:selftests/unit/%.c=%)
# The kernel's own tests of the pure sources, as kernel_NAME.
kunit-names := $(patsubst kernel/%.c,kernel_%,$(wildcard kernel/*_test.c))
fuzz-src := $(wildcard selftests/fuzz/*_fuzz.c)
fuzz-names := $(fuzz-src:selftests/fuzz/%.c=%)
# A test may name sources of programs it needs: /* links: path/a.c path/b.c */
links = $(shell sed -n 's|^/\* links: \(.*\) \*/$$|\1|p' $(1))

.PHONY: user clang asan fuzzers unit-programs
user: $(programs:%=$(B)/user/%) $(B)/user/libshinrai.a
clang: $(programs:%=$(B)/clang/%) $(B)/clang/libshinrai.a
asan: $(programs:%=$(B)/asan/%) $(B)/asan/libshinrai.a
fuzzers: $(fuzz-names:%=$(B)/fuzz/test/%)
unit-programs: $(foreach v,user clang asan,$(addprefix $(B)/$v/test/,\
	$(unit-names) $(kunit-names)))

.PHONY: FORCE
FORCE:

# $(call variant,NAME): the rules of one variant.
define variant
compile-$(1) = $$(CC_$(1)) $$(CPPFLAGS_all) $$(PKG_CFLAGS) $$(CFLAGS_all) \
	$$(CFLAGS_$(1)) $$(EXTRA_CFLAGS)
link-$(1) = $$(CC_$(1)) $$(LDFLAGS_all) $$(LDFLAGS_$(1))
objects-$(1) = $$(patsubst %.c,$(B)/$(1)/obj/%.o,$$(1))

# Rewritten only when it changes; everything depends on it.
$(B)/$(1)/.flags: FORCE
	$$(Q)mkdir -p $$(@D)
	$$(Q)echo '$$(compile-$(1)) $$(link-$(1)) $$(PKG_LIBS)' | \
		cmp -s - $$@ || echo '$$(compile-$(1)) $$(link-$(1)) \
		$$(PKG_LIBS)' >$$@

$(B)/$(1)/obj/%.o: %.c $(B)/$(1)/.flags
	$$(say) CC '$(1) $$<'
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(compile-$(1)) -MMD -MP -c $$< -o $$@

# They have files in them.
$(B)/$(1)/obj/userspace/verifier/api_doc.o: userspace/verifier/openapi.json
$(B)/$(1)/obj/userspace/verifier/page.o: userspace/verifier/page.css \
	userspace/verifier/icon.svg

$(B)/$(1)/libshinrai.a: $$(call objects-$(1),$(lib-src))
	$$(say) AR '$$(@:$(B)/%=%)'
	$$(Q)mkdir -p $$(@D)
	$$(Q)rm -f $$@
	$$(Q)ar rcs $$@ $$^

$(foreach p,$(programs),$(call program,$(1),$(p)))
$(foreach t,$(unit-names),$(call unit,$(1),$(t)))
$(foreach t,$(kunit-names),$(call kunit,$(1),$(t)))
endef

define program
$(B)/$(1)/$(2): $$(call objects-$(1),$$(src-$(2))) $(B)/$(1)/libshinrai.a
	$$(say) LINK '$$(@:$(B)/%=%)'
	$$(Q)$$(link-$(1)) -o $$@ $$^ $$(PKG_LIBS)

endef

define unit
$(B)/$(1)/test/$(2): $$(call objects-$(1),selftests/unit/$(2).c \
		$$(call links,selftests/unit/$(2).c)) $(B)/$(1)/libshinrai.a
	$$(say) LINK '$$(@:$(B)/%=%)'
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(link-$(1)) -o $$@ $$^ $$(PKG_LIBS) -lcmocka

endef

define kunit
$(B)/$(1)/obj/$(2:kernel_%=kernel/%).o: private CPPFLAGS_all += \
	-Iselftests/unit
$(B)/$(1)/test/$(2): $(B)/$(1)/obj/$(2:kernel_%=kernel/%).o \
		$(B)/$(1)/libshinrai.a
	$$(say) LINK '$$(@:$(B)/%=%)'
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(link-$(1)) -o $$@ $$^ $$(PKG_LIBS)

endef

define fuzzer
$(B)/fuzz/test/$(1): $$(call objects-fuzz,selftests/fuzz/$(1).c \
		$$(call links,selftests/fuzz/$(1).c)) $(B)/fuzz/libshinrai.a
	$$(say) LINK '$$(@:$(B)/%=%)'
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(link-fuzz) -o $$@ $$^ $$(PKG_LIBS)

endef

$(foreach v,user clang asan,$(eval $(call variant,$(v))))
unit-names-saved := $(unit-names)
unit-names :=
kunit-names :=
programs-saved := $(programs)
programs :=
$(eval $(call variant,fuzz))
unit-names := $(unit-names-saved)
programs := $(programs-saved)
$(foreach f,$(fuzz-names),$(eval $(call fuzzer,$(f))))

# Runs in test machines.
$(B)/vm/swap: $(call objects-user,selftests/vm/swap.c) $(B)/user/libshinrai.a
	$(say) LINK '$(@:$(B)/%=%)'
	$(Q)mkdir -p $(@D)
	$(Q)$(link-user) -o $@ $^ $(PKG_LIBS)

$(B)/vm/ways: $(call objects-user,selftests/vm/ways.c \
		selftests/leak/helper/ring.c selftests/leak/helper/util.c)
	$(say) LINK '$(@:$(B)/%=%)'
	$(Q)mkdir -p $(@D)
	$(Q)$(link-user) -o $@ $^
test-bpf: $(B)/vm/swap $(B)/vm/ways

-include $(shell find $(VARIANTS:%=$(B)/%/obj) -name '*.d' 2>/dev/null)

FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz: fuzzers
	$(if $(fuzz-names),,$(error selftests/fuzz has no *_fuzz.c))
	$(Q)set -e; for name in $(fuzz-names:%_fuzz=%); do \
		work=$(B)/fuzz/corpus/$$name; mkdir -p $$work; \
		echo "fuzz: $$name for $(FUZZ_SECONDS) s, new inputs in $$work"; \
		$(B)/fuzz/test/$${name}_fuzz -max_total_time=$(FUZZ_SECONDS) \
			-artifact_prefix=$$work- -print_final_stats=1 $$work \
			$$(ls -d selftests/fuzz/corpus/$$name 2>/dev/null); \
	done
