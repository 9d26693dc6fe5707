#!/bin/bash
# SPDX-License-Identifier: MIT
# shinraictl admits owners and loads policies, and says what the kernel meant.
# vm: kernel=6.1,6.12 slow=6.12 load=late arm=yes timeout=300 file=/usr/bin/perl
# vm: append=shinrai.anchor=/vm/keys/admin.der
set -uo pipefail
. /vm/lib/tap.sh

cd /tmp || exit 1
admin=(--admin-cert /vm/keys/admin.pem --admin-key /vm/keys/admin.key)
acme=(--cert /vm/keys/acme.pem --namespace acme)

# says STATUS TEXT ARGUMENT...: of shinraictl
says() {
	local rc=0
	shinraictl "${@:3}" >out 2>&1 || rc=$?
	cat out
	[ "$rc" -eq "$1" ] && grep -qF -- "$2" out
}

# policy NAME GENERATION FILE: compiled and signed
policy() {
	cat >source <<-END
		policy $1 generation $2
		label plans 00000000-0000-4000-8000-00000000000$2
		deny any send plans
	END
	shinraictl policy compile --owner "/vm/keys/$1.pem" --out "$3" source &&
		shinraictl policy sign --cert "/vm/keys/$1.pem" \
			--key "/vm/keys/$1.key" --out "$3.sig" "$3"
}

# listed JQ: what "owner list" says
listed() {
	shinraictl owner list --json >out || return 1
	cat out
	jq -e "$1" out
}

hash=$(openssl rsa -in /vm/keys/acme.key -RSAPublicKey_out -outform DER \
	2>/dev/null | sha256sum | cut -d ' ' -f 1)
for n in 1 2 3; do
	check "policy $n is made" policy acme $n "a$n"
done
check "another's is made" policy beta 1 b1
check "nobody is admitted" says 0 "nobody is admitted" owner list
check "a policy of nobody" says 1 \
	"a1: its owner was never admitted (shinraictl owner admit)" \
	policy load a1
check "an anchor that is not ours" says 1 \
	"the anchor's key did not sign it, or not so" owner admit "${acme[@]}" \
	--admin-cert /vm/keys/beta.pem --admin-key /vm/keys/beta.key
check "an owner is admitted" says 0 "owner $hash" \
	owner admit "${acme[@]}" "${admin[@]}"
check "twice" says 1 "the key or the namespace is admitted already" \
	owner admit "${acme[@]}" "${admin[@]}"
check "another at once" says 0 "beta: admission" owner admit \
	--cert /vm/keys/beta.pem --namespace beta "${admin[@]}"
check "an old order" says 1 \
	"not newer than the last admission or revocation" \
	owner revoke acme "${admin[@]}" --generation 5
check "a policy is loaded" says 0 "acme: policy, generation 2" policy load a2
check "an older one is not" says 1 \
	"cannot load a1: not newer than this owner's last policy" \
	policy load a1
check "nor one with another's signature" says 1 \
	"its owner's key did not sign it" policy load a3 --signature b1.sig
check "nor without one" says 1 "its signature is not there" \
	policy load a3 --signature none
check "nor a signature" says 1 "it is not a compiled policy" \
	policy load a3.sig --signature a3.sig
check "nor a text" says 1 "it is not a compiled policy" \
	policy load source --signature a3.sig
check "as JSON" says 1 '"code":"generation"' policy load a2 --json
cp a3.sig elsewhere
check "a signature elsewhere" says 0 "generation 3" \
	policy load a3 --signature elsewhere
check "the list has both" listed '[.owners[] | [.namespace, .revoked,
	.policy.generation, .policy.rules, .policy.labels]] ==
	[["acme", false, 3, 1, 1], ["beta", false, null, null, null]]'
check "and the digest, and the owner" listed ".owners[0] |
	.policy.sha256 == \"$(sha256sum a3 | cut -d ' ' -f 1)\" and
	.owner == \"$hash\""
check "as a table" says 0 "policy generation 3, 1 rules, 1 labels" owner list
check "one is revoked by his name" says 0 "acme: revocation" \
	owner revoke acme "${admin[@]}"
check "which the list tells" listed '.owners[0] |
	.revoked and .policy == null'
check "not twice" says 1 "nobody is admitted as acme" \
	owner revoke acme "${admin[@]}"
check "he has no policy" says 1 "cannot load a3: its owner is revoked" \
	policy load a3

orders() { # orders DIR: to admit, to revoke and to admit him, signed elsewhere
	shinraictl owner admit "${acme[@]}" "${admin[@]}" --out "$1/e" &&
		shinraictl owner revoke "${acme[@]}" "${admin[@]}" \
			--out "$1/f" &&
		shinraictl owner admit "${acme[@]}" "${admin[@]}" --out "$1/g"
}
check "orders are signed" orders .
check "in a wrong order" says 1 "cannot load f.admission: its owner is rev" \
	owner load f.admission e.admission
check "nothing came of it" listed '.owners[0].revoked'
check "in their order" says 0 "acme: revocation" \
	owner load e.admission f.admission g.admission
check "and no more" says 1 "cannot load e.admission: not newer" \
	owner load e.admission
check "he is there" listed '.owners[0].revoked | not'
check "and not" says 0 "acme: revocation" owner revoke acme "${admin[@]}"

# As at boot: what is wrong is told, and the rest still loaded.
mkdir -p d/owners.d d/policies.d
check "orders are signed" orders d/owners.d
mv d/owners.d/e.admission d/owners.d/z.admission
mv d/owners.d/e.admission.sig d/owners.d/z.admission.sig
policy acme 4 d/policies.d/z.policy
policy acme 5 d/policies.d/a.policy
policy beta 2 d/policies.d/b.policy
echo x >d/policies.d/x.policy
cp d/policies.d/a.policy d/policies.d/y.policy
echo x >d/policies.d/ignored
check "all of a folder, in order" says 1 '"failed":[{"file":' \
	policy load --all d --json
check "what was wrong is told" jq -e '[.failed[] | .file + " " + .code] |
	sort == ["d/policies.d/x.policy signature",
		"d/policies.d/y.policy signature"]' out
check "the rest is loaded, the oldest first" jq -e '[.loaded[].file] ==
	["d/owners.d/z.admission", "d/owners.d/f.admission",
	"d/owners.d/g.admission", "d/policies.d/b.policy",
	"d/policies.d/z.policy", "d/policies.d/a.policy"]' out
check "and in force" listed '[.owners[].policy.generation] == [5, 2]'
rm d/policies.d/[xy].policy
check "again: all of it is old" says 1 "a.policy: not newer" \
	policy load --all d
check "a folder of neither" says 1 "neither owners.d nor policies.d" \
	policy load --all /etc
check "one is revoked by his key" says 0 "acme: revocation" \
	owner revoke "$hash" "${admin[@]}"
dump
check "the log tells of all policies" test \
	"$(grep -oE 'POLICY .* generation=[0-9]+ namespace=\w+' /tmp/log |
		sed -E 's/.*generation=([0-9]+) namespace=/\1/' | tr '\n' ' ')" \
	= "2acme 3acme 2beta 4acme 5acme "
check "and of all orders" test "$(grep -oE ' OWNER .*' /tmp/log |
	sed -E 's/.*namespace=(\w+) operation=(\w+) .*/\1-\2/' | tr '\n' ' ')" \
	= "$(printf '%s ' {acme,beta}-admit acme-revoke \
		acme-{admit,revoke,admit,revoke} \
		acme-{admit,revoke,admit,revoke})"
plan
