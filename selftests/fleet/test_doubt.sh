#!/bin/bash
# SPDX-License-Identifier: MIT
# The answer to a COMMIT is lost, and PostgreSQL away for a while: whether or not it
# was one, what it says is in the database once, and told once.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/hooks.sh
. "$root/selftests/fleet/hooks.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
away=3 # seconds
proxy_pid=''
end_proxy() {
	[ -z "$proxy_pid" ] || kill -9 "$proxy_pid" 2>/dev/null || true
}
trap 'end_hooked; end_verifier; end_proxy; end_pg; cleanup' EXIT

start_proxy() {
	mkdir proxy
	python3 "$root/selftests/fleet/doubt.py" proxy/.s.PGSQL.5432 \
		pg/.s.PGSQL.5432 $away >proxy/said 2>proxy/err &
	proxy_pid=$!
	for _ in $(seq 50); do
		[ ! -s proxy/said ] || return 0
		sleep 0.1
	done
	cat proxy/err
	return 1
}

start_tpm
make_fleet_certs
make_cert receiver ca
mkdir data left
./make_log data data
./make_log left left
cp data/firmware firmware
cp data/log log
lines=$(wc -l <data/extends)
extend_lines data/extends 1 >/dev/null
configure "firmware_log = \"$work/firmware\";"
ok "shinraid starts" start_daemon
ok "a cluster starts" make_pg
sql postgres "CREATE DATABASE fleet" >/dev/null
ok "what is to lose answers is between" start_proxy
(umask 077 && echo "whsec_$(openssl rand -base64 32)" >secret)
ok "somebody listens" start_hooked
verifier_conf "policies = ( {
	name = \"plc\";
	digests = [ \"$work/data/known.txt\" ];
	reference = \"$work/data/boot.json\";
} );
webhooks = ( { name = \"siem\"; secret = \"$work/secret\";
	url = \"https://127.0.0.1:$hook/in\"; } );
database = \"$(pg_url fleet | sed 's,/pg$,/proxy,')\";"
ok "the verifier starts" start_verifier

# in_doubt HOW TEXT: the next COMMIT of something with TEXT in it, as doubt.py has it
in_doubt() {
	echo "$1 $2" >doubt.new
	mv doubt.new doubt
}
came() { # within a while
	for _ in $(seq 100); do
		[ -e doubt ] || return 0
		sleep 0.2
	done
	return 1
}
says() { # STATES: those of all entries, changes and webhooks, each once, in order
	sleep 2.5 # judged again, some times
	fleet reader /log/entries >/dev/null
	jq -r '.entries[] | fromjson | "\(.state) \(.type) \(.violations)"' body
	[ "$(jq -r '.entries[] | fromjson | .state' body | xargs)" = "$1" ]
	[ "$(sql fleet 'SELECT count(*) FROM log_entry')" = "$(wc -w <<<"$1")" ]
	fleet reader /devices/press1/changes >/dev/null
	[ "$(jq -r '.changes | reverse | .[].state' body | xargs)" = "$1" ]
	cat told
	[ "$(cut -d' ' -f3,5 told | xargs)" = \
		"$(tr ' ' '\n' <<<"$1" | awk '{ print NR - 1, $1 }' | xargs)" ]
}
violations() { # EACH...: of the entries
	fleet reader /log/entries >/dev/null
	jq -r '.entries[] | fromjson | .violations' body
	[ "$(jq -r '.entries[] | fromjson | .violations' body | xargs)" = "$*" ]
}

in_doubt reached '"state":"trusted"'
fleet admin /devices -d "{\"name\":\"press1\",\"policy\":\"plc\",
	\"url\":\"https://127.0.0.1:$port/\"}" >/dev/null
ok "the first verdict is in doubt" came
ok "which is said" eval 'sleep 1; grep -q "cannot write to " verr'
ok "the database is back: trusted" becomes press1 '.state == "trusted" and .fresh' 10
ok "it was kept: and is there once" says trusted
ok "with its violations" violations 2

in_doubt reached '"state":"untrusted"'
extend_lines left/extends $((lines + 1)) >/dev/null
cp left/log log
ok "another one is in doubt" came
ok "the database is back: untrusted" becomes press1 \
	'.state == "untrusted" and .fresh' 10
ok "it was kept: and is there once" says "trusted untrusted"
fleet reader /log/entries >/dev/null
left=$(jq -r '.entries[1] | fromjson | .verdict.data.flows.left' body)
ok "with its violations" violations 2 "$left"

kill -9 "$daemon_pid"
daemon_pid=''
in_doubt lost '"state":"unreachable"'
ok "that it does not answer is in doubt" came
ok "the database is back: unreachable" becomes press1 \
	'.state == "unreachable" and .code == "no-answer"' 10
ok "it was not kept: and is there once" says "trusted untrusted unreachable"
fleet reader /log >/dev/null
cp body head.json
fleet reader /log/entries >/dev/null
ok "the log is whole" python3 "$root/selftests/fleet/log.py" root head.json body
ok "the verifier ends" stop_verifier
finish
