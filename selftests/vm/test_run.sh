#!/bin/bash
# SPDX-License-Identifier: MIT
# selftests/vm/run refuses every way in which a machine can end badly.
# shell: long
set -euo pipefail

export VM_PATIENCE=1 # these are timed to end soon
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BUILD=${BUILD:-$here/../../build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# ends TEXT MESSAGE OPTIONS SCRIPT: the run fails, and says MESSAGE.
ends() {
	local text=$1 message=$2 options=$3 rc=0
	count=$((count + 1))
	printf '#!/bin/bash\n# vm: load=no tpm=none timeout=90\n%s\n' "$4" \
		>"$work/bad.sh"
	# shellcheck disable=SC2086 # options are words
	"$here/run" --build "$BUILD" --out "$work/out" --quiet $options \
		"$work/bad.sh" >"$work/log" 2>&1 || rc=$?
	if [ "$rc" -eq 1 ] && grep -q -- "$message" "$work/log"; then
		echo "ok $count - $text"
	else
		echo "not ok $count - $text"
		sed 's/^/# /' "$work/log"
		failed=1
	fi
}

ends "a test that fails" 'exited with 3' '' 'exit 3'
ends "a test that hangs" 'exited with 124' '--timeout 60' 'sleep 1000'
ends "a kernel that panics" 'the kernel complained' '' \
	'echo c >/proc/sysrq-trigger'
ends "a machine that stops without a report" 'died before it' '' \
	'echo o >/proc/sysrq-trigger; sleep 30'
ends "a machine that never ends" 'no end after' \
	'--timeout 20 --append shinrai_vm.timeout=1000' 'sleep 1000'
echo "1..$count"
exit "$failed"
