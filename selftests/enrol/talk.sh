# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Devices that come by themselves, without a TPM, after enrol/lib.sh: device.py has
# what they can do.
talk_pid=''

end_talk() {
	[ -z "$talk_pid" ] || kill -9 "$talk_pid" 2>/dev/null || true
}

# make_device NAME: its certificate, as the verifier makes them; there is a database
make_device() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA enrol.pem -CAkey enrol.key -days 2 \
		-set_serial "0x4$(openssl rand -hex 16 | cut -c 2-)" \
		-out "$1.pem" -extfile <(
			echo 'extendedKeyUsage=serverAuth,clientAuth'
			echo 'keyUsage=critical,digitalSignature'
			echo "subjectAltName=DNS:$1"
			echo 'subjectKeyIdentifier=hash'
			echo 'authorityKeyIdentifier=keyid'
		) 2>/dev/null
	know "$1"
}

# nobody_asks PATTERN: those devices have no URL; no verifier runs
nobody_asks() {
	python3 - "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect("fleet.db")
db.execute("UPDATE device SET url = '' WHERE name LIKE ?", sys.argv[1:])
db.commit()
PY
}

start_talk() {
	mkfifo talk_in talk_out
	python3 "$root/selftests/enrol/device.py" talk "$api" <talk_in \
		>talk_out 2>talk.err &
	talk_pid=$!
	exec 5>talk_in 6<talk_out
}

# talk COMMAND...: its answer is in told
talk() {
	echo "$*" >&5
	read -r -t 40 told <&6
	echo "$told"
}

# says STATUS COMMAND...: that is what the answer begins with
says() {
	local want=$1
	shift
	talk "$@"
	[ "${told%% *}" = "$want" ]
}
