#!/bin/bash
# SPDX-License-Identifier: MIT
# owner admit and revoke, offline: what they sign, and what they refuse.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"

"$root/selftests/vm/mkkeys" keys
mkdir -p empty
admin=(--admin-cert keys/admin.pem --admin-key keys/admin.key)
acme=(--cert keys/acme.pem --namespace acme)
other=(--admin-cert keys/admin.pem --admin-key keys/acme.key)

# admission FILE OPERATION GENERATION CERTIFICATE: is it what uapi/shinrai.h says?
admission() {
	local owner
	owner=$(openssl rsa -in keys/acme.key -RSAPublicKey_out -outform DER \
		2>/dev/null | sha256sum | cut -d ' ' -f 1)
	python3 - "$@" "$owner" <<'PY'
import struct
import sys
path, operation, generation, cert, owner = sys.argv[1:]
data = open(path, "rb").read()
cert = open(cert, "rb").read()
want = struct.pack("<8sIIQ64s32sII", b"SHNROWN\0", 1, int(operation),
                   int(generation), b"acme", bytes.fromhex(owner), len(cert),
                   0) + cert
sys.exit(data != want)
PY
}

# signed FILE: exactly as the openssl command signs it
signed() {
	openssl cms -sign -binary -noattr -md sha256 -nocerts -outform DER \
		-signer keys/admin.pem -inkey keys/admin.key -in "$1" |
		cmp - "$1.sig"
}

run owner admit "${acme[@]}" "${admin[@]}" --generation 7 --out a
exits 0 "an admission is written"
says out "acme: admission, generation 7" "which is told"
ok "it is what the kernel reads" \
	admission a.admission 1 7 keys/acme.der
ok "and signed as it verifies" signed a.admission
run owner admit --cert keys/acme.der --namespace acme "${admin[@]}" \
	--generation 7 --out d --json
json 'd["generation"] == 7 and d["namespace"] == "acme" and not d["loaded"]
	and d["operation"] == "admit" and len(d["owner"]) == 64' "--json"
ok "a certificate in DER is the same" cmp a.admission d.admission
run owner revoke "${acme[@]}" "${admin[@]}" --generation 8 --out r
exits 0 "a revocation is written"
ok "it is what the kernel reads" admission r.admission 2 8 /dev/null
ok "and signed" signed r.admission

before=$(date +%s%3N)
run owner admit "${acme[@]}" "${admin[@]}" --out t --json
after=$(date +%s%3N)
json "$before <= d['generation'] <= $after" "the generation is the time in ms"

openssl pkcs8 -topk8 -in keys/admin.key -passout pass:x -out locked.key
head -c 500 keys/acme.pem >cut.pem
long=$(printf 'a%.0s' {1..64})

# arguments|exit status|what is said
while IFS='|' read -r args status text; do
	# shellcheck disable=SC2086
	run $args
	exits "$status" "'${args:0:60}'"
	says err "$text" "'${args:0:60}' says why"
done <<LIST
owner admit|2|--cert and --namespace are needed
owner admit ${acme[*]}|2|--admin-cert and --admin-key are needed
owner admit ${acme[*]} --admin-cert keys/admin.pem|2|--admin-cert and --admin-key are needed
owner admit --cert keys/acme.pem --namespace Acme ${admin[*]} --out x|2|1 to 63 of a-z
owner admit --cert keys/acme.pem --namespace $long ${admin[*]} --out x|2|1 to 63 of a-z
owner admit --cert none.pem --namespace a ${admin[*]} --out x|1|cannot read none.pem: No such file
owner admit --cert cut.pem --namespace a ${admin[*]} --out x|1|cut.pem is not a certificate
owner admit --cert keys/small.pem --namespace a ${admin[*]} --out x|1|RSA of 2048, 3072 or 4096
owner admit --cert keys/ec.pem --namespace a ${admin[*]} --out x|1|RSA of 2048, 3072 or 4096
owner admit ${acme[*]} ${other[*]} --out x|1|keys/acme.key is not the key of keys/admin.pem
owner admit ${acme[*]} --admin-cert keys/admin.pem --admin-key keys/acme.pem --out x|1|not a private key
owner admit ${acme[*]} --admin-cert keys/ec.pem --admin-key keys/ec.key --out x|1|the kernel cannot use
owner admit ${acme[*]} ${admin[*]} --out none/x|1|cannot write none/x.admission
owner admit ${acme[*]} ${admin[*]} --generation x --out x|2|not a decimal number
owner revoke|2|NAMESPACE|OWNER, or --cert and --namespace
owner revoke acme ${acme[*]} ${admin[*]}|2|or --cert and --namespace
owner revoke --cert keys/acme.pem ${admin[*]}|2|or --cert and --namespace
owner revoke acme|2|--admin-cert and --admin-key are needed
owner load|2|which FILE?
policy load|2|either BLOB or --all DIR
policy load x --all empty|2|either BLOB or --all DIR
policy load --all empty --signature x|2|either BLOB or --all DIR
LIST
ok "nothing is left of what failed" bash -c '! ls x.* none 2>/dev/null | grep .'

# Without a terminal nobody can be asked.
rc=0
setsid "$ctl" owner admit "${acme[@]}" --admin-cert keys/admin.pem \
	--admin-key locked.key --out x >out 2>err </dev/null || rc=$?
exits 1 "a locked key"
says err "locked.key is not a private key in PEM, or its passphrase" \
	"a locked key says why"

if [ ! -e /dev/shinrai ]; then
	for args in "owner list" "owner load a.admission" "policy load a" \
		"policy load --all empty" "owner revoke acme ${admin[*]}" \
		"owner admit ${acme[*]} ${admin[*]}"; do
		# shellcheck disable=SC2086
		run $args
		exits 1 "'${args:0:30}' without the module"
		says err "cannot open /dev/shinrai: No such file or directory (is the module loaded?" \
			"'${args:0:30}' says why"
	done
fi
finish
