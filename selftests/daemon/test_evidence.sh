#!/bin/bash
# SPDX-License-Identifier: MIT
# One attester, one verifier: every byte of an answer by other tools than ours.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"

start_tpm
make_certs
make_cert other ca
make_fake_log
: >log
printf 'ima log' >ima
printf 'firmware log' >firmware
configure "ima_log = \"$work/ima\";" "firmware_log = \"$work/firmware\";"
ok "starts" start_daemon

challenge
answers 409 "a module that has no record yet"
ok "the problem is JSON of RFC 9457" \
	jq -e '.status == 409 and (.title | type) == "string" and .detail' body

./fake_log $boot 0 3 >>log
extend 0 3 >/dev/null
challenge
answers 200 "a challenge"
ok "quote, tree, PCR values and log fit together" \
	evidence verify "$last_nonce" "$(spki client.pem)"
ok "all items are there" test "$(evidence keys)" = \
	"ak attest challenge firmware ima log machine pcrs signature"
ok "the IMA log is what the file holds" cmp <(evidence item ima) ima
ok "the firmware log is what the file holds" \
	cmp <(evidence item firmware) firmware
ok "the log is what the module wrote" cmp <(evidence item log) log
evidence item machine >machine
ok "machine: host name" test "$(jq -r .name machine)" = "$(hostname)"
ok "machine: kernel" test "$(jq -r .kernel machine)" = "$(uname -r)"
ok "machine: ABI, first record, window of ARM" \
	jq -e '.abi == 1 and .log_first == 0 and
	.window == {"ms":100,"events":256}' machine
ok "machine: time" jq -e '.time | fromdateiso8601 | . - now | fabs < 60' \
	machine
ok "PCR 12 is the TPM's" test \
	"$(evidence pcr 12)" = \
	"$(tpm2_pcrread sha256:12 | sed -n 's/.*12: 0x//p' | tr A-F a-f)"
ok "default PCRs are quoted" test "$(evidence selection)" = \
	"00000001000b03ff7700"

# The exporter, as another TLS implementation's user sees it.
tls_session() {
	last_nonce=$(nonce)
	{
		data="{\"nonce\":\"$last_nonce\"}"
		printf 'POST /v1/evidence HTTP/1.1\r\nHost: x\r\n'
		printf 'Content-Length: %d\r\nConnection: close\r\n\r\n%s' \
			${#data} "$data"
	} | timeout 20 openssl s_client -connect "127.0.0.1:$port" -ign_eof \
		-CAfile ca.pem -cert client.pem -key client.key -tls1_3 \
		-keymatexport EXPORTER-shinrai-attestation \
		-keymatexportlen 32 >session 2>/dev/null || true
	exporter=$(sed -n 's/.*Keying material: //p' session | tr A-F a-f)
	python3 - <<-'PY'
	b = open("session", "rb").read()
	b = b[b.index(b"HTTP/1.1 200"):]
	head, rest = b.split(b"\r\n\r\n", 1)
	n = [int(h.split(b":")[1]) for h in head.split(b"\r\n")
	     if h.lower().startswith(b"content-length")][0]
	open("body", "wb").write(rest[:n])
	PY
}
tls_session
ok "the exporter of this TLS session is bound" test ${#exporter} -eq 64
ok "... in the challenge and its leaf" \
	evidence verify "$last_nonce" "$(spki client.pem)" "$exporter"

./fake_log $boot 3 7 >>log
extend 3 7 >/dev/null
range() { # MEMBERS EXPECTED WHY
	challenge "$1"
	ok "$3" test "$code $(evidence records)" = "200 $2"
}
range '' 0-9 "without from: all records"
range '"from":4' 4-9 "from a record on"
range '"from":10' none "from the next record: none"
range '"from":11' 0-9 "from beyond the log: all again"
range "\"from\":4,\"boot_id\":\"$boot\"" 4-9 "from, of this boot"
range '"from":4,"boot_id":"ffffffffffffffffffffffffffffffff"' 0-9 \
	"from, of another boot: all again"
challenge '"from":4'
ok "log_first says where the log begins" \
	jq -e '.log_first == 4' <(evidence item machine)
list() { # MEMBERS EXPECTED WHY: the file has "ima log"
	challenge "$1"
	ok "$3" test "$code $(evidence item ima) $(evidence item machine |
		jq .ima_first)" = "200 $2"
}
list '' 'ima log 0' "without ima_from: all of the IMA list"
list "\"ima_from\":4,\"boot_id\":\"$boot\"" 'log 4' "from a byte on"
list "\"ima_from\":7,\"boot_id\":\"$boot\"" ' 7' "from its end: nothing"
list "\"ima_from\":8,\"boot_id\":\"$boot\"" 'ima log 0' \
	"from beyond it: all again"
list '"ima_from":4' 'ima log 0' "of no boot: all"
list '"ima_from":4,"boot_id":"ffffffffffffffffffffffffffffffff"' 'ima log 0' \
	"of another boot: all"
# Of a list over the limit of 16 MiB the end can be sent.
long=$((1048576 + 1000)) entry=$boot most=$((1000 * 16))
lines() { # FROM TO: of 16 bytes
	seq -f %015.0f "$1" "$2"
}
part() { # FROM EXPECTED WHY: byte; where the list begins, null when there is none
	challenge "\"ima_from\":$1,\"boot_id\":\"$entry\""
	ok "$3" test "$code $(evidence item machine | jq .ima_first)" = "200 $2"
	if [ "$2" != null ]; then
		ok "... and all that follows" \
			cmp <(evidence item ima) <(tail -c "+$(($1 + 1))" ima)
	else
		ok "... and no list" \
			test "$(evidence keys | grep -cw ima)" -eq 0
	fi
}
lines 1 "$long" >ima
part $((long * 16 - 32)) $((long * 16 - 32)) "a long list, near its end"
part $((long * 16)) $((long * 16)) "... from its end"
part "$most" "$most" "... as much as may be sent"
part $((most - 1)) null "... one byte more"
part 0 null "... all of it"
part $((long * 16 + 1)) null "... from beyond it: all of it"
entry=ffffffffffffffffffffffffffffffff
part "$most" null "... of another boot: all of it"
ok "what is not sent is said" grep -q 'the IMA log is not sent: ' err
ok "all else of an answer without it is there" \
	evidence verify "$last_nonce" "$(spki client.pem)"
printf 'ima log' >ima
challenge "\"ima_from\":4,\"boot_id\":\"$boot\",\"items\":[\"machine\"]"
ok "no list is asked for: it begins nowhere" jq -e '.ima_first == null' \
	<(evidence item machine)
challenge '"items":["machine"]'
ok "only the items asked for" test "$(evidence keys)" = \
	"ak attest challenge machine pcrs signature"
challenge '"items":[]'
ok "no items asked for" test "$(evidence keys)" = \
	"ak attest challenge pcrs signature"

refused() { # BODY WHY
	ask /v1/evidence -d "$1"
	answers 400 "$2"
}
n16='"nonce":"AAAAAAAAAAAAAAAAAAAAAA"'
refused '' "no body"
refused '[]' "not an object"
refused '{}' "no nonce"
refused "{$n16,$n16}" "a member twice"
refused "{$n16} x" "bytes behind the JSON"
refused "{$n16,\"form\":1}" "an unknown member"
refused "{$n16,\"ima_from\":-1}" "a place before the IMA list"
refused "{$n16,\"ima_from\":\"4\"}" "a place that is no number"
refused '{"nonce":"AAAAAAAAAAAAAAAAAAAA"}' "a nonce of 15 bytes"
refused "{\"nonce\":\"$(printf 'A%.0s' {1..87})\"}" "a nonce of 65 bytes"
refused '{"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="}' "a nonce with padding"
refused '{"nonce":"AAAAAAAAAAAAAAAAAAAAA/"}' "a nonce in plain base64"
refused '{"nonce":"AAAAAAAAAAAAAAAAAAAAAB"}' "a nonce with loose bits"
refused '{"nonce":1}' "a nonce that is a number"
refused "{$n16,\"from\":-1}" "a negative record"
refused "{$n16,\"from\":1.5}" "half a record"
refused "{$n16,\"from\":\"1\"}" "a record in quotes"
refused "{$n16,\"boot_id\":\"00\"}" "a short boot id"
refused "{$n16,\"items\":\"log\"}" "items that are no array"
refused "{$n16,\"items\":[\"log\",\"log\"]}" "an item twice"
refused "{$n16,\"items\":[\"ak\"]}" "an unknown item"
ask /v1/evidence -d "{$n16}" && answers 200 "a nonce of 16 bytes"
ask /v1/evidence
answers 405 "GET of the evidence"
ask /v1/evidence/ -d "{$n16}"
answers 404 "another path"
ask /v1/status -X DELETE
answers 405 "DELETE of the status"
ask /v1/evidence -d "{$n16,\"x\":\"$(printf 'A%.0s' {1..5000})\"}"
answers 413 "5,000 bytes of body"
ask /v1/violations -d "{$n16,\"x\":\"$(printf 'A%.0s' {1..5000})\"}"
answers 413 "... of one that asks for a report"

ak=$(evidence item ak 2>/dev/null | sha256sum) || true
challenge && ak=$(evidence item ak | sha256sum)
tpm2_clear -c p >/dev/null 2>&1 || tpm2_clear >/dev/null
challenge
answers 200 "a challenge after TPM2_Clear took session and key"
ok "the AK is the same" test "$(evidence item ak | sha256sum)" = "$ak"
ok "... and the quote verifies" \
	evidence verify "$last_nonce" "$(spki client.pem)"
stop_daemon
ok "ends with status 0 on SIGTERM" test "$stopped" -eq 0
ok "no key is left in the TPM" \
	test -z "$(tpm2_getcap handles-transient)$(tpm2_getcap \
	handles-loaded-session)"

configure 'ak_generation = 1;' \
	"allow_clients = [ \"$(spki client.pem)\" ];" \
	'pcrs = { sha256 = [ 12 ]; sha384 = [ 12 ]; };'
ok "starts with another AK generation" start_daemon
challenge
ok "another generation is another AK" \
	test "$(evidence item ak | sha256sum)" != "$ak"
ok "two banks are quoted, with both PCRs of the log" \
	test "$(evidence selection)" = "00000002000b03003000000c03003000"
ok "... and that is said" grep -q 'PCRs 12 and 13 carry the log: they are' err
ok "... and verify" evidence verify "$last_nonce" "$(spki client.pem)"
ask /v1/evidence -d "{$n16}" --cert other.pem --key other.key
answers 403 "a client that is not in allow_clients"
ask /v1/violations -d "{$n16}" --cert other.pem --key other.key
answers 403 "... and its report"
ask /v1/status --cert other.pem --key other.key
answers 403 "... and its status request"
stop_daemon

boot=ffeeddccbbaa99887766554433221100
./fake_log $boot 0 2 capped >log
ok "starts on another boot's log" start_daemon
challenge
ok "a capped bank is never quoted" test "$(evidence selection)" = \
	"00000001000b03003000"
stop_daemon

boot=0123456789abcdef0123456789abcdef
./fake_log $boot 0 2 other >log
configure
ok "starts on the log of a module with other PCRs" start_daemon
challenge
ok "PCRs 11 and 15 are quoted, beside what is configured" \
	test "$(evidence selection)" = "00000001000b03ffff00"
stop_daemon

configure "ima_log = \"$work/ima\";" 'limits = { quote_interval_ms = 1500; };'
lines 1 "$long" >ima
ok "starts, with time between quotes" start_daemon
together() { # FROM...: bytes; challenges of one batch, answered in body.FROM
	local from pids=()
	challenge # what comes within the interval waits
	for from; do
		curl -s -m 30 -o "body.$from" --cacert ca.pem --cert client.pem \
			--key client.key -d "{\"nonce\":\"$(nonce)\",
			\"ima_from\":$from,\"boot_id\":\"$boot\"}" \
			"https://127.0.0.1:$port/v1/evidence" &
		pids+=($!)
	done
	wait "${pids[@]}" || true
}
gives() { # FROM EXPECTED WHY: as part does
	cp "body.$1" body
	ok "$3" test "$(evidence item machine | jq .ima_first) $(
		evidence item ima 2>/dev/null | wc -c)" = "$2"
}
last=$((long * 16 - 16))
together 0 "$last" "$most" $((last + 17))
ok "four share a quote" test "$(for f in body.*; do
	cp "$f" body
	evidence item attest | sha256sum
done | sort -u | wc -l) $(find . -name 'body.*' | wc -l)" = "1 4"
gives 0 "null 0" "who wants all of a long list gets none"
gives "$last" "$last 16" "... who wants its end gets that"
gives "$most" "$most 16777216" "... and who wants as much as may be sent"
gives $((last + 17)) "null 0" "... who names a byte beyond it wants all"
printf 'ima log' >ima
rm body.*
together 4 5 8
gives 4 "4 3" "a short list: from a byte on"
gives 5 "5 2" "... from a later one on"
gives 8 "0 7" "... from beyond it: all, for that one alone"
stop_daemon
finish
