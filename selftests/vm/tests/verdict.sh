#!/bin/bash
# SPDX-License-Identifier: MIT
# The whole street in one machine: measured, quoted, appraised.  What is known
# leaves the boot chain unproven; what is not is named; a killed daemon goes on.
# vm: kernel=6.1,6.12 load=late arm=yes timeout=240
set -uo pipefail
# shellcheck source=selftests/vm/lib/tap.sh
. /vm/lib/tap.sh

make_certs() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -subj "/CN=$1" -days 2 -out "$1.pem" \
		-addext subjectAltName=IP:127.0.0.1
}

start() {
	printf '%s\n' 'tls_cert = "/tmp/server.pem";' \
		'tls_key = "/tmp/server.key";' 'tls_ca = "/tmp/client.pem";' \
		>/tmp/shinraid.conf
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

# verdict EXIT TEXT [OPTION...]: ask anew; the answer ends so and says that
verdict() {
	local want=$1 text=$2 rc=0
	shift 2
	shinrai-verify live https://127.0.0.1:8417 --cert client.pem \
		--key client.key --ca server.pem --timeout 60 --ak ak.pem \
		--learn-ak --digests known.txt "$@" >said 2>&1 || rc=$?
	cat said
	[ "$rc" -eq "$want" ] && grep -qi -- "$text" said
}

# What the log holds now is what is known.
know() {
	PYTHONPATH=/vm/lib python3 -S - >known.txt <<'PY'
from shinrai import *
print("# shinrai-digests v1\n# source: local /")
for e in events(settled(), EV_CODE, EV_RUNNING):
    print(e.digest, "any", "/")
PY
}

same_log() { # the spool's log is the module's, from its first record on
	verdict 4 "boot chain" --full --save saved || return 1
	shinrai-verify check saved --verifier-cert client.pem --ak ak.pem \
		--digests known.txt >said 2>&1
	[ $? -eq 4 ] && grep -qi "boot chain" said
}

cd /tmp || exit 1
printf '[req]\ndistinguished_name = dn\n[dn]\n' >openssl.cnf
export OPENSSL_CONF=/tmp/openssl.cnf
make_certs server 2>/dev/null && make_certs client 2>/dev/null
printf '# shinrai-digests v1\n# source: local /\n' >known.txt
check "the daemon starts" start
check "without known digests: untrusted" verdict 3 untrusted
know
check "all digests known: unknown, boot chain unproven" \
	verdict 4 "boot chain"
check "it proves what was measured" grep -qi proven said
/vm/helper tiny stranger 12345
./stranger
check "a program that nobody vouched for: untrusted" verdict 3 /tmp/stranger
check "with its digest" grep -q "$(sha256sum stranger | cut -d ' ' -f 1)" said
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
check "killed, the daemon starts again" start
check "the verdict has not been forgotten" verdict 3 /tmp/stranger
know
check "with the stranger known: unknown again" verdict 4 "boot chain"
check "the saved evidence says the same, offline" same_log
plan
