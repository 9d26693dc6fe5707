#!/bin/bash
# SPDX-License-Identifier: MIT
# "setup" that is ended leaves nothing in a TPM that nobody tidies up for it: while it
# waits for a verifier there is nothing, and while there is it waits for the TPM.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
end_mute() {
	[ -z "${mute_pid:-}" ] || kill "$mute_pid" 2>/dev/null || true
}
trap 'end_mute; end_verifier; cleanup' EXIT

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
enrolment_conf 'allow_software = true;'
use_tpm one

# waits_and_ends SIGNAL: at a verifier that says nothing
waits_and_ends() {
	local pid
	coproc MUTE { exec python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
c = s.accept()
print("came", flush=True)
c[0].recv(65536)
s.accept()'; }
	# shellcheck disable=SC2153
	mute_pid=$MUTE_PID
	read -r api <&"${MUTE[0]}"
	setup admin press --policy plc >said 2>&1 &
	pid=$!
	read -r -t 60 <&"${MUTE[0]}" || return 1
	kill "-$1" "$(pgrep -P "$pid" -x shinraictl || echo "$pid")"
	wait "$pid" || true
	end_mute
	wait "$mute_pid" || true
	cat said
}
for signal in TERM KILL; do
	ok "SIG$signal while it waits" waits_and_ends "$signal"
	ok "SIG$signal: nothing is left in the TPM" test -z "$(held)"
done

ok "the verifier starts" start_verifier
# ends_soon MS: whatever it does then
ends_soon() {
	mkdir -p press
	timeout -s TERM "$(printf '0.%03d' "$1")" "$ctl" setup press --verifier \
		"https://127.0.0.1:$api" --cert admin.pem --key admin.key \
		--ca ca.pem --out press --tcti "$TPM2TOOLS_TCTI" --policy plc
	[ $? -eq 124 ]
}
ended=0 left=''
for ms in 10 20 30 40 60 80 100 150 200 300 500; do
	! ends_soon "$ms" >/dev/null 2>&1 || ended=$((ended + 1))
	left+=$(held)
done
ok "it is ended at several moments ($ended)" test "$ended" -ge 2
ok "nothing is left in the TPM by any of them" test -z "$left"
ok "and then it enrols" setup admin press --policy plc
ok "it is in the fleet" device press '.assurance == "software"'
ok "nothing is left in the TPM" test -z "$(held)"
ok "the verifier ends in an orderly way" stop_verifier
finish
