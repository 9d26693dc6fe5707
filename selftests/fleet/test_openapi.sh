#!/bin/bash
# SPDX-License-Identifier: MIT
# openapi.json says what the API is: each route is in it and no other, and each
# answer is as it says.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/openapi.sh
. "$root/selftests/fleet/openapi.sh"

fails() {
	! "$@"
}
start_tpm
make_fleet_certs
good_device
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
verifier_conf "$good_policy" 'missed = 1;'
ok "the verifier starts" start_verifier
ok "it says what its API is" said 200 fleet reader /openapi.json
cp body openapi.json
ok "as it is written" cmp openapi.json "$root/userspace/verifier/openapi.json"
ok "by OpenAPI 3.1" jq -e '.openapi == "3.1.0" and .info.title != "" and
	([.. | objects | select(has("responses") and has("summary"))] | all(
	.operationId and .responses."400" and .responses."403" and
	.responses."503"))' openapi.json
ok "each route, and no other" doc routes "$root/userspace/verifier/api.c"
sed 's|"/v1/log", api_log_head|"/v1/lag", api_log_head|' \
	"$root/userspace/verifier/api.c" >other.c
ok "one that is not the same is seen" fails doc routes other.c
sed 's|api_list, "state"|api_list, "name"|' "$root/userspace/verifier/api.c" \
	>other.c
ok "nor one with another argument" fails doc routes other.c

device='/v1/devices/{name}'
new="{\"name\":\"press1\",\"policy\":\"plc\",\"url\":\"https://127.0.0.1:$port/\"}"
ok "POST device" answers 201 admin POST /v1/devices /devices -d "$new"
ok "POST twice" answers 409 admin POST /v1/devices /devices -d "$new"
ok "POST of none" answers 400 admin POST /v1/devices /devices -d '{}'
ok "POST of a long one" answers 413 admin POST /v1/devices /devices -d \
	"$(head -c 9000 /dev/zero | tr '\0' ' ')"
ok "POST by a reader" answers 403 reader POST /v1/devices /devices -d "$new"
ok "GET of a new device" answers 200 reader GET "$device" /devices/press1
becomes press1 '.state == "trusted"' >/dev/null
fleet admin /devices -d '{"name":"away","policy":"plc",
	"url":"https://127.0.0.1:1/"}' >/dev/null
becomes away '.state == "unreachable"' >/dev/null
ok "PATCH" answers 200 admin PATCH "$device" /devices/press1 -d \
	'{"group":null,"policy":"plc"}'
ok "PATCH to what is not there" answers 400 admin PATCH "$device" \
	/devices/press1 -d '{"group":"line-4"}'
ok "PATCH by a reader" answers 403 reader PATCH "$device" /devices/press1 -d '{}'
ok "PATCH of none" answers 404 admin PATCH "$device" /devices/none -d '{}'
ok "PATCH with a long one" answers 413 admin PATCH "$device" /devices/press1 \
	-d "$(head -c 9000 /dev/zero | tr '\0' ' ')"
while read -r want route path; do
	ok "GET $path: $want" answers "$want" reader GET "$route" "$path"
done <<TABLE
200 /v1/status /status
200 /v1/policies /policies
200 /v1/devices /devices
200 /v1/devices /devices?state=trusted
400 /v1/devices /devices?state=good
200 /v1/devices /devices?group=default
400 /v1/devices /devices?group=line-4
200 $device /devices/press1
200 $device /devices/away
404 $device /devices/none
200 $device/changes /devices/press1/changes
404 $device/changes /devices/none/changes
200 $device/evidence /devices/press1/evidence
200 $device/evidence /devices/press1/evidence?record=0
200 $device/evidence /devices/away/evidence
400 $device/evidence /devices/press1/evidence?from=x
404 $device/evidence /devices/none/evidence
200 $device/ear /devices/press1/ear
409 $device/ear /devices/away/ear
404 $device/ear /devices/none/ear
200 /v1/log /log
200 /v1/log/entries /log/entries
400 /v1/log/entries /log/entries?count=x
200 /v1/log/proof/inclusion /log/proof/inclusion?index=0&size=2
400 /v1/log/proof/inclusion /log/proof/inclusion?index=9&size=2
200 /v1/log/proof/consistency /log/proof/consistency?old=1&size=2
400 /v1/log/proof/consistency /log/proof/consistency?old=3&size=2
200 /v1/history /history
200 /v1/history /history?hours=720
400 /v1/history /history?hours=721
200 /v1/openapi.json /openapi.json
200 /metrics /metrics
200 /.well-known/jwks.json /.well-known/jwks.json
TABLE
ok "GET of what booted" answers 200 admin GET "$device/boot" \
	/devices/press1/boot
ok "GET of what booted elsewhere" answers 409 admin GET "$device/boot" \
	/devices/away/boot
ok "a reader may not" answers 403 reader GET "$device/boot" \
	/devices/press1/boot
ok "nobody may" answers 403 verifier GET /v1/log /log
ok "a reader may not DELETE" answers 403 reader DELETE "$device" /devices/press1
ok "DELETE of none" answers 404 admin DELETE "$device" /devices/none
ok "DELETE" answers 200 admin DELETE "$device" /devices/press1
echo '{"devices": 1}' >body
ok "an answer that is not as it says is seen" fails doc answer GET /v1/devices \
	200 application/json body
ok "the verifier ends" stop_verifier
finish
