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

ok "the shipped configuration is right" \
	"$shinraid" --config "$shipped/shinraid.conf" --check-config
sed 's/^# *\([a-z_]* = .*\)/\1/; s/^#\t/\t/; s/^# };/};/; /allow_clients/d' \
	"$shipped/shinraid.conf" >all.conf
ok "what is commented out in it is right, too" \
	"$shinraid" --config all.conf --check-config
for key in $(sed -n 's/^[[:space:]]*\([a-z_]*\) = .*/\1/p' all.conf) \
	allow_clients; do
	ok "shinraid.conf(5) names $key" grep -qw "Cm.* $key\|, $key" \
		"$root/tools/man/shinraid.conf.5"
done
if command -v systemd-analyze >/dev/null; then
	ok "systemd-analyze security: at most 2.0" systemd-analyze security \
		--offline=true --threshold=20 "$shipped/shinraid.service"
	sed "s|/usr/sbin/shinraid|$shinraid|; /^Documentation/d" \
		"$shipped/shinraid.service" >shinraid.service
	ok "systemd-analyze verify" systemd-analyze verify \
		"$work/shinraid.service"
	answers_confined
else
	echo "# skipped: no systemd-analyze, which knows its sets of calls"
fi
if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers --dry-run "$shipped/shinrai.sysusers.conf" \
		>users 2>&1 || true
	ok "sysusers.d creates the user" grep -q "shinrai" users
fi
finish
