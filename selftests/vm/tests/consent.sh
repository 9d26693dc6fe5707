#!/bin/bash
# SPDX-License-Identifier: MIT
# Whose word counts: that of the sender's cgroup, for each of his packets too; and
# that of each owner, whose denial no silence of another hides.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=200 file=/usr/bin/perl
# vm: append=shinrai.anchor=/vm/keys/admin.der
set -uo pipefail
. /vm/lib/tap.sh

cd /tmp || exit 1
G=/sys/fs/cgroup
admin=(--admin-cert /vm/keys/admin.pem --admin-key /vm/keys/admin.key)
drawing=01010101-0101-0101-0101-010101010101
salary=02020202-0202-0202-0202-020202020202

# policy OWNER: of stdin, in force
policy() {
	cat >"$1.policy"
	shinraictl policy compile --owner "/vm/keys/$1.pem" --out "$1.blob" \
		"$1.policy" &&
		shinraictl policy sign --cert "/vm/keys/$1.pem" \
			--key "/vm/keys/$1.key" --out "$1.blob.sig" \
			"$1.blob" &&
		shinraictl owner admit --cert "/vm/keys/$1.pem" \
			--namespace "$1" "${admin[@]}" &&
		shinraictl policy load "$1.blob"
}

# label OWNER UUID FILE
label() {
	/vm/helper label-add "$(openssl rsa -in "/vm/keys/$1.key" \
		-RSAPublicKey_out -outform DER 2>/dev/null | sha256sum |
		cut -d ' ' -f 1)" "${2//-/}" "$3"
}

# within CGROUP COMMAND...: in there
within() {
	local group=$G/$1
	shift
	bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
}

# What a labelled process prints would label who reads it: its status tells.
cat >tcp <<'SH'
#!/bin/bash
# tcp FILE [CGROUP]: to a host, after that from another group
exec 2>/dev/null
read -r d <"$1"
exec 3>/dev/tcp/127.0.0.2/9999 || exit 1
echo "$d" >&3 || exit 2
[ -z "${2:-}" ] || echo $$ >"$2/cgroup.procs" || exit 3
echo "$d" >&3 || exit 4
SH
cat >udp <<'PY'
import socket
open("drawing").read()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"first\n", ("127.0.0.2", 9998))
with open("/sys/fs/cgroup/second/cgroup.procs", "w") as f:
    f.write("0")
s.sendto(b"second\n", ("127.0.0.4", 9998))
PY
cat >local <<'PY'
import socket, sys
for name in sys.argv[1:]:
    open(name).read()
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
try:
    s.sendto(b"x", "/tmp/socket")
except PermissionError:
    sys.exit(3)
PY
chmod 755 tcp

status() { # status N COMMAND...
	local want=$1 is=0
	shift
	"$@" || is=$?
	echo "exit status $is"
	[ "$is" -eq "$want" ]
}

got() { # got N TEXT: that often, within a while
	for _ in $(seq 50); do
		[ "$(cat got.* | grep -cx "$2")" -ge "$1" ] && break
		sleep 0.1
	done
	[ "$(cat got.* | grep -cx "$2")" -eq "$1" ]
}

ip link set lo up
/vm/helper sink 9999 >got.9999 &
python3 -S -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 9998))
print("ready", flush=True)
while True:
    print(s.recv(99).decode(), end="", flush=True)' >got.9998 &
for _ in $(seq 100); do
	[ "$(cat got.* | grep -c ready)" -eq 2 ] && break
	sleep 0.1
done
python3 -S -c 'import socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/tmp/socket")
time.sleep(1000)' &
mkdir $G/export $G/export/below $G/second $G/other
echo secret >drawing
echo secret >salary

check "an owner's policy names a cgroup" policy acme <<END
policy acme generation 1
label drawings $drawing
default all labels read allow, derive allow, delete allow, send deny
allow cgroup "/export" send drawings to 127.0.0.2 port 9998-9999
allow cgroup "/second" send drawings to 127.0.0.4 port 9998
END
check "another's denies what goes to local sockets" policy beta <<END
policy beta generation 1
label salaries $salary
default all labels read allow, derive allow, delete allow, send deny
deny any send salaries to local
END
label acme $drawing drawing
label beta $salary salary
echo enforce >"$S/mode"

check "who is in it may send" within export ./tcp drawing
check "and what he sends arrives" got 2 secret
check "so may who is below it" within export/below ./tcp drawing
check "that arrives, too" got 4 secret
check "who is elsewhere may not" status 1 within other ./tcp drawing
check "nor who goes there meanwhile" status 4 within export ./tcp drawing \
	$G/other
check "what he sent before arrived" got 5 secret

check "by one socket, from one group and then another" within export \
	python3 -S udp
check "the one's arrived" got 1 first
check "and the other's" got 1 second

check "of one owner, it goes to a local socket" status 0 \
	python3 -S local drawing
check "of the other it does not" status 3 python3 -S local salary
check "nor of both, whoever is asked first" status 3 \
	python3 -S local drawing salary
check "nor the other way round" status 3 python3 -S local salary drawing
plan
