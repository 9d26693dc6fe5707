# SPDX-License-Identifier: MIT
# Builds everything and runs everything; output goes to BUILD only.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SECONDARY:

BUILD ?= build
B := $(abspath $(BUILD))
S := $(CURDIR)
KERNELS ?= $(B)/kernels
KERNEL_VERSIONS := 6.1 6.12

V ?= 0
ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say := @printf '  %-7s %s\n'
endif

.PHONY: all
all: modules user

include tools/build/bpf.mk
include tools/build/modules.mk
include tools/build/user.mk
include tools/build/check.mk

.PHONY: clean
clean:
	rm -rf $(B)

.PHONY: help
help:
	@echo 'make demo           the whole street in a virtual machine'
	@echo 'make check          every test; the last line is the total'
	@echo 'make                modules for both kernels, and user space'
	@echo 'make modules        shinrai.ko for 6.1 and 6.12'
	@echo 'make user           programs and library'
	@echo 'make unit           unit tests (gcc, clang, ASan + UBSan)'
	@echo 'make fuzz           each fuzz target for FUZZ_SECONDS (60)'
	@echo 'make vm TEST=name   one VM test on KERNEL=6.1 (or 6.12)'
	@echo 'make check-debug    the VM tests on kernels with KASAN and lockdep'
	@echo 'make check-slow     the leak matrix, and the VM tests that take minutes'
	@echo 'make bench-exec     what measuring code costs; bench-flow: following labels'
	@echo 'make check-fleet    a verifier with virtual machines and a simulated fleet'
	@echo 'make bench-policy   what compiling and deciding cost; bench-verifier: judging'
	@echo 'make deps           install the Debian packages that lack'
	@echo 'Output: BUILD=build; V=1 prints commands.'
