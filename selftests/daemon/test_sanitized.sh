#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemons under AddressSanitizer and UBSan: answers, crowd, attacks, reports,
# and a verifier whose devices do all sorts of things.
# shell: long
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=$(realpath -m "${BUILD:-$root/build}")

make -s -C "$root" BUILD="$BUILD" "$BUILD/asan/shinraid" \
	"$BUILD/asan/shinrai-verifier" >/dev/null
export BUILD SHINRAID=$BUILD/asan/shinraid COUNT=200 MEMORY_KIB=900000
export SHINRAI_VERIFIER=$BUILD/asan/shinrai-verifier
number=0 failed=0
sanitized() { # TEST WHAT: it passes, and no sanitizer complains
	local name log rc
	name=$(basename "$1")
	number=$((number + 1))
	log=$(timeout 250 bash "$1" 2>&1) && rc=0 || rc=$?
	if [ "$rc" -eq 0 ] && ! grep -q 'Sanitizer\|runtime error' <<<"$log"
	then
		echo "ok $number - $name, $2"
	else
		echo "not ok $number - $name, $2"
		grep -v '^ok' <<<"$log" | head -n 40 | sed 's/^/# /'
		failed=1
	fi
}
for test in "$here"/test_{evidence,load,hostile}.sh \
	"$root"/selftests/verify/test_{report,push}.sh \
	"$root"/selftests/fleet/test_{pull,odd,log,hooks,api}.sh; do
	sanitized "$test" sanitized
done
# What is asked for again: an answer of which nothing counts.
export ASAN_OPTIONS=detect_leaks=1
sanitized "$root"/selftests/fleet/test_ima_again.sh "and nothing is leaked"
echo "1..$number"
exit "$failed"
