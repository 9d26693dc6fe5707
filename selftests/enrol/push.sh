# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# A device that brings its evidence to a verifier, after verify/lib.sh and enrol/lib.sh.

# make_pusher: a TPM and a log for a device, and the verifier's port for $api
make_pusher() {
	make_enrol_ca
	make_cert enroller ca
	make_tpm one
	use_tpm one
	good_device
	api=$(free_ports)
	policies="{ name = \"plc\"; digests = [ \"$work/good/known.txt\" ];
		reference = \"$work/good/boot.json\"; }"
}

# serve [LINE...]: shinraid, with what it was given, where nobody may ask
serve() {
	configure "firmware_log = \"$work/firmware\";" \
		"tls_cert = \"$work/press/cert.pem\";" \
		"tls_key = \"$work/press/key.pem\";" \
		"tls_ca = \"$work/press/ca.pem\";" \
		"allow_clients = [ \"$(printf %064d 7)\" ];" \
		"verifier_url = \"https://127.0.0.1:$api/\";" "$@"
	start_daemon
}
