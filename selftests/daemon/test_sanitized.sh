#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemons under AddressSanitizer and UBSan: answers, crowd, attacks, reports,
# and a verifier whose devices do all sorts of things.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=$(realpath -m "${BUILD:-$root/build}")

make -s -C "$root" BUILD="$BUILD" "$BUILD/asan/shinraid" \
	"$BUILD/asan/shinrai-verifier" >/dev/null
export BUILD SHINRAID=$BUILD/asan/shinraid COUNT=200 MEMORY_KIB=900000
export SHINRAI_VERIFIER=$BUILD/asan/shinrai-verifier
number=0 failed=0
for test in "$here"/test_{evidence,load,hostile}.sh \
	"$root"/selftests/verify/test_{report,push}.sh \
	"$root"/selftests/fleet/test_{pull,odd,log,hooks,api}.sh; do
	name=$(basename "$test")
	number=$((number + 1))
	log=$(timeout 250 bash "$test" 2>&1) && rc=0 || rc=$?
	if [ "$rc" -eq 0 ] && ! grep -q 'Sanitizer\|runtime error' <<<"$log"
	then
		echo "ok $number - $name, sanitized"
	else
		echo "not ok $number - $name, sanitized"
		grep -v '^ok' <<<"$log" | head -n 40 | sed 's/^/# /'
		failed=1
	fi
done
echo "1..$number"
exit "$failed"
