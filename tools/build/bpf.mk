# SPDX-License-Identifier: MIT
# bpf/*.bpf.c -> one object -> a light skeleton that the module carries.
BPF := $(B)/bpf
BPF_CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
MULTIARCH := $(shell gcc -print-multiarch 2>/dev/null)

bpf-src := $(wildcard bpf/*.bpf.c)
bpf-hdr := $(wildcard bpf/*.h include/uapi/*.h include/shinrai/*.h)
bpf-obj := $(bpf-src:bpf/%.bpf.c=$(BPF)/%.bpf.o)

BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 \
	-Wall -Wextra -Werror -Wno-unused-parameter \
	-I$(BPF) -Ibpf -Iinclude -Iinclude/uapi \
	-ffile-prefix-map=$(B)=build -ffile-prefix-map=$(S)=. \
	-idirafter /usr/include/$(MULTIARCH)

# What is attached when there are labels has a loader of its own, and newer
# kernels have hooks that others lack.
bpf-always := $(filter-out $(BPF)/flow%,$(bpf-obj))
bpf-linked := $(BPF)/shinrai_bpf.o $(BPF)/shinrai_follow.o \
	$(BPF)/shinrai_follow_acl.o

.PHONY: bpf
bpf: $(bpf-linked:%.o=%.lskel.h) $(BPF)/shinrai_bpf_digest.h $(BPF)/include/bpf

# 6.1 is the oldest kernel supported; CO-RE relocations cover newer ones.
$(BPF)/vmlinux.h: $(KERNELS)/6.1/.complete
	$(say) BTF $(@:$(B)/%=%)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) btf dump file $(KERNELS)/6.1/vmlinux.btf format c >$@.new
	$(Q)mv $@.new $@

# <bpf/skel_internal.h> for the module, and nothing else of /usr/include.
$(BPF)/include/bpf:
	$(Q)mkdir -p $(@D)
	$(Q)ln -sfn /usr/include/bpf $@

$(BPF)/%.bpf.o: bpf/%.bpf.c $(bpf-hdr) $(BPF)/vmlinux.h tools/build/bpf.mk
	$(say) BPF $<
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BPF)/%_acl.bpf.o: bpf/%.bpf.c $(bpf-hdr) $(BPF)/vmlinux.h tools/build/bpf.mk
	$(say) BPF '$< (access lists)'
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -DSHINRAI_ACL_HOOKS -c $< -o $@

# Programs that only tests load, and what loads them.
test-bpf := $(patsubst selftests/vm/%.c,$(B)/vm/%.o,\
	$(wildcard selftests/vm/*.bpf.c selftests/vm/hooks/*.bpf.c))
.PHONY: test-bpf
test-bpf: $(test-bpf) $(B)/vm/bpfload $(B)/vm/hooks/hooks
$(test-bpf): $(B)/vm/%.o: selftests/vm/%.c $(bpf-hdr) \
		$(wildcard selftests/vm/hooks/*.h) $(BPF)/vmlinux.h
	$(say) BPF $<
	$(Q)mkdir -p $(@D)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

$(B)/vm/bpfload: selftests/vm/bpfload.c
	$(say) LINK '$(@:$(B)/%=%)'
	$(Q)mkdir -p $(@D)
	$(Q)gcc -O2 -Wall -Wextra -Werror -o $@ $< -lbpf

# The operations of the hook matrix, and what counts the hooks they call.
hooks-src := $(filter-out %.bpf.c,$(wildcard selftests/vm/hooks/*.c))
$(B)/vm/hooks/hooks: $(hooks-src) $(wildcard selftests/vm/hooks/*.h)
	$(say) LINK '$(@:$(B)/%=%)'
	$(Q)mkdir -p $(@D)
	$(Q)gcc -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o $@ $(hooks-src) -lbpf

$(BPF)/shinrai_bpf.o: $(bpf-always)
$(BPF)/shinrai_follow.o: $(BPF)/flow.bpf.o
$(BPF)/shinrai_follow_acl.o: $(BPF)/flow_acl.bpf.o
$(bpf-linked):
	$(say) LINK $(@:$(B)/%=%)
	$(if $^,,$(error bpf/ lacks *.bpf.c: nothing to embed))
	$(Q)$(BPFTOOL) gen object $@ $^

$(BPF)/%.lskel.h: $(BPF)/%.o
	$(say) SKEL $(@:$(B)/%=%)
	$(Q)$(BPFTOOL) gen skeleton -L $< name $(*:%_acl=%) >$@.new
	$(Q)mv $@.new $@

$(BPF)/shinrai_bpf_digest.h: $(bpf-linked)
	$(Q)cat $^ | sha256sum | sed -E -e 's/ .*//' -e 'h' -e 's/(..)/0x\1,/g' \
		-e 's/.*/#define SHINRAI_BPF_DIGEST { & }/p' -e 'g' \
		-e 's/.*/#define SHINRAI_BPF_DIGEST_HEX "&"/' >$@.new
	$(Q)mv $@.new $@
