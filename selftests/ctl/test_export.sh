#!/bin/bash
# SPDX-License-Identifier: MIT
# log export: copies are exact, withheld fields are gone and still replay.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"

cat >make.py <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
import cel
from cel import *

other = Event(11, field(0x84, b"ext4"))
already = code(b"/secret/already")
already.fields[4] = withhold(already.fields[4])
events = [[start()], [arm(), running()], [code(b"/secret/path"), other],
          [already, code(b"/secret/two", uid=31337)]]
kinds = [1, 2, 3, 3]
logs = [record(i, kinds[i], e) for i, e in enumerate(events)]
open("log", "wb").write(b"".join(logs))

def redacted(ids):
    out = b""
    for i, e in enumerate(events):
        new = [Event(x.kind, *[withhold(f) if f[0] in ids else f
                               for f in x.fields]) for x in e]
        out += record(i, kinds[i], new)
    return out

open("want-path", "wb").write(redacted([0x80]))
open("want-all", "wb").write(redacted([0x80, 0x81, 0x82, 0x83, 0x84]))
bad = {
    "root": record(0, 3, [code()], root=bytes(32)),
    "digest": record(0, 3, [code()], digests=bytes(32)),
    "foreign": record(0, 3, [code()], content=4),
    "gap": logs[0] + logs[1] + logs[3],
    "trimmed": logs[0] + logs[2] + logs[3],
    "back": logs[0] + logs[1] + logs[1],
    "boots": logs[0] + record(1, 3, [code()], boot_id=bytes(16)),
    "cut": b"".join(logs)[:-1],
    "empty": b"",
}
for name, data in bad.items():
    open("bad-" + name, "wb").write(data)
# Grows beyond 1 MiB once the uid's 24 bytes become 32.
big = [Event(3, field(2, bytes(980)), field(0x81, bytes(8)))
       for _ in range(1024)]
data = record(0, 3, big)
assert len(data) <= 1 << 20 and len(data) + 8 * 1024 > 1 << 20, len(data)
open("bad-big", "wb").write(data)
PY
python3 make.py "$here"

run log export copy --log log
exits 0 "export"
ok "without --redact it is the log itself" cmp copy log
says err "4 records, 0 fields withheld" "says what was written"

run log export copy --log log
exits 1 "an existing file"
says err "copy exists (--force replaces it)" "names --force"
run log export copy --log log --redact path --force --json
exits 0 "--force"
json 'd == {"file": "copy", "first": 0, "last": 3, "records": 4, "trimmed": 0,
	"withheld": 3}' \
	"--json says what was written"
ok "--redact path is what an independent encoder makes" cmp copy want-path
ok "no path is left" bash -c "! grep -q secret copy"

run log export --log log --redact path,uid,exe,cgroup,name -- all
exits 0 "everything withheld"
ok "as an independent encoder makes it" cmp all want-all
ok "no name is left" bash -c "! grep -qE 'secret|ext4|bash' all"
"$ctl" log show --json --records log >before
"$ctl" log show --json --records all >after
ok "headers and digests are the same" cmp before after
run log export again --log all --redact path
exits 0 "a redacted log can be redacted again"
ok "and nothing changes" cmp again all

run log export --log - out.bin
ok "an empty standard input is refused" test "$rc" -eq 1
ok "standard input to standard output" bash -c \
	"$ctl log export - --log - --json <log 2>info | cmp - log"
says info '"records":4' "then the summary is on standard error"
run log export tail --log log --from 3
exits 0 "--from"
ok "--from begins there" cmp tail <(tail -c "$(stat -c %s tail)" log)
while IFS='|' read -r name text; do
	run log export "out-$name" --log "bad-$name" --redact path,uid
	exits 1 "$name"
	says err "$text" "$name: says why"
	ok "$name: nothing is written" bash -c "! ls out-$name* 2>/dev/null"
done <<'LIST'
root|record 0: events are not those that were extended
digest|record 0: digests are not those of the header
foreign|record 0: not a Shinrai record
gap|record 3: not the next record number
trimmed|record 2: not the next record number
back|record 1: not the next record number
boots|record 1: another boot id
cut|cut record at byte
empty|no records to export
big|record 0: too large once its fields are withheld
LIST

while IFS='|' read -r arg text; do
	run log export x --log log --redact "$arg"
	exits 2 "--redact '$arg'"
	says err "$text" "--redact '$arg': says why"
done <<'LIST'
digest|'digest' cannot be withheld
path,|'' cannot be withheld
path,path|'path' was given twice
LIST
run log export --log log
exits 2 "no FILE"
run log export /dev/full --log log
exits 1 "a full disk"
ok "a device is not replaced" test -c /dev/full
umask 077
run log export private --log log
ok "umask is honoured" test "$(stat -c %a private)" = 600
finish
