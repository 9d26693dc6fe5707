# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Answers against openapi.json, after fleet/lib.sh.
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || {
	echo "1..0 # SKIP no python3-jsonschema"
	exit 0
}

doc() { # as openapi.py
	/usr/bin/python3 "$root/selftests/fleet/openapi.py" "$@"
}

# answers STATUS WHO METHOD ROUTE PATH [CURL-OPTION...]
answers() {
	local want=$1 who=$2 method=$3 route=$4 path=$5
	shift 5
	fleet "$who" "$path" -X "$method" -D headers "$@" >/dev/null
	echo "status $code"
	[ "$code" = "$want" ] || return
	doc answer "$method" "$route" "$code" "$(tr -d '\r' <headers |
		sed -n 's/^[Cc]ontent-[Tt]ype: //p')" body
}
