#!/bin/bash
# SPDX-License-Identifier: MIT
# A renewal changes what ends, and nothing else; one that is cut off is gone on with.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

# is_asked_as NAME TLS-NAME: what its certificate has to have
is_asked_as() {
	python3 - "$@" <<'PY'
import sqlite3, sys
got = sqlite3.connect("fleet.db").execute(
    "SELECT tls_name FROM device WHERE name = ?", sys.argv[1:2]).fetchone()[0]
print(got)
sys.exit(got != sys.argv[2])
PY
}

# fits NAME: its key and its certificate
fits() {
	[ "$(openssl pkey -in "$1/key.pem" -pubout)" = \
		"$(openssl x509 -in "$1/cert.pem" -noout -pubkey)" ]
}

# as_before NAME: it was not renewed
as_before() {
	fits "$1" && cmp "$1/cert.pem" old.pem
}

# forget_all: as the kernel has the TPM do when a program ends
forget_all() {
	tpm2_flushcontext -t
	tpm2_flushcontext -l
}

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
use_tpm one
cc -shared -fPIC -o cut.so "$root/selftests/enrol/cut.c"
enrolment_conf 'allow_software = true;' 'policy = "plc";'
ok "the verifier starts" start_verifier

ok "a device enrols" setup enroller press
ok "it is asked by the name that its certificate has" is_asked_as press press
ok "it enrols with a certificate of its own" setup enroller press \
	--tls-name plant7.example
ok "and is asked by that name" is_asked_as press plant7.example
nearly_over press
ok "it is renewed" said_by 'enrolled by its TPM' renew press
ok "and asked by that name still" is_asked_as press plant7.example

# Whatever it was that did not happen, the next renewal makes it good.
chgrp nogroup press
for how in CUT FAIL; do
	for at in $(seq 12); do
		nearly_over press
		cp press/cert.pem old.pem
		env $how="$at" LD_PRELOAD="$work/cut.so" \
			ASAN_OPTIONS=verify_asan_link_order=0 "$ctl" setup \
			--renew --tcti "$TPM2TOOLS_TCTI" --out press \
			>cut.log 2>&1 && break
		if [ $how = CUT ]; then
			forget_all
		else
			ok "$how $at: which is told" \
				grep -q 'shinraictl: cannot ' cut.log
			ok "$how $at: and leaves nothing in the TPM" \
				test -z "$(held)"
		fi
		ok "$how $at: it is renewed later" said_by 'certificate until' \
			renew press
		ok "$how $at: to what fits" fits press
		ok "$how $at: and ends later" no cmp press/cert.pem old.pem
		ok "$how $at: for the folder's group" test \
			"$(stat -c '%a %G' press/key.pem)" = "640 nogroup"
	done
	ok "$how: each change was the last one once" test "$at" -gt 7
	ok "$how: none was too many" fits press
done
nearly_over press
cp press/cert.pem old.pem
ok "a group that the key cannot be given to" no env FAIL=2 \
	LD_PRELOAD="$work/cut.so" ASAN_OPTIONS=verify_asan_link_order=0 \
	"$ctl" setup --renew --tcti "$TPM2TOOLS_TCTI" --out press
ok "changes nothing" as_before press

# The key that is certified is not changed by the way.
ok "it enrols with another AK" setup enroller press --ak-generation 1
device press .ak >/dev/null
key=$(jq -r .ak body)
nearly_over press
cp press/cert.pem old.pem
ok "it is not renewed with the one of before" refused \
	'ak.pem .* another key.*--ak-generation' renew press
ok "nothing is written" as_before press
ok "the AK is what it was" device press ".ak == \"$key\""
ok "with its own it is" said_by 'enrolled by its TPM' renew press \
	--ak-generation 1
ok "and has it still" device press ".ak == \"$key\""
ok "nothing is left in the TPM" test -z "$(held)"
ok "and no key that waits" test ! -e press/key.pem.new
ok "the verifier ends in an orderly way" stop_verifier
finish
