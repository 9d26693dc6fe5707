#!/bin/bash
# SPDX-License-Identifier: MIT
# 1,000 verifiers at once share a handful of quotes; what is too much is 429.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"
count=${COUNT:-1000}

start_tpm
make_certs
make_fake_log
./fake_log $boot 0 20 >log
# All connect before the first one asks.
configure 'limits = { idle_s = 120; };'
start_daemon
crowd=$(python3 "$here/crowd.py" "$port" "$count")
echo "# $crowd"
ok "$count concurrent challenges: each has an answer with its own path" \
	test "${crowd% *}" = "200:$count"
ask /v1/status
quotes=$(jq .quotes body)
ok "the status counts $count challenges" test "$(jq .challenges body)" = "$count"
ok "they took $quotes quotes, at most 10" test "$quotes" -le 10
ok "the clients saw as many different quotes" \
	test "${crowd##*:}" = "$quotes"
ok "nobody waits any more" test "$(jq .waiting body)" = 0

# A quote that was asked for before a challenge arrived never covers it.
kill -STOP "$tpm_pid"
(challenge; mv body body.first) &
first=$!
sleep 1
python3 "$here/crowd.py" "$port" 40 >late &
late=$!
for _ in $(seq 50); do
	[ "$(status waiting)" -lt 40 ] || break
	sleep 0.2
done
ok "challenges that arrive later wait" test "$(status waiting)" = 40
kill -CONT "$tpm_pid"
wait $first $late
mv body.first body
ok "the first one had a quote of its own" test "$(evidence size)" = 1
ok "the 40 later ones shared the next" grep -qx "200:40 quotes:1" late
stop_daemon

configure 'limits = { challenges = 10; quote_s = 3; };'
start_daemon
kill -STOP "$tpm_pid"
(challenge; echo "$code" >code.first) &
first=$!
sleep 0.5
crowd=$(timeout 60 python3 "$here/crowd.py" "$port" 40)
ok "with room for 10, 30 of 40 are refused, 10 wait for a TPM that hangs" \
	test "$crowd" = "429:30 503:10 quotes:0"
wait $first
ok "a quote that takes too long is 503" test "$(cat code.first)" = 503
challenge
answers 503 "while the TPM hangs"
kill -CONT "$tpm_pid"
sleep 1
challenge
answers 200 "when the TPM answers again"
ok "... and verifies" evidence verify "$last_nonce" "$(spki client.pem)"
stop_daemon
finish
