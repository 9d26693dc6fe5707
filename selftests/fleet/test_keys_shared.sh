#!/bin/bash
# SPDX-License-Identifier: MIT
# Several verifiers on one database get another signing key: what one signs by it can
# be checked with what each of them publishes, in any order of SIGHUPs.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/fleet/several.sh
. "$root/selftests/fleet/several.sh"
trap 'end_all; end_pg; cleanup' EXIT

make_fleet_certs
ok "a cluster starts" make_several
verifier_conf 'policies = ( { name = "plc"; } );'
for v in a b; do
	take_conf "$v"
	ok "one starts" begin "$v"
done
current() { # VERIFIER: kid of what it signs by
	use "$1"
	fleet reader /log >/dev/null
	python3 -c 'import base64, json, sys
h = json.load(sys.stdin)["head"].split(".")[0]
print(json.loads(base64.urlsafe_b64decode(h + "=="))["kid"])' <body
}
published() { # VERIFIER: kids, the current one first
	use "$1"
	fleet reader /.well-known/jwks.json >/dev/null
	jq -r '[.keys[].kid] | join(" ")' body
}
signs_anew() { # VERIFIER
	kill -HUP "${pid[$1]}"
	for _ in $(seq 50); do
		[ "$(current "$1")" = "$new" ] && return
		sleep 0.1
	done
	return 1
}
for order in "a b" "b a"; do
	old=$(current a)
	ok "another key" "$verifier" --config a.conf new-key
	new=$(sql fleet "SELECT kid FROM signing_key ORDER BY id DESC LIMIT 1")
	ok "which is in the database" test "$new" != "$old"
	for v in $order; do
		ok "$v publishes it at once" grep -qF "$new" <<<"$(published "$v")"
		ok "behind the one that signs" test \
			"$(published "$v" | cut -d' ' -f1)" = "$old"
	done
	for v in $order; do
		ok "$v signs by it" signs_anew "$v"
		ok "and publishes it first" test \
			"$(published "$v" | cut -d' ' -f1)" = "$new"
		ok "and the other one" grep -qF "$old" <<<"$(published "$v")"
	done
done
cp signing.pem before.pem
ok "no database" stop_pg immediate
fails() {
	! "$@"
}
ok "no key" fails "$verifier" --config a.conf new-key
ok "and the old one stays" cmp signing.pem before.pem
finish
