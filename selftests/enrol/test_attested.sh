#!/bin/bash
# SPDX-License-Identifier: MIT
# From "shinraictl setup" to a verdict whose root is proven, with the certificates
# that the verifier issued, through a renewal of them and of the AK.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/talk.sh
. "$root/selftests/enrol/talk.sh"

# maker_cert ALG: the EK of the TPM gets a certificate of a maker of chips
maker_cert() {
	tpm2_createek -c ek.ctx -G "$1" -u ek.pub
	tpm2_flushcontext -t
	tpm2_readpublic -c ek.ctx -f pem -o ek.pem >/dev/null
	tpm2_flushcontext -t
	cat >ek.ext <<-'EXT'
	subjectAltName = critical, dirName:dn
	basicConstraints = critical, CA:FALSE
	keyUsage = critical, keyEncipherment, keyAgreement
	extendedKeyUsage = 2.23.133.8.1
	[dn]
	1.2.23.133.2.1 = id:49465800
	1.2.23.133.2.2 = SLB9670
	1.2.23.133.2.3 = id:0007003D
	EXT
	openssl x509 -req -in client.csr -force_pubkey ek.pem -CA maker.pem \
		-CAkey maker.key -CAcreateserial -days 2 -extfile ek.ext \
		-outform DER -out "$1.der" 2>/dev/null
}

# serve [LINE...]: shinraid, with what it was given
serve() {
	configure "firmware_log = \"$work/firmware\";" "port = $port;" \
		"tls_cert = \"$work/press/cert.pem\";" \
		"tls_key = \"$work/press/key.pem\";" \
		"tls_ca = \"$work/press/ca.pem\";" "$@"
	start_daemon
}

start_tpm
make_fleet_certs
make_enrol_ca
make_cert enroller ca
make_ca maker
maker_cert rsa
maker_cert ecc
good_device
port=$(free_ports)
device_url=https://127.0.0.1:$port/
policies="{ name = \"plc\"; digests = [ \"$work/good/known.txt\" ];
	reference = \"$work/good/boot.json\"; }"
ek_file=$work/maker.pem ek_level=hardware
enrolment_conf
ok "the verifier starts" start_verifier
ok "a device enrols by its ECC key" said_by '[(]hardware[)]' setup admin press \
	--policy plc --ek ecc --ek-cert ecc.der
ok "shinraid serves with what it was given" serve
ok "trusted, and the root is proven" becomes press '.state == "trusted" and
	.assurance == "hardware" and .verdict.root == "proven" and
	.verdict.assurance == "hardware" and .ak == .verdict.ak_name and
	.verdict.headline == "all that was asked for is proven"'
ok "as a step of the ladder" device press '.verdict.ladder | any(
	.step == "root of trust" and .proven)'

# Others can check it by the certificate of the AK, offline too.
certified() { # VERB...: what a verifier that never saw the device says
	exits "$@" --ak press/ak.pem --digests good/known.txt \
		--reference good/boot.json --json
}
ask_it=(live "https://127.0.0.1:$port" --cert client.pem --key client.key
	--ca enrol.pem --name press --save saved)
fleet reader /crl >/dev/null
cp body crl
ok "another verifier trusts it by its certificate" certified 0 "$verify" \
	"${ask_it[@]}" --ak-ca enrol.pem --ak-crl crl
ok "and knows its TPM" jq -e '.root == "proven" and .assurance == "hardware"' out
ok "offline, too" certified 0 "$verify" check saved --verifier-cert client.pem \
	--ak-ca enrol.pem
ok "as before" jq -e '.root == "proven" and .assurance == "hardware"' out
ok "not by the key alone" certified 0 "$verify" check saved \
	--verifier-cert client.pem
ok "which proves no root" jq -e '.root == "unproven" and .assurance == "none"' out
ok "by no other CA" certified 1 "$verify" check saved --ak-ca ca.pem
ok "which is named" grep -q 'the CA .*CN=enrol.* missing' out
ok "a certificate for TLS is none of an AK" exits 1 "$verify" check saved \
	--ak press/cert.pem --ak-ca enrol.pem
ok "and a key is no certificate" exits 1 "$verify" check saved \
	--ak press/key.pem --ak-ca enrol.pem
stop_daemon
ok "another EK of the same TPM is another TPM" refused 'that of another TPM' \
	setup admin press --ek rsa --ek-cert rsa.der

# The AK is rotated: until that is enrolled, it is somebody else's.
serve 'ak_generation = 1;'
ok "a new AK is not trusted" becomes press '.state == "untrusted"'
ok "nor of that TPM" device press '.verdict.root == "unproven" and
	.verdict.assurance == "none"'
stop_daemon
ok "it is enrolled" setup admin press --ek ecc --ek-cert ecc.der --ak-generation 1
serve 'ak_generation = 1;'
ok "and trusted" becomes press '.state == "trusted" and
	.verdict.root == "proven"'
stop_daemon
stop_verifier

# Three days after it was issued for four: a third is left.
enrolment_conf
ok "the verifier starts anew" start_verifier
echo "https://127.0.0.1:$api" | tr -d '\n' >press/verifier.url
ok "what is new is not renewed" said_by 'nothing to renew' renew press
nearly_over press
cp press/cert.pem old.pem
cp press/cert.pem press.pem
# As the unit does it, with the calls that it may make.
if command -v systemd-analyze >/dev/null; then
	cat >confined <<-SH
	#!/bin/sh
	exec python3 "$root/selftests/daemon/confined.py" \
		"$root/tools/packaging/shinrai-renew.service" "$ctl" "\$@"
	SH
	chmod 755 confined
	ctl=$work/confined
fi
chgrp nogroup press
chmod 2755 press
ok "one that ends soon is" said_by 'enrolled by its TPM [(]hardware[)]' \
	renew press --ek ecc --ek-cert ecc.der --ak-generation 1
ok "by another one" no cmp old.pem press/cert.pem
ok "whose key the folder's group reads" test \
	"$(stat -c '%a %G' press/key.pem)" = "640 nogroup"
ok "which is valid for longer" openssl x509 -in press/cert.pem -noout \
	-checkend $((20 * 86400))
serve 'ak_generation = 1;'
ok "shinraid serves with it" becomes press '.fresh and .state == "trusted"'
rm press/cert.pem
ok "nothing to renew is an error" refused 'enrol first' renew press
fleet reader /devices >/dev/null
ok "withdrawn" said 200 fleet admin /devices/press -X DELETE
fleet reader /crl >/dev/null
cp body crl
ok "its certificate is revoked for others, too" certified 1 "$verify" check \
	saved --ak-ca enrol.pem --ak-crl crl
ok "which is said" grep -q 'certificate revoked' out
ok "the verifier ends in an orderly way" stop_verifier
finish
