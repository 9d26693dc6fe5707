# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# shinrai-verifier for tests, after daemon/lib.sh.
verifier=$(realpath "${SHINRAI_VERIFIER:-$BUILD/user/shinrai-verifier}")
verifier_pid=''

# shellcheck disable=SC2034
# What good_device() of verify/lib.sh is held against.
good_policy="policies = ( { name = \"plc\"; digests = [ \"$work/good/known.txt\" ];
	reference = \"$work/good/boot.json\"; } );"

end_verifier() {
	[ -z "$verifier_pid" ] || kill -9 "$verifier_pid" 2>/dev/null || true
}
trap 'end_verifier; cleanup' EXIT

# make_fleet_certs: of a device, a verifier, and people
make_fleet_certs() {
	local who
	make_certs
	for who in verifier admin reader; do
		make_cert "$who" ca
	done
}

# verifier_conf [LINE...]: later lines win; $SHINRAI_TEST_DATABASE: see fleet/postgres.sh
verifier_conf() {
	mkdir -p verifier.conf.d
	cat >verifier.conf <<-CONF
	listen = "127.0.0.1";
	port = 0;
	tls_cert = "$work/verifier.pem";
	tls_key = "$work/verifier.key";
	tls_ca = "$work/ca.pem";
	database = "${SHINRAI_TEST_DATABASE:-$work/fleet.db}";
	signing_key = "$work/signing.pem";
	period_s = 1;
	timeout_s = 5;
	people = (
		{ name = "ada"; role = "admin"; key = "$(spki admin.pem)"; },
		{ name = "rob"; role = "reader"; key = "$(spki reader.pem)"; }
	);
	CONF
	printf '%s\n' "$@" >verifier.conf.d/test.conf
}

# start_verifier: until it is ready; its messages are in verr.
start_verifier() {
	: >verr
	"$verifier" --config verifier.conf 2>verr &
	verifier_pid=$!
	for _ in $(seq 100); do
		if grep -q 'shinrai-verifier: ready$' verr; then
			api=$(sed -n 's/.* port \([0-9]*\)$/\1/p' verr)
			return 0
		fi
		kill -0 "$verifier_pid" 2>/dev/null || break
		sleep 0.1
	done
	cat verr
	return 1
}

# stop_verifier [SIGNAL]: fails when that does not end it in an orderly way.
stop_verifier() {
	local ended=0
	kill "-${1:-TERM}" "$verifier_pid"
	wait "$verifier_pid" 2>/dev/null || ended=$?
	verifier_pid=''
	[ "$ended" -eq 0 ]
}

# anew PATTERN: SIGHUP, until the log says so
anew() {
	local before
	before=$(grep -c "$1" verr)
	kill -HUP "$verifier_pid"
	for _ in $(seq 50); do
		[ "$(grep -c "$1" verr)" -gt "$before" ] && return 0
		sleep 0.1
	done
	tail -3 verr
	return 1
}

# fleet WHO PATH [CURL-OPTION...]: the answer is in body, the status in code.
fleet() {
	local who=$1 path=$2
	shift 2
	[[ $path =~ ^/(\.well-known|challenge-response)/|^/metrics$ ]] ||
		path=/v1$path
	code=$(curl -s -m 30 -o body -w '%{http_code}' --cacert ca.pem \
		--cert "$who.pem" --key "$who.key" "$@" \
		"https://127.0.0.1:$api$path") || true
	cat body
	echo "status $code"
}

# open_log: the entries in body as a JSON array, with all that was given of them
open_log() {
	jq -c '[.entries, .disclosures] | transpose | map((.[0] | fromjson) as $e |
		reduce (.[1][] | fromjson | .[2][]) as [$path, $value]
		($e; setpath($path; $value)))' body
}

# device NAME JQ: what the verifier says of it now
device() {
	fleet reader "/devices/$1" >/dev/null
	jq -e "$2" body
}

# ear NAME JQ: of the claims that the verifier signs of it; keys in jwks.json
ear() {
	fleet reader /.well-known/jwks.json >/dev/null
	mv body jwks.json
	fleet reader "/devices/$1/ear" >/dev/null
	[ "$code" = 200 ] || { cat body && return 1; }
	python3 "$root/selftests/fleet/log.py" jws jwks.json body JWT | jq -e "$2"
}

# becomes NAME JQ [SECONDS]: within that time
becomes() {
	for _ in $(seq $((${3:-20} * 5))); do
		device "$1" "$2" >/dev/null && break
		sleep 0.2
	done
	device "$1" "$2" || { cat body && return 1; }
}

# often N: devices are judged that often from now on
often() {
	local until
	fleet reader /status >/dev/null
	until=$(($(jq .judgements body) + $1))
	for _ in $(seq 100); do
		sleep 0.2
		fleet reader /status >/dev/null
		[ "$(jq .judgements body)" -lt "$until" ] || return 0
	done
	return 1
}

# keeps true|false: within a while what was written last was kept, or not
keeps() {
	for _ in $(seq 200); do
		fleet reader /status >/dev/null
		[ "$(jq .keeps body)" != "$1" ] || return 0
		sleep 0.1
	done
	cat body
	return 1
}

# said STATUS COMMAND...: that is what the answer's status is
said() {
	local want=$1
	shift
	"$@"
	[ "$code" = "$want" ]
}

# received: bytes that the verifier has read so far
received() {
	sed -n 's/^rchar: //p' "/proc/$verifier_pid/io"
}
# little BEFORE BYTES: less than that since
little() {
	echo "$(($(received) - $1)) bytes"
	[ $(($(received) - $1)) -lt "$2" ]
}

# By the device: what the database gives is read by the verifier, too.
sent() {
	local pid sum=0
	while read -r pid; do
		sum=$((sum + $(sed -n 's/^wchar: //p' "/proc/$pid/io")))
	done < <(pgrep -P "$daemon_pid")
	echo "$sum"
}
