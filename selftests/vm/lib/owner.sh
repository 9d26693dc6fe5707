# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the owners of data do, for tests inside the machine; their keys are in
# /vm/keys.

# policy OWNER: of stdin, in force
policy() {
	cat >"$1.policy"
	shinraictl policy compile --owner "/vm/keys/$1.pem" --out "$1.blob" \
		"$1.policy" &&
		shinraictl policy sign --cert "/vm/keys/$1.pem" \
			--key "/vm/keys/$1.key" --out "$1.blob.sig" \
			"$1.blob" &&
		shinraictl owner admit --cert "/vm/keys/$1.pem" \
			--namespace "$1" --admin-cert /vm/keys/admin.pem \
			--admin-key /vm/keys/admin.key &&
		shinraictl policy load "$1.blob"
}

# label OWNER UUID FILE
label() {
	/vm/helper label-add "$(openssl rsa -in "/vm/keys/$1.key" \
		-RSAPublicKey_out -outform DER 2>/dev/null | sha256sum |
		cut -d ' ' -f 1)" "${2//-/}" "$3"
}
