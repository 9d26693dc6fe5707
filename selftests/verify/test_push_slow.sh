#!/bin/bash
# SPDX-License-Identifier: MIT
# A report of violations that is brought over a slow link: it takes longer than
# shinraid waits for an answer, and arrives as long as it moves on.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/clock.sh
. "$root/selftests/fleet/clock.sh"
receiver_pid='' slow_pid=''
end_both() {
	[ -z "$receiver_pid" ] || kill -9 "$receiver_pid" 2>/dev/null || true
	[ -z "$slow_pid" ] || kill -9 "$slow_pid" 2>/dev/null || true
}
trap 'end_both; cleanup; end_clocks' EXIT

bytes=1000000 rate=125000 # a second: a report takes 8 s
times=6 # so much faster is shinraid's clock: its 30 s are 5 s here
start_tpm
make_certs
make_cert receiver ca
mkdir data left
./make_log data data
./make_log left left
cp data/log log
# It travels whole, and whoever receives it here does not read it.
{ cat data/firmware; head -c $bytes /dev/zero; } >firmware
extend_lines data/extends 1 >/dev/null
python3 "$src/receiver.py" receiver.pem receiver.key ca.pem 2>receiver.err &
receiver_pid=$!
no() {
	! "$@"
}
ok "somebody receives reports" soon 10 test -e port
link=$(free_ports)
python3 "$root/selftests/enrol/slow.py" "$link" "$(cat port)" $rate >slow.log 2>&1 &
slow_pid=$!
ok "over a slow link" soon 10 grep -q ready slow.log
configure "firmware_log = \"$work/firmware\";" \
	"report_url = \"https://127.0.0.1:$link/\";"
fast_clock() {
	export LD_PRELOAD=$faketime_lib FAKETIME="+0 x$times"
	start_daemon
	unset LD_PRELOAD FAKETIME
	echo "$daemon_pid" >>"$work/clocks"
}
begun=$SECONDS
ok "shinraid starts" fast_clock
ok "a report arrives" soon 30 test -e report-1
ok "with all that is in it" test "$(stat -c %s report-1)" -gt $bytes
ok "which took longer than shinraid's 30 s" test $((SECONDS - begun)) -ge 6
ok "at once" no grep "cannot deliver" err
gives_up() {
	grep -q 'cannot deliver.*no answer in time; next try in 5 s' err
}
touch cut
lines=$(wc -l <data/extends)
extend_lines left/extends $((lines + 1)) >/dev/null
cp left/log log
ok "where nothing moves on it is given up" soon 20 gives_up
rm cut
ok "and tried again" soon 30 test -e report-2
finish
