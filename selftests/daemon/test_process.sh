#!/bin/bash
# SPDX-License-Identifier: MIT
# Configuration, privilege, signals, and the death of a process.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"

# gone PID...: none of them runs any more; nobody may have waited for it.
gone() {
	local pid
	for pid; do
		! grep -s '^State:' "/proc/$pid/status" | grep -vq Z || return 1
	done
}

# without_override COMMAND...: modes of files count, for root as well
without_override() {
	setpriv --bounding-set=-dac_override,-dac_read_search "$@"
}

export TPM2TOOLS_TCTI=device:/dev/null
configure
wrong() { # LINE EXPECTED WHY
	printf '# 1\n%s\n' "$1" >shinraid.conf.d/test.conf
	"$shinraid" -c shinraid.conf --check-config 2>err && rc=0 || rc=$?
	ok "$3: status 1" test "$rc" -eq 1
	ok "$3: says where and what" grep -qF \
		"shinraid: shinraid.conf.d/test.conf:2: $2" err
}
wrong 'prot = 1;' 'unknown key prot' "an unknown key"
wrong 'limits = { x = 1; };' 'unknown key x' "an unknown key in a group"
wrong 'port = 65536;' 'port is a number from 0 to 65535' "too large a number"
wrong 'port = "8417";' 'port is a number' "a text for a number"
wrong 'port = 1.5;' 'port is a number' "a fraction"
wrong 'listen = 1;' 'listen is a text' "a number for a text"
wrong 'limits = 1;' 'limits is a group' "a number for a group"
wrong 'pcrs = { };' 'pcrs is a group' "no bank"
wrong 'pcrs = { md5 = [ 1 ]; };' 'pcrs: unknown bank md5' "an unknown bank"
wrong 'pcrs = { sha256 = [ 24 ]; };' 'pcrs: sha256 holds' "PCR 24"
wrong 'pcrs = { sha256 = [ 1, 1 ]; };' 'pcrs: sha256 holds' "a PCR twice"
wrong 'pcrs = { sha256 = [ ]; };' 'pcrs: each of' "a bank without PCRs"
wrong 'allow_clients = [ "aa" ];' 'allow_clients: entry 1' "a short hash"
wrong 'allow_clients = "aa";' 'allow_clients is an array' "a text for an array"
wrong 'port = ;' 'syntax error' "a syntax error"
rm shinraid.conf.d/test.conf
ok "a good file" "$shinraid" -c shinraid.conf --check-config
chmod 0 shinraid.conf.d
without_override "$shinraid" -c shinraid.conf --check-config 2>err && rc=0 ||
	rc=$?
ok "a folder of drop-ins that may not be read: status 1" test "$rc" -eq 1
ok "says which, why and what next" grep -q \
	'cannot list shinraid.conf.d: Permission denied (make it a folder' err
chmod 755 shinraid.conf.d
ok "an unknown option is status 2" bash -c \
	"'$shinraid' --nonsense 2>/dev/null; test \$? -eq 2"
ok "--help is status 0" "$shinraid" --help
ok "--version" "$shinraid" --version
ok "a file that is not there is status 1" bash -c \
	"'$shinraid' -c nothing 2>&1 | grep -q 'cannot read nothing: No such'"

fails() { # LINE EXPECTED WHY
	configure "$1"
	timeout 20 "$shinraid" -c shinraid.conf 2>err && rc=0 || rc=$?
	ok "$3: status 1" test "$rc" -eq 1
	ok "$3: says why and what next" grep -q "$2" err
}
start_tpm
make_certs
make_fake_log
./fake_log $boot 0 3 >log
fails 'user = "no-such-user";' 'user no-such-user does not exist (create' \
	"no such user"
fails 'log_device = "/nowhere";' \
	'cannot open /nowhere: No such file or directory (is the module' \
	"no module"
fails 'tcti = "swtpm:host=127.0.0.1,port=1";' 'cannot open the TPM' "no TPM"
ok "no TPM: only the daemon speaks" bash -c "! grep -v 'shinraid: ' err"
fails "tls_key = \"$work/client.key\";" 'tls_key is not the PEM key' \
	"the key of another certificate"
fails "tls_ca = \"$work/log\";" 'tls_ca holds no PEM' "a CA that is none"
fails "tls_cert = \"/nowhere\";" 'cannot read /nowhere' "no certificate"
fails 'listen = "localhost";' 'neither an IPv4 nor an IPv6' "a name to listen on"
fails 'pcrs = { sm3_256 = [ 12 ]; };' 'has no PCR bank' \
	"a bank that the TPM does not have"

configure
start_daemon
fails '' "another shinraid keeps its log in $work/spool" \
	"a second daemon on the same spool"
./fake_log $boot 3 20 >>log
sleep 0.5
ok "the first one's spool is whole" cmp log "spool/$boot/log.cel"
stop_daemon
ok "the first one ends with status 0" test "$stopped" -eq 0

rm -rf spool
configure 'user = "nobody";'
chmod 755 "$work"
python3 - "$work/notify" >ready <<'PY' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(20)
print(s.recv(100).decode(), flush=True)
print(s.recv(100).decode(), flush=True)
PY
notified=$!
for _ in $(seq 100); do
	[ ! -S notify ] || break
	sleep 0.1
done
chmod 777 notify
export NOTIFY_SOCKET=$work/notify
ok "starts as root and becomes nobody" start_daemon
unset NOTIFY_SOCKET
ok "the service manager is told" grep -qx READY=1 ready
mapfile -t children < <(pgrep -P "$daemon_pid")
ok "there are two more processes" test ${#children[@]} -eq 2
nobody=$(id -u nobody)
for pid in "$daemon_pid" "${children[@]}"; do
	name=$(cat "/proc/$pid/comm")
	field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }
	ok "$name: user nobody, for good" test "$(field Uid)" = \
		"$nobody	$nobody	$nobody	$nobody"
	ok "$name: no capability" test "$(field CapEff)$(field \
		CapPrm)$(field CapInh)$(field CapAmb)" = "$(printf '0%.0s' {1..64})"
	ok "$name: no new privileges" test "$(field NoNewPrivs)" = 1
	ok "$name: system calls are filtered" test "$(field Seccomp)" = 2
	ok "$name: no core file" grep -q '^Max core file size *0 *0' \
		"/proc/$pid/limits"
done
challenge
answers 200 "a challenge to nobody's daemon"
for pid in "${children[@]}"; do
	[ "$(cat "/proc/$pid/comm")" = "shinraid: net" ] || continue
	ok "the network process holds no TPM and no module" bash -c \
		"! ls -l /proc/$pid/fd | grep -q 'tpm\|$work/log\$'"
	ok "the network process may only read the spool" \
		python3 - "/proc/$pid" <<-'PY'
		import glob, os, sys
		for f in glob.glob(sys.argv[1] + "/fd/*"):
		    if os.readlink(f).endswith("log.cel"):
		        info = open(f.replace("/fd/", "/fdinfo/")).read()
		        flags = int(info.split("flags:")[1].split()[0], 8)
		        sys.exit(flags & 3)
		sys.exit("no spool")
		PY
done

make_ca ca2
make_cert server2 ca2
cat ca.pem ca2.pem >ca.both
cp ca.both ca.pem
cp server2.pem server.pem
chmod 644 server2.key server.key
cat server2.key >server.key
kill -HUP "$daemon_pid"
sleep 0.5
ok "SIGHUP: new certificates are in use" grep -q 'new certificates are' err
ok "SIGHUP: the server shows the new one" grep -q 'CN = server2' \
	<(openssl s_client -connect "127.0.0.1:$port" -CAfile ca.pem \
	-cert client.pem -key client.key </dev/null 2>/dev/null)
echo broken >server.pem
kill -HUP "$daemon_pid"
sleep 0.5
ok "SIGHUP: a broken file is said" grep -q 'the old certificates stay' err
challenge
answers 200 "SIGHUP: the old ones stay in use"
stop_daemon
ok "SIGTERM: status 0" test "$stopped" -eq 0
wait "$notified"
ok "SIGTERM: the service manager is told" grep -qx STOPPING=1 ready
ok "SIGTERM: no process is left" gone "${children[@]}"

cp server2.pem server.pem
rm -rf spool
configure
for victim in tpm net; do
	start_daemon
	for pid in $(pgrep -P "$daemon_pid"); do
		[ "$(cat "/proc/$pid/comm")" != "shinraid: $victim" ] ||
			kill -SEGV "$pid"
	done
	stopped=0
	wait "$daemon_pid" || stopped=$?
	daemon_pid=''
	ok "$victim process dies: the daemon ends with status 1" \
		test "$stopped" -eq 1
	ok "$victim process dies: is said" grep -q \
		"process was killed by signal 11" err
done
held() {
	tpm2_getcap handles-transient
	tpm2_getcap handles-loaded-session
}
before=$(held)
set -m # a group of its own, as a service has a control group
start_daemon
set +m
kill -TERM -- "-$daemon_pid"
stop_daemon TERM
ok "SIGTERM to all of them: status 0" test "$stopped" -eq 0
ok "SIGTERM to all of them: nobody is said to have died" bash -c \
	"! grep 'process was killed\|process ended' err"
ok "SIGTERM to all of them: nothing is left in the TPM" \
	test "$(held)" = "$before"

start_daemon
mapfile -t children < <(pgrep -P "$daemon_pid")
stop_daemon KILL
sleep 1
ok "kill -9: no process is left" gone "${children[@]}"

# A device is allowed fewer system calls than the connections of a swtpm.
python3 "$here/tpm_device.py" "$work/tpm0" "$tpm_port" &
device=$!
for _ in $(seq 100); do
	[ ! -L tpm0 ] || break
	sleep 0.1
done
configure "tcti = \"device:$work/tpm0\";"
ok "a TPM device: starts" start_daemon
challenge
answers 200 "a TPM device"
kill "$device"
wait "$device" 2>/dev/null || true
challenge
answers 503 "a TPM device that went away"
stop_daemon
ok "a TPM device that went away: SIGTERM ends with status 0" \
	test "$stopped" -eq 0
finish
