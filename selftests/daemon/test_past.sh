#!/bin/bash
# SPDX-License-Identifier: MIT
# What a machine recorded before it booted anew: sent to who judged part of that, and to
# nobody else; whole records, boot after boot, however the last one ended.
# shellcheck disable=SC2119 source=selftests/daemon/lib.sh
. "$(dirname "$0")/lib.sh"

first=10000000000000000000000000000001
second=20000000000000000000000000000002
third=30000000000000000000000000000003

start_tpm
make_certs
make_fake_log
configure

boots() { # BOOT RECORDS: begins anew, and the daemon with it
	[ -z "$daemon_pid" ] || stop_daemon
	./fake_log "$1" 0 "$2" >log
	ok "starts with boot ${1:0:1}" start_daemon
	challenge
	ok "its log is served" cmp <(evidence item log) log
}
past() { # MEMBERS FILE WHY: what comes of earlier boots is what FILE has
	challenge "$1"
	ok "$3" test "$code" = 200
	ok "... and is what was recorded" cmp <(evidence item past) "$2"
	ok "... beside the log of this boot, from its begin" \
		cmp <(evidence item log) log
}
nothing() { # MEMBERS WHY
	challenge "$1"
	ok "$2" test "$code $(evidence keys | grep -cw past)" = "200 0"
}
of() { # BOOT FROM: members of a challenge
	echo "\"from\":$2,\"boot_id\":\"$1\""
}
offers() { # BOOTS WHY: the last answer says that there are logs of these
	ok "$2" test "$(evidence item machine | jq -r '.boots // ["none"] | join(" ")')" \
		= "$1"
}
records() { # BOOT FROM COUNT
	./fake_log "$1" "$2" "$3"
}

boots $first 10
nothing '' "nothing is of an earlier boot where there is none"
stop_daemon
ok "starts again" start_daemon
mv spool/boots boots
ln -s "$work/boots" spool/boots
challenge ''
ok "while it cannot tell which boots there were, nothing is answered" test "$code" = 503
ok "which the log says" grep 'cannot read old boots below .*no evidence' err
mv boots spool/boots
nothing '' "then it is"
nothing "$(of $second 4)" "nothing of a boot that is not known"
boots $second 5
nothing '' "who judged nothing is told nothing of it"
nothing "$(of $second 2)" "who judged this boot neither"
nothing "$(of $third 0)" "nor who names a boot that never was here"
offers '' "who is told of no boots"
records $first 7 3 >expected
past "$(of $first 7)" expected "who judged 7 of 10 records gets the other 3"
offers $first "and is told of which boots there are logs"
records $first 0 10 >expected
past "$(of $first 0)" expected "from the begin"
nothing "$(of $first 10)" "who judged all gets none"
offers $first "and is told the same"
nothing "$(of $second 2)" "who judged this boot gets none"
offers none "nor is told anything"
nothing "$(of $first 11)" "who judged more than is there gets none"
records $first 7 3 >expected
past "$(of $first 7)" expected "asked again: the same"
challenge "$(of $first 7),\"items\":[\"ima\"]"
ok "none without a log" test "$(evidence keys | grep -cw past)" -eq 0
violations "\"since\":7,\"boot_id\":\"$first\""
ok "a report has none" test "$code $(evidence keys 2>&1 | grep -cw past)" = \
	"200 0"

boots $third 4
cat <(records $first 9 1) <(records $second 0 5) >expected
past "$(of $first 9)" expected "of two boots: the rest of one, and all of the next"
cat <(records $second 0 5) >expected
past "$(of $first 10)" expected "of the first one all is known"
past "$(of $second 0)" expected "or it was not the last one that was judged"

# A crash in the middle of a record.
stop_daemon
printf '\0\0\0\0\10\0\0' >>spool/$first/log.cel
touch -d '2 hours ago' spool/$first/log.cel
truncate -s -10 spool/$second/log.cel
touch -d '1 hour ago' spool/$second/log.cel
ok "starts after a crash" start_daemon
cat <(records $first 9 1) <(records $second 0 4) >expected
past "$(of $first 9)" expected "torn records are left out, and what follows is not"

# A clock that is set changes nothing, but for what an earlier version left behind.
stop_daemon
touch spool/$first/log.cel
ok "starts again" start_daemon
past "$(of $first 9)" expected "the first boot stays the first one"
ok "that is written down" test "$(cat spool/$first/order spool/$second/order \
	spool/$third/order | tr '\n' ' ')" = "1 2 3 "
stop_daemon
mv spool/$first/order first.order
mv spool/$second/order second.order
ok "starts with two that nobody counted" start_daemon
records $first 9 1 >expected
past "$(of $first 9)" expected "of those the one that was written last is later"
stop_daemon
mv first.order spool/$first/order
mv second.order spool/$second/order
ok "starts with both of them" start_daemon

# More than goes into one answer: cut at a record.
stop_daemon
./fake_log $first 0 15000 >spool/$first/log.cel
touch -d '3 hours ago' spool/$first/log.cel
ok "starts with much of the past" start_daemon
challenge "$(of $first 0)"
evidence item past >part
ok "an answer has 3 MiB of it at most" test "$(stat -c %s part)" -le 3145728
ok "... and nearly as much" test "$(stat -c %s part)" -gt 3144728
ok "... of whole records" cmp part <(head -c "$(stat -c %s part)" \
	spool/$first/log.cel)
last=$(evidence records past)
last=${last#0-}
ok "... from 0 on" cmp part <(records $first 0 $((last + 1)))
cat <(records $first $((last + 1)) $((14999 - last))) <(records $second 0 4) \
	>expected
past "$(of $first $((last + 1)))" expected "what follows comes when it is asked for"

stop_daemon
mv spool/$second second.kept
ok "starts without one in the middle" start_daemon
nothing "$(of $second 2)" "what is older than that does not come again"
offers $first "but is there"
stop_daemon
mv second.kept spool/$second
rm -r spool/$first
ok "starts without what was pruned" start_daemon
records $second 0 4 >expected
past "$(of $first 9)" expected "of a log that is not there any more the later ones come"
offers $second "of which it says that there are these alone"
past "$(of $second 0)" expected "who judged a later one gets what follows"
stop_daemon
mv spool/boots boots
ok "starts without the names of what was pruned" start_daemon
nothing "$(of $first 9)" "then it cannot know who judged that"
offers '' "and says so"
ok "the names of what is there are written down" test \
	"$(od -An -v -tx1 spool/boots | tr -d ' \n')" = $second$third
stop_daemon
{ cat boots; printf torn; } >spool/boots
ok "starts with names that are torn" start_daemon
past "$(of $first 9)" expected "what is whole of them counts"
stop_daemon
rm spool/boots
ln -s "$work/boots" spool/boots
refused() { # WORDS: shinraid does not start, and says so
	! start_daemon >/dev/null && grep -- "$1" err
}
ok "a link is not followed" refused 'Too many levels of symbolic links'
finish
