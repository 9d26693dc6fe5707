# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# shinrai-verify against shinraid and a made-up machine, after daemon/lib.sh.
verify=$BUILD/user/shinrai-verify
verify=$(realpath "${SHINRAI_VERIFY:-$verify}")
src=$root/selftests/verify
cc -O1 -D_GNU_SOURCE -I"$root" -I"$root/include" -I"$root/include/uapi" \
	-I"$root/userspace/lib" -o make_log "$src/make_log.c" "$src"/forge*.c \
	"$(dirname "$verify")/libshinrai.a" -lssl -lcrypto -ljansson -lcbor \
	-ljose -lpcre2-8

# extend_lines FILE FROM: the module's and the firmware's part
extend_lines() {
	local line
	tail -n "+$2" "$1" | while read -r line; do
		tpm2_pcrextend "$line" || return
	done
}

# good_device [MIB]: log, firmware log and TPM are those of a device that is all right
good_device() {
	mkdir good
	./make_log good good "$@"
	cp good/firmware firmware
	cp good/log log
	extend_lines good/extends 1 >/dev/null
}

# log_until N FOLDER: the log there up to before record N is ours; says how many it has
log_until() {
	python3 - "$2/log" "$1" <<-'PY'
	import sys
	data, ends, at = open(sys.argv[1], "rb").read(), [], 0
	while at < len(data):
	    for _ in range(4):  # TLVs are a record
	        at += 5 + int.from_bytes(data[at + 1:at + 5], "big")
	    ends.append(at)
	open("log", "wb").write(data[:ends[int(sys.argv[2]) - 1]])
	print(len(ends))
	PY
}

# soon SECONDS COMMAND...: it succeeds within them
soon() {
	local i
	for ((i = 0; i < $1 * 10; i++)); do
		! "${@:2}" || return 0
		sleep 0.1
	done
	return 1
}

# exits STATUS COMMAND...: stdout is in out, messages in msg.
exits() {
	local want=$1 got=0
	shift
	"$@" >out 2>msg || got=$?
	cat out msg
	[ "$got" -eq "$want" ]
}

offline() { # FILE OPTION...
	local file=$1
	shift
	"$verify" check "$file" --verifier-cert client.pem --ak ak "$@"
}

live() {
	"$verify" live "https://127.0.0.1:$port" --cert client.pem \
		--key client.key --ca ca.pem "$@"
}
