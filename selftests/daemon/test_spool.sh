#!/bin/bash
# SPDX-License-Identifier: MIT
# The spool outlives the daemon: kill -9, torn tails, gaps, old boots.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"

start_tpm
make_certs
make_fake_log
configure
spooled=spool/$boot/log.cel

same() { cmp log "$spooled"; }
begin() { ok "$1: starts" start_daemon; }
serves() { # WHY: what is served is the module's log
	challenge '"items":["log"]'
	ok "$1: evidence holds the log" cmp <(evidence item log) log
}

./fake_log $boot 0 50 >log
begin "first"
serves "first"
ok "spool is for its user only" test "$(stat -c %a spool spool/$boot \
	"$spooled" | tr '\n' ' ')" = "700 700 600 "
./fake_log $boot 50 50 >>log
sleep 0.5
ok "new records are spooled without a challenge" same
stop_daemon KILL
sleep 0.5
./fake_log $boot 100 10 >>log
begin "after kill -9"
serves "after kill -9"
stop_daemon

printf '\0\0\0\0\10\0\0' >>"$spooled"
begin "torn tail"
ok "torn tail: is said" grep -q 'torn tail of 7 bytes after record 109' err
serves "torn tail"
stop_daemon

truncate -s -100 "$spooled"
begin "half a record"
serves "half a record"
stop_daemon

printf X | dd of="$spooled" bs=1 seek=$(($(stat -c %s log) / 2)) \
	conv=notrunc status=none
begin "a byte flipped in the middle"
ok "a byte flipped in the middle: is said" grep -q 'torn tail' err
serves "a byte flipped in the middle"
stop_daemon
: >"$spooled"
begin "an empty spool"
serves "an empty spool"
stop_daemon
cp log good

broken() { # WHY REASON
	challenge
	answers 503 "$1"
	ok "$1: the reason is said once" test "$(grep -c "$2" err)" = 1
	ok "$1: Retry-After" grep -qi '^retry-after: ' <(curl -s -D - \
		-o /dev/null --cacert ca.pem --cert client.pem \
		--key client.key -d "{\"nonce\":\"$(nonce)\"}" \
		"https://127.0.0.1:$port/v1/evidence")
	stop_daemon
}
./fake_log $boot 111 5 >>log
begin "a gap in the module's log"
broken "a gap in the module's log" 'record 111 came where 110 was expected'
cp good log
printf '\1\0\0\0\1\0' >>log
begin "a malformed record"
broken "a malformed record" 'cannot read'
cp good log
rm -r spool
sed 's/example/exbmple/' good >log # a field that the root does not cover
begin "a record that was changed"
broken "a record that was changed" 'malformed'
./fake_log ffffffffffffffffffffffffffffffff 0 3 >other
cat good other >log
rm -r spool
begin "another boot in one log"
broken "another boot in one log" 'record 0 came where 110 was expected'

cp good log
begin "full disk later"
stop_daemon
for i in 01 02 03 04 05; do
	mkdir -p "spool/$(printf "$i%.0s" {1..16})"
	head -c 200000 /dev/zero >"spool/$(printf "$i%.0s" {1..16})/log.cel"
	touch -d "2020-01-$i" "spool/$(printf "$i%.0s" {1..16})/log.cel"
done
mkdir spool/keep-me
configure 'limits = { spool_boots = 3; };'
begin "three old boots are kept"
ok "three old boots are kept, the newest" test "$(echo spool/*)" = \
	"spool/$boot spool/$(printf '03%.0s' {1..16}) spool/$(printf \
		'04%.0s' {1..16}) spool/$(printf '05%.0s' {1..16}) spool/boots \
spool/keep-me"
stop_daemon
configure 'limits = { spool_mib = 0; };'
begin "no room for old boots"
ok "no room for old boots: only this one stays" \
	test "$(echo spool/*)" = "spool/$boot spool/boots spool/keep-me"
serves "no room for old boots"
stop_daemon

rm -r spool log
mkfifo log
configure
begin "a FIFO"
challenge
answers 409 "a FIFO without a record"
exec {fifo}>log
./fake_log $boot 0 5 >&"$fifo"
sleep 0.3
ok "a FIFO: records as they come" test "$(status records)" = 5
stop_daemon KILL
sleep 0.5
begin "a FIFO, after kill -9"
./fake_log $boot 3 5 >&"$fifo"
sleep 0.3
ok "a FIFO, after kill -9: none twice" test "$(status records)" = 8
./fake_log $boot 0 8 >good
ok "a FIFO, after kill -9: whole" cmp good "$spooled"
./fake_log $boot 9 1 >&"$fifo"
./fake_log $boot 10 1 >&"$fifo"
sleep 0.5
ticks() { cut -d' ' -f14,15 "/proc/$daemon_pid/stat" | tr ' ' +; }
before=$(($(ticks)))
sleep 1
ok "a FIFO with a gap that nobody reads on: costs nothing" \
	test $(($(ticks) - before)) -lt 20
stop_daemon
exec {fifo}>&-

rm -rf spool log
./fake_log $boot 0 100000 >log
begin "100,000 records"
challenge '"from":99990,"items":["log"]'
ok "100,000 records: the last ten" test "$(evidence records)" = 99990-99999
stop_daemon
finish
