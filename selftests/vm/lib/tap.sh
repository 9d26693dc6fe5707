# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Checks for tests inside the machine: TAP on stdout, and the log as text.

S=/sys/kernel/shinrai
count=0
failed=0
export LC_ALL=C

# check TEXT COMMAND...: one TAP line, and what the log says when it fails
check() {
	local text=$1
	shift
	count=$((count + 1))
	if "$@" >/tmp/check.out 2>&1; then
		echo "ok $count - $text"
	else
		failed=$((failed + 1))
		echo "not ok $count - $text"
		sed 's/^/# /' /tmp/check.out
	fi
}

# plan: last; its status is the test's
plan() {
	echo "1..$count"
	return "$((failed > 0))"
}

# pcrs: what the TPM holds, unless it is lost
pcrs() {
	local bank pcr value
	for bank in sha1 sha256 sha384 sha512; do
		for pcr in 12 13; do
			value=$(cat "/sys/class/tpm/tpm0/pcr-$bank/$pcr") ||
				return 0
			echo "PCR $bank $pcr ${value,,}"
		done
	done 2>/dev/null
}

# dump: the whole log to /out/log, as text to /tmp/log, and the PCRs
dump() {
	perl -e 1
	echo 1 >"$S/flush" || true
	{ timeout 2 dd if=/dev/shinrai of=/out/log bs=1M; } 2>/dev/null
	pcrs >/out/pcrs
	perl /vm/lib/log.pl /out/log >/tmp/log || echo broken >>/tmp/log
	cp /tmp/log /out/text
}

# fresh SOURCE TARGET: a program that nobody has seen yet
fresh() {
	cp "$1" "$2"
	printf '%s %s' "$2" "$RANDOM" >>"$2"
	chmod 755 "$2"
}

# user COMMAND...: as an ordinary user
user() {
	setpriv --reuid=user --regid=user --clear-groups "$@"
}

digest() {
	sha256sum "$1" | cut -d ' ' -f 1
}

# times N PATTERN: the log holds that many lines that match
times() {
	local n
	n=$(grep -cE -- "$2" /tmp/log || true)
	[ "$n" -eq "$1" ] || {
		echo "$n lines match: $2"
		grep -E -- "$2" /tmp/log || tail -n 3 /tmp/log
		return 1
	}
}

# once TYPE KIND FILE: one event of the content that FILE has now
once() {
	times 1 " $1 kind=$2 digest=$(digest "$3")"
}

refuses() {
	! "$@"
}

# status N COMMAND...: that is how it exits
status() {
	local want=$1 is=0
	shift
	"$@" || is=$?
	echo "exit status $is"
	[ "$is" -eq "$want" ]
}
