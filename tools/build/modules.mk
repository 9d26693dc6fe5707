# SPDX-License-Identifier: MIT
# shinrai.ko for each stock kernel, built in a farm of links below BUILD.
MODULES := $(B)/modules

module-src := Kbuild $(wildcard kernel/Kbuild kernel/*.c kernel/*.h)
module-dep := $(module-src) $(wildcard include/uapi/*.h include/shinrai/*.h) \
	$(BPF)/shinrai_bpf.lskel.h $(BPF)/shinrai_follow.lskel.h \
	$(BPF)/shinrai_follow_acl.lskel.h $(BPF)/shinrai_bpf_digest.h \
	tools/build/modules.mk tools/build/btf
module-farm = rm -rf $(1) && mkdir -p $(1)/kernel && \
	ln -s $(S)/Kbuild $(1)/Kbuild && \
	ln -s $(addprefix $(S)/,$(filter kernel/%,$(module-src))) $(1)/kernel/
module-make = $(MAKE) -C $(realpath $(KERNELS)/$(1)/headers) M=$(2) \
	SHINRAI_SRC=$(S) SHINRAI_BPF=$(BPF) $(if $(filter 1,$(V)),V=1,-s)

.PHONY: modules kernels
modules: $(KERNEL_VERSIONS:%=$(MODULES)/%/shinrai.ko)
kernels: $(KERNELS)/6.1/.complete

$(KERNEL_VERSIONS:%=$(KERNELS)/%/.complete) &:
	$(Q)tools/build/kernels $(KERNELS)

# Kernels that watch themselves; see "make check-debug".
DEBUG_VERSIONS := $(KERNEL_VERSIONS:%=%-debug)
.PHONY: debug-kernels debug-modules
debug-kernels: $(DEBUG_VERSIONS:%=$(KERNELS)/%/.complete)
debug-modules: $(DEBUG_VERSIONS:%=$(MODULES)/%/shinrai.ko)
$(KERNELS)/%-debug/.complete: | $(KERNELS)/6.1/.complete
	$(say) KERNEL $*-debug
	$(Q)tools/build/debug-kernel $(KERNELS) $*
$(DEBUG_VERSIONS:%=$(MODULES)/%/shinrai.ko): $(MODULES)/%/shinrai.ko: \
	$(KERNELS)/%/.complete

# One lock for each kernel: two builds at once would share object files.
$(MODULES)/%/shinrai.ko: $(KERNELS)/6.1/.complete $(module-dep) | \
		$(BPF)/include/bpf
	$(say) MODULE $(@:$(B)/%=%)
	$(Q)mkdir -p $(@D)
	+$(Q)flock $(@D)/.lock sh -ec '\
		$(call module-farm,$(@D)/src); \
		$(call module-make,$*,$(@D)/src) W=1 \
			KCFLAGS="-Werror -ffile-prefix-map=$(@D)/src/=" modules; \
		tools/build/btf $(KERNELS) $* $(@D)/src/kernel/shinrai.ko $@'

# Sparse looks at our files only; its findings are errors.
.PHONY: sparse
sparse: $(KERNEL_VERSIONS:%=sparse-%)
sparse-%: $(KERNELS)/6.1/.complete $(module-dep) | $(BPF)/include/bpf
	$(say) SPARSE $*
	$(Q)mkdir -p $(MODULES)/$*
	+$(Q)flock $(MODULES)/$*/.lock sh -c '\
		$(call module-farm,$(MODULES)/$*/sparse); \
		$(call module-make,$*,$(MODULES)/$*/sparse) C=2 \
			modules >$(MODULES)/$*/sparse.log 2>&1; rc=$$?; \
		grep -E "src|sparse/kernel|include/(uapi/)?shinrai" \
			$(MODULES)/$*/sparse.log | grep -E "warning:|error:"; \
		test $$? -eq 1 && test $$rc -eq 0' || \
		{ echo "sparse: see $(MODULES)/$*/sparse.log" >&2; exit 1; }
