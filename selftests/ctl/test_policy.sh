#!/bin/bash
# SPDX-License-Identifier: MIT
# policy check, compile, sign, show, diff, explain: what an owner types.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"
good=$root/selftests/policy/good
bad=$root/selftests/policy/bad
oracle=$root/selftests/policy/oracle.py

# check
for policy in "$good"/*.policy; do
	run policy check "$policy" --json
	exits 0 "check ${policy##*/}"
	json 'all(n["kind"] == "warning" for n in d["notes"])' \
		"${policy##*/}: no errors"
done
run policy check "$good/acme.policy"
says out "acme generation 7: 2 labels, 2 programs," "check says what it found"
ok "nothing to remark" test ! -s err
printf 'policy p generation 1\nallow any\tsned “x”\nallow any sned x\n' >wrong
run policy check wrong
exits 1 "a wrong policy"
# The quotes are found first, for words are read before statements.
cat >want <<'TEXT'
wrong:2:16: error: a typographic quote, U+201C
    2 | allow any	sned “x”
      |          	     ^
      = strings are in plain quotes: "
wrong:3:11: error: an action is expected, not 'sned'
    3 | allow any sned x
      |           ^~~~
      = did you mean 'send'?
shinraictl: wrong: 2 errors (see shinrai-policy(5))
TEXT
ok "errors as compilers print them" diff want err
ok "and nothing else" test ! -s out
run policy check wrong --json
exits 1 "a wrong policy, as JSON"
json 'd["error"]["code"] == "policy" and d["error"]["message"] == "2 errors"' \
	"one error object"
json '[(n["line"], n["column"], n["width"]) for n in d["notes"]] == [(2, 16, 1), (3, 11, 4)]' \
	"and every place"
json 'd["notes"][1]["hint"] == "did you mean '"'send'"'?"' "and every hint"
run policy check "$bad/many-errors.policy"
says err "there may be more; these are the first 20" "20 errors are enough"
says err "at least 20 errors" "and it says so"
run policy check - --json
json 'd["notes"][0]["message"] == "there is no policy in it"' "standard input"
run policy check none
exits 1 "no such file"
says err "cannot read none: No such file or directory" "no such file: why"
head -c $((17 << 20)) /dev/zero >large
run policy check large
says err "more than 16 MiB" "too large a file"
rm large
run policy check "$bad/warn-denied.policy"
exits 0 "warnings are no failure"
says err "warning: line 4 denies all of this" "but they are told"
# A long line is shown around the mistake.
{
	echo "policy p generation 1 # $(printf '%0200d' 0)"
	printf 'label x 6f1c2a9e-0000-4000-8000-000000000001 path'
	printf ' "/%060d"' 1 2 3 4 5
	echo ' /oops'
} >wide
run policy check wide
says err "wide:2:371: error: nothing more is expected here, but '/oops' follows" "a wide line"
ok "the mark is under the mistake" python3 -c "
lines = open('err', encoding='utf-8').read().split('\n')
at = lines[2].index('^')
assert lines[1][at:].startswith('/oops'), lines
assert len(lines[1]) < 90"
printf 'policy p generation 1 # \033[2J\n' >escape
run policy check escape
ok "no escape reaches the terminal" bash -c "! grep -q $'\033' err"

# compile
openssl req -x509 -newkey rsa:3072 -nodes -keyout acme.key -out acme.pem \
	-subj /CN=acme -days 30 2>openssl.log
openssl req -x509 -newkey rsa:3072 -nodes -keyout other.key -out other.pem \
	-subj /CN=other -days 30 2>openssl.log
openssl req -x509 -newkey rsa:1024 -nodes -keyout small.key -out small.pem \
	-subj /CN=small -days 30 2>openssl.log
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout ec.key -out ec.pem -subj /CN=ec -days 30 2>openssl.log
# The BIT STRING's contents: of RSA, the RSAPublicKey.
owner=$(openssl x509 -in acme.pem -noout -pubkey |
	openssl rsa -pubin -RSAPublicKey_out -outform DER 2>openssl.log |
	sha256sum | cut -d' ' -f1)
run policy compile "$good/acme.policy" --owner acme.pem --out acme.blob --json
exits 0 "compile"
json "d['owner'] == '$owner' and d['file'] == 'acme.blob'" \
	"the owner is the hash of the key"
json "d['source'] == '$(sha256sum <"$good/acme.policy" | cut -d' ' -f1)'" \
	"the source is the text"
json "d['sha256'] == '$(sha256sum <acme.blob | cut -d' ' -f1)'" \
	"the digest is the blob's"
run policy compile "$good/acme.policy" --owner "$owner" --out again.blob
exits 0 "compile for a hash"
ok "the same bytes" cmp acme.blob again.blob
run policy compile - --owner "$owner" --out -
exits 1 "compile nothing"
"$ctl" policy compile - --owner "$owner" --out - <"$good/acme.policy" >piped
ok "from and to a pipe" cmp acme.blob piped
mkdir folder
cp "$good/known.txt" "$good/programs.policy" folder
run policy compile folder/programs.policy --owner "$owner" --out p.blob
exits 0 "lists are looked for beside the policy"
run policy compile "$bad/uuid-nil.policy" --owner "$owner" --out no.blob
exits 1 "compile what is wrong"
ok "nothing is written" test ! -e no.blob
run policy compile acme.blob --owner "$owner" --out no.blob
says err "it is compiled already" "compile a blob"
run policy compile "$good/acme.policy" --owner none.pem --out no.blob
says err "cannot read none.pem" "no certificate"
run policy compile "$good/acme.policy" --owner acme.key --out no.blob
exits 1 "a key for a certificate"
run policy compile "$good/acme.policy" --owner "${owner%?}" --out no.blob
exits 1 "half a hash"
run policy compile "$good/acme.policy" --owner "$owner"
exits 2 "where to?"

# sign
run policy sign acme.blob --cert acme.pem --key acme.key --out acme.sig --json
exits 0 "sign"
json 'd["signature"] == "acme.sig" and d["policy"] == "acme"' "what was signed"
verifies() { # SIGNATURE CONTENT CERTIFICATE
	openssl cms -verify -binary -inform DER -in "$1" -content "$2" \
		-certfile "$3" -noverify -out /dev/null
}
ok "openssl verifies it" verifies acme.sig acme.blob acme.pem
cp acme.blob changed.blob
printf x >>changed.blob
ok "not over other bytes" bash -c "! openssl cms -verify -binary -inform DER \
	-in acme.sig -content changed.blob -certfile acme.pem -noverify \
	-out /dev/null 2>&1"
openssl cms -sign -binary -noattr -md sha256 -outform DER -nocerts \
	-signer acme.pem -inkey acme.key -in acme.blob -out openssl.sig
ok "the same bytes as openssl's" cmp acme.sig openssl.sig
ok "detached and without certificates" bash -c "
	openssl cms -cmsout -print -inform DER -in acme.sig >cms.txt &&
	grep -q 'eContent: <ABSENT>' cms.txt &&
	grep -A1 'certificates:' cms.txt | grep -q '<ABSENT>' &&
	grep -A1 'signedAttrs:' cms.txt | grep -q '<ABSENT>'"
run policy sign acme.blob --cert other.pem --key other.key --out no.sig
exits 1 "sign another's policy"
says err "is the policy of $owner, but other.pem is of" "it says whose it is"
run policy sign acme.blob --cert acme.pem --key other.key --out no.sig
says err "other.key is not the key of acme.pem" "another key"
run policy compile "$good/acme.policy" --owner ec.pem --out ec.blob
exits 0 "compile for a key that cannot sign"
run policy sign ec.blob --cert ec.pem --key ec.key --out no.sig
exits 1 "sign with ECDSA"
says err "the kernel verifies RSA of 2048" "ECDSA: why not"
run policy compile "$good/acme.policy" --owner small.pem --out small.blob
run policy sign small.blob --cert small.pem --key small.key --out no.sig
says err "small.key is a key that the kernel cannot use" "a small key"
run policy sign "$good/acme.policy" --cert acme.pem --key acme.key --out no.sig
says err "compile it first" "sign a text"
run policy sign changed.blob --cert acme.pem --key acme.key --out no.sig
says err "it is damaged, or was never a policy" "sign what is damaged"
ok "no signature was written" test ! -e no.sig

# show: what is shown means the same
for policy in "$good"/*.policy; do
	name=${policy##*/}
	run policy show "$policy"
	exits 0 "show $name"
	cp out shown.policy
	[ "$name" != programs.policy ] || cp "$good/known.txt" .
	python3 "$oracle" "$policy" "${policy%.policy}.cases" |
		sed 's/ -> \([a-z]*\).*/ \1/' >meant
	python3 "$oracle" shown.policy "${policy%.policy}.cases" |
		sed 's/ -> \([a-z]*\).*/ \1/' >shown
	ok "$name: a second reader finds the same in it" cmp meant shown
	python3 "$oracle" "$policy" "${policy%.policy}.cases" >answers
	ok "$name: its cases are as the oracle has them" diff \
		<(grep . answers) <(grep . "${policy%.policy}.cases")
done
run policy show acme.blob
says out "# owner $owner" "show a blob: whose"
says out "allow any send drawings to plant port 443/tcp when mon-fri 08:00-18:00 limit 10MiB per 1d notify  # line 16" \
	"show a blob: a rule and its line"
run policy show acme.blob --json
json "d['owner'] == '$owner' and 'media stick usb 0781:5567 serial \"4C530001\"'
	in [s['text'] for s in d['statements'] if s['kind'] == 'media']" \
	"show as JSON"
run policy show changed.blob
exits 1 "show what is damaged"
says err "not a compiled policy" "show what is damaged: why"
python3 - <<'PY'
data = bytearray(open("acme.blob", "rb").read())
open("cut.blob", "wb").write(data[:-1])
data[8] = 2
open("version.blob", "wb").write(data)
PY
run policy show version.blob
says err "of another version of the format" "another version"
run policy show cut.blob
exits 1 "a cut blob"

# diff
run policy diff "$good/acme.policy" acme.blob
exits 0 "a text and its blob"
ok "do not differ" test ! -s out
run policy diff "$good/acme.policy" acme.blob --exit-code
exits 0 "nor with --exit-code"
sed -e 's/generation 7/generation 8/; s/^allow user 1000/allow user 1001/' \
	-e 's/"4C530001"/"4C530002"/; /^allow any send drawings to other/d' \
	-e 's/drawings delete deny/drawings delete audit/' \
	-e 's/^grant.*/& # the same/' "$good/acme.policy" >new.policy
tac "$good/acme.policy" | sed -n '/^audit any/p' >>new.policy
run policy diff acme.blob new.policy
exits 0 "different policies"
sort out >sorted
sort >want <<'TEXT'
- policy acme generation 7
+ policy acme generation 8
- default drawings delete deny
+ default drawings delete audit
- media stick usb 0781:5567 serial "4C530001"
+ media stick usb 0781:5567 serial "4C530002"
- allow user 1000 send drawings to 192.0.2.7 port 8000-8100  # line 17
+ allow user 1001 send drawings to 192.0.2.7 port 8000-8100  # line 17
- allow any send drawings to other netlink  # line 21
+ audit any trace drawings, models  # line 24
TEXT
ok "what differs" diff want sorted
run policy diff acme.blob new.policy --exit-code
exits 1 "--exit-code"
run policy diff acme.blob new.policy --json
json 'not d["same"] and len(d["changes"]) == 7 and
	{c["kind"] for c in d["changes"] if c["change"] == "changed"} ==
	{"policy", "default", "media"}' "diff as JSON"
run policy diff acme.blob
exits 2 "diff with nothing"

# explain
explain() {
	run policy explain "$good/acme.policy" --label drawings "$@"
}
explain --action send --to 10.1.2.3:443/tcp --at 2026-11-24T09:30Z
exits 0 "explain"
says out "label acme/drawings: allow by line 16" "the verdict and its rule"
says out " > line 16: allow any send drawings to plant" "the rule itself"
says out "because: the only rule that matches" "and why"
explain --action send --to 10.1.2.3:443/tcp --at 2026-11-29T09:30Z
says out "deny by default" "on a Sunday"
says out "but for the time" "what almost matched"
# option value|what is missed
while IFS='|' read -r args what; do
	# shellcheck disable=SC2086
	explain $args --json
	json "\"$what\" in [n['but_for'] for n in d['answers'][0]['near']]" \
		"$args: but for $what"
done <<'LIST'
--action send --to 10.1.2.3:444/tcp --at 2026-11-24T09:30Z|the port
--action send --to 10.1.2.3:443/udp --at 2026-11-24T09:30Z|the protocol
--action send --to 10.2.2.3:443/tcp --at 2026-11-24T09:30Z|the address
--action send --to 10.1.2.3:443/tcp --at 2026-11-24T19:30Z|the time
--action send --to 10.1.2.3:443/tcp --at 2026-11-24T09:30Z --bytes 10485761|the limit
--action send --to 192.0.2.7:8000|who acts
--action export --media 0781:5567:4C53|the device's serial number
--action export --media 0781:5568:4C530001|the device's vendor and product
--action write --filesystem vfat|who acts
--action write --filesystem nfs --cgroup /system.slice/cad.service|the destination
--action send --local /run/other|the destination
--action send --family packet|the destination
LIST
explain --action send --to 10.1.2.3:443/tcp --user 1001 --at 2026-11-24T09:30Z
says out "   > line 23: deny user 1001 write, send, export all labels" \
	"a deny decides"
says out "     line 16: allow any send" "over the allow, which is told, too"
says out "because: a deny wins over every other rule" "why a deny"
run policy explain acme.blob --label acme/drawings,models --action delete --json
json 'd["verdict"] == "deny" and [a["verdict"] for a in d["answers"]] == ["deny", "allow"]' \
	"several labels: the severest"
explain --action send
exits 2 "send, but where to?"
explain --action send --to 10.1.2.3 --local /x
exits 2 "to two places"
explain --action read --to 10.1.2.3
exits 2 "reading goes nowhere"
explain --action send --to 10.1.2
exits 2 "no address"
explain --action print
exits 2 "no action"
explain --action read --program abc
exits 2 "no digest"
explain --action read --at noon
exits 2 "no time"
run policy explain "$good/acme.policy" --label drawing --action read
exits 1 "no label"
says err "has no label 'drawing'" "no label: why"
run policy explain "$good/acme.policy" --action read
exits 2 "no label given"

# The example of the manual, and what it says of it.
man=$root/tools/man/shinrai-policy.5
sed -n '/^# What may happen/,/^\.Ed/p' "$man" | sed '$d' >example.policy
digest=1111111111111111111111111111111111111111111111111111111111111111
printf '# shinrai-digests v1\n%s exec /usr/bin/cad\n' "$digest" >known.txt
run policy check example.policy
exits 0 "the manual's example"
ok "without a warning" test ! -s err
# arguments|verdict
while IFS='|' read -r args verdict; do
	# shellcheck disable=SC2086
	run policy explain example.policy --label $args --json
	json "d['verdict'] == '$verdict'" "the manual: $args"
done <<LIST
drawings --action delete|deny
models --action delete|allow
drawings --action write --filesystem vfat --program $digest|allow
drawings --action write --filesystem vfat|deny
models --action send --to 10.1.2.3:443/tcp --at 2026-11-24T09:30Z|allow
models --action send --to 10.1.2.3:443/tcp --at 2026-11-29T09:30Z|deny
drawings --action send --to 192.0.2.7:22/tcp --user 1000|allow
drawings --action send --to 192.0.2.7:22/tcp --user 1000 --bytes 10485761|deny
models --action export --media 0781:5567:4C530001|allow
drawings --action export --media 0781:5567:4C530001|deny
drawings --action trace|audit
drawings --action send --to 10.1.2.3:443/tcp --user 1001 --at 2026-11-24T09:30Z|deny
LIST
ok "shinrai-policy.5: mandoc has nothing to say" bash -c \
	"mandoc -T lint -W warning '$man' | (! grep .)"

# A second reading of the language, with policies and accesses made up anew.
seed=${SEED:-$RANDOM}
echo "# seed $seed"
test=$BUILD/user/test/policy_golden_test
make -s -C "$root" BUILD="$BUILD" "$test"
mkdir random
python3 "$root/selftests/policy/random_cases.py" "$seed" 150 random
ok "9,000 random cases, seed $seed" "$test" random
finish
