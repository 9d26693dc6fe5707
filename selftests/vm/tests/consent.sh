#!/bin/bash
# SPDX-License-Identifier: MIT
# Whose word counts: that of the sender's cgroup, for each of his packets too; and
# that of each owner, whose denial no silence of another hides.  And of a device that
# is mapped, whose users nobody asks again.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=240 file=/usr/bin/perl
# vm: append=shinrai.anchor=/vm/keys/admin.der
set -uo pipefail
. /vm/lib/tap.sh
. /vm/lib/owner.sh

cd /tmp || exit 1
G=/sys/fs/cgroup
drawing=01010101-0101-0101-0101-010101010101
salary=02020202-0202-0202-0202-020202020202

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
# No packet is sent, so it is the call that is refused.
cat >reach <<'PY'
import socket, sys
try:
    open("salary").read()
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("127.0.0.2", 9999))
except PermissionError:
    sys.exit(3)
PY
cat >map <<'PY'
import mmap, os, sys
before, after = (sys.argv[1:] + ["", ""])[:2]
if before:
    open(before).read()
try:
    # What a screen would be, if there were one: nobody's memory.
    fd = os.open("/dev/mem", os.O_RDWR)
    screen = mmap.mmap(fd, 4096, offset=0xa0000)
except PermissionError:
    sys.exit(3)
try:
    if after:
        open(after).read()
except PermissionError:
    sys.exit(4)
PY
chmod 755 tcp

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
mkdir $G/export $G/export/below $G/second $G/other $G/jail
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
deny cgroup "/jail" send salaries to 127.0.0.2
allow any send salaries to 127.0.0.2 port 9999
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

# Deeper than any path is long, so that nobody can tell where it is: he does not
# even get to read.
deep() ( # deep COMMAND...
	local name
	name=$(printf 'd%.0s' {1..250})
	cd $G/jail || exit 9
	for _ in {1..17}; do
		mkdir -p "$name" && cd "$name" || exit 9
	done
	echo "$BASHPID" >cgroup.procs || exit 9
	cd /tmp && exec "$@"
)

check "whom no rule denies it may send the other's" ./tcp salary
check "that arrives" got 7 secret
check "whom one denies may not" status 3 within jail python3 -S reach
check "nor may who is too far below to be told" status 3 deep python3 -S reach
check "who is elsewhere may" within other python3 -S reach

check "a device is mapped by who has no label" python3 -S map
check "not by who has one" status 3 python3 -S map drawing
check "nor does who mapped it before get one" status 4 python3 -S map "" drawing

check "of one owner, it goes to a local socket" status 0 \
	python3 -S local drawing
check "of the other it does not" status 3 python3 -S local salary
check "nor of both, whoever is asked first" status 3 \
	python3 -S local drawing salary
check "nor the other way round" status 3 python3 -S local salary drawing

cat >many <<'PY'
import socket
open("drawing").read()
for n in range(5):
    try:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect(("127.0.0.9", 9))
    except PermissionError:
        pass
PY
# What was only counted is told before the machine sleeps.
check "one is refused five times" python3 -S many
check "a machine suspends and resumes" bash -c 'echo devices >/sys/power/pm_test &&
	echo mem >/sys/power/state'
sleep_tells() {
	PYTHONPATH=/vm/lib python3 -S - <<-'PY'
		from shinrai import *

		told = events(settled(), EV_STATE, EV_FLOW)
		end = max(n for n, e in enumerate(told)
		          if e.type == EV_STATE and e.num(REASON) == 22)
		counts = [e.num(COUNT) for e in told[:end] if e.type == EV_FLOW and
		          bytes([127, 0, 0, 9]) in e.fields.get(SINK, b"")]
		print(counts)
		raise SystemExit(len(counts) < 2 or sum(counts) != 5)
	PY
}
check "and flows that were counted are told of before" sleep_tells
plan
