#!/bin/bash
# SPDX-License-Identifier: MIT
# The administrator's certificate: read while loading, or nothing is loaded.
# vm: kernel=6.1,6.12 slow=6.12 load=no arm=no timeout=240 file=/usr/bin/perl
set -uo pipefail
. /vm/lib/tap.sh

load() {
	insmod /vm/shinrai.ko "$@"
}

# says TEXT PATH: it is not loaded, and the kernel's log says why
says() {
	dmesg -c >/dev/null
	! load "anchor=$2" || return 1
	dmesg | grep -F "shinrai: anchor" | grep -F -- "$1"
}

# errno WANTED: what loading an admission says
errno() {
	PYTHONPATH=/vm/lib python3 -S - "$1" <<'PY'
import errno
import sys
from blob import *

data = admission("acme", "acme", 1)
try:
    Loader().load(ADMISSION, data, sign("admin", data))
    got = "0"
except OSError as e:
    got = errno.errorcode[e.errno]
print(got)
sys.exit(got != sys.argv[1])
PY
}

# advises TEXT: what shinraictl says then
advises() {
	! shinraictl owner admit --cert acme.pem --namespace acme --admin-cert \
		admin.pem --admin-key admin.key >/tmp/said 2>&1 || return 1
	cat /tmp/said
	grep -qF -- "$1" /tmp/said
}

# Root may see the keyring, and do nothing with it or its certificate.
keyctl_refused() {
	perl -e '
		my ($cert, $n) = (do { local $/; open my $f, "<:raw",
			"/vm/keys/stranger.der"; <$f> }, 0);
		open my $keys, "/proc/keys" or die;
		my @id = map { /^(\w+) .*(shinrai_anchor|admin: \w{8})/ ?
			hex $1 : () } <$keys>;
		@id or die "none in /proc/keys";
		for my $id (@id) {
			my @call = ([248, "asymmetric", "x", $cert,
					length $cert, $id],
				[250, 3, $id], [250, 4, $id, 0, 0],
				[250, 5, $id, 0x3f3f3f3f], [250, 7, $id],
				[250, 8, $id, -3], [250, 8, -3, $id],
				[250, 9, $id[0], $id], [250, 15, $id, 1],
				[250, 21, $id], [250, 29, $id, "asymmetric", 0]);
			for my $c (@call) {
				my ($nr, @a) = @$c;
				$n++, print "call @a[0,1] succeeds\n"
					if syscall($nr, @a) >= 0;
			}
		}
		print scalar(@id), " ids\n";
		exit($n > 0 || @id < 2)'
}

cd /vm/keys || exit 1
head -c 100 admin.der >/tmp/cut.der
{ cat admin.der && echo; } >/tmp/longer.der
head -c 9000 /dev/zero >/tmp/large.der
: >/tmp/empty.der
cp admin.der "/tmp/a b.der"
long=/tmp/$(printf 'd%.0s' {1..250})
mkdir "$long" && cp admin.der "$long/admin.der"

check "no such file" says "cannot be read: -2" /tmp/none.der
check "a folder" says "cannot be read" /tmp
check "an empty file" says "cannot be read" /tmp/empty.der
check "a large file" says "cannot be read" /tmp/large.der
check "PEM" says "no X.509 certificate in DER" admin.pem
check "a private key" says "no X.509 certificate in DER" admin.key
check "half a certificate" says "no X.509" /tmp/cut.der
check "a byte behind it" says "no X.509" /tmp/longer.der
check "RSA of 1024 bits" says "not RSA of 2048" small.der
check "ECDSA" says "anchor=ec.der" ec.der
check "a path with a blank" says "without blanks" "\"/tmp/a b.der\""
check "a path that is too long" says "below 256 bytes" "$long/admin.der"
check "nothing is loaded" refuses grep -q shinrai /proc/modules

check "it loads without" load
check "and admits nobody" errno ENOKEY
check "which shinraictl explains" advises \
	"without an anchor (insmod shinrai.ko anchor="
check "it unloads" rmmod shinrai
check "an empty path is none" load anchor=
check "which admits nobody either" errno ENOKEY
check "it unloads" rmmod shinrai
check "the keyring is gone" refuses grep -q shinrai_anchor /proc/keys
check "it loads with one" load anchor=/vm/keys/admin.der
check "the keyring is there" grep -q 'keyring *.shinrai_anchor: 1' /proc/keys
check "nobody is admitted before arm" errno EBUSY
check "which shinraictl explains" advises "not armed yet (shinraictl arm)"
check "it unloads" rmmod shinrai
check "it loads again" load anchor=/vm/keys/admin.der
mv admin.der moved.der
check "it arms" bash -c "echo 1 >$S/arm"
check "the file is needed no more" errno 0
mv moved.der admin.der
check "root can do nothing to the keyring" keyctl_refused
dump
check "START tells of the parameter" \
	times 1 '^0 .* START .* test=0 anchor=/vm/keys/admin.der( |$)'
check "and the admission is in the log" \
	times 1 " OWNER digest=.* generation=1 namespace=acme operation=admit uid=0"
plan
