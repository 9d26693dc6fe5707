#!/bin/bash
# SPDX-License-Identifier: MIT
# shinraid on the real module and TPM device: what it hands out is the log.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes tpm=tis timeout=240
set -uo pipefail
# shellcheck source=selftests/vm/lib/tap.sh
. /vm/lib/tap.sh

make_certs() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -subj "/CN=$1" -days 2 -out "$1.pem" \
		-addext subjectAltName=IP:127.0.0.1
}

start() { # [LINE...]
	printf '%s\n' 'tls_cert = "/tmp/server.pem";' \
		'tls_key = "/tmp/server.key";' 'tls_ca = "/tmp/client.pem";' \
		"$@" >/tmp/shinraid.conf
	: >/tmp/err
	shinraid --config /tmp/shinraid.conf 2>/tmp/err &
	daemon=$!
	for _ in $(seq 300); do
		! grep -q 'shinraid: ready$' /tmp/err || return 0
		kill -0 "$daemon" || break
		sleep 0.1
	done
	cat /tmp/err
	return 1
}

ask() { # MEMBERS: the answer is in /tmp/body
	[ "$(curl -s -m 60 -o /tmp/body -w '%{http_code}' --cacert server.pem \
		--cert client.pem --key client.key -d \
		"{\"nonce\":\"$(openssl rand -hex 16)\"$1}" \
		https://127.0.0.1:8417/v1/evidence)" = 200 ] ||
		{ cat /tmp/body /tmp/err; return 1; }
}

# What is in the answer, read without libshinrai.
evidence() { # EXPRESSION about the items d and the records of the log r
	python3 -S - "$1" <<'PY'
import sys
sys.path.insert(0, "/vm/lib")
from shinrai import *

def cbor(b, at):
    major, n = b[at] >> 5, b[at] & 31
    at += 1
    if n >= 24:
        size = 1 << n - 24
        n = int.from_bytes(b[at:at + size], "big")
        at += size
    if major in (2, 3):
        return (b[at:at + n] if major == 2 else b[at:at + n].decode()), at + n
    out = []
    for _ in range(n * (1 if major == 4 else 2)):
        v, at = cbor(b, at)
        out.append(v)
    return (out if major == 4 else dict(zip(out[::2], out[1::2]))), at

d = cbor(open("/tmp/body", "rb").read(), 0)[0]
d = {k: v[1] for k, v in d.items() if not isinstance(v, str)}
r = split(d["log"]) if "log" in d else []

def quoted_is_in_log():
    key = ("sha256", 12)
    want = value_list(d["pcrs"])[key]
    pcr = value_list(r[0].events[0].fields[PCR_VALUES])[key]
    for x in r:
        if x.pcr == 12:
            pcr = sha256(pcr + dict(x.digests)[11])
        if pcr == want:
            return True

def module_log():
    return Device(os.O_RDONLY | os.O_NONBLOCK).raw()

sys.exit(0 if eval(sys.argv[1]) else "no: " + sys.argv[1])
PY
}

trimmed() {
	local _
	for _ in $(seq 20); do
		! python3 -S -c 'import sys
sys.path.insert(0, "/vm/lib")
from shinrai import *
sys.exit(Device(os.O_RDONLY | os.O_NONBLOCK).info()["first"] == 0)' ||
			return 0
		sleep 0.5
	done
	cat /tmp/err
	return 1
}

gone() {
	kill -"$1" "$daemon"
	wait "$daemon"
	[ $? -eq "$2" ]
}

run_some() {
	local _
	for _ in 1 2 3; do
		fresh /usr/bin/busybox /tmp/busybox
		/tmp/busybox true
	done
}

cd /tmp || exit 1
printf '[req]\ndistinguished_name = dn\n[dn]\n' >/tmp/openssl.cnf
export OPENSSL_CONF=/tmp/openssl.cnf
for name in server client; do
	make_certs $name 2>/dev/null
done
mkdir -p /var/lib
check "starts with what is shipped as default" start
check "its three processes are user shinrai" test "$(cat /proc/[0-9]*/status |
	grep -A 8 '^Name:.shinraid' | grep -c '^Uid:.990.990.990.990')" = 3
check "answers a challenge" ask ''
check "the log is what the module has" evidence \
	'module_log().startswith(d["log"]) and len(r) > 2'
check "the PCR 12 that was read is a state of the log" \
	evidence 'quoted_is_in_log()'
check "the firmware log is sent where there is one" evidence \
	'("firmware" in d) == os.path.exists("/sys/kernel/security/tpm0/binary_bios_measurements")'
run_some
check "after more programs" ask ''
check "... the log is what the module has" evidence \
	'module_log().startswith(d["log"])'
check "... and leads to the TPM" evidence 'quoted_is_in_log()'
check "kill -9" gone KILL 137
run_some
sleep 1
check "starts again" start 'limits = { checkpoint_kib = 1; };'
check "... trims the module's memory behind its spool" trimmed
check "... and still has the whole log" ask ''
check "... that leads to the TPM" evidence \
	'[x.num for x in r] == list(range(len(r))) and quoted_is_in_log()'
check "SIGTERM" gone TERM 0
plan
