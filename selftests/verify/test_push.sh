#!/bin/bash
# SPDX-License-Identifier: MIT
# Violation reports that shinraid pushes: what, when, again, and to nobody else.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"

start_tpm
make_certs
make_ca stranger
make_cert outsider stranger
mkdir data left
./make_log data data
./make_log left left
cp data/log log
cp data/firmware firmware
extend_lines data/extends 1 >/dev/null

receiver_pid=''
receive() { # CERT CA
	python3 "$src/receiver.py" "$1.pem" "$1.key" "$2.pem" 2>receiver.err &
	receiver_pid=$!
	for _ in $(seq 100); do
		! openssl s_client -connect "127.0.0.1:$(cat port 2>/dev/null)" \
			</dev/null >/dev/null 2>&1 || return 0
		sleep 0.1
	done
}
stop_receiver() {
	kill "$receiver_pid"
	wait "$receiver_pid" 2>/dev/null || true
	receiver_pid=''
}
trap '[ -z "$receiver_pid" ] || kill "$receiver_pid"; cleanup' EXIT
proven() { # FILE RECORD...: what it shows, and no more
	exits 0 "$verify" report "$1" --ak ak --reference data/boot.json --json &&
		test "$(jq -c '[.violations[].record]' out)" = "$2"
}

make_cert receiver ca
receive receiver ca
configure "firmware_log = \"$work/firmware\";" \
	"report_url = \"https://127.0.0.1:$(cat port)/v1/reports?of=plc-7\";"
ok "shinraid starts, its log has a violation" start_daemon
ok "the key is pinned" exits 4 live --ak ak --learn-ak
ok "nobody asked, and a report comes" soon 20 test -e report-1
ok "as what it is, to where it shall" grep -qx \
	'/v1/reports?of=plc-7 application/cmw+cbor 204' head-1
ok "it is proven, with the violation" proven report-1 '[14]'
ok "and answers nobody" jq -e '[.notes[] | select(test("session-missing"))] |
	length == 1' out
ok "that is told" test "$(status reports)" = 1

# One violation more, while whoever receives it has other worries.
echo 503 >answer
lines=$(wc -l <data/extends)
extend_lines left/extends $((lines + 1)) >/dev/null
cp left/log log
ok "another violation, another report" soon 20 test -e report-2
ok "of what is new alone" proven report-2 '[15]'
ok "that it was refused is told" soon 5 grep -q \
	'from record 15 on to https://.*it answered 503; next try in 5 s' err
ok "delivered it is not" test "$(status reports)" = 1
rm answer
ok "it comes again" soon 20 test -e report-3
ok "with the same violation" proven report-3 '[15]'
ok "in a quote of its own" bash -c "! cmp -s report-2 report-3"
ok "and is delivered then" soon 5 test "$(status reports)" = 2
sleep 2
ok "no more of them come" test ! -e report-4
stop_receiver
stop_daemon
ok "ends with status 0 on SIGTERM" test "$stopped" -eq 0

# Nobody but whom the certificate names gets a report.
receive outsider stranger
ok "starts while another took the receiver's place" start_daemon
ok "who gets nothing" soon 20 grep -q 'cannot deliver .* no answer' err
ok "and was sent nothing" test ! -e report-4
ok "evidence is served meanwhile" exits 3 live --ak ak
stop_receiver
ok "later nobody is there: it tries less often" soon 30 grep -q \
	'Connection refused; next try in 10 s' err
ok "and is well" test "$(status challenges)" -ge 2
kill -HUP "$daemon_pid"
ok "certificates are renewed" soon 10 grep -q 'new certificates' err
receive receiver ca
ok "after a start all of this boot is reported" soon 40 test -e report-4
ok "since nobody remembers what was" proven report-4 '[14,15]'
stop_daemon

configure "report_url = \"https://127.0.0.1:$(cat port)/\";" \
	'report_name = "other.example";'
ok "starts, the receiver is to be called otherwise" start_daemon
ok "another name: nothing is sent" soon 20 grep -q 'cannot deliver .* no answer' \
	err
ok "really nothing" test ! -e report-5
stop_daemon
stop_receiver
finish
