#!/bin/bash
# SPDX-License-Identifier: MIT
# 10,000 quotes in a row leave nothing behind, in the TPM or in memory.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"
count=${COUNT:-10000}

start_tpm
# shellcheck disable=SC2046 # flags are words
cc -O1 -D_GNU_SOURCE -I"$root/include" -I"$root/include/uapi" -o quote_loop \
	"$here/quote_loop.c" "$root"/userspace/shinraid/tpm{,_keys}.c \
	"$root"/userspace/lib/bank.c -lcrypto $(pkg-config --libs tss2-esys \
	tss2-mu tss2-rc tss2-tctildr)
held() { # handles of keys and sessions in the TPM
	tpm2_getcap handles-transient
	tpm2_getcap handles-loaded-session
	tpm2_getcap handles-saved-session
}
ok "the TPM is empty before" test -z "$(held)"
mkfifo hold
start=$(date +%s)
./quote_loop "$TPM2TOOLS_TCTI" "$count" <hold >out 2>loop.err &
loop=$!
exec {hold}>hold
while [ ! -s out ] && kill -0 $loop 2>/dev/null; do
	sleep 0.2
done
echo "# $count quotes in $(($(date +%s) - start)) s"
read -r quoted grown <out || true
ok "$count quotes in a row" test "${quoted:-0}" = "$count"
ok "memory grew by ${grown:-?} KiB, less than 256" test "${grown:-999}" -lt 256
ok "one key and one session are in the TPM meanwhile" \
	test "$(held | wc -l)" -eq 2
exec {hold}>&-
ok "the loop ends well" wait $loop
ok "nothing is in the TPM afterwards" test -z "$(held)"

# Whatever the TPM loses is made again, once, and nothing is left over.
make_certs
make_fake_log
./fake_log $boot 0 3 >log
configure 'limits = { quote_interval_ms = 0; };'
start_daemon
for _ in $(seq 20); do
	challenge
	tpm2_flushcontext -t >/dev/null
	tpm2_flushcontext -l >/dev/null
done
challenge
answers 200 "after 20 times losing its key and its session"
ok "... one key and one session are held" test "$(held | wc -l)" -eq 2
stop_daemon
start_daemon
kill -9 "$tpm_pid"
wait "$tpm_pid" 2>/dev/null || true
tpm_pid=''
challenge
answers 503 "a TPM that is gone"
challenge
answers 503 "... and stays gone"
ok "... is said" grep -q 'TPM did not quote' err
ask /v1/status
answers 200 "... the status is answered all the same"
stop_daemon
ok "... SIGTERM ends the daemon with status 0" test "$stopped" -eq 0
finish
