# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# Several verifiers on one database of PostgreSQL, after fleet/sim.sh and
# fleet/postgres.sh: each has a letter, a configuration LETTER.conf, and messages in
# LETTER.err.
declare -A pid api_of
end_all() {
	[ ${#pid[@]} -eq 0 ] || kill -9 "${pid[@]}" 2>/dev/null || true
}
trap 'end_all; end_sim; end_verifier; end_pg; cleanup' EXIT

# make_several [LINE...]: their database, as make_pg
make_several() {
	make_pg "$@" && sql postgres "CREATE DATABASE fleet" >/dev/null &&
		SHINRAI_TEST_DATABASE=$(pg_url fleet)
}

# take_conf VERIFIER [LINE...]: it has what is configured just now, and a certificate
take_conf() {
	local v=$1
	shift
	make_cert "verifier-$v" ca
	rm -rf "$v.conf.d"
	cp verifier.conf "$v.conf"
	cp -r verifier.conf.d "$v.conf.d"
	printf '%s\n' "tls_cert = \"$work/verifier-$v.pem\";" \
		"tls_key = \"$work/verifier-$v.key\";" "$@" >>"$v.conf.d/test.conf"
}

# begin VERIFIER [COMMAND...]: until it is ready; COMMAND runs it
begin() {
	local v=$1
	shift
	: >"$v.err"
	"$@" "$verifier" --config "$v.conf" 2>"$v.err" 7>&- 8>&- &
	pid[$v]=$!
	for _ in $(seq 100); do
		! grep -q 'shinrai-verifier: ready$' "$v.err" || break
		sleep 0.1
	done
	api_of[$v]=$(sed -n 's/.* port \([0-9]*\)$/\1/p' "$v.err")
	[ -n "${api_of[$v]}" ] || { cat "$v.err" && return 1; }
}

# slay VERIFIER: it is killed
slay() {
	kill -9 "${pid[$1]}"
	wait "${pid[$1]}" 2>/dev/null || true
	unset "pid[$1]"
}

# end VERIFIER: fails when it does not end in an orderly way
end() {
	local ended=0
	kill -TERM "${pid[$1]}"
	wait "${pid[$1]}" || ended=$?
	unset "pid[$1]"
	[ "$ended" -eq 0 ]
}

# use VERIFIER: that one is asked from now on
use() {
	api=${api_of[$1]}
}

# owners: how many devices each has, the most first; "-" nobody
owners() {
	sql fleet "SELECT string_agg(n || CASE WHEN owner IS NULL THEN '-'
		ELSE '' END, ' ' ORDER BY n DESC) FROM (SELECT owner, count(*) n
		FROM device GROUP BY owner) o"
}

# shared OWNERS [SECONDS]: within that time
shared() {
	local until=$(($(date +%s%3N) + 1000 * ${2:-10}))
	while [ "$(date +%s%3N)" -le $until ]; do
		[ "$(owners)" != "$1" ] || return 0
		sleep 0.2
	done
	owners
	return 1
}

# is JQ: of the simulator's numbers
is() {
	sim stats
	jq -e "$1" <<<"$said"
}

# log_whole: its entries, which are in body then, lead to its root
log_whole() {
	local n=0 size
	fleet reader /log >/dev/null
	cp body head.json
	size=$(jq .size head.json)
	: >entries
	while [ "$n" -lt "$size" ]; do
		fleet reader "/log/entries?start=$n&count=1000" >/dev/null
		jq -ce '.entries[]' body >>entries || return 1
		n=$(wc -l <entries)
	done
	head -n "$size" entries | jq -cs '{ start: 0, entries: . }' >body
	python3 "$root/selftests/fleet/log.py" root head.json body
}
