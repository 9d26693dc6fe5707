#!/bin/bash
# SPDX-License-Identifier: MIT
# A device that an admin enrolled without a TPM, and then one is bound to it: by an
# enroller, whose challenge is older than that; and one that is another machine's.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

# enrols NAME URL POLICY [AK]: an admin, by hand
enrols() {
	fleet admin /devices -d "{\"name\":\"$1\",\"url\":\"$2\",
		\"policy\":\"$3\"${4:+,\"ak\":\"$4\"}}"
}

# machine TPM: the device has that one now, and has booted
machine() {
	[ -z "$daemon_pid" ] || stop_daemon
	rm -rf good spool
	use_tpm "$1"
	good_device
	configure "firmware_log = \"$work/firmware\";" "port = $port;"
	start_daemon
}

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
make_tpm two
port=$(free_ports)
device_url=https://127.0.0.1:$port/
policies="{ name = \"plc\"; digests = [ \"$work/good/known.txt\" ];
	reference = \"$work/good/boot.json\"; },
	{ name = \"other\"; digests = [ \"$work/good/known.txt\" ]; }"
use_tpm one # it has been reset more often than the other one
use_tpm one
use_tpm one
ok "shinraid starts" machine one
enrolment_conf 'allow_software = true;' 'policy = "plc";' 'challenge_s = 300;'
ok "the verifier starts" start_verifier
ok "a device without a TPM is enrolled" said 201 enrols press "$device_url" plc
ok "and trusted" becomes press '.state == "trusted" and .assurance == "none"'
ok "the machine gets another TPM" machine two
ok "which is somebody else's" becomes press '.state == "untrusted"'
ok "until an admin binds it to the name" setup admin press \
	--tls-name server.example
ok "nothing of the other one is held against it" becomes press '
	.state == "trusted" and .assurance == "software"'
stop_daemon

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
