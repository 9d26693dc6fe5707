#!/bin/bash
# SPDX-License-Identifier: MIT
# Several verifiers on one database: the one that leads tells a webhook, and it alone
# drops its place; nothing is lost by what another one's configuration lacks.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/fleet/postgres.sh
. "$root/selftests/fleet/postgres.sh"
# shellcheck source=selftests/fleet/several.sh
. "$root/selftests/fleet/several.sh"
# shellcheck source=selftests/fleet/hooks.sh
. "$root/selftests/fleet/hooks.sh"
trap 'end_hooked; end_all; end_pg; cleanup' EXIT

make_fleet_certs
make_cert receiver ca
(umask 077 && echo "whsec_$(openssl rand -base64 32)" >secret)
ok "a cluster starts" make_several
ok "somebody listens" start_hooked
end_hooked
verifier_conf 'policies = ( { name = "plc"; } ); missed = 1; timeout_s = 2;'
for v in a b; do
	take_conf $v
done
fails() {
	! "$@"
}
soon() { # COMMAND...: succeeds
	for _ in $(seq 60); do
		! "$@" || return 0
		sleep 0.2
	done
	return 1
}
has() { # VERIFIER: the webhook is in its configuration
	echo "webhooks = ( { name = \"siem\"; secret = \"$work/secret\";
		url = \"https://127.0.0.1:$hook/in\"; } );" >"$1.conf.d/hook.conf"
}
says() { # VERIFIER WORDS: since it was sent SIGHUP or began
	tail -n "+$((${said_before:-0} + 1))" "$1.err" | grep -q "$2"
}
again() { # VERIFIER: reads its configuration anew
	said_before=$(wc -l <"$1.err")
	kill -HUP "${pid[$1]}"
	soon says "$1" 'webhooks in use:'
}
lacks() { # VERIFIER: the webhook is no more in its configuration
	rm "$1.conf.d/hook.conf"
	again "$1"
}
enrol() { # NAME...: so many entries of the log
	for one; do
		fleet admin /devices -d "{\"name\":\"$one\",\"policy\":\"plc\",
			\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
		becomes "$one" '.state == "unreachable"' >/dev/null
	done
}
place() { # [N]: is the next entry of the webhook; none without
	[ "$(sql fleet "SELECT next FROM hook")" = "$1" ]
}
waiting() { # VERIFIER [N]: says that so many wait; none without
	use "$1"
	fleet reader /metrics >/dev/null
	[ "$(sed -n 's/^shinrai_webhook_waiting{webhook="siem"} //p' body)" = "${2:-}" ]
}
taken() { # NAME...: those devices were told, in that order, each once
	[ "$(sed -n 's/^204 .in [0-9]* \([^ ]*\) .*/\1/p' told | xargs)" = "$*" ]
}

has a
has b
ok "one starts" begin a
use a
ok "the webhook has a place" soon place 0
ok "another one starts" begin b
enrol c d
ok "nobody listens: who leads says that two wait" soon waiting a 2
ok "so does the other one" soon waiting b 2

# What one that does not lead lacks is told on.
ok "it lacks the webhook" lacks b
ok "which is said" soon says b 'webhook siem is not told here any more'
sleep 1.5
ok "the place stays" place 0
ok "it counts nothing" waiting b
use a
enrol e
ok "somebody listens" start_hooked "$hook"
ok "all is told" soon taken c d e
ok "and kept" soon place 3
ok "nothing waits" soon waiting a 0

# Removed from one after the other it is new when it comes back.
end_hooked
enrol f
ok "who leads lacks it, too" lacks a
ok "one is dropped, which is said" soon says a \
	'webhook siem is removed: 1 entries that it was not told are dropped'
ok "with the place" soon place ''
sleep 1.5
has b
ok "it comes back where nobody leads" again b
sleep 1.5
ok "which makes no place" place ''
has a
ok "and where somebody does" again a
ok "which makes one, at the end" soon place 4
ok "somebody listens" start_hooked "$hook"
enrol g
ok "it is told what comes" soon taken c d e g
ok "nothing waits, as both know" soon waiting a 0
ok "both" soon waiting b 0

# Who leads next drops what it was told to forget.
ok "one lacks it" lacks b
end_hooked
use a
enrol h
sleep 1.5
ok "the place stays" place 5
ok "who led ends" end a
ok "the other one leads, and drops the place" soon place ''
ok "which is said" soon says b 'webhook siem is removed: 1 entries'
has b
ok "it comes back" again b
ok "and is new" soon place 6
ok "the first one starts again" begin a
use b
enrol i
ok "somebody listens" start_hooked "$hook"
ok "it is told what came since" soon taken c d e g i
ok "which is kept" soon place 7

# A place that is gone while somebody leads: it goes on from where it knows it was.
end_hooked
enrol j
ok "one waits, as both know" soon waiting b 1
ok "both" soon waiting a 1
said_before=$(wc -l <b.err)
sql fleet "DELETE FROM hook"
ok "its place is lost: it is made again" soon place 7
ok "which is said" soon says b \
	'webhook siem has lost its place in the database: it goes on with entry 7'
# Also when who led before dropped it, and who leads now still has it.
ok "who leads lacks it" lacks b
ok "and drops it" soon place ''
enrol k
ok "who led ends" end b
ok "the other one, which has it, leads and goes on from there" soon place 7
said_before=0
ok "which is said" soon says a 'webhook siem has lost its place'
ok "somebody listens" start_hooked "$hook"
ok "nothing is lost, nor told twice" soon taken c d e g i j k
ok "the last one ends" end a
finish
