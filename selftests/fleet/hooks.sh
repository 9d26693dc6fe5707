# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Somebody who takes webhooks, for tests, after fleet/lib.sh: needs receiver.pem and
# secret; hooked.py has what it writes.
hooked_pid=''
: >told

end_hooked() {
	[ -z "$hooked_pid" ] || kill -9 "$hooked_pid" 2>/dev/null || true
	[ -z "$hooked_pid" ] || wait "$hooked_pid" 2>/dev/null || true
	hooked_pid=''
}
trap 'end_hooked; end_verifier; cleanup' EXIT

# start_hooked [PORT]: its port is in hook.
start_hooked() {
	: >hport
	python3 "$root/selftests/fleet/hooked.py" receiver.pem receiver.key ca.pem \
		secret "$@" >hport 2>herr &
	hooked_pid=$!
	for _ in $(seq 50); do
		hook=$(cat hport)
		[ -z "$hook" ] || return 0
		sleep 0.1
	done
	cat herr
	return 1
}

# told LINE [TRIES]: within a while, as the last one
told() {
	for _ in $(seq "${2:-50}"); do
		[ "$(tail -n 1 told)" != "$1" ] || return 0
		sleep 0.2
	done
	cat told herr
	return 1
}

# told_first: the body of the first one is in first, within a while.
told_first() {
	for _ in $(seq 50); do
		[ ! -s bodies ] || break
		sleep 0.2
	done
	head -n 1 bodies >first
	[ -s first ]
}
