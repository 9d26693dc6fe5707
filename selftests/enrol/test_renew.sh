#!/bin/bash
# SPDX-License-Identifier: MIT
# A renewal changes what ends, and nothing else.
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

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
use_tpm one
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

ok "nothing is left in the TPM" test -z "$(held)"
ok "the verifier ends in an orderly way" stop_verifier
finish
