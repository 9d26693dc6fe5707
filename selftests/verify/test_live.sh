#!/bin/bash
# SPDX-License-Identifier: MIT
# shinrai-verify against a real shinraid and a software TPM, and offline after.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"

start_tpm
make_certs
make_ca stranger
make_cert outsider stranger
mkdir good rogue
./make_log good good
./make_log rogue rogue
: >log
cp good/firmware firmware

hold=(--digests good/known.txt --reference good/boot.json)

configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
ok "no log yet is a failure, not a verdict" exits 1 live
ok "and says what to do" grep -q 'load and arm the module' msg

extend_lines good/extends 1 >/dev/null
cp good/log log
ok "nothing given: unknown" exits 4 live --json
ok "the key is not pinned" jq -e '.reasons[0].code == "ak-unpinned"' out
ok "trusted" exits 0 live "${hold[@]}" --ak ak --learn-ak --state state.json \
	--save saved --json
ok "root unproven, the rest proven" jq -e '.root == "unproven" and
	([.ladder[] | select(.proven | not) | .step] - ["root of trust", "IMA log"]
	== []) and (.notes | any(test("pinned just now")))' out
ok "every record is covered" jq -e '.records == 8 and .quoted_record == 7' out
ok "state is kept" jq -e '.records == 8 and .armed' state.json
ok "trusted again" exits 0 live "${hold[@]}" --ak ak --state state.json \
	--save second
ok "what is saved holds the whole log again" cmp log <(
	cp second body && evidence item log)
ok "and is judged without the state" exits 0 offline second "${hold[@]}"
ok "offline: trusted" exits 0 offline saved "${hold[@]}" --json
ok "on the word of the verifier, as of when it says" jq -e '(.time | length == 20)
	and (.notes | any(test("on the word of the verifier /CN=client")))' out
ok "another key is pinned: untrusted" exits 3 offline saved "${hold[@]}" \
	--ak <(echo "000b$(printf '%064d' 1)") --json
ok "with the reason" jq -e '.reasons[0].code == "ak-other"' out

ok "the log is expected in other PCRs: untrusted" exits 3 offline saved \
	"${hold[@]}" --pcr-code 13 --pcr-flow 12 --json
ok "with the reason" jq -e '.reasons[0] | .code == "start-pcrs" and
	(.detail | test("12 and 13, expected 13 and 12"))' out
for pair in '--pcr-code 10' '--pcr-flow 12' '--pcr-code 24' '--pcr-flow x'; do
	# shellcheck disable=SC2086
	ok "$pair: usage" exits 2 "$verify" check saved $pair
done

# A file is whoever's who hands it over; its session, only its verifier's.
unproven() { # REASON: fresh is not proven for that, and no time is told
	jq -e --arg code "$1" '.reasons[0].code == $code and .time == null and
		(.ladder[] | select(.step == "freshness") | .proven | not)' out
}
ok "offline, who saved it is not said: unknown" exits 4 "$verify" check saved \
	"${hold[@]}" --ak ak --json
ok "its session may be invented" unproven session-unproven
ok "offline, another verifier is named: unknown" exits 4 offline saved \
	"${hold[@]}" --verifier-cert outsider.pem --json
ok "it did not save this" unproven session-verifier
sed 's/"time":"20/"time":"21/g' saved >altered
ok "offline, made younger: unknown" exits 4 offline altered "${hold[@]}" --json
ok "that was not signed" unproven session-signature
ok "offline, a session of no verifier: failure" exits 1 offline saved \
	--verifier-cert client.key
ok "says what to do" grep -q 'give the PEM certificate that was --cert' msg
ok "offline, no key is learned: usage" exits 2 "$verify" check saved \
	"${hold[@]}" --ak new.ak --learn-ak
ok "nothing was written" test ! -e new.ak
for kind in rsa:3072 ed25519; do
	openssl req -x509 -newkey "$kind" -nodes -keyout x.key -subj /CN=x -days 2 \
		-out x.pem 2>/dev/null
	openssl x509 -in x.pem -signkey x.key -x509toreq 2>/dev/null |
		openssl x509 -req -CA ca.pem -CAkey ca.key -days 2 -out x.pem \
			2>/dev/null
	ok "a verifier with a key of $kind saves" exits 0 live "${hold[@]}" \
		--ak ak --save third --cert x.pem --key x.key
	ok "and is believed" exits 0 offline third "${hold[@]}" \
		--verifier-cert x.pem
done

# served EXIT 'FILE [STATUS]' LIVE-OPTION...: by a server that is no daemon
served() {
	local want=$1 what=$2 port pid
	shift 2
	# shellcheck disable=SC2086
	coproc SERVE { python3 "$src/serve.py" $what; }
	# shellcheck disable=SC2153
	pid=$SERVE_PID
	read -r port <&"${SERVE[0]}"
	exits "$want" live "$@" && wait "$pid"
}
ok "what was saved is served by another: untrusted" served 3 saved "${hold[@]}" \
	--ak ak --save third --json
ok "it answers another nonce" jq -e '.reasons[0].code == "nonce"' out
ok "and a session from there is not kept" exits 3 offline third "${hold[@]}" \
	--json
ok "but ours" jq -e '.reasons[0].code == "nonce" and .time' out

echo '{"detail":"not you"}' >problem
ok "refused, with a reason: failure" served 1 'problem 403'
ok "which is told" grep -q '403: not you' msg
{ printf '{"detail":"'; head -c 200000 /dev/zero | tr '\0' x; echo '"}'; } >problem
ok "refused, with a book: failure" served 1 'problem 403'
ok "which is not read" grep -q '403: no reason given' msg

# What was judged by one policy is judged anew by another.
once() { # OPTION...: the state is as before; 5000 tells whether it counted
	jq '.code += 5000' state.json >copy.json
	exits 0 live --ak ak --state copy.json --json "$@"
}
goes_on() {
	jq -e '.code_events > 5000' "$1"
}
anew() {
	jq -e '.code_events < 5000' "$1"
}
ok "the same list twice" once "${hold[@]}" --digests good/known.txt
ok "is no other policy: new records suffice" goes_on out
ok "the whole log is asked for" once "${hold[@]}" --full
ok "and judged anew" anew out
ok "a leniency more" once "${hold[@]}" --allow-anon-exec
ok "is another policy: the whole log is judged" anew out
ok "and always said" jq -e \
	'.notes | any(startswith("anonymous memory may"))' out
jq '.format = "shinrai-state-v1" | del(.policy) | .code += 5000' state.json \
	>old.json
ok "a state of version 1 is used" exits 0 live "${hold[@]}" --ak ak \
	--state old.json --json
ok "its records are judged again" anew out
ok "and it is of version 5 then" jq -e '.format == "shinrai-state-v5" and
	(.policy | length == 64)' old.json
jq '.format = "shinrai-state-v2" | del(.data) | .code += 5000' state.json \
	>old.json
ok "a state of version 2 is used" exits 0 live "${hold[@]}" --ak ak \
	--state old.json --json
ok "its records are judged again, too" anew out
jq '.format = "shinrai-state-v9"' state.json >new.json
ok "a state of a later version is refused" exits 1 live "${hold[@]}" --ak ak \
	--state new.json
ok "says what to do" grep -q 'later version (update shinrai-verify; to' msg

sed '$s/.$/x/' good/known.txt >changed.txt # paths do not matter
ok "another path in the list" exits 0 offline saved \
	--digests changed.txt --reference good/boot.json
grep -v ' exec /id$' good/known.txt >fewer.txt
ok "a program is not known: untrusted" exits 3 offline saved \
	--digests fewer.txt --reference good/boot.json --json
ok "with its record" jq -e '.reasons[0] | .code == "code-unknown" and
	.record == 7 and (.detail | test("/bin/id"))' out
jq '.initramfs[0].arms = false' good/boot.json >late.json
ok "initramfs does not arm: unknown" exits 4 offline saved \
	--digests good/known.txt --reference late.json
ok "boot chain unproven" grep -q '^UNKNOWN: boot chain unproven' out

# One record more, of a program that nobody vouched for.
lines=$(wc -l <good/extends)
extend_lines rogue/extends $((lines + 1)) >/dev/null
cp rogue/log log
openssl ecparam -name prime256v1 -genkey -noout -out ear.key
ok "rogue program: untrusted" exits 3 live "${hold[@]}" --ak ak \
	--state state.json --ear-key ear.key --ear-out verdict.jwt
ok "the record says why" grep -q 'record 8: code that nobody' out
ok "EAR: contraindicated" test contraindicated = "$(cut -d. -f2 verdict.jwt |
	tr _- /+ | base64 -d 2>/dev/null | jq -r '.submods.shinrai."ear.status"')"
ok "it stays untrusted in this boot" exits 3 live "${hold[@]}" --ak ak \
	--state state.json

# Each of these is a failure of ours or of the network, never a verdict.
ok "certificate of another CA" exits 1 live --ca stranger.pem
ok "says which side" grep -q 'certificate of 127.0.0.1' msg
ok "our certificate is refused" exits 1 "$verify" live \
	"https://127.0.0.1:$port" --cert outsider.pem --key outsider.key \
	--ca ca.pem
ok "key of another certificate" exits 1 live --key ca.key
openssl ec -in client.key -aes256 -passout pass:x -out secret.key 2>/dev/null
on_terminal() { # exits() on a terminal, at which nobody answers
	timeout 20 script -qec "$(printf '%q ' "$@")" /dev/null <>silence
}
mkfifo silence
ok "a key with a passphrase is refused, not asked for" exits 1 on_terminal \
	"$verify" live "https://127.0.0.1:$port" --cert client.pem \
	--key secret.key --ca ca.pem
ok "says what to do" grep -q 'in PEM, without a passphrase' out
for file in cert key ca; do
	ok "--$file names no file" exits 1 live "--$file" nofile
	ok "says so" grep -q 'nofile: No such file' msg
done
ok "wrong name" exits 1 live --name other.example
pin=$(openssl x509 -in server.pem -outform DER | sha256sum | cut -d' ' -f1)
ok "right pin instead of a name" exits 4 live --name '' --pin "$pin"
ok "wrong pin" exits 1 live --pin "${pin//[0-9]/a}"
ok "says so" grep -q 'not the pinned one' msg
ok "nobody listens" exits 1 "$verify" live https://127.0.0.1:1 \
	--cert client.pem --key client.key --ca ca.pem
ok "a list with a wrong line" exits 1 live --digests firmware
head -c 100 saved >damaged
ok "a damaged state" exits 1 live --state damaged --ak ak
ok "says what to do" grep -q "to begin anew, remove it" msg
ok "evidence cut on our disk" exits 1 "$verify" check damaged
ok "no evidence" exits 2 "$verify" check
ok "no https" exits 2 "$verify" live http://127.0.0.1:1
for url in 127.0.0.1:99999 127.0.0.1:65536 127.0.0.1:0 127.0.0.1:; do
	ok "no port: $url" exits 2 "$verify" live "https://$url" \
		--cert client.pem --key client.key --ca ca.pem
done
ok "errors in JSON too" exits 1 "$verify" check damaged --json
ok "with code and hint" jq -e '.error.code == "evidence" and .error.hint' out
stop_daemon
finish
