#!/bin/bash
# SPDX-License-Identifier: MIT
# reference make: against digests and PCR values that python computes.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"

cat >make.py <<'PY'
import hashlib, json, struct

def sha256(data):
    return hashlib.sha256(data).digest()

# A PE32+ image without sections' worth of anything: headers, then data.
OPT = 64 + 4 + 20
pe = bytearray(1024)
pe[0:2] = b"MZ"
struct.pack_into("<I", pe, 60, 64)
pe[64:68] = b"PE\0\0"
struct.pack_into("<HHIIIHH", pe, 68, 0x8664, 1, 0, 0, 0, 240, 0x22E)
struct.pack_into("<H", pe, OPT, 0x20B)
struct.pack_into("<I", pe, OPT + 60, 512)  # SizeOfHeaders
struct.pack_into("<I", pe, OPT + 64, 0xC0FFEE)  # CheckSum
struct.pack_into("<I", pe, OPT + 108, 16)  # NumberOfRvaAndSizes
struct.pack_into("<8sIIII", pe, OPT + 240, b".text", 512, 4096, 512, 512)
pe[512:] = bytes(range(256)) * 2
open("vmlinuz", "wb").write(pe)
# Authenticode: all but CheckSum and the certificate table's entry.
kernel = sha256(bytes(pe[:OPT + 64] + pe[OPT + 68:OPT + 144] +
                      pe[OPT + 152:]))
open("initrd.img", "wb").write(b"initramfs")

pcrs = {n: bytes(32) for n in range(24)}
log = b""

def spec_id():
    body = (b"Spec ID Event03\0" + struct.pack("<IBBBB", 0, 0, 2, 0, 2) +
            struct.pack("<IHH", 1, 0xB, 32) + b"\0")
    return struct.pack("<II20sI", 0, 3, bytes(20), len(body)) + body

def event(pcr, kind, data):
    global log
    digest = sha256(data)
    pcrs[pcr] = sha256(pcrs[pcr] + digest)
    log += struct.pack("<IIIH", pcr, kind, 1, 0xB) + digest
    log += struct.pack("<I", len(data)) + data

event(0, 8, b"v\0e\0r\0")
for n in range(8):
    event(n, 4, bytes(4))
event(4, 0x80000007, b"Calling EFI Application from Boot Option")
open("log", "wb").write(spec_id() + log)
open("cut", "wb").write((spec_id() + log)[:-3])
# SHA-1 alone, as firmware of TPM 1.2 wrote it
open("sha1", "wb").write(struct.pack("<II20sI", 0, 4,
    hashlib.sha1(bytes(4)).digest(), 4) + bytes(4))

# A module as far as anybody looks: .modinfo and the names of sections.
PROGRAMS = sha256(b"programs").hex()

def module(info, names=b"\0.modinfo\0.shstrtab\0", count=3, strings=2):
    at = 64
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 1, 62, 1, 0, 0,
                       at + len(info) + len(names), 0, 64, 0, 0, 64, count,
                       strings)
    def section(name, kind, offset, size):
        return struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, offset, size, 0, 0,
                           1, 0)
    return (head + info + names + section(0, 0, 0, 0) +
            section(1, 1, at, len(info)) +
            section(10, 3, at + len(info), len(names)))

good = b"license=GPL\0srcversion=0A1B2C\0\0shinrai_programs=%s\0" % (
    PROGRAMS.encode())
for name, data in {
    "shinrai.ko": module(good),
    "cut.ko": module(good)[:-1],
    "table.ko": module(good, strings=3),
    "none.ko": module(good, names=b"\0.modinfos\0.shstrtab\0"),
    "other.ko": module(b"license=GPL\0srcversion=0A1B2C\0"),
    "twice.ko": module(good + b"srcversion=FF\0"),
    "open.ko": module(good[:-1]),
    "short.ko": module(good.replace(PROGRAMS.encode(), b"00")),
    "empty.ko": module(good.replace(b"0A1B2C", b"")),
    "elf32.ko": module(good).replace(b"ELF\2", b"ELF\1"),
    "gz.ko": b"\x1f\x8b\x08" + bytes(100),
}.items():
    open(name, "wb").write(data)
json.dump([{"srcversion": "0A1B2C", "programs": PROGRAMS,
            "name": "shinrai.ko"}], open("wantko.json", "w"))
json.dump({
    "format": "shinrai-boot-v1",
    "kernel": [{"sha256": kernel.hex(), "name": "vmlinuz"}],
    "initramfs": [{"sha256": sha256(b"initramfs").hex(), "arms": True,
                   "name": "initrd.img"}],
    "cmdline": [{"text": "console=ttyS0 quiet -- 信"}],
    "firmware": [{"pcrs": {str(n): pcrs[n].hex() for n in
                           (0, 2, 3, 6, 7)},
                  "bank": "sha256", "name": "log"}],
}, open("want.json", "w"))
json.dump({str(n): pcrs[n].hex() for n in (4, 23)}, open("want4.json", "w"))
PY
python3 make.py

boot=(--kernel vmlinuz --initrd initrd.img --cmdline "console=ttyS0 quiet -- 信")
run reference make "${boot[@]}" --arms --firmware-log log
exits 0 "reference make"
json 'd == json.load(open("want.json"))' "as python computes it"
run reference make "${boot[@]}" --arms --firmware-log log --out boot.json --json
exits 0 "--out"
json 'd == {"file": "boot.json", "arms": True}' "--json says what was written"
ok "the file is the same" python3 -c "
import json
assert json.load(open('boot.json')) == json.load(open('want.json'))"
run reference make "${boot[@]}"
json 'd["initramfs"][0]["arms"] is False and "firmware" not in d' \
	"arms is never implied"
run reference make "${boot[@]}" --firmware-log log --firmware-pcrs 23,4
json 'd["firmware"][0]["pcrs"] == json.load(open("want4.json"))' \
	"--firmware-pcrs"

run reference make "${boot[@]}" --module shinrai.ko
json 'd["module"] == json.load(open("wantko.json"))' "--module"
for real in "$BUILD"/modules/*/shinrai.ko; do
	[ -e "$real" ] || continue
	run reference make "${boot[@]}" --module "$real"
	json "d['module'][0]['srcversion'] == '$(modinfo -F srcversion "$real")'" \
		"${real#"$BUILD"/}: its srcversion"
	json "d['module'][0]['programs'] == '$(cat \
		"$BUILD"/bpf/shinrai_{bpf,follow,follow_acl}.o | sha256sum |
		cut -d' ' -f1)'" \
		"${real#"$BUILD"/}: its programs"
done

printf 'not a kernel' >text
: >empty
while IFS='|' read -r status args said; do
	# shellcheck disable=SC2086
	run reference make $args --out none.json
	exits "$status" "$args"
	says err "$said" "$args: says why"
	ok "$args: nothing is written" test ! -e none.json
done <<'LIST'
2|--kernel vmlinuz --initrd initrd.img|are needed
2|--kernel vmlinuz --cmdline x|are needed
2|--kernel vmlinuz --initrd initrd.img --cmdline x --firmware-pcrs 1,|not a list
2|--kernel vmlinuz --initrd initrd.img --cmdline x --firmware-pcrs 24|not a list
2|--kernel vmlinuz --initrd initrd.img --cmdline x --firmware-pcrs 1,1|not a list
1|--kernel text --initrd initrd.img --cmdline x|text: not a PE image
1|--kernel none --initrd initrd.img --cmdline x|cannot read none
1|--kernel vmlinuz --initrd empty --cmdline x|empty: it is empty
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module none|cannot read none
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module cut.ko|cut.ko: not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module table.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module none.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module twice.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module open.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module short.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module empty.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module elf32.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module gz.ko|not a kernel module
1|--kernel vmlinuz --initrd initrd.img --cmdline x --module other.ko|other.ko: not shinrai.ko
1|--kernel vmlinuz --initrd initrd.img --cmdline x --firmware-log cut|cut:
1|--kernel vmlinuz --initrd initrd.img --cmdline x --firmware-log text|text:
1|--kernel vmlinuz --initrd initrd.img --cmdline x --firmware-log sha1|no SHA-256
LIST
run reference make --kernel vmlinuz --initrd initrd.img --cmdline $'\xff'
exits 1 "a command line that is not UTF-8"
# reference sign: openssl verifies what it signs.
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=ref -keyout ref.key \
	-out ref.pem 2>/dev/null
openssl req -new -newkey rsa:2048 -nodes -subj /CN=old -keyout old.key \
	-out old.csr 2>/dev/null
openssl x509 -req -in old.csr -signkey old.key -days -1 -out old.pem 2>/dev/null
printf '# shinrai-digests v1\n%064d exec /bin/a\n' 1 >list
run reference sign list boot.json --cert ref.pem --key ref.key --json
exits 0 "reference sign"
json 'd == {"signed": ["list", "boot.json"]}' "names what it signed"
for file in list boot.json; do
	ok "$file: openssl verifies it" openssl cms -verify -binary -inform DER \
		-in $file.sig -content $file -certfile ref.pem -nointern \
		-noverify -out /dev/null
done
refused() { # DESCRIPTION TEXT ARGUMENT...
	rm -f list.sig bad.sig
	run reference sign "${@:3}"
	exits 1 "$1"
	says err "$2" "$1: says why"
	ok "$1: no signature" test ! -e list.sig -a ! -e bad.sig
}
echo nonsense >bad
refused "what no verifier reads" "bad: line 1: neither a list nor JSON" bad \
	--cert ref.pem --key ref.key
refused "an expired certificate" "old.pem: not valid at this time" list \
	--cert old.pem --key old.key
refused "another's key" "old.key is not the key of ref.pem" list \
	--cert ref.pem --key old.key
finish
