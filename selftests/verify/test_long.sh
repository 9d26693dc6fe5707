#!/bin/bash
# SPDX-License-Identifier: MIT
# A log that is longer than an answer is fetched in parts and judged whole.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"

start_tpm
make_certs
mkdir good
./make_log good good 56
ok "the log needs three answers" test "$(stat -c %s good/log)" -gt 50331648
cp good/firmware firmware
extend_lines good/extends 1 >/dev/null
: >log
configure "firmware_log = \"$work/firmware\";"
start_daemon
cp good/log log
for _ in {1..100}; do
	cmp -s log "$(echo spool/*/log.cel)" && break
	sleep 0.1
done

hold=(--digests good/known.txt --reference good/boot.json --ak ak)
ok "trusted" exits 0 live "${hold[@]}" --learn-ak --state state.json \
	--save saved --json
ok "every record of it is covered" jq -e '.records == 64 and
	.quoted_record == 63 and ([.ladder[] | select(.proven | not) | .step] -
	["root of trust", "IMA log"] == [])' out
ok "three challenges were answered" grep -q 3 <(
	ask /v1/status && jq .challenges body)
ok "what was saved is the whole log" cmp log <(
	cp saved body && evidence item log)
ok "offline: trusted" exits 0 offline saved "${hold[@]}"
ok "in one go" jq -e '.records == 64' <("$verify" check saved \
	--verifier-cert client.pem "${hold[@]}" --json)
ok "only the rest, once that is known" exits 0 live "${hold[@]}" \
	--state state.json
ok "one challenge suffices" grep -q 4 <(ask /v1/status && jq .challenges body)
ok "unless it is saved: that stands alone" exits 0 live "${hold[@]}" \
	--state state.json --save whole
ok "and has every record" cmp log <(cp whole body && evidence item log)
head -c "$(($(stat -c %s saved) / 2))" saved >half
ok "half of it is a damaged file" exits 1 offline half "${hold[@]}"

# Another byte anywhere, in a part that is not the last, shows.
cp saved altered
printf '\1' | dd of=altered bs=1 seek=20000000 conv=notrunc status=none
ok "altered in its first part: untrusted" exits 3 offline altered \
	"${hold[@]}" --json
stop_daemon
finish
