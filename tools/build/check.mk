# SPDX-License-Identifier: MIT
# The entry points that a reader of the README types.
.PHONY: deps check demo unit vm
deps:
	$(Q)tools/build/deps

check: deps
	$(Q)BUILD=$(B) KERNELS=$(KERNELS) selftests/run all

demo: deps
	$(Q)$(MAKE) modules user
	$(Q)selftests/demo/run

unit:
	$(Q)BUILD=$(B) KERNELS=$(KERNELS) selftests/run unit

KERNEL ?= 6.1
vm: $(MODULES)/$(KERNEL)/shinrai.ko user test-bpf
	$(if $(TEST),,$(error usage: make vm TEST=name [KERNEL=6.1|6.12]))
	$(Q)KERNELS=$(KERNELS) selftests/vm/run --build $(B) \
		--kernel $(KERNEL) $(TEST)

# Every VM test on kernels with KASAN and lockdep: hours the first time.
.PHONY: check-debug
check-debug: deps
	$(Q)$(MAKE) debug-modules
	$(Q)BUILD=$(B) KERNELS=$(KERNELS) selftests/run --debug vm

# The VM tests that take minutes, and the leak matrix.
.PHONY: check-slow
check-slow: check-leak
	$(Q)BUILD=$(B) KERNELS=$(KERNELS) selftests/run --slow vm

# What takes a verifier many minutes: virtual machines beside a simulated fleet.
.PHONY: check-fleet
check-fleet: deps
	$(Q)BUILD=$(B) KERNELS=$(KERNELS) selftests/run fleet

# Every way out for a secret, on both kernels; writes selftests/leak/README.md.
.PHONY: check-leak
check-leak: deps
	$(Q)$(MAKE) modules user
	$(Q)BUILD=$(B) KERNELS=$(KERNELS) selftests/leak/run --table

# What the lint stage checks and a machine can put right.
.PHONY: format
format:
	$(Q)git ls-files -co --exclude-standard '*.c' '*.h' | \
		xargs clang-format -i

.PHONY: bench-exec
bench-exec: deps
	$(Q)$(MAKE) modules user
	$(Q)selftests/bench/run-exec

# What compiling policies costs against parsing JSON, and deciding by many rules.
.PHONY: bench-policy
bench-policy: deps
	$(Q)BUILD=$(B) selftests/bench/policy_compile.sh
	$(Q)BUILD=$(B) selftests/bench/run-policy

.PHONY: bench-flow
bench-flow: deps
	$(Q)$(MAKE) modules user
	$(Q)BUILD=$(B) KERNELS=$(KERNELS) selftests/bench/run-flow

.PHONY: bench-verifier
bench-verifier: deps
	$(Q)$(MAKE) user
	$(Q)BUILD=$(B) selftests/bench/run-verifier
