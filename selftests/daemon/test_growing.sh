#!/bin/bash
# SPDX-License-Identifier: MIT
# The log may grow past what was mapped of it while an answer is prepared.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"

start_tpm
make_certs
make_fake_log
cc -shared -fPIC -o slow_seek.so "$here/slow_seek.c"
step=$((16 << 20)) # the spool is mapped in multiples of it
records=1000
bytes=$(./fake_log $boot 0 $records | wc -c)
near=$((step * records * 99 / (bytes * 100)))
./fake_log $boot 0 $near >log
./fake_log $boot $near $((near / 50)) >rest
ok "the log ends before a border" test "$(stat -c %s log)" -lt $step
ok "and will end behind it" test "$(cat log rest | wc -c)" -gt $step

echo "another log" >ima
configure "ima_log = \"$work/ima\";" 'limits = { quote_interval_ms = 0; };'
export LD_PRELOAD=$work/slow_seek.so
start_daemon
unset LD_PRELOAD
# While the network process reads the other log, the quote is done already.
{ sleep 1 && cat rest >>log; } &
challenge '"items":["log","ima"]'
wait $!
answers 200 "a challenge while the log grows"
evidence item log >got || true
ok "what is sent is the log" cmp -n "$(stat -c %s got)" got log
ok "whole records, and all of the first ones" test \
	"$(stat -c %s got)" -ge "$(($(stat -c %s log) - $(stat -c %s rest)))"
ok "it did grow meanwhile: there is more than was mapped" test \
	"$(stat -c %s got)" -gt $step
challenge '"items":["log"]'
answers 200 "another one"
ok "the daemon is the one that was started" kill -0 "$daemon_pid"
stop_daemon
ok "ends with status 0" test "$stopped" -eq 0
finish
