#!/bin/bash
# SPDX-License-Identifier: MIT
# The database is copied while it is written to, lost, and put back.
# shellcheck disable=SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"

make_fleet_certs
verifier_conf 'policies = ( { name = "plc"; } ); missed = 1;'
fails() {
	! "$@"
}
run() { # VERB...
	"$verifier" --config verifier.conf "$@" 2>msg
}
ok "there is nothing to copy" fails run backup copy
ok "which is said" grep -q 'cannot open .*fleet.db' msg
ok "nor a copy" fails test -e copy
ok "the verifier starts" start_verifier
enrol() { # NAME
	fleet admin /devices -d "{\"name\":\"$1\",\"policy\":\"plc\",
		\"url\":\"https://127.0.0.1:1/\"}" >/dev/null
	[ "$code" = 201 ]
}
names() { # NAME...: those are the devices
	fleet reader /devices >/dev/null
	[ "$(jq -r '[.devices[].name] | join(" ")' body)" = "$*" ]
}
ok "a device" enrol a
becomes a '.state == "unreachable"' >/dev/null

# Somebody writes all the time.
(for i in $(seq 40); do
	curl -s -o /dev/null --cacert ca.pem --cert admin.pem --key admin.key \
		"https://127.0.0.1:$api/v1/devices" -d "{\"name\":\"n$i\",
		\"policy\":\"plc\",\"url\":\"https://127.0.0.1:1/\"}"
done) &
writer=$!
ok "it is copied meanwhile" run backup copy
ok "again, over the first one" run backup copy
ok "for nobody else" test "$(stat -c %a copy)" = 600
ok "as one file" test "$(echo copy*)" = copy
wait "$writer"
run backup copy || true
before=$(curl -s --cacert ca.pem --cert reader.pem --key reader.key \
	"https://127.0.0.1:$api/v1/devices" | jq -r '.devices | length')
ok "each was enrolled" test "$before" = 41

# The database is no place for its own copy, however it is spelled.
ln -s fleet.db symbolic
ln fleet.db hard
ln -s . folder
itself="it is the database $work/fleet.db, or belongs to it"
inode=$(stat -c %i fleet.db fleet.db.lock)
for name in fleet.db ./fleet.db "$PWD/fleet.db" folder/fleet.db symbolic hard \
	fleet.db-wal folder/fleet.db-shm fleet.db-journal fleet.db.lock; do
	ok "it is not copied over $name" fails run backup "$name"
	ok "which is said" grep -qF "cannot write $name: $itself (name another file" msg
done
ok "and is where it was" test "$(stat -c %i fleet.db fleet.db.lock)" = "$inode"
key=$(sha256sum <signing.pem)
ok "nor over the signing key" fails run backup signing.pem
ok "which is said" grep -q 'cannot replace signing.pem: it is no copy' msg
ok "and stays" test "$(sha256sum <signing.pem)" = "$key"
size=$(fleet reader /log >/dev/null && jq .size body)
ok "what is lost later" enrol lost
ok "not while it is in use" fails run restore copy
ok "which is said" grep -q 'is in use: end shinrai-verifier first' msg
second() {
	! timeout 10 "$verifier" --config verifier.conf 2>msg
}
ok "nor is there a second verifier on one file" second
ok "which is said" grep -q 'several of them need a database of PostgreSQL' msg
ok "the verifier ends" stop_verifier
ok "put back" run restore copy
ok "for nobody else" test "$(stat -c %a fleet.db)" = 600
ok "what was there is kept" test -s fleet.db.old
ok "the verifier starts" start_verifier
fleet reader /devices >/dev/null
ok "with what was copied" jq -e ".devices | length == $before and
	all(.name != \"lost\")" body
fleet reader /log >/dev/null
ok "and the log" test "$(jq .size body)" -ge "$((size > 0 ? 1 : 0))"
ok "signed by the same key" test "$(fleet reader /.well-known/jwks.json \
	>/dev/null && jq '.keys | length' body)" = 1
ok "it goes on" enrol later
ok "the verifier ends" stop_verifier

# What is no copy changes nothing.
sum=$(sha256sum <fleet.db)
head -c 20000 copy >short
echo junk >junk
: >empty
cp copy hurt
dd if=/dev/zero of=hurt bs=4096 seek=2 count=3 conv=notrunc 2>/dev/null
python3 - <<-'PY'
	import shutil, sqlite3
	sqlite3.connect("other").execute("CREATE TABLE t (x)")
	shutil.copy("copy", "later")
	sqlite3.connect("later").execute("PRAGMA user_version = 99")
PY
while read -r file why; do
	ok "not $file" fails run restore "$file"
	ok "but $why" grep -q "$why" msg
done <<TABLE
short not of shinrai-verifier: database disk image is malformed
junk not of shinrai-verifier: file is not a database
empty not of shinrai-verifier: it is empty
other a database of something else
later made by a later shinrai-verifier
hurt damaged
nothing cannot open
TABLE
cp copy second.db
: >second.db.lock
ok "nor is the database of another verifier a place for a copy" fails run \
	backup second.db
ok "but it has it" grep -q 'cannot replace second.db: a verifier has it' msg
ln -f fleet.db hard
for name in fleet.db folder/fleet.db symbolic hard fleet.db-wal fleet.db.lock; do
	ok "nor $name" fails run restore "$name"
	ok "but it is the database" grep -qF \
		"cannot restore from $name: $itself (name the copy" msg
	ok "nor is it a place for a copy" fails run backup "$name"
done
mv fleet.db real.db
ln -s real.db fleet.db
for name in real.db real.db-wal fleet.db; do
	ok "nor behind a link: $name" fails run backup "$name"
	ok "nor from there" fails run restore "$name"
done
ok "beside it is one" run backup real.db.copy
rm fleet.db real.db.copy
mv real.db fleet.db
rm -f real.db* hard
ok "nothing changed" test "$(sha256sum <fleet.db)" = "$sum"
ok "nothing was left behind" test "$(echo fleet.db.new*)" = 'fleet.db.new*'
ok "usage: a file" sh -c "'$verifier' -c verifier.conf backup 2>/dev/null; [ \$? = 2 ]"
ok "usage: what there is" sh -c "'$verifier' -c verifier.conf bogus 2>/dev/null; [ \$? = 2 ]"
ok "the verifier starts" start_verifier
fleet reader /devices/later >/dev/null
ok "with all" test "$code" = 200

# What was there stays as one file, also of a service that was killed.
ok "something more" enrol killed
kill -9 "$verifier_pid"
wait "$verifier_pid" 2>/dev/null || true
ok "killed, it leaves a journal" test -s fleet.db-wal
ok "put back" run restore copy
ok "what was there is one file" test "$(echo fleet.db.old*)" = fleet.db.old
has() { # FILE NAME: of a device
	python3 - "$@" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
	sys.exit(not db.execute("SELECT 1 FROM device WHERE name = ?",
	                        sys.argv[2:]).fetchone())
	PY
}
ok "with all of it" has fleet.db.old killed

# The database that there was is lost at no point of a restore that fails, or ends.
again() { # as if nothing had been put back
	rm -f fleet.db*
	cp whole fleet.db
	cp copy fleet.db.old
}
mv fleet.db.old whole
at_rename() { # N ACTION: happens to the Nth renaming, if there is one
	strace -qq -o trace -e trace="$renames" -e "inject=$renames:$2:when=$1" \
		"$verifier" --config verifier.conf restore copy 2>msg
}
renames='?rename,?renameat,?renameat2'
unfinished='fleet.db.old is: a restore did not come to its end'
there() { # the database is what it was, or what was put back
	has fleet.db killed || has fleet.db a
}
if command -v strace >/dev/null; then
	for n in $(seq 9); do
		again
		at_rename "$n" error=EIO && break
		ok "renaming $n fails: all is as it was" has fleet.db killed
		ok "which is said" grep -q 'fleet.db.*: Input/output error' msg
	done
	ok "there are more than one" test "$n" -gt 2
	parted=0
	for n in $(seq 9); do
		again
		at_rename "$n" signal=KILL && break
		if [ ! -e fleet.db ]; then
			parted=1
			ok "ended by renaming $n: nothing begins anew" second
			ok "which is said" grep -q "$unfinished" msg
			ok "what was there is there still" has fleet.db.old killed
			ok "it is put back again" run restore copy
			ok "and what was there is kept" has fleet.db.old killed
		fi
		ok "ended by renaming $n: there is a database" there
	done
	ok "also between the two" test "$parted" = 1
fi

# One that is ended leaves nothing behind.
again
python3 - <<-'PY' &
	import sqlite3, time
	db = sqlite3.connect("fleet.db", isolation_level=None)
	db.execute("BEGIN EXCLUSIVE")
	open("held", "w").close()
	time.sleep(60)
PY
holder=$!
appears() { # PATTERN, within 10 s
	for _ in $(seq 100); do
		compgen -G "$1" >/dev/null && return
		sleep 0.1
	done
	return 1
}
ok "the database is held by another" appears held
"$verifier" --config verifier.conf backup ended 2>msg &
copier=$!
ok "its copy begins" appears 'ended.*'
kill -TERM "$copier"
ends_by() { # SIGNAL PROCESS
	wait "$2"
	[ "$?" = $((128 + $1)) ]
}
ok "it is ended" ends_by 15 "$copier"
ok "and leaves nothing" test "$(echo ended*)" = 'ended*'
kill "$holder"
wait "$holder" 2>/dev/null || true

# Who is root puts it back for whose it was.
again
chown nobody fleet.db
ok "put back by root" run restore copy
ok "for whose it was" test "$(stat -c %U fleet.db fleet.db.lock | sort -u)" = nobody
again

# One that is damaged is put aside with its journal.
again
head -c 8192 /dev/urandom >fleet.db
echo journal >fleet.db-wal
ok "a damaged one is replaced" run restore copy
ok "it is kept" test "$(stat -c %s fleet.db.old)" = 8192
ok "with its journal" grep -q journal fleet.db.old-wal
ok "the new one has none" test ! -e fleet.db-wal
ok "and is right" has fleet.db a
rm fleet.db
ok "without it nothing begins anew" second
ok "which is said" grep -q "$unfinished" msg
rm fleet.db.old*
ok "nor is there anything to put aside" run restore copy
ok "it is put back all the same" has fleet.db a
finish
