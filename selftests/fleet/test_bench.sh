#!/bin/bash
# SPDX-License-Identifier: MIT
# The benchmarks of the verifier do what they are there for: a short form of each, and
# what holds it against its bars.  How fast anything is does not matter here.
# shellcheck source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"

bench=$root/selftests/bench
# short: a bar that is missed is no failure, what was not measured is
short() {
	OUT=$work/out "$bench/run-verifier" 0.2 0 20000 || [ -s out/verifier.json ]
}
ok "what needs no fleet is built and measured" short
while read -r file what; do
	ok "$file: $what" jq -e "$what" "out/$file.json"
done <<'TABLE'
digests .digests == 20000 and .load_s > 0 and .kept_mib >= 0 and .peak_mib > 0 and .lookup_ns > 0
judging .ecdsa_p256_verifications_per_s > 0 and .ecdsa_20_records_per_s > 0 and .ratio > 0
judging .ecdsa_200_records_per_s > 0 and .ecdsa_200_records_per_s < .ecdsa_20_records_per_s
judging .ecdsa_share_of_cpu_20_records > 0.05 and .ecdsa_share_of_cpu_20_records < 1
judging .ecdsa_share_of_cpu_200_records > 0 and .ecdsa_share_of_cpu_200_records < .ecdsa_share_of_cpu_20_records
judging .rsa2048_780_ima_entries_per_s > 0 and .replay_10000_records_ms > 0
judging .evidence_bytes > 0 and .memory_bytes > 0 and .verdict_bytes > 0
openssl_speed .p256_verifications_per_s > 0
verifier (.bars | length == 6) and (.bars | all(.value > 0 and (.met | type == "boolean")))
TABLE

small() {
	"$bench/fleet.sh" 50 2 6 20 64 1 >out/steady.json
}
ok "a fleet of 50 is simulated, every 2 s, for 6 s" small
while IFS='|' read -r what jq; do
	ok "$what" jq -e "$jq" out/steady.json
done <<'TABLE'
of it there is what was asked for|.devices == 50 and .period_s == 2 and .seconds >= 6
each was judged, in more than one period|.judgements >= 100 and .judgements_per_s > 0
no question came to nothing|.failed == 0
no false alarm|.false_alarms == []
the one that went wrong was named|.rogues == 1 and .named == 1 and .named_within_s > 0
it took something|.cpu_s > 0 and .anonymous_kib > 0 and .empty_kib > 0 and .latency_ms.p50 > 0
TABLE
ok "nothing was timed in it" jq -e 'has("ecdsa_share_of_cpu") | not' out/steady.json
timed() {
	"$bench/fleet.sh" 50 2 6 20 64 0 out/verify_time.so >out/steady_timed.json
}
ok "another one is, whose verifications are timed" timed
ok "each judgement has one" jq -e '.judgements >= 100 and
	.ecdsa_verifications >= 0.9 * .judgements and
	.ecdsa_verifications <= 1.1 * .judgements' out/steady_timed.json
ok "which takes a part of the CPU time" jq -e '.ecdsa_cpu_s > 0 and
	.ecdsa_share_of_cpu > 0 and .ecdsa_share_of_cpu < 1' out/steady_timed.json
cp out/steady_timed.json out/busy_timed.json
cp out/steady.json out/unconnected.json
cp out/steady.json out/busy.json
bars() { # they are for other fleets, so that some are missed
	rm out/verifier.json
	python3 "$bench/verifier.py" out 600 || [ -s out/verifier.json ]
}
ok "its numbers are held against their bars" bars
ok "each of them" jq -e '(.bars | length == 17) and
	(.bars | all(.value != null))' out/verifier.json
ok "with what was timed" jq -e '.judging.ecdsa_share_of_cpu_20_records > 0 and
	.steady_timed.ecdsa_share_of_cpu > 0 and
	.busy_timed.ecdsa_share_of_cpu > 0' out/verifier.json
finish
