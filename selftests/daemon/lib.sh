# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2119,SC2120
# A daemon, a software TPM, certificates and TAP for the tests of shinraid.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
BUILD=${BUILD:-$root/build}
shinraid=$(realpath "${SHINRAID:-$BUILD/user/shinraid}")
export PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0} UBSAN_OPTIONS=print_stacktrace=1

[ -x "$shinraid" ] || {
	echo "Bail out! $shinraid is not there: make user"
	exit 1
}
command -v swtpm >/dev/null || {
	echo "1..0 # SKIP no swtpm"
	exit 0
}

work=$(mktemp -d)
boot=00112233445566778899aabbccddeeff
tpm_pid='' daemon_pid=''
tests=0 failed=0

cleanup() {
	[ -z "$daemon_pid" ] || kill -9 "$daemon_pid" 2>/dev/null || true
	[ -z "$tpm_pid" ] || kill "$tpm_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"
cd "$work"

# ok DESCRIPTION COMMAND...: passes when the command does.
ok() {
	local what=$1
	shift
	tests=$((tests + 1))
	if "$@" >tap.log 2>&1; then
		echo "ok $tests - $what"
	else
		echo "not ok $tests - $what"
		sed 's/^/# /' tap.log
		[ ! -s err ] || tail -n 10 err | sed 's/^/# daemon: /'
		failed=$((failed + 1))
	fi
}

finish() {
	echo "1..$tests"
	[ "$failed" -eq 0 ]
}

free_ports() { # two neighbours, for the TPM and its control channel
	python3 - <<'PY'
import random, socket
while True:
    p = random.randrange(20000, 60000)
    try:
        for q in (p, p + 1):
            s = socket.socket()
            s.bind(("127.0.0.1", q))
            s.close()
        print(p)
        break
    except OSError:
        pass
PY
}

start_tpm() {
	tpm_port=$(free_ports)
	mkdir -p tpm
	swtpm socket --tpm2 --tpmstate dir="$work/tpm" --flags startup-clear \
		--server type=tcp,port="$tpm_port",bindaddr=127.0.0.1 \
		--ctrl type=tcp,port=$((tpm_port + 1)),bindaddr=127.0.0.1 \
		>swtpm.log 2>&1 &
	tpm_pid=$!
	export TPM2TOOLS_TCTI="swtpm:host=127.0.0.1,port=$tpm_port"
	for _ in $(seq 50); do
		tpm2_getrandom 1 >/dev/null 2>&1 && return
		sleep 0.1
	done
	echo "Bail out! swtpm does not answer"
	exit 1
}

make_ca() { # NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -subj "/CN=$1" -days 2 -out "$1.pem" \
		2>/dev/null
}

make_cert() { # NAME CA [DAYS]
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" \
		-CAcreateserial -days "${3:-2}" -out "$1.pem" \
		-extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:$1.example") 2>/dev/null
}

spki() { # CERT: SHA-256 of its public key
	openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin \
		-outform DER | sha256sum | cut -d' ' -f1
}

make_certs() {
	make_ca ca
	make_cert server ca
	make_cert client ca
}

make_fake_log() {
	cc -O1 -D_GNU_SOURCE -I"$root/include" -I"$root/include/uapi" \
		-o fake_log "$here/fake_log.c" "$root/kernel/record.c" \
		"$root/kernel/tree.c" -lcrypto
}

# extend FROM COUNT: what the module would do for these records.
extend() {
	local pcr digest
	while read -r pcr digest; do
		tpm2_pcrextend "$pcr:sha256=$digest"
	done < <(./fake_log "$boot" "$1" "$2" digests)
}

# configure [LINE...]: shinraid.conf of the test, later lines win.
configure() {
	mkdir -p shinraid.conf.d
	cat >shinraid.conf <<-CONF
	listen = "127.0.0.1";
	port = 0;
	tls_cert = "$work/server.pem";
	tls_key = "$work/server.key";
	tls_ca = "$work/ca.pem";
	tcti = "$TPM2TOOLS_TCTI";
	log_device = "$work/log";
	ima_log = "";
	firmware_log = "";
	spool = "$work/spool";
	user = "";
	CONF
	printf '%s\n' "$@" >shinraid.conf.d/test.conf
}

# start_daemon: until it is ready; its messages are in err.
start_daemon() {
	: >err # not only in the background: the old one must not be read
	"$shinraid" --config shinraid.conf 2>err &
	daemon_pid=$!
	for _ in $(seq 100); do
		if grep -q 'shinraid: ready$' err; then
			port=$(sed -n 's/.* port \([0-9]*\)$/\1/p' err)
			return 0
		fi
		kill -0 "$daemon_pid" 2>/dev/null || break
		sleep 0.1
	done
	sed 's/^/# daemon: /' err
	return 1
}

# stop_daemon [SIGNAL]: its status is in stopped.
stop_daemon() {
	kill "-${1:-TERM}" "$daemon_pid" 2>/dev/null || true
	stopped=0
	# shellcheck disable=SC2034 # the tests look at it
	wait "$daemon_pid" 2>/dev/null || stopped=$?
	daemon_pid=''
}

# ask PATH [CURL-OPTION...]: the answer is in body, the status in code.
ask() {
	local path=$1
	shift
	code=$(curl -s -m 30 -o body -w '%{http_code}' --cacert ca.pem \
		--cert client.pem --key client.key "$@" \
		"https://127.0.0.1:$port$path") || true
}

# answers STATUS DESCRIPTION: how the last request ended.
answers() {
	ok "$2: $1" test "$code" = "$1"
}

status() { # KEY
	ask /v1/status
	jq -r ".$1" body
}

nonce() {
	openssl rand 32 | basenc --base64url -w0 | tr -d =
}

# challenge [JSON-MEMBERS]: with a fresh nonce
challenge() {
	last_nonce=$(nonce)
	ask /v1/evidence -d "{\"nonce\":\"$last_nonce\"${1:+,$1}}"
}

# violations [JSON-MEMBERS]: a report, with a fresh nonce
violations() {
	last_nonce=$(nonce)
	ask /v1/violations -d "{\"nonce\":\"$last_nonce\"${1:+,$1}}"
}

# evidence COMMAND...: look into body with the independent reader.
evidence() {
	python3 "$here/evidence.py" "$@"
}
