#!/bin/bash
# SPDX-License-Identifier: MIT
# The verifier's API is asked whatever it should not be: by each route, as anybody,
# malformed, oversized, slowly; it says no, and goes on.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

seed=${SEED:-$RANDOM}
make_fleet_certs
make_ca stranger
make_cert unknown stranger
make_cert expired ca 0
make_cert nobody ca
make_cert enroller ca
make_enrol_ca
make_ca maker
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 3 1
policies="{ name = \"sim\"; digests = [ \"$work/known.txt\" ];
	reference = \"$work/boot.json\"; }"
ek_file=$work/maker.pem ek_level=hardware
enrolment_conf 'policy = "sim";'
cat >>verifier.conf.d/test.conf <<-'CONF'
	groups = ( { name = "lab"; policy = "sim"; } );
	limits = { handshake_s = 3; idle_s = 2; request_s = 2; write_s = 2;
		connections = 60; };
CONF
ok "the verifier starts" start_verifier
ok "devices are enrolled" enrol_sim 3
ok "and trusted" stands "trusted 3"
ok "one more is by its TPM, and is not asked" /usr/bin/python3 \
	"$root/selftests/fleet/soft_tpm.py" enrol "$api" guest
ok "it says what its API is" said 200 fleet reader /openapi.json
cp body openapi.json

outdated="<4>.*tls_cert $work/verifier.pem expired on 20[0-9-]* (UTC)"

# fuzz ROLE: the answers' statuses are in said.ROLE
fuzz() {
	timeout 100 /usr/bin/python3 "$root/selftests/fleet/api_fuzz.py" "$api" \
		"$1" "${REQUESTS:-800}" "$seed" >"said.$1"
}
# judged: the three are trusted, in spite of all that, within 5 s
judged() {
	for _ in $(seq 25); do
		fleet reader "/devices?state=trusted" >/dev/null
		jq -e '[.devices[].name] | contains(["dev-0", "dev-1", "dev-2"])' \
			body && return
		sleep 0.2
	done
	return 1
}
# Malformed and oversized.
for who in admin reader enroller guest nobody; do
	ok "whatever is asked as $who is answered, by each route (seed $seed)" \
		fuzz "$who"
	ok "and nothing comes of it" judged
done
ok "who is nobody is told nothing" jq -e 'keys | all(startswith("2") | not)' \
	said.nobody

# Who may not look at devices is not told which there are.
told() { # WHO METHOD NAME
	curl -s -m 10 -X "$2" -w ' %{http_code}' --cacert ca.pem --cert "$1.pem" \
		--key "$1.key" \
		"https://127.0.0.1:$api/challenge-response/v1/session/$3"
}
for who in enroller guest; do
	for method in GET POST; do
		ok "$who: $method is refused" test \
			"$(told $who $method dev-0 | tail -c 3)" = 403
		ok "$who: as if there were none" test \
			"$(told $who $method dev-0)" = "$(told $who $method none)"
	done
done
ok "a device may post as itself" test "$(told guest POST guest | tail -c 3)" = 415
ok "a reader sees names" test "$(told reader POST none | tail -c 3)" = 404

# Unauthenticated.
without() { # CURL-OPTION...: there is no answer at all
	! curl -s -m 10 --cacert ca.pem "$@" "https://127.0.0.1:$api/v1/status"
}
ok "no certificate, no answer" without
ok "nor with another CA's" without --cert unknown.pem --key unknown.key
ok "nor with one that has expired" without --cert expired.pem --key expired.key
ok "nor by an older TLS" without --tls-max 1.2 --cert reader.pem --key reader.key

# Slow: more of them than there is room for, and people are served.
cp reader.pem client.pem
cp reader.key client.key
attack() { # WHAT COUNT CLOSED WHY
	local gone
	coproc HOSTILE { python3 "$root/selftests/daemon/hostile.py" "$api" "$1" \
		"$2" 2>&1; }
	# shellcheck disable=SC2153
	local pid=$HOSTILE_PID in=${HOSTILE[1]} out
	exec {out}<&"${HOSTILE[0]}"
	read -r <&"$out"
	ok "$4: an admin is served meanwhile" said 200 fleet admin /status
	sleep 3.6
	exec {in}>&-
	read -r gone <&"$out" || true
	wait "$pid" 2>/dev/null || true
	exec {out}<&-
	ok "$4: $3 of $2 are closed by the verifier" test "$gone" = "$3"
}
attack silent 100 100 "silent connections"
attack half_hello 40 40 "half TLS hellos"
attack garbage 20 20 "garbage instead of TLS"
attack idle 40 40 "idle connections"
attack half_request 20 20 "half requests"
attack http_garbage 20 20 "garbage instead of HTTP"
attack endless_headers 5 5 "endless headers"
attack huge_length 20 20 "a body of 10^20 bytes"
attack never_reads_many 20 20 "answers that are never read"
ok "the fleet is judged as before" judged
ok "its memory is not full of it" test \
	"$(awk '/^VmHWM/ { print $2 }' "/proc/$verifier_pid/status")" -lt \
	"${MEMORY_KIB:-60000}"
cp expired.pem verifier.pem
cp expired.key verifier.key
ok "a certificate of its own that has expired is told at SIGHUP" anew "$outdated"
ok "the verifier ends in an orderly way" stop_verifier
ok "and before a start" sh -c "'$verifier' --config verifier.conf \
	--check-config 2>&1 | grep '$outdated'"
ok "and at one" start_verifier
ok "once" test "$(grep -c "$outdated" verr)" -eq 1
ok "which ends, too" stop_verifier
finish
