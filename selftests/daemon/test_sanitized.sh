#!/bin/bash
# SPDX-License-Identifier: MIT
# The whole daemon under AddressSanitizer and UBSan: answers, crowd, attacks,
# reports.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=$(realpath -m "${BUILD:-$root/build}")

make -s -C "$root" BUILD="$BUILD" "$BUILD/asan/shinraid" >/dev/null
export BUILD SHINRAID=$BUILD/asan/shinraid COUNT=200
number=0 failed=0
for test in "$here"/test_{evidence,load,hostile}.sh \
	"$root"/selftests/verify/test_{report,push}.sh; do
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
