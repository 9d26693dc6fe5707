#!/bin/bash
# SPDX-License-Identifier: MIT
# Which group a device gets that enrols by its TPM, and that it stays where an admin
# puts it.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"

# conf ENROLMENT [ENROLLER]: more of both
conf() {
	enrolment_conf "allow_software = true; $1"
	sed -i "s/role = \"enroller\";/& ${2-}/" verifier.conf.d/test.conf
	cat >>verifier.conf.d/test.conf <<-'CONF'
	groups = ( { name = "line-4"; policy = "plc"; }, { name = "lab"; } );
	CONF
}
anew_with() { # as conf
	stop_verifier
	conf "$@"
	start_verifier
}
is_in() { # DEVICE GROUP POLICY WHOSE
	device "$1" ".group == \"$2\" and .policy == \"$3\" and
		.policy_from == \"$4\""
}
gone() { # DEVICE
	said 200 fleet admin "/devices/$1" -X DELETE
}
move() { # DEVICE MEMBERS
	said 200 fleet admin "/devices/$1" -X PATCH -d "$2"
}

make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_tpm one
use_tpm one
conf ''
ok "the verifier starts" start_verifier
ok "without group and policy nobody is enrolled" refused \
	'an admin names it, or a group' setup enroller press
ok "an enroller names no group" refused 'only admins choose what a device belongs' \
	setup enroller press --group line-4
ok "an admin does" setup admin press --group line-4
ok "it is in it" is_in press line-4 plc group
ok "none that there is not" refused 'group: the verifier.* has none' \
	setup admin press --group line-5
ok "nor one without a policy" refused 'policy: is needed' \
	setup admin press --group lab
ok "unless it has one of its own" setup admin press --group lab --policy other
ok "it is moved" is_in press lab other device
gone press >/dev/null

ok "the configuration says a group" anew_with 'group = "line-4";'
ok "an enroller's devices are in it" setup enroller press
ok "by its policy" is_in press line-4 plc group
cp press/cert.pem press.pem
cp press/key.pem press.key
ok "an admin moves it" move press '{"group": "lab", "policy": "other"}'
ok "it enrols itself again" setup press press
ok "and stays" is_in press lab other device
ok "does not choose" refused 'only admins choose what a device belongs' \
	setup press press --group line-4
ok "may say what it is" setup press press --group lab --policy other
ok "an enroller enrols it again: it stays, too" setup enroller press
ok "there" is_in press lab other device
ok "so with an admin" setup admin press
ok "who does not say more" is_in press lab other device
ok "or one of both" setup admin press --group line-4
ok "and the other one stays" is_in press line-4 other device

# Moved while it answers its challenge: the admin's word counts.
keys_of one
cp press/cert.pem press.pem
cp press/key.pem press.key
export MEMBERS='{"policy": null}'
ok "it asks for a challenge" said 200 begin press press one.ek one.ak one.crt
ok "works on that" activate one
ok "is moved" move press '{"group": "lab", "policy": "plc"}'
ok "answers" said 201 answer press
ok "what it gets says where it is" jq -e '.device | .group == "lab" and
	.policy == "plc" and .policy_from == "device"' body
ok "and it is there" is_in press lab plc device
ok "it asks for another one" said 200 begin press press one.ek one.ak one.crt
ok "works on that, too" activate one
ok "is withdrawn" gone press
ok "and does not come back" said 000 answer press
unset MEMBERS
use_tpm one # without what was loaded into it

ok "an enroller has a group" anew_with 'group = "lab"; policy = "other";' \
	'group = "line-4";'
ok "its devices are in that" setup enroller press
ok "by its policy, not that of the enrolment" is_in press line-4 plc group
gone press >/dev/null
ok "a group without a policy" anew_with 'group = "lab"; policy = "other";'
ok "takes that of the enrolment" setup enroller press
ok "as its own" is_in press lab other device
stop_verifier
conf '' 'group = "line-5";'
ok "a group of an enroller that there is not is refused" refused \
	'test.conf:[0-9]*: eve: there is no group line-5 in groups' \
	"$verifier" --config verifier.conf --check-config
finish
