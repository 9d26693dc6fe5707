#!/bin/bash
# SPDX-License-Identifier: MIT
# The disk of the spool is full, or fails: nothing is served that is not spooled, nothing
# is lost, and no hand is needed afterwards.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
[ -n "${FULL_INSIDE-}" ] || FULL_INSIDE=1 exec unshare -m "$BASH" "$0" "$@"
. "$(dirname "$0")/lib.sh"

start_tpm
make_certs
make_fake_log
cc -shared -fPIC -o failing_sync.so "$here/failing_sync.c"
mkdir spool
mount -t tmpfs -o size=1M,mode=700 none spool
trap 'umount -l "$work/spool"; cleanup' EXIT
configure
spooled=spool/$boot/log.cel

fill() {
	dd if=/dev/zero of=spool/fill bs=4k >dd.log 2>&1 || true
}
answered() { # STATUS, within 2 s
	for _ in $(seq 10); do
		challenge '"items":["log"]'
		[ "$code" != "$1" ] || return 0
		sleep 0.2
	done
	cat body
	return 1
}
whole() { # LOG: what is served, and spooled
	evidence item log >got
	cmp got "$1" && cmp "$spooled" "$1"
}
ticks() { cut -d' ' -f14,15 "/proc/$daemon_pid/stat" | tr ' ' +; }

./fake_log $boot 0 50 >log
ok "starts" start_daemon
ok "serves" answered 200
fill
./fake_log $boot 50 500 >>log
ok "full: evidence is refused" answered 503
ok "full: it says why" grep -q 'no room for the log' body
ok "full: to the admin, too, and once" test "$(grep -c 'no room' err)" = 1
ok "full: what is spooled is whole records" cmp -n "$(stat -c %s "$spooled")" \
	"$spooled" log
rm spool/fill
ok "room again: serves" answered 200
ok "room again: all of it" whole log
ok "room again: is said" grep -q 'room again' err
fill
./fake_log $boot 550 50 >>log
ok "full once more: evidence is refused" answered 503
ok "full once more: is said" test "$(grep -c 'no room' err)" = 2
stop_daemon
ok "full, and ended: with status 0" test "$stopped" = 0

rm -r "spool/$boot"
fill
ok "full from the beginning: starts" start_daemon
ok "full from the beginning: evidence is refused" answered 503
rm spool/fill
ok "full from the beginning, room again: serves" answered 200
ok "full from the beginning, room again: all of it" whole log
stop_daemon

rm -r "spool/$boot"
mv log good
mkfifo log
ok "a FIFO: starts" start_daemon
exec {fifo}<>log
./fake_log $boot 0 10 >&"$fifo"
ok "a FIFO: serves" answered 200
fill
# More than is read at once, so that some of it stays where it is.
timeout 20 ./fake_log $boot 10 590 >&"$fifo" &
ok "a FIFO, full: evidence is refused" answered 503
before=$(($(ticks)))
sleep 1
ok "a FIFO, full: trying again costs nothing" test $(($(ticks) - before)) -lt 20
rm spool/fill
wait $! || true
ok "a FIFO, room again: serves" answered 200
sleep 0.3
answered 200 || true
ok "a FIFO, room again: all of it" whole good
stop_daemon
exec {fifo}>&-

rm -r "spool/$boot" log
./fake_log $boot 0 50 >log
export FAILING_SYNC=$work/failing LD_PRELOAD=$work/failing_sync.so
start_daemon
unset LD_PRELOAD
ok "a disk that fails, but not yet: serves" answered 200
synced=$(stat -c %s "$spooled")
touch failing
./fake_log $boot 50 50 >>log
ended() { # within 2 s
	for _ in $(seq 20); do
		kill -0 "$daemon_pid" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}
ok "a disk that fails: the daemon ends" ended
stop_daemon
ok "a disk that fails: with status 1" test "$stopped" = 1
ok "a disk that fails: is said" grep -q 'durable.*Input/output error' err
ok "a disk that fails: what may not be on it is written again" \
	test "$(stat -c %s "$spooled")" = "$synced"
rm failing
ok "a disk that works again: starts" start_daemon
ok "a disk that works again: serves" answered 200
ok "a disk that works again: all of it" whole log
stop_daemon
finish
