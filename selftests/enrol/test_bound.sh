#!/bin/bash
# SPDX-License-Identifier: MIT
# A device that an admin enrolled without a TPM, and then one is bound to it by an
# enroller, whose challenge is older than that.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

# enrols NAME URL POLICY [AK]: an admin, by hand
enrols() {
	fleet admin /devices -d "{\"name\":\"$1\",\"url\":\"$2\",
		\"policy\":\"$3\"${4:+,\"ak\":\"$4\"}}"
}

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
policies='{ name = "plc"; }, { name = "other"; }'
enrolment_conf 'allow_software = true;' 'policy = "plc";' 'challenge_s = 300;'
ok "the verifier starts" start_verifier

keys_of one
ok "a challenge for an enroller" said 200 begin enroller lathe one.ek one.ak \
	one.crt
ok "the TPM answers it" activate one
ok "an admin enrols the name and the key meanwhile" said 201 enrols lathe \
	https://127.0.0.1:1/ other "000b$(tail -c +3 one.ak | sha256sum |
		cut -d' ' -f1)"
ok "the enroller binds the TPM" said 201 answer enroller
ok "but does not change what it is held against" device lathe '
	.policy == "other" and .assurance == "software"'
ok "the verifier ends in an orderly way" stop_verifier
finish
