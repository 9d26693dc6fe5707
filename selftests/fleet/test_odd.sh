#!/bin/bash
# SPDX-License-Identifier: MIT
# Devices that answer in every wrong way: each is told apart, none stops the
# verifier, or the others, or is shown as trusted.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

make_fleet_certs
make_ca stranger
verifier_conf 'timeout_s = 2; policies = ( { name = "plc"; } );'
ok "the verifier starts" start_verifier

echo hang >how
coproc ODD { exec python3 "$root/selftests/fleet/odd.py"; }
# shellcheck disable=SC2153
odd_pid=$ODD_PID
trap 'kill "$odd_pid" 2>/dev/null; end_verifier; cleanup' EXIT
read -r port <&"${ODD[0]}"
enrol() { # NAME PORT
	fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:$2/\"}" >/dev/null
}
enrol odd "$port"
enrol away 1

# behaves HOW PATTERN WHY: what is then said of the last question
behaves() {
	echo "$1" >how
	ok "$3" becomes odd ".state == \"unreachable\" and
		(.failure | test(\"$2\"))"
}
ok "nobody there: unreachable" becomes away '.state == "unreachable" and
	(.reason == "cannot connect to 127.0.0.1 port 1: Connection refused")'
behaves hang '^no answer in 2 s$' "one that never answers"
behaves drip '^no answer in 2 s$' "one that answers byte by byte"
behaves slam '^it gave no answer that can be read' "one that hangs up"
behaves 'claim 1000' '^no answer in 2 s$' "one that promises more than it sends"
behaves 'claim 99999999999' 'more than 4 MiB, and waits' \
	"one that promises more than there may be"
ok "it had its turn, and still does" becomes odd \
	'.failure | test("has more than 64 MiB$")'
behaves 'type text/plain' 'of another type' "one that answers something else"
behaves 'status 403' '^it answered 403: not you[?][?][[]31m$' \
	"one that refuses, and colours what it says"
behaves 'status 503' '^it answered 503' "one that fails"
behaves garbage '^it gave no answer that can be read' \
	"one that does not talk HTTP"
ok "of none was there a verdict" device odd '.judged == null and
	.verdict == null and .ak == null'

echo 'bytes 100' >how
ok "evidence that is none is a verdict, and no good one" becomes odd \
	'.state != "trusted" and .state != "unreachable" and .fresh and
	.code == "evidence-syntax"'
echo 'bytes 5000000' >how
sleep 1
ok "a long one is waited for" becomes odd '.code == "evidence-syntax" and
	.failure == ""'
echo 'bytes 0' >how
ok "an empty one" becomes odd '.code == "evidence-syntax" and .failure == ""'
ok "no key was pinned" device odd '.ak == null'

# A certificate of another CA, and one for another address.
make_cert stray stranger
cp stray.pem server.pem
cp stray.key server.key
kill "$odd_pid"
wait "$odd_pid" 2>/dev/null || true
coproc ODD { exec python3 "$root/selftests/fleet/odd.py"; }
# shellcheck disable=SC2153
odd_pid=$ODD_PID
read -r port <&"${ODD[0]}"
enrol stray "$port"
ok "a certificate of another CA" becomes stray '.state == "unreachable" and
	(.failure | startswith("its certificate: "))'
fleet admin /devices -d "{\"name\":\"named\",\"policy\":\"plc\",
	\"tls_name\":\"127.0.0.1\",\"url\":\"https://127.0.0.1:$port/\"}" \
	>/dev/null
answers 400 "a name that is an address"
fleet admin /devices -d "{\"name\":\"named\",\"policy\":\"plc\",
	\"tls_name\":\"press.example\",\"url\":\"https://127.0.0.1:$port/\"}" \
	>/dev/null
ok "and for another name" becomes named '.state == "unreachable" and
	(.failure | startswith("its certificate: "))'
fleet reader /status >/dev/null
ok "nothing is left under way" jq -e '.asking <= 4 and .devices == 4' body
ok "the verifier ends in an orderly way" stop_verifier
finish
