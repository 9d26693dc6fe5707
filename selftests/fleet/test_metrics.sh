#!/bin/bash
# SPDX-License-Identifier: MIT
# Metrics: what Prometheus' own reader makes of them is what happened.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || {
	echo "1..0 # SKIP no python3-prometheus-client"
	exit 0
}
start_tpm
make_fleet_certs
good_device
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
verifier_conf "$good_policy"
ok "the verifier starts" start_verifier
# metrics: as JSON, by name and labels; fails when it is not what it has to be
metrics() {
	fleet reader /metrics >/dev/null
	[ "$code" = 200 ] && /usr/bin/python3 - >metrics.json <<-'PY'
	import json, sys
	from prometheus_client.parser import text_string_to_metric_families
	out = {}
	families = list(text_string_to_metric_families(open("body").read()))
	for family in families:
	    assert family.documentation and family.type != "unknown", family
	    for s in family.samples:
	        key = s.name + "".join(f",{k}={v}" for k, v in s.labels.items())
	        assert key not in out, key
	        out[key] = s.value
	    if family.type != "histogram":
	        continue
	    counts = [s.value for s in family.samples
	              if s.name.endswith("_bucket")]
	    assert counts == sorted(counts), counts
	    assert counts[-1] == out[family.name + "_count"], counts
	assert len({f.name for f in families}) == len(families)
	print(json.dumps(out))
	PY
}
has() { # JQ
	metrics && jq -e "$1" metrics.json
}
ok "metrics" metrics
ok "of an empty fleet" has '."shinrai_devices,state=trusted" == 0 and
	."shinrai_log_entries" == 0 and .shinrai_database_up == 1'
fleet reader /metrics -D headers >/dev/null
ok "are of the type that Prometheus takes" grep -qi \
	'^content-type: text/plain; version=0.0.4' headers
ok "say which verifier" grep -q '^shinrai_build_info{version="' body
ok "for nobody else" said 403 fleet verifier /metrics
for name in press1:$port away:1; do
	fleet admin /devices -d "{\"name\":\"${name%:*}\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:${name#*:}/\"}" >/dev/null
done
ok "one is trusted" becomes press1 '.state == "trusted"'
ok "one is not there" becomes away '.state == "unreachable"'
ok "as they say" has '."shinrai_devices,state=trusted" == 1 and
	."shinrai_devices,state=unreachable" == 1 and
	."shinrai_devices,state=untrusted" == 0'
ok "appraisals" has '."shinrai_appraisals_total,verdict=trusted" >= 1 and
	."shinrai_appraisals_total,verdict=untrusted" == 0 and
	.shinrai_appraisal_seconds_count ==
	."shinrai_appraisals_total,verdict=trusted" and
	.shinrai_appraisal_seconds_sum > 0'
ok "failures" has '.shinrai_question_failures_total >= 1'
ok "questions are both, or under way" has '.shinrai_question_seconds_count >=
	.shinrai_appraisal_seconds_count and .shinrai_questions <= 2'
ok "both changes are in the log" has '.shinrai_log_entries == 2'
old=$(jq '.shinrai_appraisal_seconds_count' metrics.json)
sleep 2.5
ok "they go on" has ".shinrai_appraisal_seconds_count >= $old + 1"
# A turn that comes late because the verifier was busy is late all the same.
metrics
late=$(jq .shinrai_appraisals_late_total metrics.json)
kill -STOP "$verifier_pid"
sleep 3
kill -CONT "$verifier_pid"
is_late() {
	for _ in $(seq 50); do
		has ".shinrai_appraisals_late_total > $late" && return
		sleep 0.2
	done
	return 1
}
ok "what was to come meanwhile is counted as late" is_late
ok "the verifier ends" stop_verifier
finish
