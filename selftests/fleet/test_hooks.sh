#!/bin/bash
# SPDX-License-Identifier: MIT
# Webhooks: signed, in order, again and again until they are taken, and through the
# end of either side.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/hooks.sh
. "$root/selftests/fleet/hooks.sh"

make_fleet_certs
make_cert receiver ca
(umask 077 && echo "whsec_$(openssl rand -base64 32)" >secret)
ok "somebody listens" start_hooked
siem="name = \"siem\"; secret = \"$work/secret\";
	url = \"https://127.0.0.1:$hook/in\";"
conf() { # WEBHOOK...: members
	verifier_conf 'policies = ( { name = "plc"; } ); missed = 1; timeout_s = 2;'
	for one; do
		echo "webhooks = ( { $one } );" >"verifier.conf.d/${#one}.conf"
	done
}
check() {
	"$verifier" --config verifier.conf --check-config 2>verr
}
fails() {
	! "$@"
}
conf "$siem"
ok "the configuration is right" check
chmod 644 secret
ok "not with a secret that others may read" fails check
ok "which is said" grep -q 'others may read .*secret' verr
chmod 600 secret
for bad in whsec_ whsec_c2hvcnQ= hunter2 'whsec_????????????????????????????????'; do
	(umask 077 && echo "$bad" >weak)
	conf "name = \"weak\"; secret = \"$work/weak\";
		url = \"https://127.0.0.1:1/\";"
	ok "nor with $bad" fails check
	ok "which is said" grep -q 'is no secret: whsec_' verr
done
rm verifier.conf.d/*
while IFS='|' read -r bad why; do
	conf "$siem" "$bad"
	ok "nor with $bad" fails check
	ok "but $why" grep -q "conf:[0-9]*: .*$why" verr
	rm verifier.conf.d/*
done <<'TABLE'
name = "x"; url = "https://127.0.0.1:1/";|a webhook has a name, a url and a secret
name = "siem"; secret = "/x"; url = "https://127.0.0.1:1/";|webhook siem is there twice
name = "x"; secret = "/x"; url = "http://127.0.0.1:1/";|https://ADDRESS:PORT/PATH
name = "x"; secret = "/x"; url = "https://example.org:1/";|names are not looked up
name = "x"; secret = "x"; url = "https://127.0.0.1:1/";|secret
TABLE
conf "$siem"
ok "the verifier starts" start_verifier
enrol() { # NAME
	fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
}
enrol a
ok "a change is told, signed" told '204 /in 0 a unreachable'
echo 500 >answer
enrol b
ok "who fails" told '500 /in 1 b unreachable'
sleep 1.2
ok "is told again" test "$(grep -c '500 /in 1 b' told)" -ge 2
ok "which the log says" grep -q 'webhook siem did not take entry 1.*again in 1 s' verr
enrol c
becomes c '.state == "unreachable"' >/dev/null
ok "and nothing else meanwhile" fails grep -q ' c ' told
rm answer
ok "until it is taken; then what follows" told '204 /in 2 c unreachable'
ok "in order" test "$(grep ^204 told | cut -d' ' -f3 | tr '\n' ' ')" = '0 1 2 '
echo hang >answer
enrol d
ok "who does not answer" told 'hang /in 3 d unreachable'
sleep 2.5
rm answer
ok "is told again" told '204 /in 3 d unreachable'
echo 301 >answer
enrol e
ok "no other place is followed to" told '301 /in 4 e unreachable'
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
rm answer
conf "$siem"
ok "killed, it begins again" start_verifier
ok "and goes on where it was" told '204 /in 4 e unreachable'
end_hooked
enrol f
becomes f '.state == "unreachable"' >/dev/null
ok "nobody listens: the verifier ends" stop_verifier
ok "begins anew" start_verifier
ok "somebody listens" start_hooked "$hook"
ok "and is told" told '204 /in 5 f unreachable' 100
ok "each was taken once" test "$(grep ^204 told | cut -d' ' -f3 | tr '\n' ' ')" = \
	'0 1 2 3 4 5 '
ok "nothing was wrong" fails grep wrong told
fleet reader /metrics >/dev/null
ok "and nothing waits" grep -qx 'shinrai_webhook_waiting{webhook="siem"} 0' body
ok "as the metrics say" grep -q '^shinrai_webhook_taken_total{webhook="siem"} 1' body
ok "the verifier ends" stop_verifier

# Read anew: who stays goes on, who is new begins, who is gone is dropped, and said.
audit="name = \"audit\"; secret = \"$work/secret\"; role = \"reader\";
	url = \"https://127.0.0.1:$hook/audit\";"
moved=${siem/\/in/\/moved}
again() { # SAYS WEBHOOK...: all of them from now on
	local said
	said=$(wc -l <verr)
	rm -f verifier.conf.d/*
	conf "${@:2}"
	kill -HUP "$verifier_pid"
	for _ in $(seq 50); do
		! tail -n "+$((said + 1))" verr | grep "$1" || return 0
		sleep 0.1
	done
	cat verr
	return 1
}
taken() { # PATH DEVICE: within a while
	for _ in $(seq 50); do
		! grep -q "^204 $1 [0-9]* $2 " told || return 0
		sleep 0.2
	done
	cat told
	return 1
}
taken_soon() { # PATH DEVICE: soon
	sleep 1
	grep -q "^204 $1 [0-9]* $2 " told
}
conf "$siem"
ok "the verifier starts" start_verifier
ok "another webhook" again 'webhooks in use: 2' "$siem" "$audit"
sleep 0.5
enrol h
ok "is told what comes" taken /audit h
ok "as is the first one" taken /in h
ok "and not what was" fails grep -q '/audit.* [a-f] ' told
(umask 077 && echo weak >weak)
ok "of a list with a bad secret" again 'no secret.*; the old webhooks stay in use' \
	"$moved" "name = \"weak\"; secret = \"$work/weak\";
	url = \"https://127.0.0.1:1/\";"
enrol i
ok "nothing is taken" taken /in i
ok "all go on" taken /audit i
ok "of one that is wrong" again 'the old policies stay in use' "$moved" \
	'name = "x"; url = "http://127.0.0.1:1/"; secret = "/x";'
echo 500 >answer
enrol j
becomes j '.state == "unreachable"' >/dev/null
sleep 0.5
ok "one that waits moves, the other one goes" again \
	'webhook audit is removed: 1 entries that it was not told are dropped' "$moved"
rm answer
ok "what waited is told at the new place" taken /moved j
ok "the one that is gone is told nothing" fails taken_soon /audit j
ok "it comes back" again 'webhooks in use: 2' "$moved" "$audit"
sleep 0.5
enrol k
ok "and is told what comes" taken /audit k
ok "as is the one that stayed" taken /moved k
ok "not what was dropped" fails grep -q '^204 /audit [0-9]* j ' told
ok "each was taken once" test "$(grep -E '^204 /(in|moved) ' told |
	cut -d' ' -f3 | tr '\n' ' ')" = '0 1 2 3 4 5 6 7 8 9 '
fleet reader /metrics >/dev/null
ok "the metrics have both" test "$(grep -c '^shinrai_webhook_waiting' body)" = 2
ok "the verifier ends" stop_verifier
rm -f verifier.conf.d/*
conf "$siem"

# What it says beside that is of no interest.
ok "the verifier starts" start_verifier
echo '200 40000' >answer
enrol n
became() {
	for _ in $(seq 50); do
		! grep -q '^200 /in [0-9]* n ' told || return 0
		sleep 0.2
	done
	return 1
}
ok "who has much to say" became
sleep 2.5
ok "is told once" test "$(grep -c ' /in [0-9]* n ' told)" = 1
rm answer
ok "the verifier ends" stop_verifier

# The log goes on from a copy: who knows entries by their ids misses none.
ids_of() { # DEVICE...
	for one; do
		grep " $one\$" ids
	done | cut -d' ' -f1 | sort -u
}
ok "the verifier starts" start_verifier
ok "a copy is made" "$verifier" --config verifier.conf backup copy
enrol l
ok "then something is told" taken /in l
ok "the verifier ends" stop_verifier
ok "the copy is put back" "$verifier" --config verifier.conf restore copy
ok "the verifier starts" start_verifier
enrol m
ok "something else is told" taken /in m
ok "at the same place" test "$(ids_of l m | cut -d. -f1,2 | uniq | wc -l)" = 1
ok "under another id" test "$(ids_of l m | wc -l)" = 2
ok "what is told again has the same one" test "$(grep -c ' b$' ids)" -ge 2 -a \
	"$(ids_of b | wc -l)" = 1
ok "the verifier ends" stop_verifier

# Somebody with a certificate of another CA is told nothing.
make_ca stranger
make_cert receiver stranger
end_hooked
ok "somebody else listens" start_hooked "$hook"
lines=$(wc -l <told)
ok "begins anew" start_verifier
enrol g
becomes g '.state == "unreachable"' >/dev/null
sleep 1
ok "and is told nothing" test "$(wc -l <told)" = "$lines"
ok "the verifier ends" stop_verifier
finish
