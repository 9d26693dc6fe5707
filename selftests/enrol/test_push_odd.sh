#!/bin/bash
# SPDX-License-Identifier: MIT
# A verifier that answers otherwise than one does: shinraid takes none of that for its
# success, says so, and brings everything again.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/verify/lib.sh
. "$root/selftests/verify/lib.sh"
# shellcheck source=selftests/fleet/clock.sh
. "$root/selftests/fleet/clock.sh"
fakes=()
end_fakes() {
	[ ${#fakes[@]} -eq 0 ] || kill "${fakes[@]}" 2>/dev/null || true
}
trap 'end_fakes; cleanup; end_clocks' EXIT

make_certs
make_cert verifier ca
start_tpm
good_device
fake() { # LOG PORT
	python3 "$root/selftests/enrol/device.py" fake "$2" >>"$1" 2>&1 &
	fakes+=($!)
	soon 10 grep -qx ready "$1"
}
near=$(free_ports) elsewhere=$(free_ports)
ok "a verifier waits" fake near.log "$near"
ok "and another one" fake elsewhere.log "$elsewhere"
configure "firmware_log = \"$work/firmware\";" \
	"verifier_url = \"https://127.0.0.1:$near/\";"
fast_clock() { # its seconds are quarters
	export LD_PRELOAD=$faketime_lib FAKETIME='+0 x4'
	start_daemon
	unset LD_PRELOAD FAKETIME
	echo "$daemon_pid" >>"$work/clocks"
}
ok "shinraid starts" fast_clock
well='finds this machine trusted'
ok "all is well" soon 10 grep -q "$well" err

# put WHAT HEAD BODY: that is answered from now on
put() {
	local body
	printf -v body '%b' "$3"
	printf 'HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%s' "$2" ${#body} "$body" \
		>odd.new
	mv odd.new "odd-$1"
}
# Since the last row: so often in near.log, and in err.
told() { # COUNT LINE
	[ "$(tail -n "+$begun" near.log | grep -c "$2")" -ge "$1" ]
}
says() { # PATTERN
	tail -n "+$since" err | grep -q "$1"
}
not_well() { # it did not say so, nor did it go on to the next step
	! says "$well" && { [ "$1" = evidence ] || ! told 1 ' evidence'; }
}
all_of_it() {
	[ "$1" = session ] || [ "$(evidence records)" = 0-7 ]
}
offer='{"state":"waiting","nonce":"AAAAAAAAAAAAAAAAAAAAAA==","from":0}'
result='"result":{"state":"trusted","reason":""}'
place='\r\nLocation: /challenge-response/v1/session/press'
unclear='its answer is not understood'
html='\r\nContent-Type: text/html'
while IFS='|' read -r what head body said why; do
	begun=$(($(wc -l <near.log) + 1))
	since=$(($(wc -l <err) + 1))
	put "$what" "$head" "$body"
	ok "$what: $why: it tries again, and again" soon 20 told 2 "odd $what"
	ok "... says so" soon 10 says "cannot bring evidence to .*: $said"
	ok "... and takes it for nothing else" not_well "$what"
	ok "... all is brought again" all_of_it "$what"
	rm "odd-$what"
	ok "... as soon as it is answered" soon 10 says "$well"
done <<TABLE
session|200 OK|{}|$unclear|an object without anything
session|200 OK||$unclear|nothing
session|200 OK|[]|$unclear|no object
session|200 OK|{"state":"complete",$result,"period_s":3600}|$unclear|over at once
session|201 Created$place|{"state":"complete",$result,"period_s":3600}|$unclear|made, and over at once
session|201 Created$place|{"state":"complete","state":"waiting",$result}|$unclear|two states
session|201 Created$place|{"state":"waiting","from":0}|$unclear|no nonce
session|201 Created$place|{"state":"waiting","nonce":"AAAA","from":0}|$unclear|a short nonce
session|201 Created|$offer|its answer names no session|no place
session|201 Created\r\nLocation: https://127.0.0.1:$elsewhere/x|$offer|its answer names no session|a place elsewhere
session|302 Found\r\nLocation: https://127.0.0.1:$elsewhere/x|$offer|it answered 302|sent elsewhere
session|201 Created$place$html|<html>Welcome</html>|$unclear|a page
session|202 Accepted$place|$offer|it answered 202|accepted
session|204 No Content||it answered 204|no content
evidence|200 OK|{}|$unclear|an object without anything
evidence|200 OK||$unclear|nothing
evidence|200 OK|{"state":"complete"}|$unclear|over without a result
evidence|200 OK|{"state":"complete","result":{"state":1}}|$unclear|over with a result that says nothing
evidence|200 OK|{"state":"completed",$result}|$unclear|another state
evidence|200 OK|{"state":"waiting"}|$unclear|no question
evidence|200 OK$html|<html>Welcome</html>|$unclear|a page
evidence|202 Accepted|{"state":"complete",$result}|it answered 202|accepted
evidence|204 No Content||it answered 204|no content
evidence|302 Found\r\nLocation: https://127.0.0.1:$elsewhere/x||it answered 302|sent elsewhere
TABLE
ok "nothing was brought elsewhere" test "$(wc -l <elsewhere.log)" -eq 1
ok "the daemon is the one that was started" kill -0 "$daemon_pid"
stop_daemon
finish
