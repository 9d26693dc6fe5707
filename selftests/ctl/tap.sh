# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# TAP for the tests of shinraictl: run a command, then look at what it did.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=${BUILD:-$root/build}
ctl=$(realpath "${SHINRAICTL:-$BUILD/user/shinraictl}")
export PYTHONDONTWRITEBYTECODE=1

[ -x "$ctl" ] || {
	echo "Bail out! $ctl is not there: make user"
	exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

tests=0
failed=0

# ok DESCRIPTION COMMAND...: passes when the command does.
ok() {
	local what=$1
	shift
	tests=$((tests + 1))
	if "$@" >tap.log 2>&1; then
		echo "ok $tests - $what"
	else
		echo "not ok $tests - $what"
		sed 's/^/# /' tap.log
		[ ! -s out ] || head -c 2000 out | sed 's/^/# out: /'
		[ ! -s err ] || head -c 2000 err | sed 's/^/# err: /'
		failed=$((failed + 1))
	fi
}

# run ARGUMENT...: shinraictl, with its output in out and err, status in rc.
run() {
	rc=0
	"$ctl" "$@" >out 2>err </dev/null || rc=$?
}

# exits STATUS DESCRIPTION: how the last run ended.
exits() {
	ok "$2: exit $1" test "$rc" -eq "$1"
}

# says FILE TEXT DESCRIPTION: literally.
says() {
	ok "$3" grep -qF -- "$2" "$1"
}

# json PYTHON-EXPRESSION DESCRIPTION: about the document d in out.
json() {
	ok "$2" python3 -c "
import json, sys
d = json.load(open('out'))
sys.exit(0 if ($1) else repr(d))"
}

# until_true COMMAND...: for at most 20 s.
until_true() {
	local i
	for ((i = 0; i < 200; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}

finish() {
	echo "1..$tests"
	[ "$failed" -eq 0 ]
}
