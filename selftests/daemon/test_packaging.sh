#!/bin/bash
# SPDX-License-Identifier: MIT
# The unit, the user, and the configuration that is shipped.  The daemon starts
# and answers under the unit's system call filter.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"
shipped=$root/tools/packaging

answers_confined() {
	start_tpm
	make_certs
	make_fake_log
	./fake_log $boot 0 3 >log
	configure
	cat >confined <<-SH
	#!/bin/sh
	exec python3 "$here/confined.py" "$shipped/shinraid.service" \
		"$shinraid" "\$@"
	SH
	chmod 755 confined
	shinraid=$work/confined
	ok "starts under the system call filter of the unit" start_daemon
	[ -n "${port-}" ] || return 0
	challenge '"items":["log","machine"]'
	answers 200 "a challenge under it"
	kill -HUP "$daemon_pid"
	challenge
	answers 200 "and after new certificates"
	stop_daemon
	ok "ends with status 0 under it" test "$stopped" -eq 0
}

# configuration PROGRAM FILE PAGE: what is shipped is right, and explained
configuration() {
	local key keys name=${2##*/}
	ok "$name is right" "$1" --config "$2" --check-config
	sed 's/^# *\([a-z_]* = .*\)/\1/; s/^#\t/\t/; s/^# };/};/; s/^# } );/} );/
		/allow_clients/d
		s/"\.\.\."/"'"$(printf '%064d' 1)"'"/
		s,/etc/shinrai/verifier/\(siem.secret\|signer.pem\),'"$work"'/\1,
		/digests = \|reference = \|ca_cert = /d' "$2" >all.conf
	(umask 077 && echo "whsec_$(openssl rand -base64 32)" >siem.secret)
	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=signer \
		-keyout signer.key -out signer.pem 2>/dev/null
	ok "what is commented out in $name is right, too" \
		"$1" --config all.conf --check-config
	mapfile -t keys < <(sed -n 's/^[#[:space:]]*\([a-z_]*\) = .*/\1/p' "$2")
	for key in "${keys[@]}"; do
		ok "$3 names $key" grep -qw "Cm.* $key\|, $key" \
			"$root/tools/man/$3"
	done
}

# unit PROGRAM FILE
unit() {
	ok "systemd-analyze security: at most 2.0" systemd-analyze security \
		--offline=true --threshold=20 "$2"
	sed "s|/usr/sbin/[a-z-]*|$1|; /^Documentation/d" "$2" >"${2##*/}"
	ok "systemd-analyze verify" systemd-analyze verify "$work/${2##*/}"
}

verifier=$(dirname "$shinraid")/shinrai-verifier
configuration "$shinraid" "$shipped/shinraid.conf" shinraid.conf.5
configuration "$verifier" "$shipped/verifier.conf" shinrai-verifier.conf.5
if command -v systemd-analyze >/dev/null; then
	unit "$shinraid" "$shipped/shinraid.service"
	unit "$verifier" "$shipped/shinrai-verifier.service"
	unit "$(dirname "$shinraid")/shinraictl" \
		"$shipped/shinrai-renew.service"
	sed '/^Documentation/d' "$shipped/shinrai-renew.timer" \
		>shinrai-renew.timer
	ok "the timer is right" systemd-analyze verify \
		"$work/shinrai-renew.timer"
	answers_confined
else
	echo "# skipped: no systemd-analyze, which knows its sets of calls"
fi
if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers --dry-run "$shipped/shinrai.sysusers.conf" \
		>users 2>&1 || true
	for user in shinrai shinrai-verifier; do
		ok "sysusers.d creates $user" grep -qw -- "$user" users
	done
fi
finish
