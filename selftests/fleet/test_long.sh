#!/bin/bash
# SPDX-License-Identifier: MIT
# A log of 8 MiB: it is asked for among the few long answers, once; after that new
# records alone travel, also when the verifier begins anew.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

start_tpm
make_fleet_certs
good_device 8
ok "the log is long" test "$(stat -c %s log)" -gt 7000000
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
verifier_conf 'timeout_s = 20;' "$good_policy"
ok "the verifier starts" start_verifier
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "it is trusted" becomes press1 '.state == "trusted" and .records == 16' 60
ok "and came whole" test "$(received)" -gt 7000000

before=$(received)
ok "it is judged again and again" often 3
ok "and the log did not come again" test $(($(received) - before)) -lt 1000000
ok "the verifier ends" stop_verifier
ok "and begins anew" start_verifier
ok "it is judged again and again" often 3
ok "trusted" device press1 '.state == "trusted" and .fresh'
ok "and the log did not come again" test "$(received)" -lt 3000000
stop_verifier || true
finish
