#!/bin/bash
# SPDX-License-Identifier: MIT
# An IMA list of 5 MiB, which counts as a long answer where another policy judges it:
# one policy after the other does, more of them than long answers have places, and
# nothing of it comes again.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

n=1250
denied=(0 600 1 $((n - 1)) 2 3)
long=/$(printf 'x%.0s' $(seq 4000))
# deny N: a policy of which the list denies the entry of that number, from 0 on
deny() {
	printf '# shinrai-deny v1\n%s CVE-2026-1\n' \
		"$(printf %s $(($1 + 1)) | sha256sum | cut -d' ' -f1)" >deny.list
	verifier_conf 'timeout_s = 20;' "policies = ( { name = \"plc\";
		reference = [ \"$work/deny.list\", \"$work/good/known.txt\",
		\"$work/good/boot.json\" ]; } );"
	kill -HUP "$verifier_pid"
}

start_tpm
make_fleet_certs
good_device
# In parts: all of them are no arguments of one command.
for i in $(seq 0 249 $((n - 1))); do
	last=$((i + 249 < n ? i + 249 : n))
	args=()
	for k in $(seq $((i + 1)) $last); do
		args+=("$long/$k=$k")
	done
	# What is found of such a path cannot be kept, and is found each time.
	for k in "${denied[@]}"; do
		k=$((k - i))
		[ $k -lt 0 ] || [ $k -ge ${#args[@]} ] || args[k]=/bin/$((k + i))=$((k + i + 1))
	done
	"$src/ima_list.py" list "${args[@]}" | xargs -n 50 tpm2_pcrextend
	cat list >>ima
done
ok "the list is long" test "$(stat -c %s ima)" -gt 5000000
configure "firmware_log = \"$work/firmware\"; ima_log = \"$work/ima\";"
ok "shinraid starts" start_daemon
verifier_conf 'timeout_s = 20;' "$good_policy"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "it is judged" becomes press1 ".state == \"trusted\" and .fresh and
	(.verdict.notes | any(. == \"IMA log replays to the quoted PCR 10: $n entries\"))" 60
ok "and all of it came" test "$(sent)" -gt 5000000

before=$(sent)
for i in "${denied[@]}"; do
	deny "$i"
	ok "entry $i is denied" becomes press1 '.state == "untrusted" and .fresh and
		(.verdict.reasons | length) == 1 and
		(.verdict.reasons[0].detail | startswith("entry '"$i"':"))'
done
ok "it is judged again and again" often 3
ok "no list came for that" test $(($(sent) - before)) -lt 1000000
# The first answer waited for its turn among the long ones.
fleet reader /devices/press1/changes >/dev/null
ok "it was nothing else" jq -e '[.changes[].code] == ["ima-denied", "",
	"no-answer"]' body
ok "the verifier ends" stop_verifier
stop_daemon
finish
