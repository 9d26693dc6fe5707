#!/bin/bash
# SPDX-License-Identifier: MIT
# Each kind of code is in the log exactly once, with sha256sum's digest.
# vm: kernel=6.1,6.12 slow=6.1 load=late arm=yes timeout=120
set -euo pipefail

cd /tmp
# A new program, library or interpreter: an ELF with something after its end.
new() { # new FILE COPY
	cp "$1" "$2"
	echo "$2" >>"$2"
}
/vm/helper tiny static 1
new /usr/bin/setpriv dynamic
new /usr/bin/setpriv by-ld
new /usr/lib/x86_64-linux-gnu/libcurl.so.4 plugin.so
new /usr/bin/busybox busybox-one
printf '#!/tmp/busybox-one true\n' >script
printf '#!/tmp/script\n# nested\n' >nested
chmod +x script nested
for name in mapped protected cow rwx map-rwx sh-argument; do
	head -c 10000 /dev/urandom >"$name"
done
/vm/helper tiny one 2
cp one two
for n in 3 4 5; do
	/vm/helper tiny copy-$n $n
done
rmmod squashfs loop

./static
libraries=$(LD_TRACE_LOADED_OBJECTS=1 ./dynamic | grep -o '/[^ ]*')
./dynamic --help >/dev/null
/lib64/ld-linux-x86-64.so.2 ./by-ld --help >/dev/null
./script
./nested
# It is mapped, and only then found to be no builtin.
bash -c 'enable -f ./plugin.so none' 2>/dev/null || true
/vm/helper map mapped
/vm/helper protect protected
/vm/helper cow cow
/vm/helper memfd 3
/vm/helper tmpfile /tmp 4
/vm/helper unlinked gone 5
/vm/helper finit /vm/ko/squashfs.ko
/vm/helper init /vm/ko/loop.ko
./one
./two
./one
new /vm/helper anonymous
./anonymous anon
new /vm/helper protecting
./protecting anon-protect
new /vm/helper rewriting
./rewriting rwx rwx
new /vm/helper mapping-rwx
./mapping-rwx map-rwx map-rwx
shinraictl flush >/dev/null

count=0 failed=0
ok() { # ok TEXT COMMAND...
	local verdict=ok
	count=$((count + 1))
	if ! "${@:2}"; then
		verdict='not ok'
		failed=1
	fi
	echo "$verdict $count - $1"
}

shinraictl log show --json >log.json
# kind digest path flags, of each event about code
jq -r '.events[] | select(.event == "CODE" or .event == "RUNNING") |
	"\(.event) \(.kind) \(.digest) \(.path) \(.flags | join(","))"' \
	log.json >"$OUT/code"

same() {
	[ "$1" = "$2" ] || {
		echo "# $1, not $2"
		return 1
	}
}

# once FILE KIND: its digest, one time, told as this kind
once() {
	local digest
	digest=$(sha256sum "$1")
	digest=${digest%% *}
	same "$(awk -v d="$digest" '$3 == d { print $2 }' "$OUT/code" | xargs)" \
		"$2"
}

flags() { # flags FILE FLAGS: as the log tells
	local digest
	digest=$(sha256sum "$1")
	same "$(awk -v d="${digest%% *}" '$3 == d { print $5 }' \
		"$OUT/code")" "$2"
}

never() {
	! grep -q "$(sha256sum "$1" | cut -d ' ' -f 1)" "$OUT/code"
}

anonymous() { # anonymous PROGRAM FLAGS
	same "$(jq -r --arg exe "$1" '.events[] | select(.event == "ANON_EXEC" and
		.exe == $exe) | "\(.count) \(.flags | join(","))"' log.json)" "1 $2"
}

libraries_once() {
	local library
	[ "$(wc -l <<<"$libraries")" -ge 3 ] || return 1
	for library in $libraries; do
		once "$(readlink -f "$library")" mmap || return 1
	done
}

ok "a static program" once static exec
ok "a dynamic program" once dynamic exec
ok "its libraries and the dynamic linker" libraries_once
ok "a program given to the dynamic linker" once by-ld mmap
ok "a script" once script script
ok "a script whose interpreter is a script" once nested script
ok "their interpreter" once busybox-one exec
ok "a library opened at run time" once plugin.so mmap
ok "a file mapped executable" once mapped mmap
ok "a file mapping made executable" once protected mmap
ok "what was late is flagged so" flags protected late,mprotect
ok "a program in a memfd" once copy-3 exec
ok "a program in a file that never had a name" once copy-4 exec
ok "a program that was unlinked before it ran" once copy-5 exec
ok "a kernel module from a file" once /vm/ko/squashfs.ko module
ok "a kernel module from a buffer" once /vm/ko/loop.ko module
ok "the buffer is flagged as such" flags /vm/ko/loop.ko buffer
ok "one content at two paths, run three times" once one exec
ok "anonymous memory mapped executable" anonymous /tmp/anonymous ""
ok "anonymous memory made executable" anonymous /tmp/protecting mprotect
ok "a private page that was written, made executable" \
	anonymous /vm/helper mprotect
ok "measured code that becomes writable" anonymous /tmp/rewriting mprotect
ok "its content was measured before" once rwx mmap
ok "a private mapping, writable and executable" anonymous /tmp/mapping-rwx ""
ok "its content is measured too" once map-rwx mmap
ok "the first process, running when the module was armed" \
	grep -q "^RUNNING exec $(sha256sum /init | cut -d ' ' -f 1) /init " \
	"$OUT/code"
ok "a file that was only read is not in the log" never sh-argument
ok "no content is in the log twice" same \
	"$(awk '{ print $3 }' "$OUT/code" | sort | uniq -d)" ""
ok "another decoder reads the same kinds and digests" \
	env PYTHONPATH=/vm/lib python3 -S - <<'PY'
import os
from shinrai import *
names = {EXEC: "exec", SCRIPT: "script", MMAP: "mmap", MODULE: "module"}
records = settled()
for r in records:
    r.check()
with open(os.environ["OUT"] + "/code") as f:
    shown = [line.split()[1:3] for line in f]
mine = [[names[e.num(KIND)], e.digest] for e in events(records, EV_RUNNING, EV_CODE)]
assert len(shown) > 40 and mine[:len(shown)] == shown
assert agrees()
PY
echo "1..$count"
[ "$failed" -eq 0 ]
