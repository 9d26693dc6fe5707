# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2119,SC2154
# A device of which everything is said that a page must not take for its own,
# after verify/lib.sh and fleet/lib.sh.

# prepare_hostile: policy "plc" of verifier.conf is in the folder evil.
prepare_hostile() {
	mkdir evil
	./make_log evil hostile
	cp evil/firmware firmware
	cp evil/log log
	extend_lines evil/extends 1 >/dev/null
	configure "firmware_log = \"$work/firmware\";"
}

# hostile_policy: as in verifier.conf
hostile_policy() {
	echo "{ name = \"plc\"; digests = [ \"$work/evil/known.txt\" ];
		reference = \"$work/evil/boot.json\"; }"
}

# start_hostile: the machine's name is hostile, too.
start_hostile() {
	local program=$shinraid
	cat >hostile <<-SH
	#!/bin/sh
	python3 -c 'import socket, sys; socket.sethostname(sys.argv[1])' \
		"\$SHINRAI_TEST_NAME"
	exec "$program" "\$@"
	SH
	cat >apart <<-SH
	#!/bin/sh
	exec unshare --uts "$work/hostile" "\$@"
	SH
	chmod 755 hostile apart
	SHINRAI_TEST_NAME="</title><script>alert(1)</script>'\"&" \
		shinraid=$work/apart start_daemon
}

# enrol_plc NAME PORT
enrol_plc() {
	fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:$2/\"}" >/dev/null
}
