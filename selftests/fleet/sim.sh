# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# A simulated fleet for tests, after fleet/lib.sh: sim.c has what it can do.
sim_pid=''
# What each device ran first, in known.txt.
# shellcheck disable=SC2034
sim_first=$(printf 'program 0' | sha256sum | cut -d' ' -f1)

end_sim() {
	[ -z "$sim_pid" ] || kill -9 "$sim_pid" 2>/dev/null || true
}
trap 'end_sim; end_verifier; cleanup' EXIT

build_sim() {
	# shellcheck disable=SC2046
	cc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -I"$root" -I"$root/include" \
		-I"$root/include/uapi" -I"$root/userspace/lib" -o sim_fleet \
		"$root"/selftests/fleet/sim{,_device}.c \
		"$root"/selftests/verify/forge*.c \
		"$root"/userspace/daemon/{server,accept,conn,reply,tls,diag}.c \
		"$BUILD/user/libshinrai.a" $(pkg-config --cflags --libs libssl \
			libcrypto jansson libcbor jose libevent libevent_openssl \
			libpcre2-8)
}

# start_sim DEVICES [NEW]: its port is in sim_port.
start_sim() {
	[ -p sim_in ] || mkfifo sim_in sim_out
	./sim_fleet "$@" <sim_in >sim_out 2>simerr &
	sim_pid=$!
	exec 7>sim_in 8<sim_out
	read -r -t 60 sim_port <&8 || { cat simerr && return 1; }
}

# sim COMMAND...: its answer is in said.
sim() {
	echo "$*" >&7
	read -r -t 20 said <&8
	echo "$said"
	[ "$said" != "no: $*" ]
}

# sim_policy: as in verifier.conf, with what start_sim wrote
sim_policy() {
	echo "policies = ( { name = \"sim\"; digests = [ \"$work/known.txt\" ];
		reference = \"$work/boot.json\"; } );"
}

# enrol_sim COUNT [POLICY [GROUP [FIRST]]]: as enrol_many.py
enrol_sim() {
	python3 "$root/selftests/fleet/enrol_many.py" "$api" "$sim_port" "$1" \
		"${2-sim}" "${@:3}"
}

# states: how many devices there are of each, as in "trusted 5 untrusted 1"
states() {
	fleet reader /status >/dev/null
	jq -r '[.states | to_entries[] | select(.value > 0) |
		"\(.key) \(.value)"] | sort | join(" ")' body
}

# stands STATES [SECONDS]: within that time
stands() {
	local now
	for _ in $(seq $((${2:-20} * 5))); do
		now=$(states)
		[ "$now" != "$1" ] || return 0
		sleep 0.2
	done
	echo "$now"
	return 1
}
