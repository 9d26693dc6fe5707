#!/bin/bash
# SPDX-License-Identifier: MIT
# The verifier's pages in Chromium: by keyboard, in light and dark, on a narrow
# screen, and nothing that the policy for their content would have to refuse.
# Screenshots: BUILD/screenshots.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/hostile.sh
. "$root/selftests/fleet/hostile.sh"

if ! command -v chromium chromedriver >/dev/null ||
	! /usr/bin/python3 -c 'import selenium' 2>/dev/null; then
	echo "1..0 # SKIP no chromium, chromium-driver or python3-selenium"
	exit 0
fi
n=150
start_tpm
make_fleet_certs
prepare_hostile
ok "shinraid starts" start_hostile
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim $n 5
verifier_conf "$(sim_policy | sed 's/ );$//'), $(hostile_policy) );"
ok "the verifier starts" start_verifier
ok "$n devices are enrolled" enrol_sim $n
enrol_plc press1 "$port"
ok "all of them are judged" stands "trusted $n untrusted 1"
for command in "rogue 11" "mute 17" "slam 18"; do
	sim "$command" >/dev/null
done
ok "some misbehave" stands "trusted $((n - 3)) unreachable 2 untrusted 2"
mkdir -p "$BUILD/screenshots"
/usr/bin/python3 "$root/selftests/fleet/browse.py" "$api" \
	"$(realpath "$BUILD/screenshots")" >seen 2>&1 || true
said() { # NAME
	sed -n "/^$1: /,\$p" seen
	grep -qx "$1: ok" seen
}
while read -r name what; do
	ok "$what" said "$name"
done <<'TABLE'
keyboard from the fleet to a record by keyboard, and the focus is seen
hostile what a device says is a text
paging each device is on one page
light each page can be read in light
dark each page can be read in dark
narrow no page is wider than 320 pixels
console Chromium had nothing to complain about
TABLE
ok "the verifier ends" stop_verifier
finish
