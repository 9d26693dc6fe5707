#!/bin/bash
# SPDX-License-Identifier: MIT
# Whoever is slow, hostile or gone never keeps another from an answer.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"

start_tpm
make_certs
make_ca stranger
make_cert unknown stranger
make_cert expired ca 0
make_fake_log
# An answer of some megabytes does not fit into any socket buffer.
./fake_log $boot 0 40000 >log
configure 'limits = { handshake_s = 3; idle_s = 2; request_s = 2; write_s = 2;
	connections = 60; quote_interval_ms = 0; };'
start_daemon

# A good client has its whole answer long before the attackers, one after the
# other, would have run out of time (20 and more seconds), on a busy host too.
served() {
	local before
	before=$(date +%s%N)
	challenge '"items":["log"]'
	[ "$code" = 200 ] && [ "$(stat -c %s body)" -gt "$(stat -c %s log)" ] &&
		[ $(($(date +%s%N) - before)) -lt 10000000000 ]
}
ok "a good client alone" served

attack() { # WHAT[,WHAT...] COUNT CLOSED WHY SECONDS [METHOD PATH]
	local gone
	coproc HOSTILE { python3 "$here/hostile.py" "$port" "$1" "$2" "${@:6}" 2>&1; }
	# shellcheck disable=SC2153
	local pid=$HOSTILE_PID in=${HOSTILE[1]} out
	exec {out}<&"${HOSTILE[0]}"
	read -r <&"$out"
	ok "$4: a good client is served meanwhile" served
	sleep "$5"
	exec {in}>&-
	read -r gone <&"$out" || true
	wait "$pid" 2>/dev/null || true
	exec {out}<&-
	ok "$4: $3 are closed by the daemon" test "$gone" = "$3"
}
attack silent 40 40 "40 connections without a byte" 3.6
attack half_hello 40 40 "40 half TLS hellos" 3.6
attack silent 100 100 "100 silent connections where 60 have room" 3.6
attack garbage 20 20 "garbage instead of TLS" 0.2
attack plain_http 20 20 "HTTP without TLS" 0.2
attack idle 20 20 "idle TLS connections" 2.6
attack idle 100 100 "100 idle TLS connections where 60 have room" 2.6
attack half_request 20 20 "half requests" 2.6
attack slowloris 20 20 "a byte of a request each second" 0
attack http_garbage 20 20 "garbage instead of HTTP" 2.6
attack long_headers 20 20 "8,000 bytes of headers" 2.6
attack endless_headers 5 5 "endless headers" 2.6
attack endless_chunk_size 5 5 "an endless size of a chunk" 0
attack endless_chunk_extension 5 5 "an endless extension of a chunk" 0
attack empty_chunk_lines 30 30 "empty lines where a chunk should begin" 0
attack huge_length 20 20 "a body of 10^20 bytes" 2.6
attack smuggle 10 10 "length and chunks at once" 4
attack pipelined 5 5 "50 challenges in one write" 4
attack never_reads 20 20 "an answer that is never read" 6
# Where a report is asked for, many kinds of them at once.
mix=slowloris,half_request,long_headers,endless_headers,huge_length,smuggle
attack $mix,pipelined 5 35 "7 kinds of requests for a report" 0 POST /v1/violations
attack endless_chunk_size,endless_chunk_extension,empty_chunk_lines,never_reads \
	5 20 "4 more kinds" 6 POST /v1/violations
attack reset 40 0 "resets, half of them in mid-answer" 0.5

refused() { # WHY CURL-OPTION...
	local why=$1
	shift
	ok "$why: no answer" test "$(curl -s -o /dev/null -w '%{http_code}' \
		-m 5 --cacert ca.pem "$@" "https://127.0.0.1:$port/v1/status" ||
		true)" = 000
}
c=(--cert client.pem --key client.key)
refused "no client certificate"
refused "certificate of another CA" --cert unknown.pem --key unknown.key
refused "expired certificate" --cert expired.pem --key expired.key
refused "TLS 1.2" "${c[@]}" --tls-max 1.2
refused "TLS 1.2 without a certificate" --tls-max 1.2
ok "no session is resumed" test -z "$(openssl s_client -connect \
	"127.0.0.1:$port" -CAfile ca.pem -cert client.pem -key client.key \
	</dev/null 2>/dev/null | grep 'Reused\|New Session Ticket')"
ok "a good client after all that" served
ok "messages that clients trigger are rate-limited" \
	test "$(wc -l <err)" -lt 150
ok "the daemon is the one that was started" kill -0 "$daemon_pid"
descriptors() {
	find "/proc/$(pgrep -n -P "$daemon_pid")/fd" -type l | wc -l
}
sleep 2.5
ok "no descriptor is leaked ($(descriptors))" test "$(descriptors)" -lt 25
stop_daemon
ok "ends with status 0" test "$stopped" -eq 0

configure 'limits = { connections_per_client = 3; };'
start_daemon
refused "of another CA, once more" --cert unknown.pem --key unknown.key
refused "expired, once more" --cert expired.pem --key expired.key
refused "one that does not believe the daemon" "${c[@]}" --cacert stranger.pem
why() { # WHAT: the daemon says of one of them, soon
	for _ in $(seq 20); do
		! grep -q "no TLS 1.3 handshake .*of our CA: $1" err || return 0
		sleep 0.1
	done
	return 1
}
ok "each has its reason in the log: another CA" why 'unable to get local issuer'
ok "its time" why 'certificate has expired'
ok "the other side's word" why 'it sent the alert: unknown CA'
coproc HOSTILE { python3 "$here/hostile.py" "$port" idle 10; }
in=${HOSTILE[1]}
exec {out}<&"${HOSTILE[0]}"
read -r <&"$out"
make_cert second ca
ask /v1/status --cert second.pem --key second.key
answers 200 "another client, while one has all it may"
# together NAME: a request in the same segment as the end of the handshake
together() {
	python3 - "$port" "$1" <<-'PY'
	import socket, ssl, sys
	c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
	c.load_verify_locations("ca.pem")
	c.load_cert_chain(f"{sys.argv[2]}.pem", f"{sys.argv[2]}.key")
	into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
	t = c.wrap_bio(into, out, server_hostname="127.0.0.1")
	s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
	try:
	    while True:
	        try:
	            t.do_handshake()
	            break
	        except ssl.SSLWantReadError:
	            s.sendall(out.read())
	            into.write(s.recv(65536))
	    t.write(b'POST /v1/evidence HTTP/1.1\r\nHost: x\r\nContent-Length: 34'
	            b'\r\n\r\n{"nonce":"AAAAAAAAAAAAAAAAAAAAAA"}')
	    s.sendall(out.read())
	    while data := s.recv(65536):
	        into.write(data)
	        try:
	            print(t.read(65536).split(b"\r\n")[0].decode())
	            break
	        except ssl.SSLWantReadError:
	            pass
	except OSError:
	    pass
	PY
}
asked() { # challenges so far
	ask /v1/status --cert second.pem --key second.key
	jq .challenges body
}
ok "a request that comes with the handshake" test "$(together second)" = \
	"HTTP/1.1 200 OK"
before=$(asked)
for _ in 1 2 3; do together client; done
sleep 1
ok "is none, of one that has all it may" test "$(asked)" = "$before"
exec {in}>&-
read -r gone <&"$out"
ok "of 10 connections with one certificate, 7 are closed" test "$gone" = 7
stop_daemon
finish
