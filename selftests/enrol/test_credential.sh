#!/bin/bash
# SPDX-License-Identifier: MIT
# Credential activation: tpm2-tools is the other half of each of our halves.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"

# shellcheck disable=SC2046 # flags are words
cc -O1 -D_GNU_SOURCE -I"$root" -I"$root/include" -I"$root/include/uapi" \
	-o credential "$root/selftests/enrol/credential.c" \
	"$root"/userspace/shinraid/tpm{,_keys,_ek}.c "$BUILD/user/libshinrai.a" \
	-lcrypto -ljansson $(pkg-config --libs tss2-esys tss2-mu tss2-rc \
	tss2-tctildr)
start_tpm
export TSS2_LOG=all+none

held() { # handles of keys and sessions in the TPM
	tpm2_getcap handles-transient
	tpm2_getcap handles-loaded-session
	tpm2_getcap handles-saved-session
}

secret() { # BYTES
	openssl rand -hex "$1"
}

# theirs EK.CTX FILE SECRET: tpm2-tools gets it out for its own AK
theirs() {
	tpm2_startauthsession --policy-session -S session.ctx >/dev/null
	tpm2_policysecret -S session.ctx -c e >/dev/null
	tpm2_activatecredential -c ak.ctx -C "$1" -i "$2" -o got \
		-P session:session.ctx >/dev/null || {
		tpm2_flushcontext session.ctx
		return 1
	}
	tpm2_flushcontext session.ctx
	[ "$(od -An -tx1 -v got | tr -d ' \n')" = "$3" ]
}

no() {
	! "$@"
}

tpm2_createek -c rsa.ctx -G rsa -u rsa.pub
tpm2_flushcontext -t
tpm2_createek -c ecc.ctx -G ecc -u ecc.pub
tpm2_flushcontext -t
tpm2_createak -C rsa.ctx -c ak.ctx -G ecc -g sha256 -s ecdsa -n ak.name \
	>/dev/null
tpm2_flushcontext -t
name=$(od -An -tx1 -v ak.name | tr -d ' \n')
ours=$(./credential ak "$TPM2TOOLS_TCTI")

for alg in rsa ecc; do
	for bytes in 1 16 32; do
		value=$(secret $bytes)
		./credential make $alg.pub "$name" "$value" blob
		ok "$alg: tpm2_activatecredential gives $bytes bytes" \
			theirs $alg.ctx blob "$value"
		tpm2_flushcontext -t
	done
	ok "$alg: not for another key" no ./credential activate \
		"$TPM2TOOLS_TCTI" $alg blob
	value=$(secret 32)
	python3 -c "open('value', 'wb').write(bytes.fromhex('$value'))"
	./credential make $alg.pub "$ours" "$value" both
	# It leaves out zeros that a coordinate begins with: once in 128 times.
	for _ in 1 2 3 4; do
		tpm2_makecredential -T none -u $alg.pub -s value -n "$ours" \
			-o theirs >/dev/null 2>&1
		[ "$(stat -c %s theirs)" -ne "$(stat -c %s both)" ] || break
	done
	ok "$alg: we activate what tpm2_makecredential made" test "$(
		./credential activate "$TPM2TOOLS_TCTI" $alg theirs)" = "$value"
	ok "$alg: and what we made" test "$(
		./credential activate "$TPM2TOOLS_TCTI" $alg both)" = "$value"
	ok "$alg: both are of one size" test "$(stat -c %s theirs)" = \
		"$(stat -c %s both)"
	python3 - <<-'PY'
	blob = bytearray(open("both", "rb").read())
	blob[50] ^= 1
	open("bad", "wb").write(blob)
	open("long", "wb").write(open("both", "rb").read() + b"\0")
	PY
	ok "$alg: not what was changed on its way" no ./credential activate \
		"$TPM2TOOLS_TCTI" $alg bad
	ok "$alg: nor with something behind it" no ./credential activate \
		"$TPM2TOOLS_TCTI" $alg long
done
ok "rsa: not what was made for the ECC key" no ./credential activate \
	"$TPM2TOOLS_TCTI" rsa both
ok "nothing is left in the TPM" test -z "$(held)"
ok "no secret is longer than 32 bytes" no ./credential make rsa.pub "$name" \
	"$(secret 33)" blob
ok "no key but an EK is challenged" no ./credential make ak.name "$name" \
	"$(secret 16)" blob
finish
