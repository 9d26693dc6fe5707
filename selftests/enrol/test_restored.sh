#!/bin/bash
# SPDX-License-Identifier: MIT
# The database is put back from a copy: what was issued since is worth nothing, however
# a device shows it, and everybody is told why; what was revoked since is valid again
# until that is done again.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/enrol/lib.sh
. "$root/selftests/enrol/lib.sh"
# shellcheck source=selftests/enrol/push.sh
. "$root/selftests/enrol/push.sh"

make_fleet_certs
make_pusher
enrolment_conf 'allow_software = true; policy = "plc";'
echo "port = $api;" >>verifier.conf.d/test.conf
device_url=''

# issued AS: what the device was given last is AS.pem and AS.key
issued() {
	cp press/cert.pem "$1.pem"
	cp press/key.pem "$1.key"
}
begins() { # WHO: a session
	code=$(curl -s -m 30 -o body -w '%{http_code}' --cacert ca.pem \
		--cert "$1.pem" --key "$1.key" -X POST \
		"https://127.0.0.1:$api/challenge-response/v1/newSession") || true
	cat body
	echo "status $code"
}
put_back() {
	stop_verifier && "$verifier" --config verifier.conf restore copy &&
		start_verifier
}
unknown='the database does not know this certificate .*: enrol again'
refuses() { # WHO: and says why
	said 403 fleet "$1" /crl && jq -re .detail body | grep "$unknown"
}

ok "the verifier starts" start_verifier
ok "a device enrols" setup admin press
issued before
make_tpm two
use_tpm two
ok "another one" setup admin valve
cp valve/cert.pem valve.pem
cp valve/key.pem valve.key
ok "a copy is made" "$verifier" --config verifier.conf backup copy
ok "then the other one is withdrawn" said 200 fleet admin /devices/valve -X DELETE
ok "which the log says, with who did it" grep -q 'ada withdraws valve' verr
ok "it is refused" said 000 fleet valve /crl
ok "its TPM gets another name" setup admin pump
cp pump/cert.pem pump.pem
cp pump/key.pem pump.key
ok "by which it may ask" said 200 fleet pump /crl
fleet reader /crl >/dev/null
openssl crl -inform DER -in body -noout -text | grep 'Serial Number' >revoked
use_tpm one
rm -rf good log firmware
good_device
ok "the first one enrols again" setup before press
issued since
ok "and may ask" said 200 fleet since /crl

ok "the copy is put back" put_back
ok "what was issued before is as good as it was" said 200 fleet before /crl
ok "for a session, too" said 201 begins before
ok "what was issued since is refused, with the reason" refuses since
ok "again and again" refuses since
ok "no session" said 403 begins since
ok "and says why" grep "$unknown" body
ok "nobody enrols by it" refused "$unknown" setup since press
ok "of a device that is not there any more, too" refuses pump
ok "which the log says" grep -q \
	"press: the database does not know its certificate .*: enrol it again" verr
ok "a device that comes by itself" serve
for _ in $(seq 50); do
	! grep -q "$unknown" err || break
	sleep 0.2
done
ok "says so in its own log" grep -q "cannot bring evidence.*$unknown" err
stop_daemon
right=$api
api=1
serve
api=$right
for _ in $(seq 50); do
	! grep -q 'cannot bring' err || break
	sleep 0.1
done
ok "where no verifier is, it says that" grep -q \
	'cannot bring evidence.*cannot connect to .* port 1: Connection refused' err
stop_daemon
ok "it is not judged" device press '.state == "new"'
port=$(free_ports)
device_url=https://127.0.0.1:$port/

# One that is asked: the verifier sees the certificate then.
ok "enrolled again by an admin, and told what is left to do" said_by \
	'shows it after SIGHUP' setup admin press
issued again
ok "it may ask" said 200 fleet again /crl
ok "what it had before may still not" refuses since
cp since.pem press/cert.pem
cp since.key press/key.pem
ask_it() {
	configure "firmware_log = \"$work/firmware\";" "port = $port;" \
		"tls_cert = \"$work/press/cert.pem\";" \
		"tls_key = \"$work/press/key.pem\";"
	start_daemon
}
ok "asked, with what the database does not know" ask_it
ok "it is not judged" becomes press '.failure | test(
	"the database does not know its certificate .*: enrol it again")'
ok "nor anything but unreachable" becomes press '.state == "unreachable" and
	.verdict == null'
has_new() {
	kill -HUP "$daemon_pid"
	for _ in $(seq 50); do
		! grep -q 'new certificates are' err || return 0
		sleep 0.1
	done
	return 1
}
cp again.pem press/cert.pem
cp again.key press/key.pem
ok "it takes what it got by then into use while it runs" has_new
ok "it is trusted" becomes press '.state == "trusted"'
stop_verifier
ok "the verifier starts anew" start_verifier
ok "it is still" becomes press '.state == "trusted" and .fresh'
fleet reader /devices/press/changes >/dev/null
ok "and was nothing else meanwhile" jq -e '.changes[0].state == "trusted"' body
stop_daemon

# The name goes to somebody else.
ok "withdrawn" said 200 fleet admin /devices/press -X DELETE
ok "what the database knew is revoked" said 000 fleet again /crl
ok "the name is another device's" said 201 fleet admin /devices -d \
	'{"name":"press","policy":"plc","url":"https://127.0.0.1:1/"}'
ok "which nobody is by an old certificate" refuses since

# What was revoked since the copy: the man page says what is to be done.
ok "who was withdrawn since is back" device valve '.name == "valve"'
ok "with a certificate that is valid again" said 200 fleet valve /crl
ok "until it is withdrawn again" said 200 fleet admin /devices/valve -X DELETE
ok "from then on it is refused" said 000 fleet valve /crl
fleet reader /crl >/dev/null
openssl crl -inform DER -in body -noout -text | grep 'Serial Number' >now
ok "and all that was revoked before is on the list again" no grep -vxFf now revoked
ok "the verifier ends in an orderly way" stop_verifier
finish
