#!/bin/bash
# SPDX-License-Identifier: MIT
# A connection is of use no longer than the certificates that it began with.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/clock.sh
. "$root/selftests/fleet/clock.sh"
unset -f openssl # nothing is set back here
trap 'end_kept; end_verifier; end_clocks; cleanup' EXIT

end_kept() {
	[ -z "${kept_pid:-}" ] || kill "$kept_pid" 2>/dev/null || true
}

cat >kept.py <<'PY'
"""Two requests on one connection: the second when a line was read."""
import http.client
import ssl
import sys

port, name = int(sys.argv[1]), sys.argv[2]
c = ssl.create_default_context(cafile="ca.pem")
c.load_cert_chain(f"{name}.pem", f"{name}.key")
h = http.client.HTTPSConnection("127.0.0.1", port, context=c, timeout=60)
h.connect()
s = h.sock


def ask():
    h.request("GET", "/v1/status")
    r = h.getresponse()
    r.read()
    return r.status


print(ask(), flush=True)
sys.stdin.readline()
status = ask()
closed = h.sock is not s or s.fileno() < 0
print(f"{status}:{'closed' if closed else 'kept'}", flush=True)
PY

# keep NAME: its first request, and the connection stays
keep() {
	end_kept
	coproc KEPT { exec python3 kept.py "$api" "$1" 2>&1; }
	# shellcheck disable=SC2153
	kept_pid=$KEPT_PID
	exec {in}>&"${KEPT[1]}" {out}<&"${KEPT[0]}"
	read -r -t 60 said <&"$out"
	[ "$said" = 200 ]
}
# again WANT: its second one
again() {
	echo >&"$in"
	read -r -t 60 said <&"$out"
	echo "it was $said"
	[ "$said" = "$1" ]
}

make_fleet_certs
make_cert short ca 1
# Of an intermediate CA that ends before what it has issued.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout line.key -subj /CN=line -out line.csr 2>/dev/null
openssl x509 -req -in line.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 \
	-out line.pem -extfile <(echo "basicConstraints=critical,CA:TRUE") 2>/dev/null
make_cert under line 2
cat line.pem >>under.pem
verifier_conf "people = ( { name = \"sue\"; key = \"$(spki short.pem)\"; },
	{ name = \"una\"; key = \"$(spki under.pem)\"; } );" \
	'limits = { idle_s = 60; };'
step_verifier
ok "the verifier starts" start_verifier

while read -r who ahead want why; do
	set_clock v +0
	ok "$why: it connects" keep "$who"
	set_clock v "+$ahead"
	ok "$why, ${ahead} s later" again "$want"
done <<'LIST'
admin 0 200:kept a connection is kept
admin 108000 200:kept a certificate that goes on
short 108000 403:closed a certificate that has ended
under 108000 403:closed a certificate whose CA has ended
LIST
set_clock v +0
ok "and anew, where it is valid" keep short
ok "the verifier ends in an orderly way" stop_verifier
finish
